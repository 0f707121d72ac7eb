"""A key while its request is at work, and what the ledger says of it afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text

from guarantee.charges.models import Charge
from guarantee.db import db, writing
from guarantee.idempotency import OF_THIS_WORK, KeptAnswer
from guarantee.ledger.models import Entry
from guarantee.roles import Role
from tests import factories as make
from tests.databases import ENGINES

on_postgresql = pytest.mark.parametrize(
    "engine_name", [e for e in ENGINES if e == "postgresql"], indirect=True
)
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count(model.id)))


@contextmanager
def money_at_a_standstill(engine_name):
    """Nobody else moves money until the block ends: the work of another request waits."""
    with writing(), db.engine.connect() as connection, connection.begin():
        if engine_name == "postgresql":
            connection.execute(text("SELECT id FROM ledger_accounts FOR UPDATE"))
        yield


@pytest.fixture
def desk_and_line(api, session):
    """A billing desk, where it posts, and a line."""
    letter = make.make_presented_letter()
    line = {
        "line_id": "L-1",
        "part": "in_hospital",
        "charged_on": make.NOW().date().isoformat(),
        "name": "头颅CT",
        "quantity": 1,
        "unit_price_fen": 400_000,
        "amount_fen": 400_000,
        "in_scope": True,
    }
    path = f"/letters/{letter.number}/charges"
    desk = api(make.make_staff(Role.BILLING_DESK, hospital=letter.hospital))
    return desk, path, line


@on_postgresql
def test_while_the_first_is_at_work_the_second_is_told_so_at_once(
    desk_and_line, session, engine_name
):
    desk, path, line = desk_and_line
    asked = {"path": path, "json": {"lines": [line]}, "key": "k-1"}
    with ThreadPoolExecutor(1) as pool:
        with money_at_a_standstill(engine_name):
            first = pool.submit(desk.post, **asked)
            while not at_work(session):
                assert not first.done(), first.result().text
            second = desk.post(**asked)
            other = desk.post(path, json={"lines": []}, key="k-1")
        first = first.result()
    assert (first.status_code, first.json["captured_fen"]) == (200, 400_000)
    for told in (second, other):
        assert (told.status_code, told.json["code"]) == (409, "idempotency_in_progress")
        assert told.headers["Retry-After"] == "1"
    again = desk.post(**asked)
    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
    assert (count(session, Charge), count(session, KeptAnswer)) == (1, 1)


def at_work(session):
    """How many keys are locked in this database."""
    session.rollback()
    return session.scalar(
        text(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
            " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
        )
    )


@on_sqlite
def test_on_sqlite_the_second_waits_for_the_first_and_is_answered_the_same(
    desk_and_line, session, engine_name
):
    desk, path, line = desk_and_line
    asked = {"path": path, "json": {"lines": [line]}, "key": "k-1"}
    with ThreadPoolExecutor(2) as pool:
        with money_at_a_standstill(engine_name):
            both = [pool.submit(desk.post, **asked) for _ in range(2)]
        first, second = (answer.result() for answer in both)
    assert (first.status_code, second.status_code, first.data) == (200, 200, second.data)
    replayed = [a.headers.get("Idempotent-Replayed") for a in (first, second)]
    assert sorted(map(str, replayed)) == ["None", "true"]
    assert count(session, Charge) == 1


def test_the_ledger_names_the_key_and_the_next_request_has_its_own(desk_and_line, session):
    desk, path, line = desk_and_line
    known = set(session.scalars(select(Entry.id)))

    def keys_of_new_entries():
        session.rollback()
        new = session.scalars(select(Entry).where(Entry.id.not_in(known)).order_by(Entry.id)).all()
        known.update(entry.id for entry in new)
        return [entry.idempotency_key for entry in new]

    def post(line_id, **more):
        small = line | {"line_id": line_id, "unit_price_fen": 100, "amount_fen": 100}
        answer = desk.post(path, json={"lines": [small]}, **more)
        assert OF_THIS_WORK not in session.info
        return answer.status_code

    assert post("L-1", key="k-1") == 200
    assert keys_of_new_entries() == ["k-1"]
    assert post("L-2") == 200
    assert keys_of_new_entries() == [None]
    assert post("", key="k-refused") == 422
    assert post("L-3") == 200
    assert keys_of_new_entries() == [None]
    assert post("L-4", key="k-1") == 422
    assert post("L-1", key="k-1") == 200
    assert keys_of_new_entries() == []
