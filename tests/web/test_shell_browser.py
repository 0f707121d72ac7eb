"""The frame as a person meets it: keys, questions asked back, one click once, and axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantee.parties.staff import Staff
from guarantee.roles import Role
from tests.factories import PASSWORD, make_center, make_enrolment, make_hospital, make_staff
from tests.live import chromium, complaints, serving, sign_in, watch

PAGES = (
    "/account",
    "/account/help",
    "/admin/staff",
    "/admin/staff/new",
    "/admin/centers/1",
    "/admin/hospitals",
    "/admin/hospitals/1",
    "/admin/insurers",
    "/admin/insurers/products/1",
    "/members",
    "/members/1",
    "/members/import",
    "/admin/audit",
    "/nothing-here",
)


@pytest.fixture
def address(app: Flask, session: Session) -> Iterator[str]:
    make_staff(Role.ADMIN, username="admin", display_name="陈管理")
    make_staff(Role.HOTLINE, username="other", display_name="林热线")
    make_center()
    make_hospital()
    make_enrolment()
    session.commit()
    with serving(app) as found:
        yield found


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    """Started after the house stands: Playwright's loop would keep Flask from building it."""
    with chromium() as found:
        yield found


def in_a(browser: Browser, **more: object) -> BrowserContext:
    return browser.new_context(
        **{"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN", **more}
    )


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with in_a(browser) as context:
        found = context.new_page()
        sign_in(found, address, "admin", PASSWORD)
        yield found


@pytest.mark.parametrize(("theme", "width"), [("light", 1366), ("dark", 390)])
def test_everybody_can_use_every_page_and_none_is_wider_than_its_window(
    browser: Browser, address: str, theme: str, width: int
) -> None:
    wrong = {}
    with in_a(browser, viewport={"width": width, "height": 844}, bypass_csp=True) as context:
        context.add_cookies([{"name": "theme", "value": theme, "url": address}])
        looked_at = context.new_page()
        sign_in(looked_at, address, "admin", PASSWORD)
        for path in PAGES:
            looked_at.goto(address + path)
            if looked_at.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong[path] = ["wider than the window"]
            if found := complaints(looked_at):
                wrong[path] = found
    assert wrong == {}


def test_the_policy_refuses_nothing_of_ours(browser: Browser, address: str) -> None:
    with in_a(browser) as context:
        heard = watch(context)
        looked_at = context.new_page()
        sign_in(looked_at, address, "admin", PASSWORD)
        for path in PAGES:
            looked_at.goto(address + path)
    assert [line for line in heard if "404" not in line] == []


def test_keys_reach_the_search_and_a_new_account_and_enter_moves_on(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/admin/staff")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("/")  # while writing, it is a character
    assert page.input_value("#q") == "/"
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/admin/staff/new")
    page.focus("#f-username")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "f-display_name"


def test_a_dangerous_button_asks_back_with_the_figures_and_no_leaves_all_as_it_was(
    page: Page, address: str, session: Session
) -> None:
    other = session.scalar(select(Staff.id).where(Staff.username == "other"))
    page.goto(f"{address}/admin/staff/{other}")
    page.click("details.ask > summary")
    question = page.locator("dialog:modal")
    assert "停用 林热线（other）" in question.inner_text()
    page.keyboard.press("Escape")
    assert page.locator("dialog:modal").count() == 0
    page.click("details.ask > summary")
    page.click("dialog:modal .btn-seal")
    page.wait_for_selector("text=账户已停用")
    session.expire_all()
    session.rollback()
    assert not session.get(Staff, other).active


def test_the_same_works_without_scripts(browser: Browser, address: str, session: Session) -> None:
    with in_a(browser, java_script_enabled=False) as context:
        plain = context.new_page()
        sign_in(plain, address, "admin", PASSWORD)
        other = session.scalar(select(Staff.id).where(Staff.username == "other"))
        plain.goto(f"{address}/admin/staff/{other}")
        assert not plain.locator("dialog").is_visible()
        plain.click("details.ask > summary")
        plain.click("dialog .btn-seal")
        plain.wait_for_selector("text=账户已停用")
        plain.click("text=English")
        assert plain.locator("html").get_attribute("lang") == "en"


def test_a_second_click_sends_nothing(page: Page, address: str) -> None:
    page.goto(f"{address}/account")
    sent = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    page.evaluate(
        """() => {
          const form = document.querySelector('form[action="/account/language"]');
          const button = form.querySelector('button');
          button.click(); setTimeout(() => button.click()); setTimeout(() => button.click(), 5);
        }"""
    )
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1


def test_auto_follows_the_machine_and_a_choice_stays(browser: Browser, address: str) -> None:
    with in_a(browser, color_scheme="dark") as context:
        page = context.new_page()
        page.goto(f"{address}/login")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"
        page.click("details.menu summary")
        page.click("text=浅色")
        page.wait_for_load_state()
        assert page.locator("html").get_attribute("data-bs-theme") == "light"


def test_on_a_phone_the_lanes_are_behind_a_button_and_within_reach(
    browser: Browser, address: str
) -> None:
    with in_a(browser, viewport={"width": 390, "height": 844}, has_touch=True) as context:
        page = context.new_page()
        sign_in(page, address, "admin", PASSWORD)
        page.tap(".band-menu summary")
        link = page.locator(".band-menu nav a", has_text="医院")
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["height"] >= 44
        link.tap()
        page.wait_for_url("**/admin/hospitals")
