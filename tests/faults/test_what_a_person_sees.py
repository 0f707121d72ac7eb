"""A database that is not there, or gives up half way, as a browser, a telephone system's client, a
terminal and the log see it."""

from __future__ import annotations

import io
import json
import re

import pytest
from sqlalchemy import text

from guarantee.charges.stay import charged
from guarantee.edge.database_faults import DatabaseUnavailable, StorageFull
from tests import factories as make
from tests.charges.files import csv_bill, row
from tests.charges.situations import desk_of
from tests.faults.server import EndOnce, before_each, reported
from tests.faults.situation import assert_told, only_on_postgresql

SENTENCES = DatabaseUnavailable.words
DONE = 'class="notice tone-ok"'


@pytest.fixture(params=["sqlite", "postgresql"])
def lonely_app(request, another_app, tmp_path):
    """An application whose database is not there: a folder where the file should be, a port on
    which nobody listens."""
    here = {
        "sqlite": f"sqlite:///{tmp_path}",
        "postgresql": "postgresql+psycopg://127.0.0.1:1/nowhere",
    }
    return another_app(here[request.param])


@pytest.fixture
def lonely_browser(lonely_app):
    """Somebody who signed in while the database was there."""
    browser = lonely_app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = "a token"
    return browser


@pytest.mark.parametrize("path", ["/dispatch", "/", "/metrics"])
def test_a_page_says_in_both_languages_what_to_do_now(lonely_browser, path):
    page = lonely_browser.get(path)
    assert (page.status_code, page.content_type) == (503, "text/html; charset=utf-8")
    assert page.text.index(SENTENCES.zh) < page.text.index(SENTENCES.en)
    assert page.headers["Retry-After"] == "5"
    assert "400-120-0120" in page.text
    assert "psycopg" not in page.text
    assert "SELECT" not in page.text


def test_who_reads_english_sees_it_first(lonely_browser):
    page = lonely_browser.get("/dispatch?lang=en").text
    assert page.index(SENTENCES.en) < page.index(SENTENCES.zh)
    assert '<html lang="en">' in page


def test_a_part_of_a_page_says_it_where_the_page_says_things(lonely_browser):
    part = lonely_browser.get("/dispatch", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (503, "#said")
    assert "<html" not in part.text
    assert SENTENCES.zh in part.text


def test_the_pages_let_such_a_part_in(client):
    """Else htmx drops an answer that is an error, and the person sees nothing at all."""
    page = client.get("/login").text
    assert 'id="said"' in page
    config = json.loads(re.search(r"name=\"htmx-config\" content='(.+)'>", page)[1])
    first = next(each for each in config["responseHandling"] if re.search(each["code"], "503"))
    assert first["swap"] is True


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_api_answers_a_problem_in_the_callers_language(lonely_app, language):
    headers = {"Authorization": "Bearer t", "Accept-Language": language}
    for answer in (
        lonely_app.test_client().get("/api/v1/letters/3101000000000000", headers=headers),
        lonely_app.test_client().post("/api/v1/cases/1/letters", headers=headers),
    ):
        assert answer.content_type == "application/problem+json"
        assert (answer.status_code, answer.json["code"]) == (503, "database_unavailable")
        assert answer.json["title"] == DatabaseUnavailable().message(language)


def test_alive_but_not_ready(lonely_app):
    client = lonely_app.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["checks"]["database"]) == (503, False)


def test_a_command_says_so_and_ends_with_a_code_of_its_own(lonely_app):
    answer = lonely_app.test_cli_runner().invoke(args=["letters", "lapse", "--json"])
    assert answer.exit_code == 3
    told = json.loads(answer.stdout.splitlines()[-1])["error"]
    assert told == {"code": "database_unavailable", "zh": SENTENCES.zh, "en": SENTENCES.en}


@only_on_postgresql
def test_the_log_names_the_fault_and_nothing_of_what_was_asked(app, situation, capsys):
    with reported("53100", "letters"):
        assert_told(situation.issue(app), StorageFull)
    (line,) = [
        json.loads(one)
        for one in capsys.readouterr().err.splitlines()
        if one.startswith("{") and "database fault" in one
    ]
    line.pop("timestamp")
    assert line == {
        "event": "database fault",
        "level": "error",
        "code": "storage_full",
        "state": "53100",
        "attempt": 1,
        "again": False,
    }


def test_what_an_error_says_holds_no_values(session):
    with pytest.raises(Exception, match="hidden") as caught:
        session.execute(text("SELECT nothing WHERE 1 = :number"), {"number": "310101197203040011"})
    session.rollback()
    assert "310101197203040011" not in str(caught.value)


@pytest.fixture
def letter(session):
    made = make.make_presented_letter()
    session.commit()
    return made


def posting():
    return {
        "request_key": "form-1",
        "charged_on": make.NOW().date().isoformat(),
        "name": "CT 平扫",
        "quantity": "1",
        "unit_price_fen": "100.00",
        "in_scope": "甲",
    }


@only_on_postgresql
def test_nobody_is_told_done_by_what_was_taken_back(app, letter, sign_in):
    desk = sign_in(desk_of(letter))
    path = f"/hospital/letters/{letter.number}"
    with reported("53100", "audit_records"):
        assert desk.post(f"{path}/charges", data=posting()).status_code == 503
    page = desk.get(path)
    assert (page.status_code, DONE in page.text) == (200, False)
    assert charged(letter).lines == 0


@only_on_postgresql
def test_done_is_said_once_though_it_was_done_at_the_second_attempt(app, letter, sign_in):
    desk = sign_in(desk_of(letter))
    ending = EndOnce("FROM audit_head")  # after the view, before COMMIT
    path = f"/hospital/letters/{letter.number}"
    with before_each("before_cursor_execute", ending):
        answer = desk.post(f"{path}/charges", data=posting())
    assert (answer.status_code, bool(ending.ended)) == (303, True)
    assert desk.get(answer.location).text.count(DONE) == 1
    assert charged(letter).lines == 1


@only_on_postgresql
def test_a_file_is_read_again_from_its_beginning(app, letter, sign_in):
    desk = sign_in(desk_of(letter))
    ending = EndOnce("INSERT INTO pending_bills")
    with before_each("before_cursor_execute", ending):
        answer = desk.post(
            f"/hospital/letters/{letter.number}/charges/file",
            data={"file": (io.BytesIO(csv_bill(row("L-1"), row("L-2"))), "bill.csv")},
        )
    assert (answer.status_code, bool(ending.ended)) == (303, True)
    assert desk.get(answer.location).text.count("头孢曲松钠") >= 2
