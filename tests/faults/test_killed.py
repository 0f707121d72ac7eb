"""Killed in the middle of its work, the system has lost nothing it answered and done nothing half;
and who got no answer sends the same again and finds it done once.

The moment of a kill is drawn as the number of the answer upon whose arrival it falls; the seed is
printed, and KILL_SEED repeats it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from random import Random

import pytest
from flask import Flask
from sqlalchemy import URL, select

from guarantee import create_app
from guarantee.audit import verify_chain
from guarantee.db import db
from guarantee.idempotency import KeptAnswer
from guarantee.ledger.check import check_ledger
from guarantee.parties.sessions import create_token
from tests import factories as make
from tests.databases import ENGINES, build_schema, settings_for
from tests.faults.cluster import cluster_of_its_own, crash, end_all_sessions
from tests.faults.gunicorn_server import WORKERS, GunicornServer
from tests.faults.load import Desk, Load
from tests.faults.stories import Step, Story
from tests.faults.whole import half_done, told_by_rows

pytestmark = pytest.mark.xdist_group("killed")  # one fork server, and one load at a time
ROUNDS = 4
ROLES = ("dispatcher", "billing_desk", "center_finance", "hotline")


@pytest.fixture
def random() -> Random:
    seed = int(os.environ.get("KILL_SEED") or secrets.randbelow(1_000_000))
    print(f"KILL_SEED={seed}")  # noqa: T201  told when the test fails
    return Random(seed)


@contextmanager
def serving(database: URL) -> Iterator[GunicornServer]:
    server = GunicornServer(database.render_as_string(hide_password=False))
    server.start()
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):  # where the test itself ended in between
            server.kill()
        server.wait_until_gone()


def load_on(server: GunicornServer, random: Random, *, cases: int) -> Load:
    """Verified cases of one centre, two on each cover, bound for one hospital; and their people."""
    center, hospital = make.make_center(), make.make_hospital()
    at = make.NOW()
    tokens = {
        role: create_token(
            staff=make.make_staff(role, center=center, hospital=hospital),
            name="load",
            at=at,
            by=None,
        )
        for role in ROLES
    }
    covers = [make.make_enrolment() for _ in range(cases // 2)]
    taker = make.make_staff("dispatcher", center=center)
    verified = [
        make.make_verified_case(center=center, by=taker, enrolment=cover, at=at).id
        for cover in covers * 2
    ]
    db.session.commit()
    stories = [Story(case, hospital.code, Random(random.random())) for case in verified]
    return Load(server, tokens, stories)


def assert_whole(stories: Iterable[Story]) -> None:
    """The books agree; each case is what its answers say, and with what nobody was told it is as
    if it had not happened, or as the answer says that is kept for whoever asks again."""
    with one_moment():
        assert check_ledger().faults == []
        assert verify_chain().reason == ""
        assert half_done() == []
        kept = {row.key: row for row in db.session.scalars(select(KeptAnswer))}
        rows, keys = told_by_rows(), set()
        for story in stories:
            expected = story.told
            if story.open and story.open.key in kept:
                keys.add(story.open.key)
                expected = story.if_answered(kept[story.open.key].body)
            assert rows[story.case_id] == expected, (story.case_id, story.open)
            for step in story.done:
                keys.add(step.key)
                assert (kept[step.key].status, kept[step.key].body) == (step.status, step.answer)
        assert keys == set(kept)


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read within is of the same moment."""
    db.session.rollback()
    db.session.expunge_all()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    yield
    db.session.rollback()


def assert_asked_again_changes_nothing(load: Load) -> None:
    """The last two answers of every case are given again, word for word, to the same keys."""
    with Desk(load.server, load.tokens) as desk:
        for story in load.stories:
            for step in story.done[-2:]:
                assert desk.ask(step) == (step.status, step.answer, True)
    assert_whole(load.stories)


def assert_commands_say_so(app: Flask) -> None:
    for command in (["ledger", "check"], ["audit", "verify"]):
        said = app.test_cli_runner().invoke(args=command)
        assert said.exit_code == 0, said.output


def test_a_killed_server_has_lost_nothing_and_done_nothing_half(app, session, random):
    with serving(db.engine.url) as server:
        load = load_on(server, random, cases=40)
        unanswered: list[Step] = []
        for _ in range(ROUNDS):
            first = random.randint(5, 30)
            last = first + random.randint(25, 50)
            load.run({first: lambda: server.kill_worker(random.randint(0, 1)), last: server.kill})
            server.wait_until_gone()
            server.start()
            assert_whole(load.stories)
            unanswered += [story.open for story in load.stories if story.open]
            load.ask_what_was_not_answered()
            assert_whole(load.stories)
        assert unanswered, "nobody was cut off: the kills fell into silence"
        assert_asked_again_changes_nothing(load)
        assert_commands_say_so(app)
        assert server.workers_started() > WORKERS * (1 + ROUNDS), "the master started no other"
        assert not [line for line in server.log if "Traceback" in line or "unhandled" in line]


@pytest.mark.skipif("postgresql" not in ENGINES, reason="there is no PostgreSQL")
def test_a_crashed_database_has_lost_nothing_and_done_nothing_half(random):
    with cluster_of_its_own() as database:
        address = database.render_as_string(hide_password=False)
        app = create_app(settings_for(address))
        with app.app_context(), serving(database) as server:
            build_schema(app)
            load = load_on(server, random, cases=16)
            first = random.randint(20, 60)
            second, last = first + random.randint(10, 30), first + random.randint(40, 60)
            load.run(
                {
                    first: lambda: crash(database, random),
                    second: lambda: end_all_sessions(database),
                    last: server.kill,
                }
            )
            db.engine.dispose()
            server.wait_until_gone()
            server.start()
            assert_whole(load.stories)
            load.ask_what_was_not_answered()
            assert_asked_again_changes_nothing(load)
            assert_commands_say_so(app)
            db.session.close()
            db.engine.dispose()
