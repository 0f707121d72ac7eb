"""`flask jobs`: by hand, from a timer, and as a process that works until it is asked to stop."""

from __future__ import annotations

import json
import signal
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from guarantee.business_time import now
from guarantee.db import db
from guarantee.jobs.table import JOBS
from guarantee.letters import number as numbers
from tests.factories import make_letter
from tests.jobs.processes import started
from tests.jobs.situations import OVERDUE, overdue_letters, runs, states


@pytest.fixture
def run(app):
    def invoke(*arguments):
        answer = app.test_cli_runner().invoke(args=["jobs", *arguments])
        db.session.rollback()
        return answer

    return invoke


def told(answer):
    return json.loads(answer.stdout)


def test_a_worker_asked_to_stop_while_it_waits_ends_at_once_and_in_order(app, session):
    ids = [one.id for one in overdue_letters(2, at=now() - OVERDUE)]
    process = started(app, "-m", "flask", "--app", "wsgi", "jobs", "work", "--json")
    said = []
    while not said or said[-1].get("job") != "tidy":  # the last of the table
        said.append(json.loads(process.stdout.readline()))
    assert {one.get("job") for one in said[1:]} == set(JOBS)
    assert said[1]["did"] == {"lapsed": 2}
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(rest.splitlines()[-1]) == {"stopped": said[0]["worker"]}
    assert states(ids) == ["lapsed"] * 2
    assert {one.outcome for one in runs()} == {"done"}
    assert {one.worker for one in runs()} == {said[0]["worker"]}


def test_run_does_what_is_due_once(run, session):
    overdue_letters(1, at=now() - OVERDUE)
    with time_machine.travel(now(), tick=False):
        first, second = told(run("run", "--json")), told(run("run", "--json"))
        again = told(run("run", "letters-lapse", "--again", "--json"))
        said = run("run").stdout
    assert {one["job"]: one["did"] for one in first["runs"]}["letters-lapse"] == {"lapsed": 1}
    assert second == {"runs": []}
    assert [(one["job"], one["tries"]) for one in again["runs"]] == [("letters-lapse", 2)]
    assert said == "nothing is due\n"


def test_run_says_what_failed_and_exits_1(run, session):
    letter = make_letter(at=now() - OVERDUE)
    session.execute(text("UPDATE cases SET state = 'verified', enrolment_id = NULL"))
    session.commit()
    answer = run("run", "letters-lapse")
    assert answer.exit_code == 1
    assert f"letter:{letter.number}: AssertionError" in answer.stdout
    assert "partly, 1 failed" in answer.stdout


def test_run_refuses_a_job_that_there_is_not(run, session):
    answer = run("run", "everything", "--json")
    assert (answer.exit_code, told(answer)["error"]["code"]) == (2, "unknown_job")
    assert runs() == []


def test_list_says_when_each_job_ran_and_is_next_due(run, session):
    before = {one["job"]: one for one in told(run("list", "--json"))["jobs"]}
    assert before["letters-lapse"]["last"] is None
    assert "has never run" in run("list").stdout
    run("run")
    after = {one["job"]: one for one in told(run("list", "--json"))["jobs"]}
    assert after["letters-lapse"]["last"]["outcome"] == "done"
    assert after["settlement-open"]["next_due"].endswith("T06:00:00+08:00")
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        assert "LATE since" in run("list").stdout


def test_a_letter_issued_73_hours_ago_is_lapsed_by_the_job_and_the_public_check_says_so(
    run, client, session
):
    letter = make_letter(at=now() - OVERDUE)
    cover = letter.case.enrolment.cover_id
    number = letter.number
    session.commit()
    assert told(run("run", "--json"))["runs"][0]["did"] == {"lapsed": 1}
    available = session.scalar(
        text(
            "SELECT balance_fen FROM ledger_accounts "
            "WHERE kind = 'cover_available' AND owner_id = :c"
        ),
        {"c": cover},
    )
    assert available == 10_000_000
    page = client.get(f"/verify/{number}").text
    assert "已失效" in page
    assert client.get(f"/api/v1/verify/{numbers.grouped(number)}").json["state"] == "lapsed"
