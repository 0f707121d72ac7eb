from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from guarantee.audit import AuditRecord
from guarantee.business_time import business_day, now, week_of
from guarantee.letters import number as numbers
from guarantee.letters.guesses import MOST_FAILED, CheckAttempt, note_guess
from guarantee.letters.lifecycle import void
from guarantee.letters.snapshot import content_of
from guarantee.roles import Role
from tests.charges.files import grid_of
from tests.charges.situations import desk_of, ended, line, post
from tests.factories import (
    make_enrolment,
    make_letter,
    make_member,
    make_presented_letter,
    make_staff,
    make_verified_case,
)
from tests.settlement.hospital_scenes import Stays


@pytest.fixture
def letter(session):
    return make_letter()


@pytest.fixture
def desk(letter, sign_in):
    """The browser at the billing desk of the letter's hospital."""
    return sign_in(desk_of(letter))


def look_up(desk, typed):
    return desk.get("/hospital", query_string={"find": typed})


def test_the_field_has_the_focus_and_the_empty_list_says_what_will_appear(session, sign_in):
    page = sign_in(make_staff(Role.BILLING_DESK)).get("/hospital").text
    assert page.index('id="find"') < page.index("autofocus")
    assert "还没有开给本院的担保函" in page


@pytest.mark.parametrize("typed", ["plain", "grouped", "full_width", "hyphens"])
def test_a_number_typed_in_any_way_leads_to_its_letter(desk, letter, typed):
    spelled = {
        "plain": letter.number,
        "grouped": numbers.grouped(letter.number),
        "full_width": "".join(chr(ord(c) + 0xFEE0) for c in letter.number),
        "hyphens": numbers.grouped(letter.number).replace(" ", "-"),
    }
    answer = look_up(desk, spelled[typed])
    assert answer.status_code == 303
    page = desk.get(answer.location).text
    assert "可凭此函收治" in page
    assert "接收担保函" in page


def test_a_copys_code_and_a_scanned_seal_lead_to_the_letter_too(desk, letter):
    content = content_of(letter)
    for typed in (
        content.copies[0].code,
        content.copies[2].code.lower(),
        content.copies[1].qr_text,
    ):
        answer = look_up(desk, typed)
        assert answer.status_code == 303, typed
        assert f"/hospital/letters/{letter.number}" in answer.location


def test_a_mistyped_number_is_told_from_an_unknown_one(desk, letter, session):
    swapped = letter.number[:-2] + letter.number[-1] + letter.number[-2]
    wrong = look_up(desk, swapped if swapped != letter.number else letter.number[:-1] + "x")
    assert wrong.status_code == 422
    assert "号码输入有误" in wrong.text
    assert session.scalar(select(func.count(CheckAttempt.id))) == 0
    unknown = look_up(desk, numbers.new("3101"))
    assert unknown.status_code == 404
    assert "没有查到这份担保函" in unknown.text
    assert session.scalar(select(func.count(CheckAttempt.id))) == 1


def test_another_hospitals_letter_looks_like_one_that_does_not_exist(desk, session):
    other = make_letter()
    session.commit()
    answers = [look_up(desk, other.number), look_up(desk, numbers.new("3101"))]
    assert {answer.status_code for answer in answers} == {404}
    said = [
        a.text.split('class="verdict')[1].split("您输入")[0].split("输入的是")[0] for a in answers
    ]
    assert said[0] == said[1]
    assert desk.get(f"/hospital/letters/{other.number}").status_code == 404


def test_whoever_tries_numbers_at_a_desk_has_to_wait(desk, letter, session):
    for _ in range(MOST_FAILED):
        look_up(desk, numbers.new("3101"))
    assert look_up(desk, letter.number).status_code == 429
    assert desk.get("/hospital").status_code == 200


@pytest.mark.parametrize(
    ("state", "because"),
    [("voided", "已作废"), ("lapsed", "已失效"), ("closed", "结案")],
)
def test_a_letter_that_has_ended_says_call_the_hotline_and_why(
    desk, letter, session, state, because
):
    ended(letter, state, now())
    session.commit()
    page = desk.get(f"/hospital/letters/{letter.number}").text
    assert "请致电联盟热线" in page
    assert because in page
    assert "400-120-0120" in page
    assert "/accept" not in page


def test_a_provisional_letter_is_not_for_admission(desk, letter, session):
    letter.provisional = True
    letter.in_hospital_fen = letter.total_in_hospital_fen = 0
    session.commit()
    answer = desk.post(f"/hospital/letters/{letter.number}/accept")
    assert answer.status_code == 409
    assert "临时担保函" in answer.text


def test_a_letter_with_no_cover_left_for_the_hospital_says_call(session, sign_in):
    case = make_verified_case(enrolment=make_enrolment(sum_insured_fen=100_000))
    letter = make_letter(case=case)
    page = sign_in(desk_of(letter)).get(f"/hospital/letters/{letter.number}").text
    assert "没有院内担保额度" in page


