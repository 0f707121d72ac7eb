from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from guarantee.charges import checks, posting
from guarantee.charges.lines import (
    AmountAbsurd,
    AmountMismatch,
    BadQuantity,
    ImpossibleDay,
    LineConflict,
    MissingItemName,
    MissingLineId,
    NoLines,
    TooLong,
    TooManyLines,
    ZeroAmount,
)
from guarantee.charges.models import Charge
from guarantee.charges.posting import take_up_excess
from guarantee.charges.stay import charged
from guarantee.db import broke
from guarantee.events import LiveEvent
from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import balance
from guarantee.ledger.holds import holds_of
from guarantee.ledger.models import AccountKind, Part
from guarantee.letters.lifecycle import lapse_due, void
from guarantee.letters.models import Letter
from guarantee.letters.position import position_of
from guarantee.letters.top_up import ask, decide
from guarantee.letters.visible import UnknownLetter
from guarantee.refusals import Refusal
from guarantee.roles import Role
from tests.charges.situations import DAY, desk_of, ended, finance_of, line, post, ride
from tests.factories import (
    SETTINGS,
    make_enrolment,
    make_letter,
    make_presented_letter,
    make_staff,
    make_verified_case,
)


@pytest.fixture
def letter(session: Session, at: datetime) -> Letter:
    """Accepted by its hospital: 1,000 yuan before it, 5,000 yuan inside it."""
    return make_presented_letter(at=at)


def top_up(letter: Letter, amount_fen: int, at: datetime) -> Letter:
    request = ask(
        letter=letter,
        amount_fen=amount_fen,
        reason="继续治疗",
        setting="inpatient",
        by=desk_of(letter),
        at=at,
        settings=SETTINGS,
    )
    hotline = make_staff(Role.HOTLINE)
    decide(
        request=request,
        approve=True,
        amount_fen=None,
        reason="",
        by=hotline,
        at=at,
        settings=SETTINGS,
    )
    assert request.top_up is not None
    return request.top_up


def owed_to_hospital(letter: Letter) -> int:
    return -balance(AccountKind.HOSPITAL_PAYABLE, letter.hospital_id)


def test_a_charge_within_the_guarantee_is_captured_and_owed_to_the_hospital(
    letter: Letter, at: datetime
) -> None:
    posted = post(letter, line(120_000), at=at)
    assert (posted.guaranteed_fen, posted.captured_fen, posted.remaining_fen) == (
        500_000,
        120_000,
        380_000,
    )
    assert (posted.patient_fen, posted.duplicates, posted.alerts) == (0, 0, ())
    assert owed_to_hospital(letter) == 120_000
    assert check_ledger().faults == []


def test_what_exceeds_the_guarantee_is_posted_and_the_patients(
    letter: Letter, at: datetime
) -> None:
    posted = post(letter, line(450_000), line(80_000), at=at)
    assert (posted.captured_fen, posted.remaining_fen, posted.patient_fen) == (500_000, 0, 30_000)
    assert charged(letter).total_fen == 530_000
    assert charged(letter).excess_fen == 30_000


def test_self_pay_items_do_not_touch_the_guarantee(letter: Letter, at: datetime) -> None:
    posted = post(letter, line(70_000, in_scope=False), line(30_000), at=at)
    assert (posted.captured_fen, posted.patient_fen) == (30_000, 70_000)
    assert charged(letter).self_pay_fen == 70_000


def test_the_same_line_again_counts_once(letter: Letter, at: datetime) -> None:
    one = line(50_000)
    post(letter, one, at=at)
    again = post(letter, one, line(10_000), one, at=at)
    assert (again.captured_fen, again.duplicates) == (60_000, 2)


def test_the_same_line_twice_in_one_call_counts_once(letter: Letter, at: datetime) -> None:
    one = line(50_000)
    posted = post(letter, one, one, at=at)
    assert (posted.captured_fen, posted.duplicates) == (50_000, 1)


def test_lines_sent_again_after_the_final_bill_are_still_only_duplicates(
    letter: Letter, at: datetime, session: Session
) -> None:
    one = line(50_000)
    post(letter, one, at=at)
    ended(letter, "closed", at)
    assert post(letter, one, at=at).duplicates == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 60_000, "unit_price_fen": 60_000},
        {"in_scope": False},
        {"name": "别的药"},
        {"charged_on": DAY - timedelta(days=1)},
        {"quantity": Decimal(2), "unit_price_fen": 25_000},
    ],
)
def test_other_content_under_a_posted_id_is_refused_whole(
    letter: Letter, at: datetime, change: dict[str, object], session: Session
) -> None:
    one = line(50_000, line_id="A1")
    post(letter, one, at=at)
    changed = (
        line(50_000, line_id="A1", **change)
        if "amount_fen" not in change
        else line(60_000, line_id="A1")
    )
    with pytest.raises(LineConflict) as refused:
        post(letter, line(1_000), changed, at=at)
    assert refused.value.field == "lines.1.line_id"
    assert charged(letter).lines == 1


