"""Books in which everything has happened that moves money."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from guarantee.charges.final_bill import close_with_final_bill
from guarantee.db import db
from guarantee.ledger.entries import reverse_entry
from guarantee.ledger.models import Account, AccountKind, Entry, Hold, Part, Posting
from guarantee.letters.lifecycle import lapse_due, present, void
from guarantee.letters.models import Letter
from guarantee.letters.top_up import ask, decide
from guarantee.parties.staff import system
from guarantee.roles import Role
from guarantee.settlement.reserve_fund import fund
from tests import factories
from tests.charges.situations import line as treatment
from tests.charges.situations import post
from tests.settlement.scenes import TUESDAY, Week

LETTERS = ("lapsed", "closed", "presented", "issued", "voided", "drawn")


class Books:
    """What was made by `make_books`, as this session sees it."""

    lapsed: Letter
    closed: Letter
    presented: Letter
    issued: Letter
    voided: Letter
    drawn: Letter

    def __init__(self, ids: dict[str, int]) -> None:
        for name in LETTERS:
            setattr(self, name, db.session.get_one(Letter, ids[name]))
        self.mistakes = [db.session.get_one(Entry, ids[name]) for name in ("first", "second")]
        """The two entries that reverse a mistake, in the same amount."""

    @property
    def top_up(self) -> Letter:
        return db.session.scalars(select(Letter).where(Letter.amends_id == self.closed.id)).one()

    @property
    def insurer_id(self) -> int:
        """Of all covers but one."""
        return self.issued.case.enrolment.policy.insurer_id

    @property
    def other_insurer_id(self) -> int:
        return self.drawn.case.enrolment.policy.insurer_id

    def hold(self, letter: Letter, part: Part = Part.IN_HOSPITAL) -> Hold:
        found = select(Hold).where(Hold.letter_id == letter.id, Hold.part == part)
        return db.session.scalars(found).one()

    def account(self, kind: AccountKind, owner_id: int = 0) -> Account:
        found = select(Account).where(Account.kind == kind, Account.owner_id == owner_id)
        return db.session.scalars(found).one()

    def filling(self) -> Posting:
        """What filled the reserve fund in the beginning."""
        return db.session.scalars(select(Posting).order_by(Posting.id).limit(1)).one()

    def posting(self, hold: Hold, into: AccountKind) -> Posting:
        """The first that moved something of this hold into an account of this kind."""
        found = select(Posting).join(Account, Account.id == Posting.debit_account_id)
        found = found.where(Posting.hold_id == hold.id, Account.kind == into).order_by(Posting.id)
        return db.session.scalars(found.limit(1)).one()


def make_books() -> dict[str, int]:
    """One letter for each thing that can become of one; two mistakes in filling the fund, of the
    same amount, reversed. Answers their ids; committed."""
    made = _Making()
    first, second = (made.filled_by_mistake(f"M{n}") for n in (1, 2))
    lapsed = made.letter(days=-7, charged=10_000)
    lapse_due(at=TUESDAY, by=system())
    letters = {
        "lapsed": lapsed,
        "closed": made.closed(),
        "presented": made.presented(30_000),
        "issued": made.letter(),
        "voided": void(letter=made.letter(), reason="x", by=made.week.clerk, at=TUESDAY),
        "drawn": made.week.drawn(20_000),
    }
    db.session.commit()
    ids = {name: letter.id for name, letter in letters.items()}
    return {**ids, "first": first, "second": second}


class _Making:
    """A centre with its fund filled, and a hospital."""

    def __init__(self) -> None:
        self.week = Week()
        self.week.filled(100_000)
        self.hospital = factories.make_hospital()
        self.desk = factories.make_staff(Role.BILLING_DESK, hospital=self.hospital)
        self.product = factories.make_product()

    def filled_by_mistake(self, key: str) -> int:
        """Answers the entry that reverses the mistake."""
        clerk = self.week.clerk
        fund(center=self.week.center, amount_fen=5_000, key=key, by=clerk, at=TUESDAY)
        wrong = db.session.scalars(select(Entry).where(Entry.key == f"fund:{key}")).one()
        return reverse_entry(entry=wrong, cause="test", by=clerk, at=TUESDAY)

    def letter(self, *, days: int = 0, charged: int = 0) -> Letter:
        at = TUESDAY + timedelta(days=days)
        letter = factories.make_letter(
            case=factories.make_verified_case(
                center=self.week.center,
                enrolment=factories.make_enrolment(product=self.product),
                at=at,
            ),
            hospital=self.hospital,
            at=at,
        )
        if charged:
            self.week.charged(charged, letter=letter, day=at.date(), at=at)
        return letter

    def presented(self, fen: int) -> Letter:
        letter = present(letter=self.letter(), by=self.desk, at=TUESDAY)
        self.treated(letter, fen)
        return letter

    def treated(self, letter: Letter, fen: int) -> None:
        line = treatment(fen, charged_on=TUESDAY.date())
        post(letter, line, by=self.desk, at=TUESDAY)

    def closed(self) -> Letter:
        """Both parts charged, topped up because the guarantee did not do, the rest released."""
        letter = self.presented(450_000)
        self.week.charged(60_000, letter=letter)
        request = ask(
            letter=letter, amount_fen=300_000, reason="x", setting="inpatient", by=self.desk,
            at=TUESDAY, settings=factories.SETTINGS,
        )  # fmt: skip
        decide(
            request=request, approve=True, amount_fen=None, reason="", at=TUESDAY,
            by=factories.make_staff(Role.HOTLINE), settings=factories.SETTINGS,
        )  # fmt: skip
        self.treated(letter, 120_000)
        close_with_final_bill(letter=letter, by=self.desk, at=TUESDAY)
        return letter
