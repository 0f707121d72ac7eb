"""The hospitals' weeks on pages: what alliance finance opens, approves, orders and fetches."""

import io
from datetime import timedelta

import openpyxl
import pytest

from guarantee.business_time import business_day, now, start_of, week_before
from guarantee.money import yuan
from guarantee.roles import Role
from guarantee.settlement.models import HospitalBatch
from tests import factories
from tests.settlement.hospital_scenes import Stays


@pytest.fixture
def stays(session):
    """A hospital with two letters closed last week, as this moment has it."""
    made = Stays()
    today = business_day(now())
    in_last_week = start_of(today - timedelta(days=today.weekday() + 4)) + timedelta(hours=10)
    made.letters = [made.closed(fen, at=in_last_week) for fen in (30_000, 12_345)]
    session.commit()
    return made


def opened(stays, sign_in, session):
    browser = sign_in(stays.clerk)
    assert browser.post("/hospital-weeks/open", data=token(browser)).status_code == 303
    session.expire_all()
    return session.query(HospitalBatch).one()


def token(browser, **more):
    page = browser.get("/hospital-weeks").text
    found = page.split('name="csrf_token" value="')[1].split('"')[0]
    return {"csrf_token": found, **more}


def step(browser, path, **more):
    return browser.post(f"/hospital-weeks{path}", data=token(browser, **more))


def test_the_page_offers_to_open_last_week_and_then_shows_what_waits(stays, sign_in, session):
    browser = sign_in(stays.clerk)
    assert f"开立 {week_before(now())} 批次（1 家医院）" in browser.get("/hospital-weeks").text
    batch = opened(stays, sign_in, session)
    page = browser.get("/hospital-weeks").text
    assert stays.hospital.name in page
    assert yuan(42_345) in page
    assert f"开立 {week_before(now())} 批次" not in page
    assert step(browser, "/open").status_code == 303
    session.expire_all()
    assert session.query(HospitalBatch).one().id == batch.id


def test_whoever_opened_it_is_told_that_another_must_approve(stays, sign_in, session):
    batch = opened(stays, sign_in, session)
    browser = sign_in(stays.clerk)
    assert "须由他人批准" in browser.get(f"/hospital-weeks/{batch.id}").text
    answer = step(browser, f"/{batch.id}/approval")
    assert answer.status_code == 409
    assert "same_person" in answer.text


def test_the_week_goes_from_approval_to_the_banks_file(stays, sign_in, session):
    batch = opened(stays, sign_in, session)
    chief = sign_in(stays.chief)
    page = chief.get(f"/hospital-weeks/{batch.id}").text
    assert f"2 份担保函共 {yuan(42_345)} 元" in page
    assert step(chief, f"/{batch.id}/approval").status_code == 303
    assert step(chief, f"/{batch.id}/approval").status_code == 303  # a second click
    assert step(chief, "/payments", batch=batch.id).status_code == 303
    assert step(chief, "/payments").status_code == 422
    sent = chief.get("/hospital-weeks/payments.csv")
    text = sent.data.decode("gb18030")
    assert f"JY{stays.hospital.id:06d}" in text
    assert "423.45" in text
    session.expire_all()
    assert batch.state == "remitted"


def test_the_banks_statement_leads_to_the_hospitals_weeks(stays, sign_in, session):
    order = stays.ordered(stays.approved(opened(stays, sign_in, session)))
    taken = stays.bank_says(("423.45", order.reference, "S1"))
    session.commit()
    page = sign_in(stays.clerk).get(f"/finance/bank/statements/{taken.id}")
    assert 'href="/hospital-weeks">医院结算</a></td>' in page.text


def test_the_statement_lists_each_letter_and_sums_them(stays, sign_in, session):
    batch = opened(stays, sign_in, session)
    sent = sign_in(stays.clerk).get(f"/hospital-weeks/{batch.id}/statement.xlsx")
    page = openpyxl.load_workbook(io.BytesIO(sent.data)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    settled = {row[0].replace(" ", ""): row[6] for row in rows if row[0] and row[2]}
    numbers = [one.number for one in stays.letters]
    assert {one: settled[one] for one in numbers} == dict(zip(numbers, (300, 123.45), strict=True))
    assert rows[-1][6] == 423.45


def test_the_list_goes_out_as_a_workbook(stays, sign_in, session):
    opened(stays, sign_in, session)
    sent = sign_in(stays.clerk).get("/hospital-weeks?export=xlsx")
    page = openpyxl.load_workbook(io.BytesIO(sent.data)).active
    assert [cell.value for cell in page[2]][1:6] == [
        stays.hospital.code, stays.hospital.name, "待批准", 2, 423.45,
    ]  # fmt: skip


def test_an_auditor_reads_and_does_nothing(stays, sign_in, session):
    batch = opened(stays, sign_in, session)
    browser = sign_in(factories.make_staff(Role.AUDITOR))
    assert browser.get("/hospital-weeks").status_code == 200
    page = browser.get(f"/hospital-weeks/{batch.id}").text
    assert f"/hospital-weeks/{batch.id}/approval" not in page
    assert step(browser, f"/{batch.id}/approval").status_code == 403


@pytest.mark.parametrize("role", [Role.BILLING_DESK, Role.CENTER_FINANCE, Role.ADMIN, Role.HOTLINE])
def test_other_desks_have_no_such_page(stays, sign_in, session, role):
    batch = opened(stays, sign_in, session)
    person = stays.desk if role == Role.BILLING_DESK else factories.make_staff(role)
    browser = sign_in(person)
    for path in ("", f"/{batch.id}", f"/{batch.id}/statement.xlsx", "/payments.csv"):
        assert browser.get(f"/hospital-weeks{path}").status_code == 403


def test_a_batch_that_is_not_there_and_an_empty_house_say_so(sign_in, session):
    browser = sign_in(factories.make_staff(Role.ALLIANCE_FINANCE))
    assert "还没有医院批次" in browser.get("/hospital-weeks?until=nonsense").text
    assert browser.get("/hospital-weeks/77").status_code == 404
    assert browser.get("/hospital-weeks/payments.csv").status_code == 404
