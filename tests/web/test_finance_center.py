"""The centre's own books: a trip's charges, the reserve fund, what the courier cost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantee.business_time import business_day, now
from guarantee.charges.models import Charge
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.settlement import reserve_fund
from guarantee.settlement.models import CourierFee, ReserveDrawdown
from guarantee.web.finance.charges import KINDS
from guarantee.web.finance.fund_movements import month_of
from tests.factories import make_hospital, make_letter, make_staff, make_verified_case
from tests.settlement.scenes import Week
from tests.web.test_finance import how_many, text

Browser = Callable[[Staff], FlaskClient]


@pytest.fixture
def week(session: Session) -> Week:
    return Week()


def letter_of(week: Week, *, network: bool = True):
    case = make_verified_case(center=week.center)
    return make_letter(case=case, hospital=make_hospital(network=network))


def trip(**typed: str) -> dict[str, str]:
    today = business_day(now()).isoformat()
    blank = {f"{kind}_{what}": "" for kind in KINDS for what in ("fen", "receipt")}
    return {"request_key": "key-of-this-form", "charged_on": today, **blank, **typed}


def test_a_letter_waits_for_its_charges_until_they_are_posted(
    session: Session, week: Week, sign_in: Browser
) -> None:
    letter = letter_of(week)
    foreign = letter_of(Week())
    browser = sign_in(week.finance)
    page = text(browser.get("/finance/charges"))
    assert f"/finance/charges/{letter.number}" in page
    assert foreign.number not in page
    posted = browser.post(
        f"/finance/charges/{letter.number}",
        data=trip(
            vehicle_fen="380.5", vehicle_receipt="沪A1", visit_fen="60", visit_receipt="沪A2"
        ),
    )
    assert posted.status_code == 303
    session.expire_all()
    lines = session.scalars(select(Charge).order_by(Charge.id)).all()
    assert [(one.category, one.amount_fen, one.receipt_number) for one in lines] == [
        ("车费", 38_050, "沪A1"),
        ("出诊费", 6_000, "沪A2"),
    ]
    assert f"/finance/charges/{letter.number}" not in text(browser.get("/finance/charges"))
    assert f"/finance/charges/{letter.number}" in text(
        browser.get("/finance/charges?q=沪A2&show=all")
    )


def test_the_same_form_sent_twice_posts_once(
    session: Session, week: Week, sign_in: Browser
) -> None:
    letter = letter_of(week)
    browser = sign_in(week.finance)
    for _ in range(2):
        answer = browser.post(
            f"/finance/charges/{letter.number}", data=trip(vehicle_fen="380", vehicle_receipt="R1")
        )
        assert answer.status_code == 303
    assert how_many(session, Charge) == 1


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"vehicle_fen": "380"}, "vehicle_receipt", "receipt_needed"),
        ({"vehicle_fen": "三百", "vehicle_receipt": "R1"}, "vehicle_fen", "bad_amount"),
        ({"vehicle_fen": "0", "vehicle_receipt": "R1"}, "vehicle_fen", "zero_amount"),
        ({"visit_fen": "9999999999", "visit_receipt": "R1"}, "visit_fen", "amount_too_large"),
        ({"vehicle_receipt": "R1"}, "vehicle_fen", "no_amount"),
        ({"vehicle_fen": "1", "vehicle_receipt": "R" * 500}, "vehicle_receipt", "too_long"),
        ({"vehicle_fen": "1", "vehicle_receipt": "R1", "charged_on": ""}, "charged_on", "missing"),
        (
            {"vehicle_fen": "1", "vehicle_receipt": "R1", "charged_on": "2020-01-01"},
            "charged_on",
            "bad_date",
        ),
    ],
)
def test_a_trip_that_can_t_be_posted_says_so_at_the_field_and_keeps_what_was_typed(
    session: Session,
    week: Week,
    sign_in: Browser,
    typed: dict[str, str],
    field: str,
    code: str,
) -> None:
    letter = letter_of(week)
    form = trip(transfer_fen="12.34", transfer_receipt="留住") | typed
    if code == "no_amount":
        form |= {"transfer_fen": ""}
    answer = sign_in(week.finance).post(f"/finance/charges/{letter.number}", data=form)
    page = text(answer)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in page
    assert code in page
    assert 'value="留住"' in page
    assert how_many(session, Charge) == 0


def test_above_the_guarantee_is_the_patients_share_and_said_so(
    session: Session, week: Week, sign_in: Browser
) -> None:
    letter = letter_of(week)
    browser = sign_in(week.finance)
    browser.post(
        f"/finance/charges/{letter.number}", data=trip(vehicle_fen="1300", vehicle_receipt="R1")
    )
    page = text(browser.get(f"/finance/charges/{letter.number}"))
    assert "患者自付共 300.00 元" in page


def test_a_charge_is_taken_back_once_and_stays_in_the_list(
    session: Session, week: Week, sign_in: Browser
) -> None:
    letter = week.charged(30_000, letter=letter_of(week), day=business_day(now()), at=now())
    charge = session.scalar(select(Charge))
    browser = sign_in(week.finance)
    for _ in range(2):
        browser.post(f"/finance/charges/{letter.number}/refunds", data={"charge": charge.id})
    session.expire_all()
    assert [one.amount_fen for one in session.scalars(select(Charge).order_by(Charge.id))] == [
        30_000,
        -30_000,
    ]
    assert "已冲回" in text(browser.get(f"/finance/charges/{letter.number}"))


def test_another_centres_letter_is_as_if_it_were_none(
    session: Session, week: Week, sign_in: Browser
) -> None:
    foreign = letter_of(Week())
    browser = sign_in(week.finance)
    address = f"/finance/charges/{foreign.number}"
    form = trip(vehicle_fen="1", vehicle_receipt="R1")
    assert browser.get(address).status_code == 404
    assert browser.post(address, data=form).status_code == 404
    assert how_many(session, Charge) == 0


def test_the_fund_pays_a_hospital_outside_the_network_and_shows_it(
    session: Session, week: Week, sign_in: Browser
) -> None:
    reserve_fund.fund(center=week.center, amount_fen=100_000, key="K", by=week.clerk, at=now())
    letter = letter_of(week, network=False)
    browser = sign_in(week.finance)
    assert f"number={letter.number}" in text(browser.get("/finance/fund"))
    form = {
        "number": f"{letter.number[:4]}-{letter.number[4:]}",
        "hospital": "",
        "amount_fen": "200.00",
        "receipt_number": "沪F1",
        "paid_on": business_day(now()).isoformat(),
    }
    assert browser.post("/finance/fund/drawdowns", data=form).status_code == 303
    twice = browser.post("/finance/fund/drawdowns", data=form)
    assert (twice.status_code, "receipt_taken" in text(twice)) == (409, True)
    assert 'value="沪F1"' in text(twice)
    assert how_many(session, ReserveDrawdown) == 1
    page = text(browser.get("/finance/fund"))
    for said in ("800.00", "沪F1", "-200.00", letter.hospital.name):
        assert said in page
    month = month_of(week.center, "", at=now())
    assert (month.opening_fen, month.closing_fen) == (0, 80_000)
    assert [one.fen for one in month.movements] == [100_000, -20_000]
    sheet = load_workbook(io.BytesIO(browser.get("/finance/fund?export=xlsx").get_data())).active
    assert sheet.cell(4, 4).value == 800


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"number": "1234"}, "number", "bad_number"),
        ({"hospital": "没有这家"}, "hospital", "unknown_hospital"),
        ({"amount_fen": "-5"}, "amount_fen", "amount_not_positive"),
        ({"amount_fen": "600000"}, "amount_fen", "above_guarantee"),
        ({"receipt_number": ""}, "receipt_number", "receipt_needed"),
        ({"paid_on": "昨天"}, "paid_on", "bad_day"),
    ],
)
def test_a_drawdown_that_can_t_be_is_refused_at_its_field(
    session: Session,
    week: Week,
    sign_in: Browser,
    change: dict[str, str],
    field: str,
    code: str,
) -> None:
    reserve_fund.fund(center=week.center, amount_fen=100_000, key="K", by=week.clerk, at=now())
    letter = letter_of(week, network=False)
    form = {
        "number": letter.number, "hospital": "", "amount_fen": "200", "receipt_number": "沪F1",
        "paid_on": business_day(now()).isoformat(),
    }  # fmt: skip
    answer = sign_in(week.finance).post("/finance/fund/drawdowns", data=form | change)
    assert answer.status_code in (409, 422, 404)
    assert f'id="f-{field}-error"' in text(answer)
    assert code in text(answer)
    assert how_many(session, ReserveDrawdown) == 0


def test_a_network_hospital_is_not_paid_from_the_fund(
    session: Session, week: Week, sign_in: Browser
) -> None:
    letter = letter_of(week)
    form = {
        "number": letter.number, "hospital": letter.hospital.code, "amount_fen": "200",
        "receipt_number": "沪F1", "paid_on": business_day(now()).isoformat(),
    }  # fmt: skip
    answer = sign_in(week.finance).post("/finance/fund/drawdowns", data=form)
    assert (answer.status_code, "network_hospital" in text(answer)) == (409, True)


def test_headquarters_fills_a_fund_once_for_each_transfer(
    session: Session, week: Week, sign_in: Browser
) -> None:
    form = {"center": week.center.code, "amount_fen": "500", "key": "2026 112500017"}
    browser = sign_in(week.clerk)
    for _ in range(2):
        assert browser.post("/finance/fund/fillings", data=form).status_code == 303
    assert reserve_fund.balance(week.center) == 50_000
    assert sign_in(week.finance).post("/finance/fund/fillings", data=form).status_code == 403


def test_one_centre_does_not_look_into_anothers_drawer(
    session: Session, week: Week, sign_in: Browser
) -> None:
    other = Week()
    browser = sign_in(week.finance)
    assert browser.get(f"/finance/fund?center={other.center.code}").status_code == 404
    assert other.center.code not in text(browser.get("/finance/fund"))


def test_a_courier_fee_is_noted_once_and_waits_for_the_next_batch(
    session: Session, week: Week, sign_in: Browser
) -> None:
    day = business_day(now()) - timedelta(days=1)
    form = {"tracking_number": "SF 77", "fee_fen": "23", "paid_on": day.isoformat()}
    browser = sign_in(week.finance)
    assert browser.post("/finance/courier", data=form).status_code == 303
    twice = browser.post("/finance/courier", data=form)
    assert (twice.status_code, "courier_fee_taken" in text(twice)) == (409, True)
    assert how_many(session, CourierFee) == 1
    assert "下个批次" in text(browser.get("/finance/courier"))
    for wrong, code in (({"fee_fen": "0"}, "amount_not_positive"),
                        ({"tracking_number": " "}, "tracking_number_needed")):  # fmt: skip
        answer = browser.post("/finance/courier", data=form | wrong)
        assert (answer.status_code, code in text(answer)) == (422, True)


def test_who_only_reads_gets_no_form(session: Session, week: Week, sign_in: Browser) -> None:
    letter = letter_of(week)
    browser = sign_in(make_staff(Role.AUDITOR))
    for address in (f"/finance/charges/{letter.number}", "/finance/fund", "/finance/courier"):
        page = browser.get(address)
        assert page.status_code == 200
        assert 'name="request_key"' not in text(page)
