"""The copies' desk in a real browser: a wand that types faster than pages come."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from guarantee.roles import Role
from tests import factories as make
from tests.factories import PASSWORD
from tests.live import chromium, complaints, serving, sign_in, watch

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def house(session, app):
    """Three letters of a centre and its finance."""
    center = make.make_center()
    letters = [make.make_letter(case=make.make_verified_case(center=center)) for _ in range(3)]
    make.make_staff(Role.CENTER_FINANCE, center=center, username="finance")
    codes = [copy.code for letter in letters for copy in letter.copies[2:]]
    session.commit()
    with serving(app) as address, chromium() as browser:
        yield address, browser, codes


@pytest.mark.parametrize("width", [1366, 390])
def test_six_copies_scanned_without_looking_up_are_all_noted_and_the_cursor_stays(house, width):
    address, browser, codes = house
    page = browser.new_page(viewport={"width": width, "height": 844})
    said = watch(page)
    sign_in(page, address, "finance", PASSWORD)
    page.goto(f"{address}/copies")
    page.select_option("#event", "signed")
    page.locator("#code").focus()
    for code in codes:  # one after another, no answer waited for
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.locator("[data-scan-answer] tbody tr")).to_have_count(6)
    expect(page.locator("[data-scan-wait]")).to_have_text("")
    expect(page.locator(".copy-now")).to_contain_text("车组（带回途中）")
    expect(page.locator("#code")).to_be_focused()
    expect(page.locator("#code")).to_have_value("")
    page.keyboard.press("F8")  # the last one is here already: returned
    expect(page.locator(".copy-now .copy-holder")).to_contain_text("急救中心财务")
    page.keyboard.type("c3-0000-0000-00")
    page.keyboard.press("Enter")
    expect(page.locator("[data-scan-answer]")).to_contain_text("unknown_copy")
    expect(page.locator("[data-scan-answer] tbody tr")).to_have_count(6)
    assert complaints(page) == []
    assert [line for line in said if "404" not in line] == []
    page.goto(f"{address}/copies/out")
    expect(page.locator("tbody tr")).to_have_count(5)
    assert complaints(page) == []
