"""A batch of the house → the plain content of its statement."""

from __future__ import annotations

from guarantee.refusals import Words
from guarantee.settlement.differences import NAMES, Kind
from guarantee.settlement.models import Batch, BatchLine, Difference
from guarantee.settlement.originals import owed
from guarantee.settlement.payment_file import reference_of
from guarantee.settlement.remittance import first_remittance
from guarantee.settlement.resolution import DECISION_WORDS
from guarantee.settlement.statement_content import (
    StatementContent,
    StatementDifference,
    StatementLine,
)
from guarantee.settlement.totals import current_differences, decided_fen, totals_of
from guarantee.settlement.wording import PART_WORDS
from guarantee.tables import BATCH

_LATE = Words("逾期补报", "Late")
_CARRIED = Words("上期结转", "Carried over")
_OPEN = Words("未处理", "Open")


def statement_of(batch: Batch) -> StatementContent:
    """What the statement of this batch says. From the approval on it says the same for ever: what
    happens later (payment, originals) is not on it."""
    differences = current_differences(batch)
    by_line = {one.line_id: one for one in differences if one.line_id is not None}
    totals = totals_of(batch)
    remittance = first_remittance(batch)
    center = batch.center
    return StatementContent(
        center_code=center.code,
        center_name=Words(center.name_zh, center.name_en),
        week=batch.week,
        first_day=batch.first_day,
        last_day=batch.last_day,
        state=BATCH.states["approved" if batch.approved_at else batch.state],
        account_name=remittance.payee if remittance else center.bank_account_name,
        account_number=remittance.account_number if remittance else center.bank_account_number,
        account_bank=remittance.bank_name if remittance else center.bank_name,
        reference=reference_of(center.code, batch.week),
        pre_hospital_fen=totals.pre_hospital_fen,
        reserve_fund_fen=totals.reserve_fund_fen,
        courier_fen=totals.courier_fen,
        lines=tuple(_line(line, by_line.get(line.id)) for line in batch.lines),
        differences=tuple(_difference(one) for one in differences),
        missing_originals=len(owed(center, before=batch, as_of=batch.approved_at)),
        prepared_by=batch.prepared_by.display_name if batch.prepared_by else "",
        prepared_at=batch.prepared_at or batch.opened_at,
        approved_by=batch.approved_by.display_name if batch.approved_by else "",
        approved_at=batch.approved_at,
        ledger_head=batch.ledger_head,
    )


def _line(line: BatchLine, difference: Difference | None) -> StatementLine:
    settled = line.settled_fen
    if settled is None:
        settled = line.amount_fen if difference is None else decided_fen(difference)
    mark = _CARRIED if line.carried_from_id else _LATE if line.late else Words("", "")
    return StatementLine(
        letter_number=line.letter.number if line.letter else "",
        part=PART_WORDS[line.part],
        mark=mark,
        charged_from=line.charged_from,
        receipts=line.receipts,
        system_fen=line.amount_fen,
        report_fen=line.reported_fen,
        settled_fen=settled,
    )


def _difference(one: Difference) -> StatementDifference:
    return StatementDifference(
        letter_number=one.letter_number or "",
        kind=NAMES[Kind(one.kind)],
        why=Words(one.why_zh, one.why_en),
        system_fen=one.system_fen,
        report_fen=one.report_fen,
        decision=DECISION_WORDS[one.decision] if one.decision else _OPEN,
        reason=one.reason,
        decided_by=one.decided_by.display_name if one.decided_by else "",
    )
