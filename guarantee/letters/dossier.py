"""What a case's letter rests on: read in a few statements, under the lock of its cover.

Whatever decides whether a letter may be issued is read after the lock is held, so that two
presses, two people or two machines see each other's work.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from guarantee.cases.models import Case, Verification
from guarantee.db import db
from guarantee.ledger.holds import lock_cover
from guarantee.ledger.models import Account
from guarantee.letters.models import Letter
from guarantee.members.models import Enrolment
from guarantee.parties.insurers import ExclusionVersion, Product

_CASE = (
    select(Case)
    .where(Case.id == bindparam("case_id"))
    .options(
        joinedload(Case.center, innerjoin=True),
        joinedload(Case.member),
        joinedload(Case.enrolment).options(
            joinedload(Enrolment.policy),
            joinedload(Enrolment.product).joinedload(Product.insurer),
        ),
    )
    .execution_options(populate_existing=True)
)
_VERIFICATIONS = (
    select(Verification)
    .where(Verification.case_id == bindparam("case_id"))
    .order_by(Verification.id)
    .options(
        joinedload(Verification.verified_by, innerjoin=True),
        selectinload(Verification.answers),
        joinedload(Verification.exclusion_version).selectinload(ExclusionVersion.clauses),
    )
    .execution_options(populate_existing=True)
)
_INITIALS = (
    select(Letter)
    .where(Letter.case_id == bindparam("case_id"), Letter.kind == "initial")
    .order_by(Letter.id)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Dossier:
    """A case with its member and enrolment loaded, and what was found about it."""

    case: Case
    enrolment: Enrolment
    available: Account
    """The locked account of the cover: its balance may still be promised."""
    verification: Verification | None
    """The one that counts: the latest."""
    initials: list[Letter]
    """Every initial letter the case ever had, oldest first."""

    @property
    def standing(self) -> Letter | None:
        """The initial letter that is neither voided nor lapsed: at most one."""
        return next((x for x in self.initials if x.state not in ("voided", "lapsed")), None)

    @property
    def last_voided(self) -> Letter | None:
        """The letter that a new one names as the one it replaces."""
        return next((x for x in reversed(self.initials) if x.state == "voided"), None)


def read_dossier(case: Case) -> Dossier | None:
    """Lock the cover of `case`, then read; None while nobody said whose cover it is."""
    if case.enrolment is None:
        return None
    available = lock_cover(case.enrolment.cover_id)
    of = {"case_id": case.id}
    db.session.scalars(_CASE, of).one()
    verifications = db.session.scalars(_VERIFICATIONS, of).all()
    return Dossier(
        case=case,
        enrolment=case.enrolment,
        available=available,
        verification=verifications[-1] if verifications else None,
        initials=list(db.session.scalars(_INITIALS, of)),
    )
