"""A centre's week, from signed days to the closed batch, with the workbook its people send."""

from collections import Counter
from datetime import timedelta

from guarantee import audit
from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import balance
from guarantee.ledger.models import AccountKind
from guarantee.letters import number as numbers
from guarantee.settlement import reserve_fund
from guarantee.settlement.approval import approve
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.batch import run_week
from guarantee.settlement.courier import record_fee
from guarantee.settlement.differences import Kind
from guarantee.settlement.originals import close, mail, originals_of, owed, tick_off
from guarantee.settlement.remittance import pay, payment_csv
from guarantee.settlement.report_upload import reconcile_batch, take_report
from guarantee.settlement.resolution import resolve, resolve_many, undo
from guarantee.settlement.sign_off import figures_of, sign, week_days
from guarantee.settlement.statement import statement_pdf, statement_workbook
from guarantee.settlement.statement_facts import statement_of
from guarantee.settlement.totals import current_differences, totals_of
from tests.settlement.files import bank_csv, workbook
from tests.settlement.scenes import MONDAY, NEXT_MONDAY, NEXT_WEEK, TUESDAY, WEEK, Week

HEADER = (
    "票据号", "担保函号", "患者姓名", "出车日期", "车费", "急救费", "出诊费", "转运费", "合计",
    "备用金", "备注", "车牌",
)  # fmt: skip


def yuan(fen):
    return f"{fen / 100:,.2f}"


def untidy(letter, receipt, fen, *, fund="", parts=None, number=None, day="2026年11月17日"):
    """Columns in another order, spaced numbers, thousands, a column nobody asked for."""
    said = number or numbers.grouped(letter.number)
    return (receipt, said, "张 三", day, yuan(parts or fen), "", "—", None, yuan(fen), fund, None,
            "沪A·12345")  # fmt: skip


def one_slip(number):
    return number[:9] + str((int(number[9]) + 1) % 10) + number[10:]


