"""Checks of entries and postings: each is whole, and a reversal mirrors what it reverses, once."""

from __future__ import annotations

from sqlalchemy import exists, func, literal, not_, or_, select, union_all

from guarantee.ledger.check_one import Check
from guarantee.ledger.models import Account, Entry, Hold, Posting
from guarantee.refusals import Words

ENTRIES = Check(
    "entry_postings",
    Words("每条记账都有分录", "each entry has postings"),
    "ledger_entries",
    select(
        Entry.id,
        Entry.kind,
        not_(exists().where(Posting.entry_id == Entry.id)).label("wrong"),
    ),
    "has no postings ({kind})",
)

_debit, _credit = (Account.__table__.alias(name) for name in ("d", "c"))

POSTINGS = Check(
    "posting_sides",
    Words(
        "每条分录金额为正，借贷两方不同且都存在，所属记账与冻结都存在",
        "each posting moves a positive amount between two different accounts that exist, "
        "for an entry and a hold that exist",
    ),
    "ledger_postings",
    select(
        Posting.id,
        Posting.entry_id,
        Posting.amount_fen,
        Posting.debit_account_id,
        Posting.credit_account_id,
        Posting.hold_id,
        or_(
            Posting.amount_fen <= 0,
            Posting.debit_account_id == Posting.credit_account_id,
            _debit.c.id.is_(None),
            _credit.c.id.is_(None),
            Entry.id.is_(None),
            Posting.hold_id.is_not(None) & Hold.id.is_(None),
        ).label("wrong"),
    )
    .select_from(Posting)
    .outerjoin(_debit, _debit.c.id == Posting.debit_account_id)
    .outerjoin(_credit, _credit.c.id == Posting.credit_account_id)
    .outerjoin(Entry, Entry.id == Posting.entry_id)
    .outerjoin(Hold, Hold.id == Posting.hold_id),
    "{amount_fen} from account {credit_account_id} to account {debit_account_id}, "
    "entry {entry_id}, hold {hold_id}",
)

_reversing = select(Entry.id, Entry.reverses_id).where(Entry.reverses_id.is_not(None)).subquery()
# What the reversing entry moved counts 1, the mirror of what it reverses -1: each comes to zero.
_both = union_all(
    select(
        _reversing.c.id,
        Posting.debit_account_id.label("debit"),
        Posting.credit_account_id.label("credit"),
        Posting.amount_fen.label("fen"),
        func.coalesce(Posting.hold_id, 0).label("hold"),
        literal(1).label("side"),
    )
    .select_from(_reversing)
    .join(Posting, Posting.entry_id == _reversing.c.id),
    select(
        _reversing.c.id,
        Posting.credit_account_id,
        Posting.debit_account_id,
        Posting.amount_fen,
        func.coalesce(Posting.hold_id, 0),
        literal(-1),
    )
    .select_from(_reversing)
    .join(Posting, Posting.entry_id == _reversing.c.reverses_id),
).subquery()
_unlike = (
    select(_both.c.id)
    .group_by(_both.c.id, _both.c.debit, _both.c.credit, _both.c.fen, _both.c.hold)
    .having(func.sum(_both.c.side) != 0)
)

MIRRORED = Check(
    "reversals_mirror",
    Words(
        "每条冲销记账与原记账逐笔相反",
        "each reversing entry moves what an earlier entry moved, the other way round",
    ),
    "ledger_entries",
    select(
        _reversing.c.id,
        _reversing.c.reverses_id,
        or_(_reversing.c.reverses_id >= _reversing.c.id, _reversing.c.id.in_(_unlike)).label(
            "wrong"
        ),
    ),
    "does not mirror entry {reverses_id}, which it reverses",
)

ONCE = Check(
    "reversed_once",
    Words("同一记账最多冲销一次", "no entry is reversed twice"),
    "ledger_entries",
    select(
        Entry.reverses_id.label("id"),
        func.count().label("looked_at"),
        func.min(Entry.id).label("first"),
        func.max(Entry.id).label("last"),
        (func.count() > 1).label("wrong"),
    )
    .where(Entry.reverses_id.is_not(None))
    .group_by(Entry.reverses_id),
    "is reversed {looked_at} times, by entries {first} … {last}",
)

CHECKS = (ENTRIES, POSTINGS, MIRRORED, ONCE)