def test_a_hospitals_line_id_on_another_letter_is_a_conflict(
    letter: Letter, at: datetime, session: Session
) -> None:
    post(letter, line(50_000, line_id="A1"), at=at)
    other = make_presented_letter(hospital=letter.hospital, at=at)
    with pytest.raises(LineConflict):
        post(other, line(50_000, line_id="A1"), at=at)


def test_two_hospitals_may_use_the_same_line_id(letter: Letter, at: datetime) -> None:
    post(letter, line(50_000, line_id="A1"), at=at)
    other = make_presented_letter(at=at)
    assert post(other, line(50_000, line_id="A1"), at=at).captured_fen == 50_000


def test_a_refund_gives_back_to_the_guarantee(letter: Letter, at: datetime) -> None:
    post(letter, line(100_000), at=at)
    posted = post(letter, line(-40_000), at=at)
    assert (posted.captured_fen, posted.remaining_fen) == (60_000, 440_000)
    assert owed_to_hospital(letter) == 60_000
    assert check_ledger().faults == []


def test_a_refund_takes_the_patients_excess_first(letter: Letter, at: datetime) -> None:
    post(letter, line(560_000), at=at)
    assert post(letter, line(-50_000), at=at).captured_fen == 500_000
    posted = post(letter, line(-50_000), at=at)
    assert (posted.captured_fen, posted.patient_fen) == (460_000, 0)


def test_a_refund_may_stand_before_its_charge_in_the_same_call(
    letter: Letter, at: datetime
) -> None:
    assert post(letter, line(-30_000), line(30_000), at=at).captured_fen == 0


def test_a_refund_larger_than_what_was_charged_for_the_item_is_refused(
    letter: Letter, at: datetime
) -> None:
    post(letter, line(30_000), line(500_000, code="X002"), at=at)
    with pytest.raises(checks.RefundTooLarge) as refused:
        post(letter, line(1_000), line(-31_001), at=at)
    assert refused.value.field == "lines.1.amount_fen"
    assert "310.00" in refused.value.message("zh")
    assert charged(letter).lines == 2


def test_a_refund_matches_by_name_where_an_item_has_no_code(letter: Letter, at: datetime) -> None:
    post(letter, line(30_000, code="", name="护理"), at=at)
    post(letter, line(-10_000, code="", name="护理"), at=at)
    with pytest.raises(checks.RefundTooLarge):
        post(letter, line(-10_000, code="", name="床位"), at=at)


def test_a_self_pay_refund_does_not_match_an_in_scope_charge(letter: Letter, at: datetime) -> None:
    post(letter, line(30_000), at=at)
    with pytest.raises(checks.RefundTooLarge):
        post(letter, line(-10_000, in_scope=False), at=at)


@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        ({"quantity": Decimal(3)}, AmountMismatch, "amount_fen"),
        ({"amount_fen": 0}, ZeroAmount, "amount_fen"),
        ({"amount_fen": 10**9, "unit_price_fen": 10**9}, AmountAbsurd, "amount_fen"),
        ({"quantity": Decimal(0)}, BadQuantity, "quantity"),
        ({"quantity": Decimal("0.0001")}, BadQuantity, "quantity"),
        ({"quantity": Decimal("NaN")}, BadQuantity, "quantity"),
        ({"quantity": Decimal(10**7)}, BadQuantity, "quantity"),
        ({"line_id": "  "}, MissingLineId, "line_id"),
        ({"line_id": "x" * 65}, TooLong, "line_id"),
        ({"name": ""}, MissingItemName, "name"),
        ({"name": "药" * 500}, TooLong, "name"),
        ({"charged_on": DAY + timedelta(days=2)}, ImpossibleDay, "charged_on"),
        ({"charged_on": DAY - timedelta(days=400)}, ImpossibleDay, "charged_on"),
    ],
)
def test_a_line_that_can_not_be_right_is_refused_by_its_place(
    letter: Letter, at: datetime, change: dict[str, object], refusal: type[Refusal], field: str
) -> None:
    amount = change.get("amount_fen", 10_000)
    bad = line(**{"amount_fen": amount, **change})  # type: ignore[arg-type]
    with pytest.raises(refusal) as refused:
        post(letter, line(), line(), line(), bad, at=at)
    assert refused.value.field == f"lines.3.{field}"
    assert charged(letter).lines == 0


def test_a_cent_of_rounding_between_product_and_amount_is_taken(
    letter: Letter, at: datetime
) -> None:
    rounded = line(333, quantity=Decimal("0.333"), unit_price_fen=1_000)
    off_by_one = line(334, quantity=Decimal("0.333"), unit_price_fen=1_000)
    assert post(letter, rounded, off_by_one, at=at).captured_fen == 667


