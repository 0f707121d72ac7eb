"""What the database says, and what the model expects it to say, as figures to lay side by side."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from guarantee.cases.models import Case
from guarantee.charges.models import Charge
from guarantee.db import db
from guarantee.ledger.holds import holds_of
from guarantee.ledger.models import Account, AccountKind, Entry, Posting
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.settlement.models import Batch, HospitalBatch
from tests.movements.model_letters import Promise
from tests.movements.model_settlement import Model

Figures = dict[str, dict[Any, Any]]
_ENDED = {"released": "ended", "lapsed": "ended"}
"""Why it ended is no figure: a late ride on a lapsed letter ends as released."""


def in_the_books() -> Figures:
    """Accounts, holds, charges and states as the database has them; nothing of 0 fen."""
    accounts = select(Account.kind, Account.owner_id, Account.balance_fen)
    letters = dict(db.session.execute(select(Letter.id, Letter.state)).all())
    sums = select(
        Charge.letter_id,
        Charge.part,
        func.sum(Charge.amount_fen),
        func.sum(case((Charge.in_scope, Charge.amount_fen), else_=0)),
        func.sum(Charge.guaranteed_fen),
    ).group_by(Charge.letter_id, Charge.part)
    return {
        "accounts": {
            (str(kind), owner): fen for kind, owner, fen in db.session.execute(accounts) if fen
        },
        "holds": {
            (hold.letter_id, str(hold.part)): (
                hold.placed_fen,
                hold.placed_fen - hold.captured_fen - hold.released_fen,
                hold.captured_fen,
                _ENDED.get(hold.state, hold.state),
            )
            for hold in holds_of(letters)
        },
        "charges": {
            (letter, str(part)): tuple(int(fen) for fen in fens)
            for letter, part, *fens in db.session.execute(sums)
            if any(fens)
        },
        "letters": letters,
        "cases": _states(Case),
        "requests": _states(TopUpRequest),
        "batches": _states(Batch),
        "hospital batches": _states(HospitalBatch),
    }


def by_the_rules(model: Model, ids: dict[str, int]) -> Figures:
    """The same from the model; `ids`: the rows that its keys stand for."""
    accounts: dict[tuple[str, int], int] = {(AccountKind.BANK.value, 0): model.bank}
    accounts["courier_expense", 0] = model.courier_expense
    for key, cover in model.covers.items():
        accounts["cover_available", ids[key]] = cover.available
        accounts["cover_held", ids[key]] = cover.held
        accounts["cover_captured", ids[key]] = cover.captured
        granted = ("cover_granted", cover.insurer)
        accounts[granted] = accounts.get(granted, 0) - cover.insured
    for kind, owners, sign in (
        ("insurer_receivable", model.owed_by_insurer, 1),
        ("center_payable", model.owed_to_center, -1),
        ("hospital_payable", model.owed_to_hospital, -1),
        ("reserve_fund", model.fund, 1),
    ):
        accounts |= {(kind, owner): sign * fen for owner, fen in owners.items()}
    return {
        "accounts": {of: fen for of, fen in accounts.items() if fen},
        "holds": {
            (ids[key], part): (p.placed, p.held, p.captured, _hold_state(letter.state, p))
            for key, letter in model.letters.items()
            for part, p in letter.parts.items()
        },
        "charges": {
            (ids[key], part): fens
            for key, letter in model.letters.items()
            for part in letter.parts
            if any(fens := (letter.charged[part], letter.in_scope[part], letter.taken[part]))
        },
        "letters": {ids[key]: one.state for key, one in model.letters.items()},
        "cases": {ids[key]: one.state for key, one in model.cases.items()},
        "requests": {ids[key]: one.state for key, one in model.requests.items()},
        "batches": {ids[key]: one.state for key, one in model.batches.items()},
        "hospital batches": {ids[key]: one.state for key, one in model.hospital_batches.items()},
    }


def written() -> tuple[int, int]:
    """How many entries and postings there are."""
    entries = select(func.count(Entry.id)).scalar_subquery()
    row = db.session.execute(select(entries, func.count(Posting.id))).one()
    return int(row[0]), int(row[1])


def _hold_state(letter: str, promise: Promise) -> str:
    if promise.captured and promise.captured == promise.placed:
        return "captured"
    if letter in ("voided", "closed", "lapsed"):
        return "ended"
    return "partly_captured" if promise.captured else "placed"


def _states(table: type[Any]) -> dict[int, str]:
    return dict(db.session.execute(select(table.id, table.state)).all())
