"""One request sent by many at the same moment, or one fact told in many: it counts once."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

from guarantee.charges.models import Charge
from guarantee.idempotency import KeptAnswer
from guarantee.ledger.models import Entry, Hold
from guarantee.letters.models import Letter
from guarantee.letters.position import position_of
from tests.factories import (
    NOW,
    make_center,
    make_hospital,
    make_presented_letter,
    make_staff,
    make_verified_case,
)
from tests.races import nothing_is_wrong, requests_at_once

CLIENTS = 32


def count(session, model):
    return session.scalar(select(func.count(model.id)))


@pytest.fixture
def dispatcher(session):
    return make_staff("dispatcher", center=make_center())


@pytest.fixture
def asked_for(session, dispatcher):
    """Where a letter is asked for, and the body."""
    case = make_verified_case(center=dispatcher.center, by=dispatcher)
    body = {"hospital": make_hospital().code, "channel": "center"}
    session.commit()
    return f"/cases/{case.id}/letters", body


def charge(line_id, fen=90_000, **more):
    return {
        "line_id": line_id,
        "part": "in_hospital",
        "charged_on": NOW().date().isoformat(),
        "name": "头颅CT",
        "quantity": 1,
        "unit_price_fen": fen,
        "amount_fen": fen,
        "in_scope": True,
        **more,
    }


def test_one_key_from_32_clients_does_its_work_once(app, session, api, dispatcher, asked_for):
    path, body = asked_for
    clients = [api(dispatcher) for _ in range(CLIENTS)]
    send = lambda i: clients[i].post(path, json=body, key="K-1")  # noqa: E731
    answers = requests_at_once(app, CLIENTS, send)
    done = [answer for answer in answers if answer.status_code < 400]
    early = {answer.json["code"] for answer in answers if answer not in done}
    assert early <= {"idempotency_in_progress"}
    nothing_is_wrong()
    session.expire_all()
    letter = session.scalars(select(Letter)).one()
    assert (count(session, Hold), count(session, KeptAnswer)) == (2, 1)
    # whoever asked too early asks again: now everybody has one and the same answer
    answers = [*done, *(send(i) for i in range(CLIENTS))]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json["number"] == letter.number
    assert count(session, Letter) == 1


def test_one_key_with_two_bodies_does_the_work_of_one(app, session, api):
    letter = make_presented_letter()
    desk = make_staff("billing_desk", hospital=letter.hospital)
    clients = [api(desk) for _ in range(16)]
    bodies = [{"lines": [charge(f"L-{n}")]} for n in range(2)]

    def send(i):
        return clients[i].post(f"/letters/{letter.number}/charges", json=bodies[i % 2], key="K-1")

    answers = requests_at_once(app, 16, send)
    codes = {answer.json["code"] for answer in answers if answer.status_code >= 400}
    assert codes <= {"idempotency_in_progress", "idempotency_key_reused"}
    nothing_is_wrong()
    session.expire_all()
    taken = int(session.scalars(select(Charge.line_id)).one()[-1])
    assert (send(taken).status_code, send(1 - taken).status_code) == (200, 422)
    assert position_of(letter).in_hospital.captured_fen == 90_000


def test_one_line_id_in_16_requests_for_4_letters_lands_on_one(app, session, api):
    hospital = make_hospital()
    letters = [make_presented_letter(hospital=hospital) for _ in range(4)]
    desk = make_staff("billing_desk", hospital=hospital)
    clients = [api(desk) for _ in range(16)]

    def send(i):
        lines = [charge(f"own-{i}", 10_000), charge("L-1")]
        path = f"/letters/{letters[i % 4].number}/charges"
        return clients[i].post(path, json={"lines": lines}, key=f"K-{i}")

    answers = requests_at_once(app, 16, send)
    nothing_is_wrong()
    session.expire_all()
    where = session.scalars(select(Charge).where(Charge.line_id == "L-1")).one().letter
    told = Counter(
        answer.json["code"] if answer.status_code >= 400 else answer.json["duplicates"]
        for answer in answers
    )
    assert told == {0: 1, 1: 3, "line_conflict": 12}
    for letter in letters:
        expected = 90_000 + 4 * 10_000 if letter is where else 0
        assert position_of(letter).in_hospital.captured_fen == expected
    assert count(session, Charge) == 5


def test_lines_in_another_order_never_wait_in_a_ring_for_long(app, session, api):
    hospital = make_hospital()
    letters = [make_presented_letter(hospital=hospital) for _ in range(2)]
    desk = make_staff("billing_desk", hospital=hospital)
    clients = [api(desk) for _ in range(16)]

    def send(i):
        ids = [f"L-{n}" for n in range(8)]
        lines = [charge(line_id, 1_000) for line_id in (ids[::-1] if i % 2 else ids)]
        return clients[i].post(f"/letters/{letters[i % 2].number}/charges", json={"lines": lines})

    answers = requests_at_once(app, 16, send)
    nothing_is_wrong()
    told = Counter(
        answer.json["code"] if answer.status_code >= 400 else answer.json["duplicates"]
        for answer in answers
    )
    assert told == {0: 1, 8: 7, "line_conflict": 8}
    assert count(session, Charge) == 8
    assert session.scalar(select(func.count(Entry.id)).where(Entry.kind == "captured")) == 1
