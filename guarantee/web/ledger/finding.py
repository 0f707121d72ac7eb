"""What was typed into the ledger's search box: a letter's number, a batch, a payment, a key."""

from __future__ import annotations

import re
import unicodedata

from flask import url_for
from sqlalchemy import select

from guarantee.db import db
from guarantee.ledger.tracing import entries, entry_by_key
from guarantee.letters import number as numbers
from guarantee.parties.centers import Center
from guarantee.refusals import NotFound, Words
from guarantee.settlement.models import Batch, HospitalRemittance, Remittance
from guarantee.web.ledger.causes import KINDS

_CAUSE = re.compile(rf"({'|'.join(KINDS)}):(\S+)")
_ENTRY = re.compile(r"#\s*(\d{1,18})")
_BATCH = re.compile(r"(\d{4})[\s/-]*(20\d\d-?W\d\d)", re.IGNORECASE)
_KEYS = ("", "bank:", "fund:")
"""A bank's serial number and a transfer's reference are typed without what the ledger puts before
them."""


class NothingFound(NotFound):
    code = "nothing_in_the_ledger"
    words = Words(
        "账簿中没有“{q}”。可输入担保函号、批次（如 3101 2026-W47）、付款编号、银行流水号、"
        "请求的 Idempotency-Key 或 # 加分录号。",
        "The ledger has nothing under “{q}”. It knows letter numbers, batches (3101 2026-W47), "
        "payment references, the bank's serial numbers, a request's Idempotency-Key, and an "
        "entry's number after #.",
    )
    field = "q"


def sought(q: str) -> str:
    """The address of the entries that `q` names. Refuses `bad_number` for sixteen digits that are
    mistyped, `nothing_in_the_ledger` for what names none."""
    typed = " ".join(unicodedata.normalize("NFKC", q).split())
    if found := _ENTRY.fullmatch(typed):
        return url_for("ledger.entry", entry_id=int(found[1]))
    cause = _cause(typed)
    if cause is not None and entries(cause=cause, rows=1).entries:
        return url_for("ledger.journal", cause=cause)
    if (entry_id := entry_by_key(f"{prefix}{typed}" for prefix in _KEYS)) is not None:
        return url_for("ledger.entry", entry_id=entry_id)
    if entries(request_key=typed, rows=1).entries:
        return url_for("ledger.journal", request_key=typed)
    raise NothingFound(q=typed)


def _cause(typed: str) -> str | None:
    """The cause as entries write it, for what names a letter, a batch or a payment."""
    if _CAUSE.fullmatch(typed):
        return typed
    if len(re.sub(r"\D", "", typed)) == numbers.LENGTH and not re.search(r"[^\W\d]", typed):
        return f"letter:{numbers.parse(typed)}"
    if found := _BATCH.fullmatch(typed):
        week = found[2].upper().replace("-", "")
        query = select(Batch.id).join(Center, Center.id == Batch.center_id)
        query = query.where(Center.code == found[1], Batch.week == f"{week[:4]}-{week[4:]}")
        batch_id = db.session.scalar(query)
        return f"batch:{batch_id}" if batch_id else None
    for model, kind in ((Remittance, "batch"), (HospitalRemittance, "hospital_batch")):
        query = select(model.batch_id).where(model.reference == typed.upper())
        if (batch_id := db.session.scalar(query)) is not None:
            return f"{kind}:{batch_id}"
    return None
