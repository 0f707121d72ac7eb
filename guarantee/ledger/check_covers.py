"""Checks of the covers: nothing is promised twice, and what is promised stands in holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, or_, select

from guarantee.ledger.check_one import Check
from guarantee.ledger.models import Account, AccountKind, Cover, Hold
from guarantee.refusals import Words

_available, _held, _captured = (Account.__table__.alias(name) for name in ("a", "h", "c"))


def _with(query: Select[Any], account: FromClause, kind: AccountKind) -> Select[Any]:
    return query.outerjoin(account, (account.c.kind == kind) & (account.c.owner_id == Cover.id))


def _least(account: FromClause) -> ColumnElement[bool]:
    """A missing account is as wrong as one below zero."""
    return func.coalesce(account.c.balance_fen, -1) < 0


_sum = _available.c.balance_fen + _held.c.balance_fen + _captured.c.balance_fen
_sums = select(
    Cover.id,
    Cover.sum_insured_fen.label("kept"),
    _available.c.balance_fen.label("available"),
    _held.c.balance_fen.label("held"),
    _captured.c.balance_fen.label("captured"),
    or_(
        _sum.is_distinct_from(Cover.sum_insured_fen),
        _least(_available),
        _least(_held),
        _least(_captured),
    ).label("wrong"),
).select_from(Cover)
_sums = _with(_sums, _available, AccountKind.COVER_AVAILABLE)
_sums = _with(_sums, _held, AccountKind.COVER_HELD)
_sums = _with(_sums, _captured, AccountKind.COVER_CAPTURED)

SUMS = Check(
    "cover_sums",
    Words(
        "每份保额：可用+冻结+已扣用=保额，且均不为负",
        "of each cover, available + held + captured are the sum insured, none below zero",
    ),
    "covers",
    _sums,
    "sum_insured_fen is {kept}, but available {available}, held {held}, captured {captured}",
)

# Grouped by the cover's key alone, so that SQLite need not sort; one account a cover, so max().
_holds_held = func.coalesce(func.sum(Hold.held_fen), 0)
_holds_captured = func.coalesce(func.sum(Hold.captured_fen), 0)
_kept_held = func.coalesce(func.max(_held.c.balance_fen), 0)
_kept_captured = func.coalesce(func.max(_captured.c.balance_fen), 0)
_totals = select(
    Cover.id,
    _kept_held.label("kept_held"),
    _kept_captured.label("kept_captured"),
    _holds_held.label("held"),
    _holds_captured.label("captured"),
    or_(_kept_held != _holds_held, _kept_captured != _holds_captured).label("wrong"),
).select_from(Cover)
_totals = _with(_totals, _held, AccountKind.COVER_HELD)
_totals = _with(_totals, _captured, AccountKind.COVER_CAPTURED)

HOLDS = Check(
    "cover_holds",
    Words(
        "每份保额的冻结与已扣用等于其各笔冻结之和",
        "each cover's held and captured are the totals of its holds",
    ),
    "covers",
    _totals.outerjoin(Hold, Hold.cover_id == Cover.id).group_by(Cover.id),
    "cover_held {kept_held}, its holds give {held}; "
    "cover_captured {kept_captured}, its holds give {captured}",
)

CHECKS = (SUMS, HOLDS)
