import pytest

from guarantee.ledger.entries import balance
from guarantee.ledger.models import AccountKind
from guarantee.settlement.recovery import BadMonth, bordereau
from tests import factories
from tests.settlement.scenes import NEXT_MONDAY, TUESDAY, Week


@pytest.fixture
def week(session):
    made = Week()
    made.filled()
    return made


def test_an_insurers_month_lists_its_members_letters_and_adds_up_with_the_books(week):
    product = factories.make_product()
    ours = week.charged(
        30_000, letter=week.letter(enrolment=factories.make_enrolment(product=product))
    )
    week.drawn(20_000, letter=week.letter(network=False,
               enrolment=factories.make_enrolment(product=product)))  # fmt: skip
    week.charged(99_000)
    found = bordereau(insurer=product.insurer, month="2026-11")
    assert sorted((line.pre_hospital_fen, line.in_hospital_fen) for line in found.lines) == [
        (0, 20_000),
        (30_000, 0),
    ]
    assert found.total_fen == found.receivable_fen == 50_000
    assert found.receivable_fen == balance(AccountKind.INSURER_RECEIVABLE, product.insurer_id)
    line = next(one for one in found.lines if one.letter_number == ours.number)
    assert (line.member_id, line.first_on) == (ours.case.member_id, TUESDAY.date())
    assert line.product_code == product.code


def test_each_month_has_its_own_and_the_receivable_is_all_of_it(week):
    letter = week.charged(30_000)
    insurer = letter.case.enrolment.policy.insurer
    december = NEXT_MONDAY.replace(month=12, day=1)
    week.charged(5_000, letter=letter, day=december.date(), at=december)
    months = {name: bordereau(insurer=insurer, month=name) for name in ("2026-11", "2026-12")}
    assert {name: one.total_fen for name, one in months.items()} == {
        "2026-11": 30_000,
        "2026-12": 5_000,
    }
    assert months["2026-12"].receivable_fen == 35_000


def test_a_refund_is_taken_off(week):
    letter = week.charged(30_000, name="转运费")
    week.charged(-4_000, letter=letter, name="转运费")
    insurer = letter.case.enrolment.policy.insurer
    found = bordereau(insurer=insurer, month="2026-11")
    assert [line.pre_hospital_fen for line in found.lines] == [26_000]
    assert found.total_fen == found.receivable_fen


@pytest.mark.parametrize("month", ["2026-13", "2026", "2026-1", "11/2026", ""])
def test_a_month_is_written_like_2026_11(session, month):
    with pytest.raises(BadMonth):
        bordereau(insurer=factories.make_insurer(), month=month)
