"""The billing desk in a real browser: a whole stay by keyboard, and pages that fit and that axe
finds nothing wrong with."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from guarantee.business_time import business_day
from guarantee.charges.final_bill import close_with_final_bill
from guarantee.letters import number as numbers
from guarantee.letters.lifecycle import void
from guarantee.roles import Role
from tests import factories as make
from tests.charges.files import csv_bill, row
from tests.charges.situations import line, post
from tests.charges.test_posting import top_up
from tests.factories import PASSWORD
from tests.live import chromium, complaints, serving, sign_in, watch

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}


@pytest.fixture
def house(session, app):
    """A hospital with a letter in every state, and its desk."""
    at = make.NOW()
    day = business_day(at)
    hospital = make.make_hospital("仁济医院")
    desk = make.make_staff(Role.BILLING_DESK, hospital=hospital, username="desk")
    issued = make.make_letter(hospital=hospital)
    inside = make.make_presented_letter(hospital=hospital, at=at - timedelta(days=3))
    lines = [line(120_000, charged_on=day - timedelta(days=n), code=f"K{n}") for n in range(3)]
    own = line(80_000, charged_on=day, name="进口材料", in_scope=False)
    post(inside, *lines, own, line(-20_000, charged_on=day, code="K1"), by=desk, at=at)
    topped = make.make_presented_letter(hospital=hospital)
    post(topped, line(560_000, charged_on=day), by=desk, at=at)
    top_up(topped, 100_000, at)
    closed = make.make_presented_letter(hospital=hospital)
    close_with_final_bill(letter=closed, by=desk, at=at)
    voided = make.make_letter(hospital=hospital)
    void(letter=voided, reason="写错", by=make.make_staff(Role.HOTLINE), at=at)
    session.commit()
    letters = {
        "issued": issued,
        "inside": inside,
        "topped": topped,
        "closed": closed,
        "voided": voided,
    }
    with serving(app) as address, chromium() as browser:
        yield address, browser, {name: letter.number for name, letter in letters.items()}


@pytest.mark.parametrize(
    ("size", "light", "lang"),
    [(DESK, "light", "zh"), (DESK, "dark", "en"), (PHONE, "light", "en"), (PHONE, "dark", "zh")],
)
def test_the_pages_fit_and_axe_finds_nothing(house, size, light, lang) -> None:
    address, browser, letters = house
    context = browser.new_context(viewport=size, color_scheme=light, bypass_csp=True)
    heard = watch(context)
    page = context.new_page()
    sign_in(page, address, "desk", PASSWORD)
    paths = [f"/hospital/letters/{number}" for number in letters.values()]
    paths += ["/hospital", f"/hospital/letters/{letters['closed']}/statement"]
    paths += ["/verify", f"/verify/{letters['topped']}", f"/verify/{letters['voided']}"]
    for path in paths:
        page.goto(f"{address}{path}?lang={lang}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (path, wide <= 0) == (path, True)
        assert (path, complaints(page)) == (path, [])
    assert heard == []


def test_a_whole_stay_by_keyboard(house, tmp_path: Path) -> None:
    address, browser, letters = house
    page = browser.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(page, address, "desk", PASSWORD)
    page.keyboard.type(numbers.grouped(letters["issued"]))
    page.keyboard.press("Enter")
    expect(page.get_by_text("可凭此函收治")).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("F9")
    expect(page.get_by_text("请安排收治")).to_be_visible()

    page.wait_for_load_state("load")
    page.keyboard.press("F4")
    page.keyboard.type("CT 平扫")
    for _ in range(3):
        page.keyboard.press("Enter")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.keyboard.type("320.5")
    expect(page.locator("[data-line-sum]")).to_have_text("641.00")
    page.keyboard.press("F9")
    expect(page.get_by_text("已记账：已用 641.00 元，剩余 4,359.00 元")).to_be_visible()
    expect(page.locator("[name=name]")).to_be_focused()

    today = business_day(make.NOW()).isoformat()
    bill = tmp_path / "清单.csv"
    bill.write_bytes(csv_bill(row("1", "4000.00", day=today), row("2", "9.00", day="昨天")))
    page.get_by_text("用文件记账").click()
    page.set_input_files("input[type=file]", bill)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("尚未记账")).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("F9")
    expect(page.get_by_text("院内担保已用到 80%")).to_be_visible()
    page.get_by_role("link", name="回到担保函").click()

    expect(page.get_by_text("院内担保使用情况")).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("F7")
    page.fill("[name=amount_fen]", "2000")
    page.fill("dialog:modal [name=reason]", "拟行手术")
    page.get_by_role("button", name="申请追加", exact=True).last.click()
    expect(page.get_by_text("已申请追加 2,000.00 元")).to_be_visible()

    page.wait_for_load_state("load")
    page.keyboard.press("F8")
    page.keyboard.type("4641.01")
    page.keyboard.press("Enter")
    expect(page.get_by_text("与已记明细合计 4,641.00 元不符").first).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("F8")
    page.locator("dialog:modal [name=total_fen]").fill("4641.00")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已结案：联盟付医院 4,641.00 元，患者自付 0.00 元")).to_be_visible()
    page.get_by_role("link", name="患者结算单").click()
    expect(page.get_by_text("患者应付")).to_be_visible()