def test_accepting_makes_it_irrevocable_and_twice_is_once(desk, letter, session):
    for _ in range(2):
        answer = desk.post(f"/hospital/letters/{letter.number}/accept")
        assert answer.status_code == 303
    session.expire_all()
    assert letter.state == "presented"
    page = desk.get(answer.location).text
    assert "不可撤销" in page


def test_refusing_needs_a_reason_and_calls_the_hotline_in(desk, letter, session):
    without = desk.post(f"/hospital/letters/{letter.number}/refuse", data={"reason": " "})
    assert without.status_code == 422
    assert "请填写原因" in without.text
    answer = desk.post(f"/hospital/letters/{letter.number}/refuse", data={"reason": "床位已满"})
    assert answer.status_code == 303
    assert "10 分钟" in desk.get(answer.location).text
    session.expire_all()
    assert letter.state == "issued"


def test_a_letter_can_be_handed_back_until_something_is_used(session, sign_in):
    letter = make_presented_letter()
    desk = sign_in(desk_of(letter))
    post(letter, line(charged_on=now().date()), at=now())
    session.commit()
    path = f"/hospital/letters/{letter.number}/hand-back"
    refused = desk.post(path, data={"reason": "转院"})
    assert refused.status_code == 409
    assert "已有扣用" in refused.text
    other = make_presented_letter(hospital=letter.hospital)
    session.commit()
    done = desk.post(f"/hospital/letters/{other.number}/hand-back", data={"reason": "转院"})
    assert done.status_code == 303
    session.expire_all()
    assert (letter.state, other.state) == ("presented", "issued")


def test_the_list_has_only_this_hospitals_letters_and_finds_them(session, sign_in):
    mine = make_letter(case=make_verified_case(enrolment=make_enrolment(make_member("王小明"))))
    also = make_letter(
        hospital=mine.hospital,
        case=make_verified_case(enrolment=make_enrolment(make_member("李大海"))),
    )
    other = make_letter()
    void(letter=also, reason="写错", by=make_staff(Role.HOTLINE), at=now())
    desk = sign_in(desk_of(mine))

    def listed(**query):
        page = desk.get("/hospital", query_string=query).text
        return {one.number for one in (mine, also, other) if f"letters/{one.number}" in page}

    assert listed() == {mine.number, also.number}
    assert listed(state="voided") == {also.number}
    assert listed(q="王小") == {mine.number}
    assert listed(q=also.number[4:12]) == {also.number}
    by_its_digits = {number for number in (mine.number, also.number) if "100" in number}
    assert listed(q="100%_") == by_its_digits  # mostly nobody: "%" and "_" stand for themselves
    page = desk.get("/hospital").text
    assert "王*" in page
    assert "王小明" not in page


def test_the_list_is_exported_with_its_figures(session, sign_in):
    letter = make_presented_letter()
    post(letter, line(120_000, charged_on=now().date()), at=now())
    answer = sign_in(desk_of(letter)).get("/hospital?export=xlsx")
    grid = grid_of(answer.data)
    assert grid[0][:3] == ["担保函号", "持函人", "状态"]
    assert grid[1][0] == numbers.grouped(letter.number)
    assert [float(cell) for cell in grid[1][5:8]] == [5000, 1200, 0]


def test_looking_at_a_letter_is_audited(desk, letter, session):
    desk.get(f"/hospital/letters/{letter.number}")
    seen = select(AuditRecord).where(
        AuditRecord.action == "letter viewed", AuditRecord.subject == f"letter:{letter.number}"
    )
    assert session.scalars(seen).one()


def test_the_desk_reads_in_english(desk, letter):
    page = desk.get(f"/hospital/letters/{letter.number}?lang=en").text
    assert "You may admit on this" in page
    assert "Accept the letter" in page


def test_a_guess_is_counted_by_account_not_by_the_hospitals_address(letter, session, sign_in):
    busy, calm = desk_of(letter), desk_of(letter)
    for _ in range(MOST_FAILED):
        note_guess(f"staff:{busy.id}", False, now())
    assert look_up(sign_in(busy), letter.number).status_code == 429
    assert look_up(sign_in(calm), letter.number).status_code == 303


def test_the_desk_sees_how_fast_its_hospital_has_been_paid(session, sign_in):
    stays, at = Stays(), now()
    before = at - timedelta(days=14)
    stays.closed(100_000, at=before)
    batch = stays.opened(week=week_of(business_day(before)), at=at - timedelta(days=6))
    stays.paid(batch, on=(business_day(at) - timedelta(days=3)).isoformat())
    waiting = make_letter(hospital=stays.hospital)
    desk = sign_in(stays.desk)
    for path in ("/hospital", f"/hospital/letters/{waiting.number}"):
        assert "结案到账中位数 11 天（1 份担保函）" in desk.get(path).text
    newcomer = sign_in(make_staff(Role.BILLING_DESK))
    assert "暂无付款记录" in newcomer.get("/hospital").text
