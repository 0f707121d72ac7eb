"""Checks of the holds: a hold is the account of one letter part, moved by its postings alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, not_, or_, select

from guarantee.ledger.check_one import Check
from guarantee.ledger.holds import COVER_ACCOUNTS
from guarantee.ledger.models import Account, AccountKind, Cover, Hold, Posting
from guarantee.refusals import Words

OWED_TO = (
    AccountKind.CENTER_PAYABLE,
    AccountKind.HOSPITAL_PAYABLE,
    AccountKind.RESERVE_FUND,
)
"""Whom the alliance owes what was captured, or from whose drawer it was paid."""

FITS: dict[str, ColumnElement[bool]] = {
    "placed": and_(Hold.captured_fen == 0, Hold.held_fen == Hold.placed_fen),
    "partly_captured": and_(
        Hold.captured_fen > 0,
        Hold.held_fen > 0,
        Hold.held_fen + Hold.captured_fen == Hold.placed_fen,
    ),
    "captured": and_(Hold.captured_fen == Hold.placed_fen, Hold.captured_fen > 0),
    "released": Hold.held_fen == 0,
    "lapsed": Hold.held_fen == 0,
}
"""What a hold's figures are in each state of tables.HOLD, at every commit."""

_within = and_(
    Hold.held_fen >= 0,
    Hold.captured_fen >= 0,
    Hold.held_fen + Hold.captured_fen <= Hold.placed_fen,
)
STATES = Check(
    "hold_states",
    Words(
        "每笔冻结的状态与金额相符，冻结与已扣用不超过原额",
        "each hold's state fits its figures, held + captured within what was placed",
    ),
    "holds",
    select(
        Hold.id,
        Hold.state,
        Hold.placed_fen,
        Hold.held_fen,
        Hold.captured_fen,
        not_(
            and_(
                _within,
                case(*((Hold.state == state, fits) for state, fits in FITS.items()), else_=false()),
            )
        ).label("wrong"),
    ),
    "is {state} with placed {placed_fen}, held {held_fen}, captured {captured_fen}",
)

_debit, _credit = (Account.__table__.alias(name) for name in ("d", "c"))


def _net(kind: AccountKind) -> ColumnElement[Any]:
    """What the postings of a hold moved into accounts of this kind, less what they took out."""
    into = case((_debit.c.kind == kind, Posting.amount_fen), else_=0)
    out = case((_credit.c.kind == kind, Posting.amount_fen), else_=0)
    return func.sum(into - out)


_moved = (
    select(
        Posting.hold_id,
        _net(AccountKind.COVER_HELD).label("held"),
        _net(AccountKind.COVER_CAPTURED).label("captured"),
        _net(AccountKind.INSURER_RECEIVABLE).label("owed"),
    )
    .select_from(Posting)
    .join(_debit, _debit.c.id == Posting.debit_account_id)
    .join(_credit, _credit.c.id == Posting.credit_account_id)
    .where(Posting.hold_id.is_not(None))
    .group_by(Posting.hold_id)
    .subquery()
)
_held, _captured, _owed = (
    func.coalesce(figure, 0) for figure in (_moved.c.held, _moved.c.captured, _moved.c.owed)
)

FIGURES = Check(
    "hold_postings",
    Words(
        "每笔冻结的金额等于其分录之和，已扣用部分均已向保险公司记应收",
        "each hold's held and captured are the sums of its postings, and its insurer owes what "
        "was captured",
    ),
    "holds",
    select(
        Hold.id,
        Hold.held_fen.label("kept_held"),
        Hold.captured_fen.label("kept_captured"),
        _held.label("held"),
        _captured.label("captured"),
        _owed.label("owed"),
        or_(Hold.held_fen != _held, Hold.captured_fen != _captured, _captured != _owed).label(
            "wrong"
        ),
    )
    .select_from(Hold)
    .outerjoin(_moved, _moved.c.hold_id == Hold.id),
    "held_fen {kept_held}, its postings give {held}; captured_fen {kept_captured}, its postings "
    "give {captured}, of which the insurer owes {owed}",
)


def _owes(insurer: FromClause, payee: FromClause) -> ColumnElement[bool]:
    return and_(
        insurer.c.kind == AccountKind.INSURER_RECEIVABLE,
        insurer.c.owner_id == Cover.insurer_id,
        payee.c.kind.in_(OWED_TO),
    )


_promises = (AccountKind.COVER_HELD, AccountKind.COVER_CAPTURED)
_its_own = or_(
    and_(
        _debit.c.kind.in_(COVER_ACCOUNTS),
        _credit.c.kind.in_(COVER_ACCOUNTS),
        _debit.c.owner_id == Hold.cover_id,
        _credit.c.owner_id == Hold.cover_id,
    ),
    _owes(_debit, _credit),
    _owes(_credit, _debit),
)

COVERS = Check(
    "posting_covers",
    Words(
        "分录所属的冻结正是其所动保额的冻结，应收记在该保额的保险公司名下",
        "a posting names a hold of the very cover it moves, and what it captured is owed by that "
        "cover's insurer",
    ),
    "ledger_postings",
    select(
        Posting.id,
        Posting.hold_id,
        Hold.cover_id,
        _debit.c.kind.label("debit"),
        _debit.c.owner_id.label("debit_of"),
        _credit.c.kind.label("credit"),
        _credit.c.owner_id.label("credit_of"),
        case(
            (
                Posting.hold_id.is_(None),
                or_(_debit.c.kind.in_(_promises), _credit.c.kind.in_(_promises)),
            ),
            else_=not_(func.coalesce(_its_own, false())),
        ).label("wrong"),
    )
    .select_from(Posting)
    .join(_debit, _debit.c.id == Posting.debit_account_id)
    .join(_credit, _credit.c.id == Posting.credit_account_id)
    .outerjoin(Hold, Hold.id == Posting.hold_id)
    .outerjoin(Cover, Cover.id == Hold.cover_id),
    "hold {hold_id} of cover {cover_id}, but from {credit} of {credit_of} to {debit} of {debit_of}",
)

CHECKS = (FIGURES, STATES, COVERS)
