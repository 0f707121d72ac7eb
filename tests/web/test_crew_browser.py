"""The scene's pages in a real browser: they fit a phone and a small desk, in both languages and
both lights, axe finds nothing wrong, and a lost network loses nothing that was typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from guarantee.cases.hand_over import hand_over
from guarantee.roles import Role
from tests import factories as make
from tests.factories import PASSWORD
from tests.live import chromium, complaints, serving, sign_in, watch
from tests.web.test_hotline import top_up

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}


@pytest.fixture
def house(session, app):
    """A case at every stage, something in the queue, and who works on it."""
    center = make.make_center("3101")
    people = {
        role: make.make_staff(role, center=center, username=str(role), extension="8001")
        for role in (Role.DISPATCHER, Role.CREW)
    }
    make.make_staff(Role.HOTLINE, username="hotline")
    opened = make.make_case(center=center, by=people[Role.DISPATCHER], location="世纪大道100号")
    verified = make.make_verified_case(center=center, by=people[Role.DISPATCHER])
    letter = make.make_letter(center=center, by=people[Role.DISPATCHER])
    stopped = make.make_enrolment(make.make_member("欧阳修远", stop_reason="核查"))
    refused = make.make_case(center=center, by=people[Role.DISPATCHER], enrolment=stopped)
    hand_over(center=center, case=refused, by=people[Role.DISPATCHER], at=make.NOW())
    asked = top_up(center=center)
    session.commit()
    pages = {
        "crew": ["/crew", f"/crew/cases/{opened.id}", f"/crew/cases/{letter.case_id}"],
        "dispatcher": [
            "/dispatch",
            "/dispatch?new=1",
            f"/dispatch/cases/{verified.id}",
            f"/dispatch/cases/{letter.case_id}",
            f"/dispatch/cases/{refused.id}",
            "/dispatch/cases",
            f"/letters/{letter.number}",
        ],
        "hotline": ["/hotline", f"/hotline?top_up={asked.id}", f"/dispatch/cases/{opened.id}"],
    }
    with serving(app) as address, chromium() as browser:
        yield address, browser, pages


@pytest.mark.parametrize(
    ("who", "size", "light", "lang"),
    [
        ("crew", PHONE, "light", "zh"),
        ("crew", PHONE, "dark", "en"),
        ("dispatcher", DESK, "light", "en"),
        ("dispatcher", PHONE, "dark", "zh"),
        ("hotline", DESK, "dark", "zh"),
        ("hotline", PHONE, "light", "en"),
    ],
)
def test_the_pages_fit_and_axe_finds_nothing(house, who, size, light, lang) -> None:
    address, browser, pages = house
    context = browser.new_context(
        viewport=size, color_scheme=light, locale="zh-CN", bypass_csp=True
    )
    heard = watch(context)
    page = context.new_page()
    sign_in(page, address, who, PASSWORD)
    for path in pages[who]:
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={lang}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (path, wide <= 0) == (path, True)
        assert (path, complaints(page)) == (path, [])
    assert heard == []


def test_what_was_typed_stays_when_the_network_goes(house) -> None:
    address, browser, pages = house
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    sign_in(page, address, "crew", PASSWORD)
    page.goto(f"{address}{pages['crew'][1]}")
    page.fill("[name=document_number]", "123")
    page.locator(".crew-choice label").first.click()
    context.set_offline(True)
    page.get_by_role("button", name="提交核实").click()
    expect(page.get_by_text("没有网络")).to_be_visible()
    expect(page.locator("[name=document_number]")).to_have_value("123")
    context.set_offline(False)
    expect(page.get_by_text("已连接")).to_be_visible()
    page.get_by_role("button", name="提交核实").click()
    expect(page.get_by_text("bad_id_checksum")).to_be_visible()
