"""Signing with a finger on the crew's phone, in a real browser."""

from __future__ import annotations

import json
import math

import pytest
from playwright.sync_api import expect

from guarantee.letters.signatures import is_intact, signatures_of, strokes_drawn
from guarantee.roles import Role
from tests import factories as make
from tests.factories import PASSWORD
from tests.live import chromium, complaints, serving, sign_in, watch

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def letter(session):
    center = make.make_center("3101")
    crew = make.make_staff(Role.CREW, center=center, username="crew")
    letter = make.make_letter(center=center, by=make.make_staff(Role.DISPATCHER, center=center))
    make.make_staff(Role.BILLING_DESK, hospital=letter.hospital, username="desk")
    session.commit()
    assert crew
    return letter


@pytest.fixture
def house(letter, app):
    with serving(app) as address, chromium() as browser:
        yield address, browser


def on_the_phone(house, who="crew", **more):
    address, browser = house
    context = browser.new_context(
        viewport=PHONE, locale="zh-CN", has_touch=True, bypass_csp=True, **more
    )
    heard = watch(context)
    page = context.new_page()
    sign_in(page, address, who, PASSWORD)
    return address, page, heard


def draw(page, waves=2):
    """Touch, move along, lift: as a finger does, with the browser's own touch events."""
    canvas = page.locator("[data-pad] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    touch = page.context.new_cdp_session(page)

    def finger(kind, *points):
        at = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    for wave in range(waves):
        x, y = box["x"] + 40 + 110 * wave, box["y"] + box["height"] / 2
        finger("touchStart", (x, y))
        for step in range(1, 25):
            finger("touchMove", (x + 4 * step, y + 40 * math.sin(step / 3)))
        finger("touchEnd")


def test_the_member_reads_what_is_signed_and_signs_it_with_a_finger(house, letter, session):
    address, page, heard = on_the_phone(house)
    page.goto(f"{address}/crew/cases/{letter.case_id}")
    page.get_by_role("link", name="在手机上签字").click()
    for said in ("1,000.00", "5,000.00", make.CLAUSES[0][1], make.CLAUSES[1][1], "不适用"):
        expect(page.get_by_text(said).first).to_be_visible()
    draw(page)
    expect(page.get_by_text("已签 2 笔")).to_be_visible()
    page.get_by_role("button", name="确认签字").click()
    expect(page.get_by_text("签字已保存")).to_be_visible()
    expect(page.locator(".crew-signed")).to_contain_text("王伟")
    session.expire_all()
    (kept,) = signatures_of(letter)
    drawn = strokes_drawn(kept)
    assert [len(stroke) > 15 for stroke in drawn] == [True, True]
    assert all(
        x < y for x, y in zip([p[2] for p in drawn[0]], [p[2] for p in drawn[1]], strict=False)
    )
    assert is_intact(kept)
    assert heard == []


def test_cleared_it_is_signed_again_and_a_stroke_can_be_undone(house, letter):
    address, page, _ = on_the_phone(house)
    page.goto(f"{address}/crew/cases/{letter.case_id}/signature")
    strokes = page.locator("[name=strokes]")
    draw(page, waves=2)
    page.get_by_role("button", name="退一笔").click()
    assert len(json.loads(strokes.input_value())) == 1
    page.get_by_role("button", name="清除重签").click()
    expect(page.get_by_text("还没有签名")).to_be_visible()
    assert strokes.input_value() == ""
    page.get_by_role("button", name="确认签字").click()
    expect(page.get_by_text("signature_missing")).to_be_visible()


def test_a_companion_names_the_relation_and_a_refusal_keeps_what_was_drawn(house, letter, session):
    address, page, _ = on_the_phone(house)
    page.goto(f"{address}/crew/cases/{letter.case_id}/signature")
    expect(page.get_by_label("陪同人姓名")).to_be_hidden()
    page.get_by_role("radio", name="陪同人").check()
    page.get_by_label("陪同人姓名").fill("刘芳")
    draw(page)
    page.get_by_role("button", name="确认签字").click()
    expect(page.get_by_text("relation_missing")).to_be_visible()
    expect(page.get_by_text("已签 2 笔")).to_be_visible()
    page.get_by_label("是会员的").select_option("spouse")
    page.get_by_role("button", name="确认签字").click()
    expect(page.locator(".crew-signed")).to_contain_text("刘芳")
    session.expire_all()
    (kept,) = signatures_of(letter)
    assert (kept.signer, kept.name, kept.relation) == ("companion", "刘芳", "spouse")


@pytest.mark.parametrize(("light", "lang"), [("light", "zh"), ("dark", "en")])
def test_the_page_fits_a_phone_and_axe_finds_nothing(house, letter, light, lang):
    address, page, heard = on_the_phone(house, color_scheme=light)
    page.goto(f"{address}/crew/cases/{letter.case_id}/signature?lang={lang}")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("[data-pad] canvas").bounding_box()["height"] > 180
    assert complaints(page) == []
    assert heard == []
