"""Prepared cases, verified and ready for a letter: copies of one that the domain made.

The first stand each on a cover of its own. The hot ones after them have members of their own too,
but all rest on one enrolment and so on one cover, whose sum nobody can use up. (One member with all
the cases would measure how long it takes to count the open cases of one person.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, text

from bench.floor.cloning import Specimen, clone, newest, rows_since
from guarantee.business_time import now
from guarantee.db import Base, db
from guarantee.ledger.holds import COVER_ACCOUNTS
from guarantee.ledger.models import Account
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Product
from guarantee.parties.sessions import create_token
from guarantee.parties.staff import Staff
from tests import factories

HOT_SUM = 10**15  # fen
SHARED = {"staff", "policies", "letter_keys", "audit_head"}
"""What copies have in common."""
_UNTOLD = {"audit_records", "live_events"}
"""Copies of prepared cases do without, so that the audit chain stays whole."""


@dataclass
class Seeds:
    """Prepared cases, in the order of their numbers 1 …, and who issues for them."""

    copies: Specimen
    spread: int
    """How many stand on covers of their own; the hot ones come after."""
    count: int
    staff_id: int
    hospital_id: int
    hospital_code: str

    def case_id(self, n: int) -> int:
        """Refuses a number for which nothing was prepared."""
        if not 0 < n <= self.count:
            raise IndexError(f"case {n} of {self.count} prepared ones: prepare more")
        return self.copies.id_of("cases", n)

    def number_of(self, case_id: int) -> int:
        """The number of the case with this id; below 1 for one that was not prepared."""
        return case_id - self.copies.id_of("cases", 1) + 1


@dataclass
class Place:
    """Who works with whom: a centre, its dispatcher, a hospital, a product."""

    center: Center
    dispatcher: Staff
    hospital: Hospital
    product: Product

    @classmethod
    def made(cls) -> Place:
        center = factories.make_center("3101")
        return cls(
            center,
            factories.make_staff("dispatcher", center=center),
            factories.make_hospital(),
            factories.make_product(),
        )


def prepare(place: Place, spread: int, *, hot: int = 0) -> Seeds:
    """`spread` verified cases on covers of their own and `hot` more on one cover; committed."""

    def verified() -> None:
        enrolment = factories.make_enrolment(product=place.product)
        factories.make_verified_case(center=place.center, by=place.dispatcher, enrolment=enrolment)

    shared = factories.make_enrolment(product=place.product, sum_insured_fen=HOT_SUM)
    copies = specimen_of(verified, without=_UNTOLD)
    clone(db.session.connection(), copies, spread + hot)
    db.session.execute(
        text("UPDATE cases SET enrolment_id = :one WHERE id > :last"),
        {"one": shared.id, "last": copies.id_of("cases", spread)},
    )
    db.session.commit()
    staff, hospital = place.dispatcher, place.hospital
    return Seeds(copies, spread, spread + hot, staff.id, hospital.id, hospital.code)


def tokens_for(place: Place, count: int) -> list[str]:
    """API tokens of the dispatcher; committed."""
    staff = place.dispatcher
    tokens = [create_token(staff=staff, name=f"{n}", at=now(), by=None) for n in range(count)]
    db.session.commit()
    return tokens


def specimen_of(make: Callable[[], None], *, without: set[str] = frozenset()) -> Specimen:  # type: ignore[assignment]
    """The rows that `make` brings into being, without what copies share."""
    tables = [t.name for t in Base.metadata.sorted_tables if "id" in t.columns]
    before = newest(db.session.connection(), [t for t in tables if t not in SHARED | without])
    make()
    db.session.commit()
    found = rows_since(db.session.connection(), before)
    # a copy has its cover's accounts; those of centres, hospitals and insurers are common
    own = select(Account.id).where(Account.kind.in_(COVER_ACCOUNTS)).order_by(Account.id)
    own = own.where(Account.id > before["ledger_accounts"])
    found.rows["ledger_accounts"] = list(db.session.scalars(own))
    return found


def settled() -> None:
    """Statistics and free space as a database that has been at work for a while has them."""
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            outside.execute(text("VACUUM ANALYZE"))
            outside.execute(text("CHECKPOINT"))
