"""Answered again: the same bytes for the same request, for a week."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
import time_machine
from flask import Response
from sqlalchemy import func, select

from guarantee.api.once import once
from guarantee.cases.models import Case
from guarantee.idempotency import KeptAnswer
from guarantee.roles import Role
from guarantee.settlement.models import Report
from tests import factories as make
from tests.settlement.files import HEADER, workbook
from tests.settlement.scenes import MONDAY, WEEK, Week


@pytest.fixture
def center(session):
    return make.make_center("3101")


@pytest.fixture
def dispatcher(api, center):
    return api(make.make_staff(Role.DISPATCHER, center=center))


def case_body(center, **more):
    return {"center": center.code, "caller": "13800138000", "condition": "accident", **more}


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count(model.id)))


def test_what_is_answered_again_is_the_same_byte_for_byte(dispatcher, center, session):
    case = make.make_verified_case(center=center)
    hospital = make.make_hospital("第九人民医院")
    session.commit()
    path, body = f"/cases/{case.id}/letters", {"hospital": hospital.code, "channel": "center"}
    first = dispatcher.post(path, json=body, key="k-1")
    assert dispatcher.post(path, json=body).status_code == 200  # the letter there is: not what
    again = dispatcher.post(path, json=body, key="k-1")  # was answered then, which is 201
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    same = set(first.headers) - {("Date", first.headers.get("Date"))}
    assert set(again.headers) - same == {("Idempotent-Replayed", "true")}


def test_where_the_thing_is_and_which_version_are_answered_again(app, center, session):
    staff = make.make_staff(Role.HOTLINE)
    session.commit()

    def work():
        made = Response("已办\n", status=202, content_type="text/plain; charset=utf-8")
        made.headers["Location"], made.headers["ETag"] = "/cases/7", '"v1"'
        made.headers["X-Request-Id"] = "of the first only"
        return made

    with app.test_request_context("/", method="POST", headers={"Idempotency-Key": "k"}):
        first, again = once(work, staff), once(lambda: pytest.fail("done twice"), staff)
        session.commit()
    assert (again.data, again.status_code) == (first.data, 202)
    for name in ("Content-Type", "Location", "ETag"):
        assert again.headers[name] == first.headers[name]
    assert "X-Request-Id" not in again.headers


def raw(caller, path, body, key):
    return caller.post(path, data=body, content_type="application/json", key=key)


def test_a_client_that_writes_the_same_object_anew_is_answered_the_same(
    dispatcher, center, session
):
    body = case_body(center, location="人民路 1 号")
    backwards = json.dumps(dict(reversed(body.items())), indent=2, ensure_ascii=False)
    first = raw(dispatcher, "/cases", json.dumps(body), "k-1")
    again = raw(dispatcher, "/cases", backwards.encode(), "k-1")
    assert (first.status_code, again.data) == (201, first.data)
    assert count(session, Case) == 1


@pytest.mark.parametrize("path", ["/cases?lang=en", "/cases/1/member"])
def test_the_same_body_asked_of_something_else_is_another_request(
    dispatcher, center, path, session
):
    assert dispatcher.post("/cases", json=case_body(center), key="k-1").status_code == 201
    other = dispatcher.post(path, json=case_body(center), key="k-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert count(session, Case) == 1


@pytest.mark.parametrize("nesting", [b"[" * 100_000, b'{"center": 1', b"\xff", b""])
def test_what_is_no_json_is_refused_with_a_key_too(dispatcher, nesting, session):
    assert raw(dispatcher, "/cases", nesting, "k-1").status_code in (400, 422)
    assert count(session, KeptAnswer) == 0


@pytest.fixture
def week(session):
    made = Week(make.make_center("3105"))
    made.says(made.charged(80_000), 80_000)
    session.commit()
    return made


def test_a_file_sent_again_is_the_same_whatever_boundary_parts_it(api, week, session):
    """The test client, like every library, draws a new boundary each time."""
    finance = api(week.finance)

    def send(data, key="k-2", name="上报.xlsx"):
        return finance.post(path, data={"file": (io.BytesIO(data), name)}, key=key)

    with time_machine.travel(MONDAY, tick=True):
        opened = finance.post("/settlement/batches", json={"center": "3105", "week": WEEK})
        path = f"/settlement/batches/{opened.json['id']}/report"
        data = workbook([HEADER, *week.rows])
        first, again = send(data), send(data)
        assert (first.status_code, first.json["matched"]) == (200, 1)
        assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
        assert send(data + b" ").json["code"] == "idempotency_key_reused"
        assert send(data, name="其他.xlsx").json["code"] == "idempotency_key_reused"
        assert count(session, Report) == 1
        assert send(data, key="k-3").json["id"] > first.json["id"]


def test_an_answer_is_kept_for_seven_days_and_then_the_key_is_free(dispatcher, center, session):
    start = make.NOW()
    asked = {"path": "/cases", "json": case_body(center), "key": "k-1"}
    with time_machine.travel(start, tick=False):
        first = dispatcher.post(**asked)
    with time_machine.travel(start + timedelta(days=7), tick=False):
        assert dispatcher.post(**asked).data == first.data
    with time_machine.travel(start + timedelta(days=7, seconds=1), tick=False):
        later = dispatcher.post(**asked)  # nobody has tidied up
        assert later.json["id"] > first.json["id"]
        assert dispatcher.post(**asked).data == later.data
        other = dispatcher.post("/cases", json=case_body(center, location="人民路"), key="k-1")
        assert other.json["code"] == "idempotency_key_reused"
    assert (count(session, Case), count(session, KeptAnswer)) == (2, 1)


def test_a_refusal_under_a_key_that_is_free_again_leaves_it_free(dispatcher, center, session):
    start = make.NOW()
    with time_machine.travel(start, tick=False):
        dispatcher.post("/cases", json=case_body(center), key="k-1")
    with time_machine.travel(start + timedelta(days=8), tick=False):
        refused = dispatcher.post("/cases", json=case_body(center, member_id=99), key="k-1")
        assert refused.status_code == 404
        assert dispatcher.post("/cases", json=case_body(center), key="k-1").status_code == 201
    assert (count(session, Case), count(session, KeptAnswer)) == (2, 1)
