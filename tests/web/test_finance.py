"""Monday's page, a batch's path, and the centre's report: looked at, sent, replaced, fetched."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.settlement.models import Batch, Difference, Report
from guarantee.web.finance import path
from tests.factories import make_staff
from tests.settlement.files import HEADER, workbook
from tests.settlement.scenes import WEEK, Week

Browser = Callable[[Staff], FlaskClient]


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def send(browser: FlaskClient, address: str, data: bytes, name: str, **more: str) -> Any:
    form = {"file": (io.BytesIO(data), name), **more}
    return browser.post(address, data=form, content_type="multipart/form-data")


def how_many(session: Session, model: type) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def week(session: Session) -> Week:
    return Week()


@pytest.fixture
def table(week: Week) -> bytes:
    """A report of two letters, one of them 20 yuan dearer than the system has it."""
    week.says(week.charged(30_000), 30_000)
    week.says(week.charged(40_000), 42_000)
    return workbook([HEADER, *week.rows])


def test_monday_shows_a_week_with_its_state_and_its_amount(week: Week, sign_in: Browser) -> None:
    week.charged(30_050)
    batch = week.opened()
    page = text(sign_in(week.clerk).get(f"/finance?until={WEEK}"))
    assert week.center.name_zh in page
    assert "待上报" in page
    assert "300.50" in page
    assert f"/finance/batches/{batch.id}" in page


def test_a_week_that_is_none_shows_the_present_ones(week: Week, sign_in: Browser) -> None:
    assert sign_in(week.clerk).get("/finance?until=2026-W99").status_code == 200


def test_a_centre_sees_its_own_weeks_and_nobody_elses(week: Week, sign_in: Browser) -> None:
    stranger = Week()
    stranger.charged(77_700)
    foreign = stranger.opened()
    browser = sign_in(week.finance)
    page = text(browser.get(f"/finance?until={WEEK}"))
    assert week.center.name_zh in page
    assert stranger.center.name_zh not in page
    for address in ("", "/differences", "/statement.pdf"):
        assert browser.get(f"/finance/batches/{foreign.id}{address}").status_code == 404


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.BILLING_DESK, Role.INSURER, Role.HOTLINE])
def test_the_money_desk_is_closed_to_others(session: Session, sign_in: Browser, role: Role) -> None:
    assert sign_in(make_staff(role)).get("/finance").status_code == 403


def test_who_only_reads_is_offered_nothing_to_do(
    session: Session, week: Week, table: bytes, sign_in: Browser
) -> None:
    batch = week.opened()
    for reader in (week.supervisor, make_staff(Role.AUDITOR)):
        browser = sign_in(reader)
        page = text(browser.get(f"/finance/batches/{batch.id}"))
        assert 'name="file"' not in page
        answer = send(browser, f"/finance/batches/{batch.id}/report", table, "a.xlsx")
        assert answer.status_code == 403


def test_opening_last_week_twice_opens_it_once(
    session: Session, week: Week, sign_in: Browser
) -> None:
    browser = sign_in(week.finance)
    for _ in range(2):
        assert browser.post("/finance/weeks").status_code == 303
    session.expire_all()
    mine = session.scalars(select(Batch).where(Batch.center_id == week.center.id)).all()
    assert len(mine) == 1
    assert how_many(session, Batch) == 1  # no other centre's week was opened along with it


def test_the_path_says_whose_turn_it_is(week: Week) -> None:
    batch = week.opened()
    assert path.is_mine(batch, 0, Role.CENTER_FINANCE)
    assert not path.is_mine(batch, 0, Role.ALLIANCE_FINANCE)  # it may, but it waits for the centre
    batch.state = "reconciled"
    assert path.event_of(batch, 2) == "resolve"
    assert path.event_of(batch, 0) == "approve"
    steps = path.steps_of(batch, [], 2, Role.ALLIANCE_FINANCE, batch.opened_at)
    assert [step.state for step in steps] == ["done"] * 2 + ["now"] + ["todo"] * 4
    batch.state = "closed"
    steps = path.steps_of(batch, [], 0, Role.ALLIANCE_FINANCE, batch.opened_at)
    assert {step.state for step in steps} == {"done"}


def test_a_report_is_looked_at_column_by_column_before_it_counts(
    session: Session, week: Week, table: bytes, sign_in: Browser
) -> None:
    batch = week.opened()
    browser = sign_in(week.finance)
    looked = send(browser, f"/finance/batches/{batch.id}/report/look", table, "上报.xlsx")
    assert looked.status_code == 200
    assert "“出车费”列" in text(looked)
    assert "720.00" in text(looked)
    assert "某某" not in text(looked)
    assert how_many(session, Report) == 0
    assert batch.state == "open"


def test_a_report_that_is_sent_is_compared_at_once_and_twice_is_once(
    session: Session, week: Week, table: bytes, sign_in: Browser
) -> None:
    batch = week.opened()
    browser = sign_in(week.finance)
    for _ in range(2):
        sent = send(browser, f"/finance/batches/{batch.id}/report", table, "上报.xlsx")
        assert sent.status_code == 303
    assert how_many(session, Report) == 1
    assert how_many(session, Difference) == 1
    assert batch.state == "reconciled"
    assert "1 项待处理" in text(browser.get(f"/finance/batches/{batch.id}"))


def test_another_file_than_the_one_looked_at_is_refused(
    session: Session, week: Week, table: bytes, sign_in: Browser
) -> None:
    batch = week.opened()
    sent = send(
        sign_in(week.finance), f"/finance/batches/{batch.id}/report", table, "上报.xlsx",
        looked_at="0" * 64,
    )  # fmt: skip
    assert sent.status_code == 409
    assert "file_changed" in text(sent)
    assert how_many(session, Report) == 0


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"%PDF-1.7 nothing of a table", "a.xlsx", "not_a_workbook"),
        (workbook([("何物", "哪里")]), "a.xlsx", "no_header"),
        (b"", "", "missing"),
    ],
)
def test_what_is_no_report_is_refused_at_the_field_and_leaves_nothing(
    session: Session, week: Week, sign_in: Browser, data: bytes, name: str, code: str
) -> None:
    batch = week.opened()
    browser = sign_in(week.finance)
    for way in ("report/look", "report"):
        answer = send(browser, f"/finance/batches/{batch.id}/{way}", data, name)
        assert answer.status_code == 422
        assert code in text(answer)
    assert how_many(session, Report) == 0
    assert batch.state == "open"


def test_a_second_report_replaces_the_first_and_both_can_be_fetched(
    session: Session, week: Week, table: bytes, sign_in: Browser
) -> None:
    batch = week.opened()
    browser = sign_in(week.finance)
    address = f"/finance/batches/{batch.id}/report"
    other = workbook([HEADER, *week.rows[:1]])
    for data, name in ((table, "一.xlsx"), (other, "二.xlsx")):
        assert send(browser, address, data, name).status_code == 303
    session.expire_all()
    first, second = session.scalars(select(Report).order_by(Report.id)).all()
    assert first.replaced_at is not None
    assert second.replaced_at is None
    for report, data in ((first, table), (second, other)):
        assert browser.get(f"/finance/reports/{report.id}").get_data() == data
    assert "此前的 1 份上报表" in text(browser.get(f"/finance/batches/{batch.id}"))
    stranger = make_staff(Role.CENTER_FINANCE)
    assert sign_in(stranger).get(f"/finance/reports/{first.id}").status_code == 404


def test_rows_not_understood_come_back_with_the_reason_beside_them(
    session: Session, week: Week, sign_in: Browser
) -> None:
    week.says(week.charged(30_000), 30_000)
    week.says(week.charged(40_000), 40_000, day="昨天")
    batch = week.opened()
    browser = sign_in(week.finance)
    data = workbook([HEADER, *week.rows])
    assert "bad_date" in text(
        send(browser, f"/finance/batches/{batch.id}/report/look", data, "a.xlsx")
    )
    send(browser, f"/finance/batches/{batch.id}/report", data, "a.xlsx")
    report = session.scalar(select(Report))
    fetched = browser.get(f"/finance/reports/{report.id}/handed-back").get_data()
    cells = [str(c.value) for row in load_workbook(io.BytesIO(fetched)).active for c in row]
    assert "昨天" in cells
    assert any("日期无法识别" in cell for cell in cells)


def test_every_line_of_a_batch_shows_both_sides_and_what_is_paid(
    week: Week, table: bytes, sign_in: Browser
) -> None:
    batch = week.opened()
    week.reported(batch)
    browser = sign_in(week.finance)
    page = text(browser.get(f"/finance/batches/{batch.id}/lines"))
    assert "420.00" in page
    assert week.rows[0][2] in page.replace(" ", "")
    data = browser.get(f"/finance/batches/{batch.id}/lines?export=xlsx&part=pre_hospital")
    sheet = load_workbook(io.BytesIO(data.get_data())).active
    figures = [[sheet.cell(row, column).value for column in (6, 7, 8)] for row in (2, 3)]
    assert figures == [[300, 300, 300], [400, 420, 400]]
    assert "没有符合条件的行" in text(browser.get(f"/finance/batches/{batch.id}/lines?q=XYZ"))


def test_the_list_of_weeks_is_a_workbook_too(week: Week, sign_in: Browser) -> None:
    week.charged(30_050)
    week.opened()
    answer = sign_in(week.clerk).get("/finance?export=xlsx")
    sheet = load_workbook(io.BytesIO(answer.get_data())).active
    assert [sheet.cell(2, 1).value, sheet.cell(2, 5).value] == [WEEK, 300.5]