def test_a_week_from_signed_days_to_the_closed_batch(session):
    week, stranger = Week(), Week()
    week.filled(100_000)

    # the week: nine letters, one to a hospital outside the network, a parcel
    good = [week.charged(30_000 + n, receipt=f"沪A{n:07d}") for n in range(3)]
    costly = week.charged(130_000, receipt="沪B0000001")
    higher = week.charged(40_000, receipt="沪B0000002")
    mistyped = week.charged(50_000, receipt="沪B0000003")
    forgotten = week.charged(6_000, receipt="沪B0000004")
    shared = week.charged(7_000, receipt="沪B0000005")
    outside = week.drawn(20_000, receipt="沪F0000001")
    foreign = stranger.charged(9_000, receipt="深X0000001")
    record_fee(center=week.center, tracking_number="SF0", amount_fen=2_000,
               paid_on=TUESDAY.date(), by=week.finance, at=TUESDAY)  # fmt: skip

    # daily: the supervisor signs; Monday sees that nothing changed and which days are unsigned
    figures = figures_of(week.center, TUESDAY.date())
    sign(center=week.center, day=TUESDAY.date(), center_letters=9, center_fen=figures.paid_fen,
         note="", by=week.supervisor, at=TUESDAY + timedelta(days=1))  # fmt: skip
    states = week_days(week.center, WEEK)
    assert [state.signed is not None for state in states] == [False, True] + [False] * 5
    assert not states[1].changed

    # Monday: every centre's batch, twice triggered
    batch = next(
        one for one in run_week(week=WEEK, by=week.clerk, at=MONDAY)
        if one.center_id == week.center.id
    )  # fmt: skip
    run_week(week=WEEK, by=week.clerk, at=MONDAY)
    in_system = 90_003 + 100_000 + 40_000 + 50_000 + 6_000 + 7_000 + 20_000 + 2_000
    assert totals_of(batch).total_fen == in_system

    # the report, as its people keep it
    rows = [
        *(untidy(one, one.receipt.lower(), 30_000 + n) for n, one in enumerate(good)),
        untidy(costly, costly.receipt, 130_000),
        untidy(higher, higher.receipt, 42_000, parts=41_000),
        untidy(mistyped, mistyped.receipt, 50_000, number=one_slip(mistyped.number)),
        untidy(shared, f"{good[0].receipt}，{shared.receipt}", 7_000),
        untidy(outside, outside.receipt, 20_000, fund="是"),
        untidy(foreign, foreign.receipt, 9_000),
        untidy(forgotten, "沪Z1", 6_000, day="昨天"),
        ("合计", None, None, None, None, None, None, None, "4,880.03", None, None, None),
    ]  # fmt: skip
    report = take_report(
        batch=batch, data=workbook([HEADER, *rows]), filename="第47周.xlsx", by=week.finance,
        at=MONDAY,
    )  # fmt: skip
    assert [(row.field, row.code) for row in report.handed_back] == [("dispatched_on", "bad_date")]
    came_out = reconcile_batch(batch=batch, by=week.finance, at=MONDAY)
    assert came_out.system_fen == in_system - 2_000
    assert came_out.report_fen == report.total_fen
    found = current_differences(batch)
    assert Counter(one.kind for one in found) == {
        Kind.ABOVE_LIMIT: 1,  # the costly one
        Kind.ROW_DOES_NOT_ADD_UP: 1,  # the higher one, whose amount differs too
        Kind.BAD_NUMBER: 1,
        Kind.RECEIPT_USED_TWICE: 2,
        Kind.OTHER_CENTERS_LETTER: 1,
        Kind.ONLY_IN_SYSTEM: 2,  # the mistyped one and the one whose row was handed back
    }
    by_kind = {one.kind: one for one in found}
    wrong = by_kind[Kind.BAD_NUMBER]
    assert wrong.suggested_line.letter.number == mistyped.number

    # decisions: in bulk where alike, one taken back, one carried
    def decide(differences, decision, reason):
        resolve_many(differences=differences, decision=decision, reason=reason, by=week.clerk,
                     at=MONDAY)  # fmt: skip

    decide([by_kind[Kind.ABOVE_LIMIT]], "take_system", "超限部分由患者承担")
    decide([by_kind[Kind.ROW_DOES_NOT_ADD_UP]], "leave_out", "误点")
    undo(difference=by_kind[Kind.ROW_DOES_NOT_ADD_UP], by=week.clerk, at=MONDAY)
    resolve(difference=by_kind[Kind.ROW_DOES_NOT_ADD_UP], decision="take_center",
            reason="补交转运费票据", by=week.clerk, at=MONDAY)  # fmt: skip
    decide([wrong, by_kind[Kind.OTHER_CENTERS_LETTER]], "leave_out", "函号有误，见系统记录")
    twice = [one for one in found if one.kind == Kind.RECEIPT_USED_TWICE]
    decide(twice, "take_system", "一票两函")
    for one in found:
        if one.kind == Kind.ONLY_IN_SYSTEM:
            late = one.line.letter.number == forgotten.number
            decide([one], "carry" if late else "take_system", "核对原始单据")
    total = in_system - 6_000 + 2_000
    assert totals_of(batch).total_fen == total

    # approval by another person; statement in two forms, the same again
    approve(batch=batch, by=week.chief, at=MONDAY, expected_fen=total)
    content = statement_of(batch)
    assert content.total_fen == sum(line.settled_fen for line in content.lines) == total
    assert statement_pdf(content) == statement_pdf(statement_of(batch))
    assert statement_workbook(content) == statement_workbook(statement_of(batch))

    # payment, and the bank's statement in GB18030
    orders = pay(batches=[batch], by=week.clerk, at=MONDAY)
    assert orders[0].reference in payment_csv(orders).decode("gb18030")
    line = ("20261125", "", yuan(total), week.center.name_zh, "6227", f"款{orders[0].reference}",
            "2026112500017")  # fmt: skip
    for _ in range(2):
        take_statement(data=bank_csv([line]), filename="明细.csv", by=week.clerk, at=MONDAY)
    assert batch.state == "paid"
    assert reserve_fund.balance(week.center) == 100_000

    # originals: all mailed, one does not arrive
    mailing = mail(batch=batch, courier="顺丰", tracking_number="SF 1002", codes=None,
                   fee_fen=1_800, by=week.finance, at=MONDAY + timedelta(days=3))  # fmt: skip
    assert len(mailing.originals) == len(originals_of(batch)) > 10
    codes = [one.code for one in mailing.originals]
    tick_off(batch=batch, codes=codes[1:], by=week.clerk, at=MONDAY + timedelta(days=4))
    close(batch=batch, by=week.clerk, at=MONDAY + timedelta(days=4))
    assert batch.state == "closed"

    # next Monday: what was carried, the parcel, the paper that is missing
    following = next(
        one for one in run_week(week=NEXT_WEEK, by=week.clerk, at=NEXT_MONDAY)
        if one.center_id == week.center.id
    )  # fmt: skip
    assert sorted((one.part, one.amount_fen) for one in following.lines) == [
        ("courier", 1_800),
        ("pre_hospital", 6_000),
    ]
    assert [one.code for one in owed(week.center, before=following)] == codes[:1]

    # the books: what is still owed is what was carried, and everything adds up
    session.commit()
    assert balance(AccountKind.CENTER_PAYABLE, week.center.id) == -6_000
    assert check_ledger().faults == []
    assert audit.verify_chain().broken_at is None
