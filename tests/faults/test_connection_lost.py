"""The database ends a session: before COMMIT it is as if nothing had happened, at COMMIT the
caller is told that nobody knows, and the same key finds out."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from guarantee import audit
from guarantee.audit import AuditRecord
from guarantee.db import db
from guarantee.edge.database_faults import DatabaseUnavailable, OutcomeUnknown
from guarantee.edge.transaction import committed
from guarantee.refusals import Conflict
from tests import factories as make
from tests.conftest import ApiCaller
from tests.faults.server import EndOnce, before_each, end_all_sessions, end_session_of
from tests.faults.situation import (
    Situation,
    assert_sound,
    assert_told,
    only_on_postgresql,
    rows,
)

pytestmark = only_on_postgresql


def test_sessions_ended_between_two_requests_are_not_noticed(app, situation):
    """A restarted server: every connection that the pool kept is stale."""
    situation.issue(app, key=None)
    end_all_sessions()
    assert situation.issue(app, key=None).status_code == 200
    end_all_sessions()
    assert app.test_client().get("/.well-known/letter-keys.json").status_code == 200
    assert situation.letters() == 1


def test_a_session_ended_at_any_statement_of_issuing_is_not_noticed(app, session):
    at, places = 1, 0
    while True:
        situation, ending = Situation(), EndOnce(at=at)
        before = rows()
        with before_each("before_cursor_execute", ending):
            answer = situation.issue(app)
        assert answer.status_code == 201, (at, answer.json)
        written = {name: n - before[name] for name, n in rows().items()}
        assert (written["letters"], written["idempotent_answers"]) == (1, 1)
        assert (written["audit_records"], situation.letters()) == (1, 1)
        if not ending.ended:
            break  # beyond the last statement
        at, places = at + 5, places + 1
    assert places > 4
    assert_sound()


def test_reading_is_read_again(app, situation):
    situation.issue(app)
    number = situation.issue(app).json["number"]
    caller = ApiCaller(app, situation.token)
    before = rows()
    ending = EndOnce(at=4)
    with before_each("before_cursor_execute", ending):
        answer = caller.get(f"/letters/{number}")
    assert ending.ended == 4
    assert (answer.status_code, answer.json["number"]) == (200, number)
    assert rows() == before | {"audit_records": before["audit_records"] + 1}


def test_a_server_that_ends_every_session_is_unavailable_and_nothing_is_written(app, situation):
    before = rows()
    with before_each("before_cursor_execute", end_session_of):
        answer = situation.issue(app)
    assert_told(answer, DatabaseUnavailable)
    assert rows() == before
    assert situation.issue(app).status_code == 201
    assert situation.letters() == 1
    assert_sound()


def test_lost_at_commit_the_outcome_is_unknown_and_the_work_is_not_run_again(app, situation):
    before = rows()
    commits = []

    def end(connection):
        commits.append(connection)
        end_session_of(connection)

    with before_each("commit", end):
        answer = situation.issue(app)
    assert_told(answer, OutcomeUnknown)
    assert len(commits) == 1
    assert rows() == before  # this time it was not recorded
    again = situation.issue(app)
    assert (again.status_code, situation.letters()) == (201, 1)
    assert_sound()


def test_a_refusal_is_told_even_when_the_session_ends_with_it(app, session):
    """The rollback finds nobody to ask; what was noted for the trail is forgotten all the same."""
    staff = make.make_staff()
    session.commit()

    def refuse():
        audit.record(by=staff, at=make.NOW(), action="never", subject="nothing")
        db.session.execute(text("SELECT 1"))
        end_session_of(db.session.connection())
        raise Conflict()

    with pytest.raises(Conflict):
        committed(refuse)
    committed(lambda: audit.record(by=staff, at=make.NOW(), action="once", subject="nothing"))
    assert session.scalars(select(AuditRecord.action)).all() == ["once"]
    assert_sound()


def test_an_answer_that_is_ready_goes_out_though_the_session_ends_before_it_is_closed(app, session):
    """A page has been read; giving the connection back must not turn it into an accident."""
    with app.test_request_context():
        db.session.execute(text("SELECT 1"))
        end_session_of(db.session.connection())
        db.session.close()
        assert db.session.scalar(text("SELECT 2")) == 2