def test_a_call_without_lines_or_with_thousands_too_many_is_refused(
    letter: Letter, at: datetime
) -> None:
    desk = desk_of(letter)
    with pytest.raises(NoLines):
        posting.post_charges(letter=letter, lines=[], by=desk, at=at)
    with pytest.raises(TooManyLines):
        posting.post_charges(letter=letter, lines=[line()] * 5_001, by=desk, at=at)


def test_charges_wait_until_the_hospital_has_accepted(session: Session, at: datetime) -> None:
    issued = make_letter(at=at)
    with pytest.raises(checks.NotAccepted):
        post(issued, line(), at=at)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        ("closed", checks.LetterClosed),
        ("lapsed", checks.LetterLapsed),
        ("voided", checks.LetterVoided),
    ],
)
def test_a_letter_that_has_ended_takes_no_in_hospital_charges(
    at: datetime, session: Session, state: str, refusal: type[Refusal]
) -> None:
    letter = ended(make_letter(at=at), state, at)
    with pytest.raises(refusal):
        post(letter, line(), at=at)


def test_a_lapsed_letter_takes_the_rides_of_the_days_it_stood_and_no_others(
    session: Session, at: datetime
) -> None:
    """Outside the network no letter is presented: it lapses, and the ride under it was real."""
    letter = make_letter(at=at)
    later = at + timedelta(days=9)
    lapse_due(at=later, by=make_staff(Role.ADMIN))
    assert letter.state == "lapsed"
    posted = post(letter, ride(40_000), at=later)
    assert (posted.captured_fen, posted.patient_fen) == (40_000, 0)
    with pytest.raises(checks.LetterLapsed):
        post(letter, ride(charged_on=at.date() + timedelta(days=5)), at=later)
    assert check_ledger().faults == []


def test_a_voided_letter_takes_no_pre_hospital_charges(session: Session, at: datetime) -> None:
    letter = make_letter(at=at)
    void(letter=letter, reason="写错", by=make_staff(Role.HOTLINE), at=at)
    with pytest.raises(checks.LetterVoided):
        post(letter, ride(), at=at)


def test_a_voided_letter_says_so_whatever_the_lines_id_was_used_for(
    session: Session, at: datetime
) -> None:
    letter = make_presented_letter(at=at)
    taken = ride()
    post(letter, taken, at=at)
    spoilt = make_letter(center=letter.case.center, at=at)
    void(letter=spoilt, reason="写错", by=make_staff(Role.HOTLINE), at=at)
    with pytest.raises(checks.LetterVoided):
        post(spoilt, taken, at=at)


def test_another_hospital_and_another_center_do_not_even_learn_that_the_letter_is_there(
    letter: Letter, at: datetime
) -> None:
    with pytest.raises(UnknownLetter):
        post(letter, line(), by=make_staff(Role.BILLING_DESK), at=at)
    with pytest.raises(UnknownLetter):
        post(letter, ride(), by=make_staff(Role.CENTER_FINANCE), at=at)


def test_each_side_posts_its_own_part_only(letter: Letter, at: datetime) -> None:
    for lines, by in (
        ([ride()], desk_of(letter)),
        ([line()], finance_of(letter)),
        ([line()], make_staff(Role.HOTLINE)),
        ([ride()], make_staff(Role.AUDITOR)),
        ([line(), ride()], desk_of(letter)),
    ):
        with pytest.raises(checks.NotYourPart):
            post(letter, *lines, by=by, at=at)


def test_pre_hospital_charges_are_the_centers_up_to_their_own_part(
    session: Session, at: datetime
) -> None:
    issued = make_letter(at=at)
    posted = post(issued, ride(80_000), ride(40_000), at=at)
    assert (posted.guaranteed_fen, posted.captured_fen, posted.patient_fen) == (
        100_000,
        100_000,
        20_000,
    )
    assert posted.alerts == ()
    assert -balance(AccountKind.CENTER_PAYABLE, issued.case.center_id) == 100_000
    assert position_of(issued).in_hospital.captured_fen == 0


def test_crew_and_hotline_may_post_for_the_center(session: Session, at: datetime) -> None:
    letter = make_letter(at=at)
    post(letter, ride(), by=make_staff(Role.CREW, center=letter.case.center), at=at)
    post(letter, ride(), by=make_staff(Role.HOTLINE), at=at)
    assert charged(letter, Part.PRE_HOSPITAL).lines == 2


