"""Monday through a browser: the centre's table looked at and sent, its differences decided by
keyboard, approved by another person, paid, matched, mailed, ticked off by a scanner, closed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from guarantee.settlement.models import Batch
from guarantee.settlement.originals import originals_of
from guarantee.settlement.remittance import live_remittance
from tests.factories import PASSWORD
from tests.journeys.conftest import DESK
from tests.live import complaints, sign_in
from tests.settlement.files import HEADER, bank_csv, workbook
from tests.settlement.scenes import Week

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def week(session):
    """An opened week: two letters that rose by 20 yuan, one mistyped, one as it should be."""
    made = Week()
    for fen in (30_000, 40_000):
        made.says(made.charged(fen), fen + 2_000)
    letter = made.charged(50_000)
    slip = str((int(letter.number[14]) + 1) % 10)
    made.says(letter, 50_000, number=letter.number[:14] + slip + letter.number[15])
    made.says(made.charged(10_000), 10_000)
    made.batch = made.opened()
    session.commit()
    return made


def desk_of(browser: Browser, address: str, username: str) -> Page:
    page = browser.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(page, address, username, PASSWORD)
    return page


def names_of(week: Week) -> dict[str, str]:
    return {who: getattr(week, who).username for who in ("finance", "clerk", "chief")}


def send_report(page: Page, address: str, week: Week, batch: int) -> None:
    page.goto(f"{address}/finance/batches/{batch}")
    file = {"name": "上报.xlsx", "mimeType": SHEET, "buffer": workbook([HEADER, *week.rows])}
    page.set_input_files("[name=file]", file)
    expect(page.locator("#report-look")).to_contain_text("“出车费”列")
    page.keyboard.press("F9")
    expect(page.get_by_text("4 项待处理")).to_be_visible()


def test_a_monday_from_the_centres_table_to_the_closed_batch(
    session, week, address, browser: Browser, context: BrowserContext
) -> None:
    names, batch = names_of(week), week.batch.id
    here = f"{address}/finance/batches/{batch}"
    centre = desk_of(browser, address, names["finance"])
    send_report(centre, address, week, batch)

    # the differences, by keyboard alone; a decision without a reason waits for one
    page = context.new_page()
    sign_in(page, address, names["clerk"], PASSWORD)
    page.goto(f"{here}/differences")
    assert complaints(page) == []
    expect(page.locator("mark.slip")).to_have_count(1)
    page.keyboard.press("3")
    expect(page.locator("[data-reason]")).to_be_focused()
    page.keyboard.type("函号写错，系统中已有此项")
    page.keyboard.press("Enter")
    expect(page.locator(".page-sub")).to_contain_text("3 项待处理，1 项已决定")
    page.keyboard.press("Home")
    page.keyboard.press("g")
    expect(page.locator("[name=difference]:checked")).to_have_count(2)
    page.keyboard.press("1")
    page.keyboard.type("调价，票据相符")
    page.keyboard.press("Enter")
    expect(page.locator(".page-sub")).to_contain_text("1 项待处理，3 项已决定")
    page.keyboard.press("2")
    page.keyboard.type("与票据原件核对，以系统为准")
    page.keyboard.press("Enter")
    expect(page.locator(".sum-line")).to_contain_text("1,340.00")
    page.get_by_text("全部处理完，去批准").click()
    expect(page.get_by_text("须由另一人批准")).to_be_visible()

    # another person is asked with the figures
    chief = desk_of(browser, address, names["chief"])
    chief.goto(here)
    chief.keyboard.press("F9")
    expect(chief.locator("dialog:modal")).to_contain_text("4 行，合计 1,340.00 元")
    chief.locator("dialog:modal .btn-main").click()
    expect(chief.get_by_text("已批准 1,340.00 元")).to_be_visible()

    # ordered, the bank's file fetched, its statement brought back
    page.goto(here)
    page.keyboard.press("F9")
    page.locator("dialog:modal .btn-main").click()
    with page.expect_download() as fetched:
        page.get_by_text("银行批量文件 CSV").click()
    session.expire_all()
    order = live_remittance(session.get(Batch, batch))
    assert order.reference in fetched.value.path().read_bytes().decode("gb18030")
    line = (
        "20261125",
        "",
        "1340.00",
        week.center.name_zh,
        "6227",
        order.reference,
        "2026112500017",
    )
    page.goto(f"{address}/finance/bank")
    assert complaints(page) == []
    page.set_input_files(
        "[name=file]", {"name": "明细.csv", "mimeType": "text/csv", "buffer": bank_csv([line])}
    )
    page.keyboard.press("F8")
    expect(page.locator("table")).to_contain_text("已核对")

    # the centre mails all; headquarters scans all but one and closes
    centre.goto(here)
    centre.fill("[name=tracking_number]", "SF 1002")
    centre.keyboard.press("F9")
    expect(centre.get_by_text("已登记快递 SF1002")).to_be_visible()
    codes = [one.code for one in originals_of(session.get(Batch, batch))]
    page.goto(here)
    page.keyboard.press("/")
    for code in codes[1:]:
        page.keyboard.type(code.lower())
        page.keyboard.press("Enter")
    expect(page.locator("[data-scan] [name=code]:checked")).to_have_count(len(codes) - 1)
    assert complaints(page) == []
    page.keyboard.press("F9")
    expect(page.locator("#said")).to_contain_text(f"已核收 {len(codes) - 1} 份原件")
    page.get_by_text("关闭批次").first.click()
    expect(page.locator("dialog:modal")).to_contain_text("1 份未到的原件继续欠交")
    page.locator("dialog:modal .btn-seal").click()
    expect(page.get_by_text("批次已关闭。")).to_be_visible()
    page.goto(f"{address}/finance")
    assert complaints(page) == []
    expect(page.locator(".week-cell").first).to_contain_text("已关闭")


@pytest.mark.parametrize("place", ["charges?show=all", "fund", "courier", "originals"])
def test_the_centres_own_pages_are_sound_on_a_phone(
    week, address, browser: Browser, place: str
) -> None:
    wide = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", bypass_csp=True
    )
    page = wide.new_page()
    sign_in(page, address, week.finance.username, PASSWORD)
    page.goto(f"{address}/finance/{place}")
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_supervisors_round_is_sound_on_a_phone(week, address, browser: Browser) -> None:
    wide = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", bypass_csp=True
    )
    page = wide.new_page()
    sign_in(page, address, week.supervisor.username, PASSWORD)
    page.goto(f"{address}/supervisor")
    expect(page.get_by_role("button", name="签核").first).to_be_visible()
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
