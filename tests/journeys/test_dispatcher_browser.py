"""From the ring to the number with the keyboard alone: the pop, the member, the crew's report,
the hospital, the number, large, to be read aloud."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from guarantee.cases.intake import take_call
from guarantee.cases.models import Case, Method
from guarantee.cases.verification import exclusions_of, verify
from guarantee.letters.models import Letter
from guarantee.letters.number import grouped, spoken
from guarantee.roles import Role
from tests import factories as make
from tests.factories import PASSWORD
from tests.live import complaints, sign_in

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def house(session):
    """A centre with a dispatcher and a crew, a network hospital, a family with one telephone."""
    center = make.make_center("3101")
    make.make_hospital("仁济医院")
    product = make.make_product(make.make_insurer("ALPHA"))
    for name in ("王伟", "王小雨"):
        make.make_enrolment(make.make_member(name, phone="13812345678"), product=product)
    people = {
        "dispatcher": make.make_staff(
            Role.DISPATCHER, center=center, extension="8001", username="dispatcher"
        ),
        "crew": make.make_staff(Role.CREW, center=center, username="crew"),
    }
    session.commit()
    return people


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)
            self.pressed += 1


def crew_reports_all_clear(session, case: Case, crew) -> None:
    clauses = exclusions_of(case, at=make.NOW())
    verify(
        case=case,
        method=Method.DOCUMENT,
        document_type_text=case.member.document_type,
        document_number=case.member.document_number,
        condition_in_scope=True,
        answers={c.code: False for c in clauses.clauses},
        exclusions_version=clauses.label,
        by=crew,
        at=make.NOW(),
        provisional_for=timedelta(hours=24),
    )
    session.commit()


def test_from_the_pop_to_the_number_in_at_most_eight_keys(
    session, house, address, context: BrowserContext
) -> None:
    page = context.new_page()
    sign_in(page, address, "dispatcher", PASSWORD)
    expect(page.get_by_text("没有未结案例")).to_be_visible()

    take_call(
        call_id="c-1",
        center=house["dispatcher"].center,
        extension="8001",
        caller="+86 138 1234 5678",
        at=make.NOW(),
    )
    session.commit()
    page.wait_for_url("**/dispatch?call=*")  # the card pops up by itself
    expect(page.locator("label.person")).to_have_count(3)  # the family, and "not known yet"
    expect(page.locator("input:checked[name=member]")).to_have_count(0)
    assert complaints(page) == []

    keys = Keys(page)
    keys.press("1", "a", "F9")  # who it is, an accident, open the case
    page.wait_for_url("**/dispatch/cases/*")
    assert complaints(page) == []
    session.expire_all()
    case = session.scalar(select(Case))
    crew_reports_all_clear(session, case, house["crew"])
    expect(page.get_by_text("送往哪家医院")).to_be_visible()  # the page moved on by itself
    assert complaints(page) == []

    page.locator("body").press("1")
    keys.pressed += 1
    keys.press("F9")
    expect(page.locator(".issued")).to_be_visible()
    session.expire_all()
    letter = session.scalar(select(Letter))
    shown = page.locator(".issued .letter-number")
    assert " ".join(shown.inner_text().split()) == grouped(letter.number)
    expect(page.get_by_text(spoken(letter.number))).to_be_visible()
    assert complaints(page) == []
    assert keys.pressed <= 8
    fits = "document.documentElement.scrollHeight <= innerHeight"
    assert page.evaluate(fits), "the desk scrolls at 1366 by 768"


def test_the_word_of_the_crew_is_entered_by_keyboard_and_a_wrong_one_is_mended(
    session, house, address, context: BrowserContext
) -> None:
    case = make.make_case(
        center=house["dispatcher"].center, by=house["dispatcher"], location="世纪大道100号"
    )
    session.commit()
    page = context.new_page()
    sign_in(page, address, "dispatcher", PASSWORD)
    page.goto(f"{address}/dispatch/cases/{case.id}")

    expect(page.locator("[name=document_number]")).to_be_focused()
    page.keyboard.type("11010519491231002X")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # in scope
    page.keyboard.press("Alt+n")  # the crew reports: all no
    with page.expect_response(lambda answer: answer.status == 422):
        page.keyboard.press("F8")
    expect(page.get_by_text("document_mismatch")).to_be_visible()
    expect(page.locator("[name=document_number]")).to_have_value("11010519491231002X")
    expect(page.locator("input:checked[value=no][name^=exclusion]")).to_have_count(2)

    expect(page.locator("[name=document_number]")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type(case.member.document_number)
    page.keyboard.press("F8")
    expect(page.get_by_text("送往哪家医院")).to_be_visible()
    session.expire_all()
    assert case.state == "verified"
