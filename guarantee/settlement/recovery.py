"""What the alliance reclaims: an insurer's month, taken from the ledger, letter by letter."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select

from guarantee.business_time import SHANGHAI
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.ledger.entries import balance
from guarantee.ledger.models import Account, AccountKind, Entry, Hold, Posting
from guarantee.letters.models import Letter
from guarantee.members.models import Enrolment
from guarantee.parties.insurers import Insurer
from guarantee.refusals import Invalid, Words


class BadMonth(Invalid):
    code = "bad_month"
    words = Words("月份应写成 2026-11 的形式。", "A month is written like 2026-11.")
    field = "month"


@dataclass(frozen=True, slots=True)
class BordereauLine:
    """What was advanced for one letter in the month, refunds taken off. `member_id` and
    `policy_number` let the insurer find its own member; no name, no document."""

    letter_number: str
    member_id: int | None
    policy_number: str
    product_code: str
    first_on: date
    pre_hospital_fen: int
    in_hospital_fen: int

    @property
    def total_fen(self) -> int:
        return self.pre_hospital_fen + self.in_hospital_fen


@dataclass(frozen=True, slots=True)
class Bordereau:
    """An insurer's statement for a month. `receivable_fen`: all it owes by now, this month's
    advances and what is older."""

    insurer: Insurer
    month: str
    lines: tuple[BordereauLine, ...]
    receivable_fen: int

    @property
    def total_fen(self) -> int:
        return sum(line.total_fen for line in self.lines)


def bordereau(*, insurer: Insurer, month: str) -> Bordereau:
    """What was advanced for this insurer's members in a calendar month of Shanghai ('2026-11').

    From the ledger's own postings, so it adds up with the books. Refuses `bad_month`.
    """
    first, after = _bounds(month)
    receivable = select(Account.id).where(
        Account.kind == AccountKind.INSURER_RECEIVABLE, Account.owner_id == insurer.id
    )
    signed = case(
        (Posting.debit_account_id.in_(receivable), Posting.amount_fen), else_=-Posting.amount_fen
    )
    query = (
        select(Hold.letter_id, Hold.part, func.sum(signed), func.min(Entry.at))
        .select_from(Posting)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Hold, Hold.id == Posting.hold_id)
        .where(
            Posting.debit_account_id.in_(receivable) | Posting.credit_account_id.in_(receivable),
            Entry.at >= first,
            Entry.at < after,
        )
        .group_by(Hold.letter_id, Hold.part)
    )
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    since: dict[int, datetime] = {}
    for letter_id, part, fen, began in db.session.execute(query):
        sums[letter_id][part] = int(fen)
        since[letter_id] = min(began, since.get(letter_id, began))
    lines = [
        BordereauLine(
            letter_number=letter.number,
            member_id=letter.case.member_id,
            policy_number=enrolment.policy.number,
            product_code=enrolment.product.code,
            first_on=since[letter.id].astimezone(SHANGHAI).date(),
            pre_hospital_fen=sums[letter.id].get("pre_hospital", 0),
            in_hospital_fen=sums[letter.id].get("in_hospital", 0),
        )
        for letter, enrolment in _letters(set(sums))
        if any(sums[letter.id].values())
    ]
    return Bordereau(
        insurer=insurer,
        month=month,
        lines=tuple(lines),
        receivable_fen=balance(AccountKind.INSURER_RECEIVABLE, insurer.id),
    )


def _letters(ids: set[int]) -> list[tuple[Letter, Enrolment]]:
    query = (
        select(Letter, Enrolment)
        .join(Case, Case.id == Letter.case_id)
        .join(Enrolment, Enrolment.id == Case.enrolment_id)
        .where(Letter.id.in_(ids))
        .order_by(Letter.number)
    )
    return list(db.session.execute(query))


def _bounds(month: str) -> tuple[datetime, datetime]:
    try:
        first = date.fromisoformat(f"{month}-01") if len(month) == 7 else None
    except ValueError:
        first = None
    if first is None:
        raise BadMonth()
    year, index = divmod(first.year * 12 + first.month, 12)
    return (
        datetime(first.year, first.month, 1, tzinfo=SHANGHAI),
        datetime(year, index + 1, 1, tzinfo=SHANGHAI),
    )
