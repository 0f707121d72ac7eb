"""Signing in and out, and one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guarantee.audit import AuditRecord
from guarantee.business_time import now
from guarantee.parties.attempts import FailedAttempt
from guarantee.parties.sessions import StaffSession
from guarantee.parties.staff import Staff, password_is
from guarantee.roles import Role
from guarantee.web.navigation import home_of
from tests.factories import PASSWORD, make_staff

Browser = Callable[[Staff], FlaskClient]


def try_to_sign_in(client: FlaskClient, username: str, password: str, **more: str) -> object:
    return client.post("/login", data={"username": username, "password": password, **more})


def test_somebody_signs_in_and_comes_to_their_desk(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    admin = make_staff(Role.ADMIN)
    session.commit()
    answer = try_to_sign_in(client, admin.username, PASSWORD)
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    rows = session.scalars(select(StaffSession)).all()
    assert [row.staff_id for row in rows] == [admin.id]
    assert session.scalar(select(AuditRecord.action)) == "signed in"


def test_the_front_door_sends_a_stranger_to_the_sign_in_and_staff_to_their_desk(
    app: Flask, session: Session, client: FlaskClient, sign_in: Browser
) -> None:
    assert client.get("/").location == "/login"
    admin = make_staff(Role.ADMIN)
    browser = sign_in(admin)
    with app.test_request_context():
        assert browser.get("/").location == home_of(Role.ADMIN)


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(
    session: Session, client: FlaskClient
) -> None:
    known = make_staff(Role.HOTLINE)
    session.commit()
    wrong = try_to_sign_in(client, known.username, "not the password")
    unknown = try_to_sign_in(client, "nobody-at-all", "not the password")
    assert wrong.status_code == unknown.status_code == 404
    texts = [answer.get_data(as_text=True) for answer in (wrong, unknown)]
    own = re.compile(r"(nobody-at-all|" + known.username + r"|[\w.-]{16,})")  # and the tokens
    assert own.sub("…", texts[0]) == own.sub("…", texts[1])
    assert "bad_sign_in" in texts[0]


def test_a_password_is_never_written_back_into_the_form(client: FlaskClient) -> None:
    answer = try_to_sign_in(client, "somebody", "a secret typed by mistake")
    assert "a secret typed by mistake" not in answer.get_data(as_text=True)


def test_a_disabled_account_is_not_let_in(session: Session, client: FlaskClient) -> None:
    gone = make_staff(Role.HOTLINE, active=False)
    session.commit()
    assert try_to_sign_in(client, gone.username, PASSWORD).status_code == 404


def test_after_five_wrong_passwords_the_right_one_must_wait_too(
    session: Session, client: FlaskClient
) -> None:
    person = make_staff(Role.HOTLINE)
    session.commit()
    for _ in range(5):
        assert try_to_sign_in(client, person.username, "wrong wrong wrong").status_code == 404
    stopped = try_to_sign_in(client, person.username, PASSWORD)
    assert stopped.status_code == 403
    assert "too_many_attempts" in stopped.get_data(as_text=True)
    assert session.scalar(select(func.count(FailedAttempt.id))) == 15
    names = session.scalars(select(FailedAttempt.mark)).all()
    assert not any(person.username in name for name in names)


def test_failures_of_a_quarter_of_an_hour_ago_are_forgiven(
    session: Session, client: FlaskClient
) -> None:
    person = make_staff(Role.HOTLINE)
    session.commit()
    for _ in range(5):
        try_to_sign_in(client, person.username, "wrong wrong wrong")
    session.execute(FailedAttempt.__table__.update().values(at=now() - timedelta(minutes=16)))
    session.commit()
    assert try_to_sign_in(client, person.username, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"]
)
def test_signing_in_leads_nowhere_else(
    session: Session, client: FlaskClient, elsewhere: str
) -> None:
    person = make_staff(Role.ADMIN)
    session.commit()
    answer = try_to_sign_in(client, person.username, PASSWORD, next=elsewhere)
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert "evil" not in answer.location


def test_signing_in_leads_back_to_the_page_that_asked_for_it(
    session: Session, client: FlaskClient
) -> None:
    person = make_staff(Role.ADMIN)
    session.commit()
    asked = client.get("/admin/staff?q=wang")
    assert asked.location == "/login?next=/admin/staff?q%3Dwang"
    answer = try_to_sign_in(client, person.username, PASSWORD, next="/admin/staff?q=wang")
    assert answer.location == "/admin/staff?q=wang"


def test_signing_out_ends_the_session_in_the_table_not_only_in_the_browser(
    session: Session, sign_in: Browser
) -> None:
    browser = sign_in(make_staff(Role.ADMIN))
    with browser.session_transaction() as cookie:
        kept = dict(cookie)
    assert browser.post("/logout").location == "/login"
    with browser.session_transaction() as cookie:
        cookie.update(kept)  # somebody kept a copy of the cookie
    assert browser.get("/account").status_code == 302


def test_a_new_password_needs_the_present_one_and_ends_every_session(
    session: Session, sign_in: Browser
) -> None:
    person = make_staff(Role.CREW)
    browser = sign_in(person)
    other = sign_in(person)
    new = "a sentence that I remember"

    def change(present: str, password: str, again: str) -> object:
        form = {"present": present, "password": password, "again": again}
        return browser.post("/account/password", data=form)

    for form, code in (
        (("wrong", new, new), "wrong_password"),
        ((PASSWORD, new, new + "x"), "passwords_differ"),
        ((PASSWORD, "short", "short"), "password_too_short"),
    ):
        answer = change(*form)
        assert answer.status_code == 422
        assert code in answer.get_data(as_text=True)
    assert change(PASSWORD, new, new).location == "/login"
    session.expire_all()
    assert password_is(session.get(Staff, person.id), new)
    assert other.get("/account").status_code == 302


def test_the_account_page_says_who_one_is_and_keeps_the_language(
    session: Session, sign_in: Browser
) -> None:
    person = make_staff(Role.DISPATCHER, display_name="李坐席")
    browser = sign_in(person)
    page = browser.get("/account").get_data(as_text=True)
    assert "李坐席" in page
    assert "坐席" in page
    browser.post("/account/language", data={"language": "en"})
    session.expire_all()
    assert session.get(Staff, person.id).language == "en"
    assert "My account" in browser.get("/account").get_data(as_text=True)
