from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from guarantee.business_time import now
from guarantee.letters import number as numbers
from guarantee.letters.guesses import MOST_FAILED, CheckAttempt
from guarantee.letters.issue import issue
from guarantee.letters.lifecycle import void
from guarantee.roles import Role
from tests.charges.situations import line, post
from tests.charges.test_posting import top_up
from tests.factories import SETTINGS, make_letter, make_presented_letter, make_staff


@pytest.fixture
def letter(session):
    made = make_letter()
    session.commit()
    return made


def test_anyone_may_check_a_number_and_learns_the_least(client, letter):
    page = client.get(f"/verify/{letter.number}")
    assert page.status_code == 200
    assert "可凭此函收治" in page.text
    for told in ("王*", letter.case.center.name_zh, letter.hospital.name, "5,000.00"):
        assert told in page.text
    member = letter.case.member
    for kept in (member.name, member.document_number, letter.case.enrolment.card_number):
        assert kept not in page.text
    assert "99,000" not in page.text


def test_the_form_leads_to_the_numbers_own_address(client, letter):
    answer = client.get("/verify", query_string={"number": numbers.grouped(letter.number)})
    assert answer.status_code == 303
    assert answer.location.endswith(f"/verify/{letter.number}")


def test_the_page_says_nothing_of_what_was_used(client, session):
    letter = make_presented_letter()
    post(letter, line(123_400, charged_on=now().date()), at=now())
    session.commit()
    page = client.get(f"/verify/{letter.number}").text
    assert "1,234.00" not in page
    assert "3,766.00" not in page


def test_a_mistyped_number_is_not_looked_up_nor_counted(client, letter, session):
    for path in ("/verify?number=123", f"/verify/{letter.number[:-1]}x"):
        answer = client.get(path)
        assert answer.status_code == 422
        assert "号码输入有误" in answer.text
    assert session.scalar(select(func.count(CheckAttempt.id))) == 0


def test_an_unknown_number_is_not_ours(client, letter):
    answer = client.get(f"/verify/{numbers.new('3101')}")
    assert answer.status_code == 404
    assert "不是本联盟的有效担保函" in answer.text


def test_a_voided_letter_names_the_one_that_took_its_place(client, letter, session):
    void(letter=letter, reason="写错医院", by=make_staff(Role.HOTLINE), at=now())
    new = issue(
        case=letter.case,
        hospital=letter.hospital,
        channel="center",
        by=letter.case.opened_by,
        at=now(),
        settings=SETTINGS,
    ).letter
    session.commit()
    page = client.get(f"/verify/{letter.number}").text
    assert "请致电联盟热线" in page
    assert "已作废" in page
    assert "写错医院" not in page
    plain = re.sub(r"<[^>]+>|\s", "", page)
    assert new.number in plain


def test_an_older_number_answers_with_the_current_total(client, session):
    letter = make_presented_letter()
    amendment = top_up(letter, 250_000, now())
    session.commit()
    for number in (letter.number, amendment.number):
        assert "7,500.00" in client.get(f"/verify/{number}").text
    old = client.get(f"/verify/{letter.number}").text
    assert amendment.number in re.sub(r"<[^>]+>|\s", "", old)
    assert "不可相加" in old


def test_whoever_tries_numbers_has_to_wait_and_others_do_not(app, client, letter):
    for _ in range(MOST_FAILED):
        assert client.get(f"/verify/{numbers.new('3101')}").status_code == 404
    refused = client.get(f"/verify/{letter.number}")
    assert refused.status_code == 429
    assert "too_many_requests" in refused.text
    elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    answer = client.get(f"/verify/{letter.number}", environ_overrides=elsewhere)
    assert answer.status_code == 200


def test_the_check_reads_in_english(client, letter):
    page = client.get(f"/verify/{letter.number}?lang=en").text
    assert "You may admit on this" in page
    assert "Checked online" in page
