"""The supervisor's round: days signed with both sides' figures, top-ups delivered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantee.business_time import business_day, now
from guarantee.letters.top_up import ask, decide
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.settlement.models import SignOff
from tests.factories import SETTINGS, make_presented_letter, make_staff, make_verified_case
from tests.settlement.scenes import Week
from tests.web.test_finance import how_many, text

Browser = Callable[[Staff], FlaskClient]
YESTERDAY = now() - timedelta(days=1)


@pytest.fixture
def week(session: Session) -> Week:
    """A centre at which a letter was issued yesterday, with 300 yuan of charges."""
    made = Week()
    letter = made.letter(at=YESTERDAY)
    made.charged(30_000, letter=letter, day=business_day(YESTERDAY), at=YESTERDAY)
    return made


def form(week: Week, **change: str) -> dict[str, str]:
    day = business_day(YESTERDAY).isoformat()
    return {
        "center": week.center.code, "day": day, "center_letters": "1", "center_fen": "300.00",
        "note": "", **change,
    }  # fmt: skip


def test_yesterday_is_there_to_be_signed_and_then_no_more(
    session: Session, week: Week, sign_in: Browser
) -> None:
    browser = sign_in(week.supervisor)
    page = text(browser.get("/supervisor"))
    assert week.center.name_zh in page
    assert "300.00" in page
    assert browser.post("/supervisor/days", data=form(week)).status_code == 303
    signed = session.scalar(select(SignOff))
    assert (signed.letters, signed.center_letters, signed.center_fen) == (1, 1, 30_000)
    assert "已签到昨天" in text(browser.get("/supervisor"))
    assert week.supervisor.display_name in text(browser.get("/supervisor/days"))


def test_figures_that_differ_need_a_note_and_stay_as_typed(
    session: Session, week: Week, sign_in: Browser
) -> None:
    browser = sign_in(week.supervisor)
    answer = browser.post("/supervisor/days", data=form(week, center_fen="250"))
    assert answer.status_code == 422
    page = text(answer)
    assert "difference_needs_note" in page
    assert 'value="250"' in page
    assert how_many(session, SignOff) == 0
    noted = form(week, center_fen="250", note="中心少记一张票据")
    assert browser.post("/supervisor/days", data=noted).status_code == 303
    assert "中心少记一张票据" in text(browser.get("/supervisor/days?differs=yes"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"center_letters": "一"}, "bad_count"),
        ({"center_fen": "三百"}, "bad_amount"),
        ({"center_fen": ""}, "missing"),
        ({"day": ""}, "missing"),
        ({"day": "2099-01-01"}, "day_not_over"),
    ],
)
def test_what_can_t_be_signed_is_refused_with_a_sentence(
    session: Session, week: Week, sign_in: Browser, change: dict[str, str], code: str
) -> None:
    answer = sign_in(week.supervisor).post("/supervisor/days", data=form(week, **change))
    assert answer.status_code in (409, 422)
    assert code in text(answer)
    assert how_many(session, SignOff) == 0


def test_a_day_is_signed_once(session: Session, week: Week, sign_in: Browser) -> None:
    browser = sign_in(week.supervisor)
    assert browser.post("/supervisor/days", data=form(week)).status_code == 303
    again = browser.post("/supervisor/days", data=form(week))
    assert (again.status_code, "day_signed" in text(again)) == (409, True)
    assert how_many(session, SignOff) == 1


def test_a_late_change_shows_against_the_signed_day(
    session: Session, week: Week, sign_in: Browser
) -> None:
    browser = sign_in(week.supervisor)
    browser.post("/supervisor/days", data=form(week))
    letter = week.letter(at=YESTERDAY)
    week.charged(5_000, letter=letter, day=business_day(YESTERDAY), at=now())
    session.commit()
    page = text(browser.get("/supervisor"))
    assert "1 天签核后有改动" in page
    assert "+50.00" in page


def test_nobody_signs_for_a_centre_that_is_not_theirs(
    session: Session, week: Week, sign_in: Browser
) -> None:
    stranger = sign_in(make_staff(Role.SUPERVISOR))
    assert "还没有分给您的急救中心" in text(stranger.get("/supervisor"))
    assert stranger.post("/supervisor/days", data=form(week)).status_code == 404
    assert sign_in(week.finance).get("/supervisor").status_code == 403
    assert how_many(session, SignOff) == 0


def test_a_granted_top_up_is_delivered_with_its_address(
    session: Session, week: Week, sign_in: Browser
) -> None:
    letter = make_presented_letter(case=make_verified_case(center=week.center))
    letter.hospital.address, letter.hospital.phone = "浦建路160号", "021-58752345"
    desk = make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    request = ask(
        letter=letter, amount_fen=200_000, reason="手术", setting="inpatient", by=desk, at=now(),
        settings=SETTINGS,
    )  # fmt: skip
    granted = decide(
        request=request, approve=True, amount_fen=None, reason="", by=make_staff(Role.HOTLINE),
        at=now(), settings=SETTINGS,
    ).top_up  # fmt: skip
    browser = sign_in(week.supervisor)
    page = text(browser.get("/supervisor"))
    for said in ("浦建路160号", "021-58752345", "2,000.00", "7,000.00"):
        assert said in page
    code = granted.copies[0].code
    for _ in range(2):
        assert browser.post("/supervisor/deliveries", data={"code": code}).status_code == 303
    session.expire_all()
    assert granted.copies[0].state == "handed_over"
    assert "浦建路160号" not in text(browser.get("/supervisor"))
