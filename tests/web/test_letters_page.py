"""The letter's page: where it stands, its copies, its PDF, its history."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from guarantee.letters.lifecycle import void
from guarantee.letters.models import LetterPaper
from guarantee.letters.number import grouped
from guarantee.roles import Role
from tests import factories as make
from tests.web.test_dispatch import text

READERS = (
    Role.DISPATCHER,
    Role.CREW,
    Role.CENTER_FINANCE,
    Role.HOTLINE,
    Role.ALLIANCE_FINANCE,
    Role.AUDITOR,
)


@pytest.fixture
def letter(session):
    made = make.make_letter()
    session.commit()
    return made


def reader(letter, role=Role.DISPATCHER):
    return make.make_staff(role, center=letter.case.center)


@pytest.mark.parametrize("role", READERS)
def test_everybody_of_the_centre_and_the_alliance_can_read_it(letter, sign_in, role) -> None:
    page = text(sign_in(reader(letter, role)).get(f"/letters/{letter.number}"))
    assert letter.number[4:8] in page
    assert "1,000.00" in page
    assert "5,000.00" in page


def test_a_number_with_blanks_leads_to_the_same_page(letter, sign_in) -> None:
    answer = sign_in(reader(letter)).get(f"/letters/{grouped(letter.number)}")
    assert answer.location == f"/letters/{letter.number}"


def test_another_centres_letter_and_none_at_all_answer_alike(letter, sign_in) -> None:
    stranger = sign_in(make.make_staff(Role.DISPATCHER))
    for path in (f"/letters/{letter.number}", f"/letters/{letter.number}.pdf"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/letters/{letter.number}/void").status_code == 404
    finance = sign_in(make.make_staff(Role.CENTER_FINANCE))
    assert finance.post(f"/letters/{letter.number}/copies/1").status_code == 404


def test_a_mistyped_number_is_told_apart(letter, sign_in) -> None:
    wrong = f"{letter.number[:-1]}{(int(letter.number[-1]) + 1) % 10}"
    answer = sign_in(reader(letter)).get(f"/letters/{wrong}")
    assert (answer.status_code, "bad_number" in text(answer)) == (422, True)


def test_a_reprint_is_byte_for_byte_the_same_and_counted(session, letter, sign_in) -> None:
    desk = sign_in(reader(letter))
    first = desk.get(f"/letters/{letter.number}.pdf")
    second = desk.get(f"/letters/{letter.number}.pdf")
    assert first.data[:5] == b"%PDF-"
    assert first.data == second.data
    session.expire_all()
    assert session.scalar(select(LetterPaper.printed)) == 2
    page = text(desk.get(f"/letters/{letter.number}"))
    assert "重印四联" in page
    assert "×2" in page


def test_one_copy_can_be_printed_and_a_fifth_is_not_there(letter, sign_in) -> None:
    desk = sign_in(reader(letter))
    single = desk.get(f"/letters/{letter.number}.pdf?copy=2")
    assert single.data[:5] == b"%PDF-"
    assert f"{letter.number}-2.pdf" in single.headers["Content-Disposition"]
    assert desk.get(f"/letters/{letter.number}.pdf?copy=5").status_code == 404


def test_voiding_needs_a_reason_and_happens_once(session, letter, sign_in) -> None:
    desk = sign_in(reader(letter))
    url = f"/letters/{letter.number}/void"
    empty = desk.post(url, data={"reason": ""})
    assert (empty.status_code, "missing" in text(empty)) == (422, True)
    assert desk.post(url, data={"reason": "姓名写错"}).status_code == 303
    assert desk.post(url, data={"reason": "姓名写错"}).status_code == 409
    page = text(desk.get(f"/letters/{letter.number}"))
    assert "已作废：姓名写错" in page
    assert "释放回保额" in page


def test_the_crew_voids_nothing(letter, sign_in) -> None:
    crew = sign_in(reader(letter, Role.CREW))
    assert crew.post(f"/letters/{letter.number}/void", data={"reason": "x"}).status_code == 403
    assert "/void" not in text(crew.get(f"/letters/{letter.number}"))


def test_a_presented_letter_is_not_voided(session, sign_in) -> None:
    letter = make.make_presented_letter()
    session.commit()
    desk = sign_in(reader(letter))
    assert "/void" not in text(desk.get(f"/letters/{letter.number}"))
    answer = desk.post(f"/letters/{letter.number}/void", data={"reason": "x"})
    assert (answer.status_code, "wrong_state" in text(answer)) == (409, True)


def test_the_way_back_leads_only_to_our_own_pages(letter, sign_in) -> None:
    form = {"reason": "错误", "next": "//evil.example/"}
    answer = sign_in(reader(letter)).post(f"/letters/{letter.number}/void", data=form)
    assert answer.location == f"/letters/{letter.number}"


def test_finance_says_where_a_copy_is(session, letter, sign_in) -> None:
    finance = sign_in(reader(letter, Role.CENTER_FINANCE))
    url = f"/letters/{letter.number}/copies/3"
    assert finance.post(url, data={"event": "signed"}).status_code == 303
    assert finance.post(url, data={"event": "printed"}).status_code == 422
    assert finance.post(url, data={"event": "mailed"}).status_code == 409
    assert finance.post(f"/letters/{letter.number}/copies/9").status_code == 404
    session.expire_all()
    assert letter.copies[2].state == "signed"


def test_a_voided_letter_and_the_one_that_replaced_it_name_each_other(session, sign_in) -> None:
    case = make.make_verified_case()
    old = make.make_letter(case=case)
    void(letter=old, reason="写错医院", by=case.opened_by, at=make.NOW())
    new = make.make_letter(case=case)
    session.commit()
    desk = sign_in(reader(old))
    before = desk.get(f"/letters/{old.number}.pdf").data
    assert f'href="/letters/{new.number}"' in text(desk.get(f"/letters/{old.number}"))
    assert f'href="/letters/{old.number}"' in text(desk.get(f"/letters/{new.number}"))
    assert desk.get(f"/letters/{old.number}.pdf").data == before  # as issued, voided or not
