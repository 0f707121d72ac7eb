"""What an entry happened for, in words, and the page of that thing where the reader may open it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from guarantee.db import db
from guarantee.edge.access import access_of
from guarantee.edge.language import t
from guarantee.letters.number import LENGTH, grouped
from guarantee.parties.centers import Center
from guarantee.refusals import Words
from guarantee.settlement.models import Batch, HospitalBatch
from guarantee.web.audit_words import SUBJECTS
from guarantee.web.wording import named

KINDS: dict[str, Words] = {
    kind: SUBJECTS[kind] for kind in ("letter", "batch", "hospital_batch", "center")
} | {"policy": Words("保单", "policy")}


@dataclass(frozen=True, slots=True)
class Cause:
    """'担保函 3101 4728 …' and the address of its page; none where there is none to open."""

    text: str
    url: str | None = None


def causes_of(written: Iterable[str]) -> dict[str, Cause]:
    """The causes as entries name them ('letter:3101…', 'batch:7'), told to the reader."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for cause in set(written):
        by_kind[cause.partition(":")[0]].add(cause.partition(":")[2])
    told = {}
    for kind, which in by_kind.items():
        tell = _TOLD.get(kind, _plain)
        told.update({f"{kind}:{one}" if one else kind: c for one, c in tell(kind, which).items()})
    return told


def may_open(endpoint: str) -> bool:
    """Whether the reader may open this page."""
    roles = access_of(current_app, endpoint)
    return roles is None or current_user.role in roles


def _plain(kind: str, which: set[str]) -> dict[str, Cause]:
    said = t(KINDS[kind]) if kind in KINDS else kind
    return {one: Cause(f"{said} {one}".strip()) for one in which}


def _letters(kind: str, which: set[str]) -> dict[str, Cause]:
    link = may_open("letters.show")
    return {
        one: Cause(
            f"{t(KINDS[kind])} {grouped(one) if len(one) == LENGTH else one}",
            url_for("letters.show", number=one) if link else None,
        )
        for one in which
    }


def _batches(kind: str, which: set[str]) -> dict[str, Cause]:
    query = select(Batch).where(Batch.id.in_(_ids(which))).options(joinedload(Batch.center))
    link = may_open("finance.batch")
    return _plain(kind, which) | {
        str(batch.id): Cause(
            f"{t(KINDS[kind])} {named(batch.center)} {batch.week}",
            url_for("finance.batch", batch_id=batch.id) if link else None,
        )
        for batch in db.session.scalars(query)
    }


def _hospital_batches(kind: str, which: set[str]) -> dict[str, Cause]:
    query = select(HospitalBatch).where(HospitalBatch.id.in_(_ids(which)))
    link = may_open("hospital_weeks.batch")
    return _plain(kind, which) | {
        str(batch.id): Cause(
            f"{t(KINDS[kind])} {named(batch.hospital)} {batch.week}",
            url_for("hospital_weeks.batch", batch_id=batch.id) if link else None,
        )
        for batch in db.session.scalars(query.options(joinedload(HospitalBatch.hospital)))
    }


def _centers(kind: str, which: set[str]) -> dict[str, Cause]:
    link = may_open("finance.fund")
    return _plain(kind, which) | {
        center.code: Cause(
            named(center), url_for("finance.fund", center=center.code) if link else None
        )
        for center in db.session.scalars(select(Center).where(Center.code.in_(which)))
    }


def _ids(which: set[str]) -> list[int]:
    return [int(one) for one in which if one.isdecimal() and len(one) < 19]


_TOLD = {
    "letter": _letters,
    "batch": _batches,
    "hospital_batch": _hospital_batches,
    "center": _centers,
}
