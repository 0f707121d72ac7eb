"""The copies' desk: scanning one after another, and what is not back before Monday."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from guarantee.business_time import business_day, now, week_of
from guarantee.letters.copies import note_copy
from guarantee.letters.lifecycle import lapse, void
from guarantee.letters.models import CopyEvent
from guarantee.letters.snapshot import content_of
from guarantee.roles import Role
from tests.charges.situations import post, ride
from tests.factories import make_center, make_letter, make_staff, make_verified_case
from tests.web.test_dispatch import text


@pytest.fixture
def letter(session):
    made = make_letter()
    session.commit()
    return made


def scan(browser, code, event, **more):
    """What the desk shows after this scan."""
    sent = browser.post("/copies", data={"code": code, "event": event, **more})
    assert sent.status_code == 303, text(sent)
    return text(browser.get(sent.location))


def test_a_scan_says_which_copy_where_it_was_where_it_is_and_who_has_it(letter, sign_in):
    crew = sign_in(make_staff(Role.CREW, center=letter.case.center))
    page = scan(crew, letter.copies[2].code, "signed")
    assert "第 3 联" in page
    assert letter.hospital.name in page
    assert "车组（带回途中）" in page
    for state in ("已打印", "已签收"):
        assert state in page.split("copy-move")[1].split("copy-holder")[0]


def test_scans_follow_one_another_and_stay_on_the_page(session, letter, sign_in):
    finance = sign_in(make_staff(Role.CENTER_FINANCE, center=letter.case.center))
    codes = [copy.code for copy in letter.copies]
    page = scan(finance, codes[2], "signed")
    page = scan(finance, codes[3].lower().replace("-", ""), "signed", codes=codes[2])
    assert page.count('data-label="联号"') == 2
    assert page.index(codes[3]) < page.index(codes[2])
    assert page.split('id="event"')[1].split("selected")[0].endswith('"signed" ')


def test_the_seal_itself_can_be_scanned(session, letter, sign_in):
    desk = sign_in(make_staff(Role.BILLING_DESK, hospital=letter.hospital))
    assert "第 1 联" in scan(desk, content_of(letter).copies[0].qr_text, "signed")
    session.expire_all()
    assert letter.copies[0].state == "signed"


def test_the_next_state_is_a_key_away(session, letter, sign_in):
    finance = sign_in(make_staff(Role.CENTER_FINANCE, center=letter.case.center))
    page = scan(finance, letter.copies[2].code, "signed")
    assert 'name="then" value="returned" data-key="F8"' in page
    page = scan(finance, letter.copies[2].code, "signed", then="returned")
    assert "急救中心财务" in page
    assert 'value="mailed" data-key="F8"' in page
    session.expire_all()
    assert [one.event for one in letter.copies[2].events] == ["signed", "returned"]


def test_a_state_that_the_table_forbids_is_refused_with_where_the_copy_is(session, letter, sign_in):
    finance = sign_in(make_staff(Role.CENTER_FINANCE, center=letter.case.center))
    refused = finance.post("/copies", data={"code": letter.copies[2].code, "event": "mailed"})
    page = text(refused)
    assert (refused.status_code, "wrong_state" in page) == (409, True)
    assert "车组或急救中心（未交出）" in page
    session.expire_all()
    assert letter.copies[2].state == "printed"


def test_another_desks_step_is_refused_and_says_whose_it_is(letter, sign_in):
    hq = sign_in(make_staff(Role.ALLIANCE_FINANCE))
    refused = hq.post("/copies", data={"code": letter.copies[2].code, "event": "signed"})
    page = text(refused)
    assert (refused.status_code, "not_for_your_desk" in page) == (403, True)
    assert "医院收费处" in page


def test_the_same_scan_again_notes_nothing_new(session, letter, sign_in):
    crew = sign_in(make_staff(Role.CREW, center=letter.case.center))
    for _ in range(2):
        scan(crew, letter.copies[0].code, "handed_over")
    assert session.scalar(select(func.count(CopyEvent.id))) == 1


def test_only_looking_notes_nothing(session, letter, sign_in):
    hotline = sign_in(make_staff(Role.HOTLINE))
    assert "车组或急救中心（未交出）" in scan(hotline, letter.copies[3].code, "look")
    assert session.scalar(select(func.count(CopyEvent.id))) == 0


@pytest.mark.parametrize("typed", ["C1-0000-0000-00", "GL1:NOTHING", "<b>x</b>", "é", "%"])
def test_a_code_of_nobodys_is_refused_beside_the_field(letter, sign_in, typed):
    crew = sign_in(make_staff(Role.CREW, center=letter.case.center))
    answer = crew.post("/copies", data={"code": typed, "event": "signed"})
    assert answer.status_code in (404, 422)
    assert "<b>x</b>" not in text(answer)


def test_another_centres_copy_is_not_there_by_code_by_seal_or_by_address(letter, sign_in):
    stranger = sign_in(make_staff(Role.CREW))
    code = letter.copies[0].code
    for typed in (code, content_of(letter).copies[0].qr_text):
        refused = stranger.post("/copies", data={"code": typed, "event": "signed"})
        assert (refused.status_code, letter.number in text(refused)) == (404, False)
    page = text(stranger.get(f"/copies?codes={code}"))
    assert letter.hospital.name not in page


def test_the_letters_page_says_who_has_each_copy_and_what_happened_to_it(letter, sign_in):
    person = make_staff(Role.CREW, center=letter.case.center, display_name="车组王五")
    scan(sign_in(person), letter.copies[1].code, "handed_over")
    page = text(sign_in(person).get(f"/letters/{letter.number}"))
    assert "现在谁手里" in page
    second = page.split(letter.copies[1].code)[1].split(letter.copies[2].code)[0]
    assert "患者" in second
    assert "车组王五" in second


def this_week():
    return week_of(business_day(now()))


def test_copies_3_and_4_are_listed_until_they_are_back(session, sign_in):
    finance = make_staff(Role.CENTER_FINANCE)
    case = make_verified_case(center=finance.center)
    letter, foreign = make_letter(case=case), make_letter()
    session.commit()
    browser = sign_in(finance)
    page = text(browser.get("/copies/out"))
    assert "第三、四联未收回 2 份" in page
    assert [copy.code in page for copy in letter.copies] == [False, False, True, True]
    assert foreign.copies[2].code not in page
    for event in ("signed", "returned"):
        scan(browser, letter.copies[2].code, event)
    page = text(browser.get("/copies/out"))
    assert [copy.code in page for copy in letter.copies] == [False, False, False, True]
    assert "第三、四联未收回 1 份" in page
    assert letter.copies[3].code not in text(browser.get("/copies/out?week=2020-W01"))


def test_a_voided_letter_and_an_unused_lapsed_one_are_not_waited_for(session, sign_in):
    center = make_center()
    voided, unused, used = (make_letter(case=make_verified_case(center=center)) for _ in range(3))
    hotline, at = make_staff(Role.HOTLINE), now()
    void(letter=voided, reason="写错", by=hotline, at=at)
    post(used, ride(40_000), at=at)
    for one in (unused, used):
        assert lapse(letter=one, by=hotline, at=one.lapses_at + timedelta(minutes=1))
    session.commit()
    page = text(sign_in(make_staff(Role.CENTER_FINANCE, center=center)).get("/copies/out"))
    assert used.copies[2].code in page
    assert not any(one.copies[2].code in page for one in (voided, unused))


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.CENTER_FINANCE, Role.ALLIANCE_FINANCE])
def test_the_list_goes_into_a_table_and_is_linked_from_mondays_page(session, sign_in, role):
    center = make_center()
    letter = make_letter(case=make_verified_case(center=center))
    crew = make_staff(Role.CREW, center=center, display_name="车组王五")
    note_copy(copy=letter.copies[3], event="signed", by=crew, at=now())
    session.commit()
    who = (
        make_staff(role, supervised=[center])
        if role == Role.SUPERVISOR
        else make_staff(role, **({"center": center} if role == Role.CENTER_FINANCE else {}))
    )
    browser = sign_in(who)
    assert 'href="/copies/out"' in text(browser.get("/finance"))
    table = load_workbook(
        io.BytesIO(browser.get(f"/copies/out?export=xlsx&week={this_week()}").data)
    ).active
    rows = [tuple(cell for cell in row) for row in table.iter_rows(values_only=True)]
    assert [row[5] for row in rows if letter.number in row] == [
        copy.code for copy in letter.copies[2:]
    ]
    assert any("车组（带回途中）" in row and "车组王五" in row for row in rows)
