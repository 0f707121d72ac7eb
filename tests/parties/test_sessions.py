"""Who works stays signed in; who left, or has worked for too long, does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event

from guarantee.business_time import now
from guarantee.db import db
from guarantee.roles import Role
from tests.factories import make_staff


def is_signed_in(browser):
    return browser.get("/account").status_code == 200


@pytest.fixture
def desk(sign_in, session):
    return sign_in(make_staff(Role.HOTLINE))


def test_who_works_every_hour_stays_signed_in_through_the_shift(desk):
    start = now()
    for hour in range(1, 12):
        with time_machine.travel(start + timedelta(hours=hour), tick=False):
            assert is_signed_in(desk), f"after {hour} hours"
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=False):
        assert not is_signed_in(desk)


def test_posting_keeps_a_session_awake_too(desk):
    start = now()
    with time_machine.travel(start + timedelta(minutes=110), tick=False):
        assert desk.post("/account/language", data={"language": "en"}).status_code < 400
    with time_machine.travel(start + timedelta(minutes=220), tick=False):
        assert is_signed_in(desk)


def test_who_was_away_for_more_than_two_hours_signs_in_again(desk):
    with time_machine.travel(now() + timedelta(hours=2, minutes=1), tick=False):
        assert not is_signed_in(desk)


def test_not_every_click_is_written(desk):
    written = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE staff_sessions"):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    for _ in range(3):
        assert is_signed_in(desk)
    assert written == []
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        assert is_signed_in(desk)
        assert is_signed_in(desk)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(written) == 1