def test_alerts_are_told_once_when_a_posting_crosses_them(
    letter: Letter, at: datetime, session: Session
) -> None:
    assert post(letter, line(299_900), at=at).alerts == ()
    assert post(letter, line(100), at=at).alerts == (60,)
    assert post(letter, line(1_000), at=at).alerts == ()
    assert post(letter, line(190_000), at=at).alerts == (80, 95)
    assert post(letter, line(90_000), at=at).alerts == (100,)
    told = session.scalars(select(LiveEvent).where(LiveEvent.kind == "guarantee_used")).all()
    assert [e.payload["percent"] for e in told if e.topic == "role:hotline"] == [60, 95, 100]
    assert {e.topic for e in told} == {"role:hotline", f"hospital:{letter.hospital_id}"}


def test_a_top_up_takes_up_what_exceeded_the_guarantee_before(
    letter: Letter, at: datetime, session: Session
) -> None:
    post(letter, line(550_000), line(20_000, in_scope=False), at=at)
    amendment = top_up(letter, 300_000, at)
    assert position_of(amendment).in_hospital.captured_fen == 550_000
    assert charged(letter).excess_fen == 0
    assert owed_to_hospital(letter) == 550_000
    first, second = holds_of([letter.id, amendment.id], Part.IN_HOSPITAL)
    assert (first.captured_fen, second.captured_fen) == (500_000, 50_000)
    assert take_up_excess(letter=letter, by=desk_of(letter), at=at) == 0
    assert check_ledger().faults == []


def test_a_refund_comes_out_of_the_latest_top_up_first(letter: Letter, at: datetime) -> None:
    amendment = top_up(letter, 300_000, at)
    post(letter, line(600_000), at=at)
    post(letter, line(-150_000), at=at)
    first, second = holds_of([letter.id, amendment.id], Part.IN_HOSPITAL)
    assert (first.captured_fen, second.captured_fen) == (450_000, 0)
    assert check_ledger().faults == []


def test_charges_on_a_top_ups_number_are_the_cases(letter: Letter, at: datetime) -> None:
    amendment = top_up(letter, 100_000, at)
    posted = post(amendment, line(520_000), at=at)
    assert (posted.guaranteed_fen, posted.captured_fen) == (600_000, 520_000)


def test_a_cover_with_little_left_guarantees_only_that(session: Session, at: datetime) -> None:
    case = make_verified_case(enrolment=make_enrolment(sum_insured_fen=300_000), at=at)
    letter = make_presented_letter(case=case, at=at)
    posted = post(letter, line(500_000), at=at)
    assert (posted.guaranteed_fen, posted.captured_fen, posted.patient_fen) == (
        200_000,
        200_000,
        300_000,
    )


def test_ten_thousand_fractions_of_a_thing_come_back_exact(
    letter: Letter, at: datetime, session: Session
) -> None:
    post(letter, line(1_234, quantity=Decimal("1.234"), unit_price_fen=1_000), at=at)
    session.flush()
    session.expire_all()
    assert session.scalars(select(Charge)).one().quantity == Decimal("1.234")


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("ck_charges_amount_not_zero", {"amount_fen": 0, "guaranteed_fen": 0}),
        ("ck_charges_guaranteed_within_amount", {"guaranteed_fen": 10_001}),
        ("ck_charges_guaranteed_within_amount", {"guaranteed_fen": -1}),
        ("ck_charges_self_pay_not_guaranteed", {"in_scope": False}),
        ("ck_charges_sent_by_whom_it_concerns", {"hospital_id": None}),
        ("ck_charges_part_known", {"part": "elsewhere"}),
        ("ck_charges_line_id_given", {"line_id": ""}),
        ("uq_charges_hospital_line", {}),
    ],
)
def test_the_database_itself_refuses_a_charge_that_breaks_a_rule(
    letter: Letter, at: datetime, session: Session, constraint: str, change: dict[str, object]
) -> None:
    post(letter, line(10_000, line_id="A1"), at=at)
    session.commit()
    kept = session.scalars(select(Charge)).one()
    facts = {c.name: getattr(kept, c.name) for c in Charge.__table__.columns if c.name != "id"}
    if constraint != "uq_charges_hospital_line":
        facts["line_id"] = "A2"
    session.add(Charge(**{**facts, **change}))
    with pytest.raises(IntegrityError) as broken:
        session.flush()
    session.rollback()
    # some rows break a second rule as well; SQLite names whichever it looks at first
    also = {
        "ck_charges_amount_not_zero": "ck_charges_guaranteed_within_amount",
        "ck_charges_part_known": "ck_charges_sent_by_whom_it_concerns",
    }
    assert any(broke(broken.value, name) for name in (constraint, also.get(constraint, constraint)))


def test_a_thousand_lines_in_one_call_are_posted(
    letter: Letter, at: datetime, session: Session
) -> None:
    posted = post(letter, *(line(100) for _ in range(1_000)), at=at)
    assert posted.captured_fen == 100_000
    assert session.scalar(select(func.count(Charge.id))) == 1_000
