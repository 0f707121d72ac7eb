"""Asked twice, done once; and two at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from guarantee.cases.models import Case
from guarantee.charges.models import Charge
from guarantee.ledger.check import check_ledger
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.roles import Role
from tests import factories as make

TAKES_NO_KEY = {
    "tell_of_call": "the telephone system has no account; its call id counts once",
}


@pytest.fixture
def center(session):
    return make.make_center("3101")


@pytest.fixture
def dispatcher(api, center):
    return api(make.make_staff(Role.DISPATCHER, center=center))


def case_body(center, **more):
    return {"center": center.code, "caller": "13800138000", "condition": "accident", **more}


def together(work, times=8):
    """What `work(n)` answers when all of them start at the same moment."""
    start = Barrier(times)

    def one(n):
        start.wait()
        return work(n)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count(model.id)))


def test_the_same_key_and_body_answer_the_same_again(dispatcher, center, session):
    first = dispatcher.post("/cases", json=case_body(center), key="k-1")
    again = dispatcher.post("/cases", json=case_body(center), key="k-1")
    assert (again.status_code, again.json) == (first.status_code, first.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count(session, Case) == 1


def test_the_same_key_with_another_body_is_refused(dispatcher, center, session):
    dispatcher.post("/cases", json=case_body(center), key="k-1")
    other = dispatcher.post("/cases", json=case_body(center, location="人民路"), key="k-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert count(session, Case) == 1


def test_a_refusal_is_not_kept(dispatcher, center, session):
    case = make.make_case(center=center)
    hospital = make.make_hospital()
    session.commit()
    body = {"hospital": hospital.code, "channel": "center"}
    path = f"/cases/{case.id}/letters"
    assert dispatcher.post(path, json=body, key="k-1").status_code == 409
    verified = make.make_verified_case(center=center)
    session.commit()
    assert dispatcher.post(path, json=body, key="k-1").json["code"] == "case_not_verified"
    done = dispatcher.post(f"/cases/{verified.id}/letters", json=body, key="k-2")
    assert done.status_code == 201


def test_a_key_is_the_callers_own(dispatcher, api, center, session):
    other = api(make.make_staff(Role.DISPATCHER, center=center))
    for caller in (dispatcher, other):
        assert caller.post("/cases", json=case_body(center), key="k-1").status_code == 201
    assert count(session, Case) == 2


@pytest.mark.parametrize("key", ["!", "~" * 120])
def test_a_key_is_any_visible_characters(dispatcher, center, key):
    answers = [dispatcher.post("/cases", json=case_body(center), key=key) for _ in range(2)]
    assert answers[0].data == answers[1].data


@pytest.mark.parametrize("key", ["x" * 121, "two words", "钥匙", "a\tb", "a\x7f"])
def test_a_malformed_key_is_refused(dispatcher, center, key, session):
    answer = dispatcher.post("/cases", json=case_body(center), key=key.encode().decode("latin-1"))
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_malformed")


def test_eight_at_once_get_one_letter(api, center, session):
    case = make.make_verified_case(center=center)
    hospital = make.make_hospital()
    people = [api(make.make_staff(Role.DISPATCHER, center=center)) for _ in range(7)]
    people.append(api(make.make_staff(Role.HOTLINE)))
    body = {"hospital": hospital.code, "channel": "center"}
    path = f"/cases/{case.id}/letters"
    answers = together(lambda n: people[n].post(path, json=body))
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert len({a.json["number"] for a in answers}) == 1
    assert count(session, Letter) == 1
    assert check_ledger().faults == []


def test_eight_retries_of_one_request_open_one_case(dispatcher, center, session):
    answers = together(lambda n: dispatcher.post("/cases", json=case_body(center), key="k-1"))
    assert {a.status_code for a in answers} <= {201, 409}
    assert {a.json["id"] for a in answers if a.status_code == 201} == {
        session.scalars(select(Case.id)).one()
    }


def test_eight_at_once_post_one_line_once(api, session):
    letter = make.make_presented_letter()
    desk = api(make.make_staff(Role.BILLING_DESK, hospital=letter.hospital))
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
    answers = together(
        lambda n: desk.post(f"/letters/{letter.number}/charges", json={"lines": [line]})
    )
    assert {a.status_code for a in answers} == {200}
    assert {a.json["captured_fen"] for a in answers} == {400_000}
    assert count(session, Charge) == 1
    assert check_ledger().faults == []


def test_parallel_charges_never_pass_the_guarantee(api, session):
    letter = make.make_presented_letter()
    desk = api(make.make_staff(Role.BILLING_DESK, hospital=letter.hospital))

    def post(n):
        line = {
            "line_id": f"L-{n}",
            "part": "in_hospital",
            "charged_on": make.NOW().date().isoformat(),
            "name": "手术",
            "quantity": 1,
            "unit_price_fen": 120_000,
            "amount_fen": 120_000,
            "in_scope": True,
        }
        return desk.post(f"/letters/{letter.number}/charges", json={"lines": [line]})

    assert {a.status_code for a in together(post)} == {200}
    told = desk.get(f"/letters/{letter.number}").json["in_hospital"]
    assert told["captured_fen"] == told["guaranteed_fen"] == 500_000
    assert check_ledger().faults == []


def test_a_doubly_pressed_decision_grants_once(api, session):
    letter = make.make_presented_letter()
    desk = api(make.make_staff(Role.BILLING_DESK, hospital=letter.hospital))
    hotlines = [api(make.make_staff(Role.HOTLINE)) for _ in range(4)]
    asked = desk.post(
        f"/letters/{letter.number}/top-up-requests", json={"amount_fen": 100_000, "reason": "手术"}
    ).json
    path = f"/top-up-requests/{asked['id']}/decision"
    answers = together(lambda n: hotlines[n].post(path, json={"approve": True}), times=4)
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    session.rollback()
    assert session.scalars(select(TopUpRequest)).one().state == "granted"
    assert desk.get(f"/letters/{letter.number}").json["total_in_hospital_fen"] == 600_000


def test_every_post_takes_a_key_or_stands_here_with_its_reason(client):
    """A new call that forgets `idempotent=True` fails here."""
    paths = client.get("/api/openapi.json").json["paths"]
    posts = [call["post"] for call in paths.values() if "post" in call]
    without = {
        call["operationId"]
        for call in posts
        if "Idempotency-Key" not in {p["name"] for p in call["parameters"]}
    }
    assert without == set(TAKES_NO_KEY)
    assert len(posts) > 15
