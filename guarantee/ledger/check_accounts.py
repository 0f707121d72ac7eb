"""Checks of the accounts: their balances, whose they are, and that all of them cancel out."""

from __future__ import annotations

from sqlalchemy import Integer, case, column, func, literal, null, select, table, union_all

from guarantee.ledger.check_one import Check
from guarantee.ledger.holds import COVER_ACCOUNTS
from guarantee.ledger.models import Account, AccountKind, Cover, Posting
from guarantee.refusals import Words

_OWNERS = {
    "covers": COVER_ACCOUNTS,
    "insurers": (AccountKind.COVER_GRANTED, AccountKind.INSURER_RECEIVABLE),
    "centers": (AccountKind.CENTER_PAYABLE, AccountKind.RESERVE_FUND),
    "hospitals": (AccountKind.HOSPITAL_PAYABLE,),
}
"""Whose an account of a kind is, by table: the parties stand beside the ledger, not below it. An
account of any other kind is the alliance's own, and there is one of it."""

_sides = union_all(
    select(Posting.debit_account_id.label("account_id"), Posting.amount_fen.label("fen")),
    select(Posting.credit_account_id, -Posting.amount_fen),
).subquery()
_sums = (
    select(_sides.c.account_id, func.sum(_sides.c.fen).label("fen"))
    .group_by(_sides.c.account_id)
    .subquery()
)
_recomputed = func.coalesce(_sums.c.fen, 0)

BALANCES = Check(
    "account_balances",
    Words("每个账户的余额等于其分录之和", "each account's balance is the sum of its postings"),
    "ledger_accounts",
    select(
        Account.id,
        Account.kind,
        Account.owner_id,
        Account.balance_fen.label("kept"),
        _recomputed.label("recomputed"),
        (Account.balance_fen != _recomputed).label("wrong"),
    )
    .select_from(Account)
    .outerjoin(_sums, _sums.c.account_id == Account.id),
    "{kind} of {owner_id}: balance_fen is {kept}, its postings give {recomputed}",
)

_owner_tables = {name: table(name, column("id", Integer)) for name in _OWNERS}
_owned = select(
    Account.id,
    Account.kind,
    Account.owner_id,
    case(
        *(
            (Account.kind.in_(kinds), _owner_tables[name].c.id.is_(None))
            for name, kinds in _OWNERS.items()
        ),
        else_=Account.owner_id != 0,
    ).label("wrong"),
).select_from(Account)
for _name, _kinds in _OWNERS.items():
    _at = _owner_tables[_name]
    _owned = _owned.outerjoin(_at, Account.kind.in_(_kinds) & (_at.c.id == Account.owner_id))

OWNERS = Check(
    "account_owners",
    Words("每个账户的户主确实存在", "each account's owner exists for its kind"),
    "ledger_accounts",
    _owned,
    "no {owner_id} that a {kind} account could be of",
)

ZERO = Check(
    "ledger_zero",
    Words("全部余额之和为零", "all balances together come to zero"),
    "ledger_accounts",
    select(
        null().label("id"),
        func.count().label("looked_at"),
        func.coalesce(func.sum(Account.balance_fen), 0).label("recomputed"),
        (func.coalesce(func.sum(Account.balance_fen), 0) != literal(0)).label("wrong"),
    ).select_from(Account),
    "all balances together are {recomputed}, not 0",
)

_insured = (
    select(
        Cover.insurer_id,
        func.count().label("covers"),
        func.sum(Cover.sum_insured_fen).label("fen"),
    )
    .group_by(Cover.insurer_id)
    .subquery()
)
_granted = Account.__table__.alias()
_kept = func.coalesce(_granted.c.balance_fen, 0)

GRANTED = Check(
    "insurers_granted",
    Words("各保险公司授予的保额等于其各份保额之和", "each insurer granted what its covers insure"),
    "insurers",
    select(
        _insured.c.insurer_id.label("id"),
        _insured.c.covers.label("looked_at"),
        _kept.label("kept"),
        (-_insured.c.fen).label("recomputed"),
        (_kept != -_insured.c.fen).label("wrong"),
    )
    .select_from(_insured)
    .outerjoin(
        _granted,
        (_granted.c.kind == AccountKind.COVER_GRANTED)
        & (_granted.c.owner_id == _insured.c.insurer_id),
    ),
    "its cover_granted account has {kept}, its covers' sums insured give {recomputed}",
)

CHECKS = (BALANCES, OWNERS, ZERO, GRANTED)
