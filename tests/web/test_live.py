"""The event stream: what happens is told once, to whom it concerns, and again after a break."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from guarantee.edge import stream
from guarantee.events import LiveEvent, publish
from guarantee.roles import Role
from tests import factories as make


def heard(answer) -> list[tuple[int, str, dict]]:
    """(id, kind, data) of each event of a stream's text."""
    found = []
    for block in answer.get_data(as_text=True).split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


def say(topic: str, kind: str = "call", at: datetime | None = None, **payload: object) -> int:
    return publish(topic=topic, kind=kind, at=at or make.NOW(), **payload)


def listener(role: Role = Role.DISPATCHER, **more: object):
    return make.make_staff(role, **more)


def test_a_desk_hears_its_own_extension_and_centre_and_nobody_elses(session, sign_in) -> None:
    me = listener(center=make.make_center("3101"), extension="8001")
    mine = [say("extension:3101/8001"), say("center:3101", "case", case=7)]
    for other in ("extension:3101/8002", "center:3201", "hospital:1", "role:hotline"):
        say(other)
    session.commit()
    answer = sign_in(me).get("/events?once=1")
    assert answer.mimetype == "text/event-stream"
    assert [(i, kind) for i, kind, _ in heard(answer)] == [
        (mine[0], "call"),
        (mine[1], "case"),
    ]
    assert heard(answer)[1][2]["case"] == 7


def test_after_a_break_only_what_was_missed_is_told(session, sign_in) -> None:
    me = listener(center=make.make_center("3101"))
    first, second, third = (say("center:3101", "case", case=n) for n in range(3))
    session.commit()
    browser = sign_in(me)
    missed = browser.get("/events?once=1", headers={"Last-Event-ID": str(first)})
    assert [i for i, _, _ in heard(missed)] == [second, third]
    since = browser.get(f"/events?once=1&since={second}")
    assert [i for i, _, _ in heard(since)] == [third]
    both = browser.get("/events?once=1&since=0", headers={"Last-Event-ID": str(third)})
    assert heard(both) == []


def test_who_does_not_say_what_it_saw_hears_the_last_minutes(session, sign_in) -> None:
    me = listener(center=make.make_center("3101"))
    say("center:3101", at=make.NOW() - stream.WITHOUT_ID - timedelta(seconds=5))
    new = say("center:3101")
    session.commit()
    for seen in ("", "nonsense"):
        answer = sign_in(me).get("/events?once=1", headers={"Last-Event-ID": seen})
        assert [i for i, _, _ in heard(answer)] == [new]


def test_an_open_line_goes_on_and_tells_each_event_once(session) -> None:
    now = [0.0]

    def pause(_: float) -> None:
        now[0] += 1
        if now[0] in (2, 3):
            say("t", "case", case=int(now[0]))
            session.commit()

    told = list(stream.tell(["t"], 0, once=False, pause=pause, clock=lambda: now[0]))
    events = [text for text in told if "event: case" in text]
    assert ['"case": 2' in events[0], '"case": 3' in events[1], len(events)] == [True, True, 2]
    assert told.count(": still here\n\n") >= 5
    assert now[0] > stream.LONGEST


def test_an_event_that_becomes_visible_late_is_not_lost(session) -> None:
    """PostgreSQL gives ids before commit: a lower id may appear after a higher one was told."""
    now = [0.0]
    late = LiveEvent(id=5, topic="t", kind="case", at=make.NOW(), payload={})
    session.add(LiveEvent(id=6, topic="t", kind="call", at=make.NOW(), payload={}))
    session.commit()

    def pause(_: float) -> None:
        now[0] += 1
        if now[0] == 2:
            session.add(late)
            session.commit()

    text = "".join(stream.tell(["t"], 4, once=False, pause=pause, clock=lambda: now[0]))
    assert text.index("id: 6") < text.index("id: 5")
    assert text.count("event: ") == 2


def test_a_stranger_hears_nothing(client) -> None:
    assert client.get("/events?once=1").status_code == 302


def test_the_topics_follow_the_role(session) -> None:
    center, other = make.make_center("3101"), make.make_center("3201")
    hospital = make.make_hospital()
    assert stream.topics_of(listener(Role.CREW, center=center)) == ["role:crew", "center:3101"]
    assert stream.topics_of(listener(Role.BILLING_DESK, hospital=hospital)) == [
        "role:billing_desk",
        f"hospital:{hospital.id}",
    ]
    assert set(stream.topics_of(listener(Role.HOTLINE))) == {
        "role:hotline",
        "center:3101",
        "center:3201",
    }
    supervisor = listener(Role.SUPERVISOR, supervised=[other])
    assert stream.topics_of(supervisor) == ["role:supervisor", "center:3201"]
