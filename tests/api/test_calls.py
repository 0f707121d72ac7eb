"""The telephone system's call, signed, and the pop on the dispatcher's screen."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from standardwebhooks.webhooks import Webhook

from guarantee.cases.models import Call
from guarantee.roles import Role
from tests import factories as make

SECRET = base64.b64encode(b"a secret of the tests, long enough").decode()


@pytest.fixture
def center(session, app, monkeypatch):
    settings = app.config["SETTINGS"]
    keys = settings.model_copy(update={"webhook_keys": (type(settings.secret_key)(SECRET),)})
    monkeypatch.setitem(app.config, "SETTINGS", keys)
    return make.make_center("3101")


def call_body(at_center, **more):
    return {
        "call_id": "c-1",
        "center": at_center.code,
        "extension": "8001",
        "caller": "13912345678",
        "at": make.NOW().isoformat(),
        **more,
    }


def signed(client, body, *, secret=SECRET, at=None, message="msg_1", raw=None):
    raw = raw if raw is not None else json.dumps(body)
    at = at or make.NOW()
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, at, raw),
        "Content-Type": "application/json",
    }
    return client.post("/api/v1/calls", data=raw, headers=headers)


def calls(session):
    session.rollback()
    return session.scalar(select(func.count(Call.id)))


def test_a_signed_call_counts_its_candidates_and_pops_up(client, center, api, session):
    make.make_member(phone="13912345678")
    make.make_member(phone="13912345678")
    here = api(make.make_staff(Role.DISPATCHER, center=center, extension="8001"))
    other = api(make.make_staff(Role.DISPATCHER, center=center, extension="8002"))
    session.commit()
    answer = signed(client, call_body(center))
    assert (answer.status_code, answer.json["candidates"]) == (202, 2)
    told = here.get("/events?once=1").text
    assert "event: call" in told
    assert '"candidates": 2' in told
    assert "13912345678" not in told
    assert "event: call" not in other.get("/events?once=1").text


def test_a_call_from_a_member_of_nobody_is_taken_too(client, center, session):
    session.commit()
    assert signed(client, call_body(center, caller="anonymous")).json["candidates"] == 0


def test_the_same_call_told_again_counts_once(client, center, session):
    session.commit()
    first, again = (signed(client, call_body(center)) for _ in range(2))
    assert first.json == again.json
    assert calls(session) == 1


@pytest.mark.parametrize("wrong", ["secret", "body", "old", "early", "headers", "garbage"])
def test_a_call_without_its_signature_is_nobodys(client, center, session, wrong):
    session.commit()
    body = call_body(center)
    now = make.NOW()
    if wrong == "secret":
        answer = signed(client, body, secret=base64.b64encode(b"x" * 32).decode())
    elif wrong == "body":
        good = signed(client, body)
        assert good.status_code == 202
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(SECRET).sign("msg_1", now, json.dumps(body)),
            "Content-Type": "application/json",
        }
        other = json.dumps(body | {"call_id": "c-2"})
        answer = client.post("/api/v1/calls", data=other, headers=headers)
    elif wrong in ("old", "early"):
        off = timedelta(minutes=-6 if wrong == "old" else 6)
        answer = signed(client, body, at=now + off)
    elif wrong == "headers":
        answer = client.post("/api/v1/calls", json=body)
    else:
        headers = {
            "webhook-id": "m",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": "v1 not,base64,at all",
        }
        answer = client.post("/api/v1/calls", data=b"\xff", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "bad_signature")
    assert calls(session) == (1 if wrong == "body" else 0)


def test_an_unknown_centre_or_field_is_named(client, center, session):
    session.commit()
    unknown = signed(client, call_body(center, center="9999"))
    assert (unknown.status_code, unknown.json["code"]) == (404, "unknown_center")
    bad = signed(client, call_body(center, at="2026-11-18T12:00:00"))
    assert (bad.status_code, bad.json["errors"][0]["field"]) == (422, "at")
    assert calls(session) == 0


def test_a_clock_that_is_fast_tells_of_no_future(client, center, session):
    session.commit()
    ahead = (make.NOW() + timedelta(days=300)).isoformat()
    assert signed(client, call_body(center, at=ahead)).status_code == 202
    session.rollback()
    assert session.scalars(select(Call)).one().at <= make.NOW()


def test_events_replay_from_the_id_seen_last(client, center, api, session):
    desk = api(make.make_staff(Role.DISPATCHER, center=center, extension="8001"))
    for n in (1, 2, 3):
        assert signed(client, call_body(center, call_id=f"c-{n}")).status_code == 202
    everything = desk.get("/events?once=1").text
    ids = [line[4:] for line in everything.splitlines() if line.startswith("id: ")]
    assert len(ids) == 3
    rest = desk.get(f"/events?once=1&since={ids[1]}").text
    assert [line[4:] for line in rest.splitlines() if line.startswith("id: ")] == [ids[2]]
