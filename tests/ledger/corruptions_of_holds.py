"""Ways to break what the checks of holds prove, and of what letters and charges say of them."""

from __future__ import annotations

from guarantee.ledger.models import AccountKind as Kind
from guarantee.ledger.models import Part
from tests import factories
from tests.ledger.books import Books
from tests.ledger.corruption import Broken, breaks, plus, to

# ── holds ─────────────────────────────────────────────────────────────────────────────────────


@breaks("hold_postings", "a fen of one part is held for the other", "hold_states", "hold_letters")
def _(books: Books) -> Broken:
    within = books.hold(books.issued)
    before = books.hold(books.issued, Part.PRE_HOSPITAL)
    return f"holds {within.id}", [
        plus("holds", "held_fen", within.id, -1),
        plus("holds", "held_fen", before.id, 1),
    ]


@breaks("hold_postings", "what the insurer owes is put down to the other part")
def _(books: Books) -> Broken:
    within = books.hold(books.presented)
    before = books.hold(books.presented, Part.PRE_HOSPITAL)
    owed = books.posting(within, Kind.INSURER_RECEIVABLE)
    return f"holds {within.id}", [to("ledger_postings", owed.id, hold_id=before.id)]


def _state_that_does_not_fit(state: str, letter: str, *also: str) -> None:
    @breaks("hold_states", f"the {letter} letter's hold is called {state}", *also)
    def _(books: Books) -> Broken:
        hold = books.hold(getattr(books, letter))
        return f"holds {hold.id}", [to("holds", hold.id, state=state)]


_state_that_does_not_fit("placed", "presented")
_state_that_does_not_fit("placed", "closed")
_state_that_does_not_fit("partly_captured", "issued")
_state_that_does_not_fit("partly_captured", "voided")
_state_that_does_not_fit("captured", "presented")
_state_that_does_not_fit("captured", "voided")
_state_that_does_not_fit("released", "issued")
_state_that_does_not_fit("lapsed", "presented", "hold_letters")
_state_that_does_not_fit("lost", "issued")


@breaks("hold_states", "a hold has more than was placed", "hold_letters", "letter_holds")
def _(books: Books) -> Broken:
    hold = books.hold(books.presented)
    return f"holds {hold.id}", [plus("holds", "placed_fen", hold.id, -1)]


@breaks("posting_covers", "what is held is held for no letter", "hold_postings")
def _(books: Books) -> Broken:
    posting = books.posting(books.hold(books.issued), Kind.COVER_HELD)
    return f"ledger_postings {posting.id}", [to("ledger_postings", posting.id, hold_id=None)]


@breaks("posting_covers", "two letters' postings name each other's hold")
def _(books: Books) -> Broken:
    one, other = books.hold(books.issued), books.hold(books.drawn)
    placed = books.posting(one, Kind.COVER_HELD), books.posting(other, Kind.COVER_HELD)
    return f"ledger_postings {placed[0].id}", [
        to("ledger_postings", placed[0].id, hold_id=other.id),
        to("ledger_postings", placed[1].id, hold_id=one.id),
    ]


@breaks("posting_covers", "another insurer than the cover's owes what was captured")
def _(books: Books) -> Broken:
    owed = books.posting(books.hold(books.presented), Kind.INSURER_RECEIVABLE)
    own = books.account(Kind.INSURER_RECEIVABLE, books.insurer_id)
    other = books.account(Kind.INSURER_RECEIVABLE, books.other_insurer_id)
    return f"ledger_postings {owed.id}", [
        to("ledger_postings", owed.id, debit_account_id=other.id),
        plus("ledger_accounts", "balance_fen", own.id, -owed.amount_fen),
        plus("ledger_accounts", "balance_fen", other.id, owed.amount_fen),
    ]


# ── letters, charges and drawdowns ────────────────────────────────────────────────────────────


@breaks("letter_holds", "a letter states another figure than is held for it")
def _(books: Books) -> Broken:
    return f"letters {books.issued.id}", [plus("letters", "in_hospital_fen", books.issued.id, 1)]


@breaks("letter_holds", "a top-up holds something of the pre-hospital part")
def _(books: Books) -> Broken:
    before = books.hold(books.closed, Part.PRE_HOSPITAL)
    return f"letters {books.top_up.id}", [
        "INSERT INTO holds (id, cover_id, letter_id, part, state, placed_fen, held_fen, "
        f"captured_fen, placed_at, links_to_id) VALUES (900001, {before.cover_id}, "
        f"{books.top_up.id}, 'pre_hospital', 'released', 5, 0, 0, '2026-11-17 10:00:00', "
        f"{before.id})"
    ]


def _letter_that_does_not_fit(state: str, letter: str) -> None:
    @breaks("hold_letters", f"the {letter} letter is called {state}")
    def _(books: Books) -> Broken:
        row = getattr(books, letter)
        hold = books.hold(row, Part.PRE_HOSPITAL)
        return f"holds {hold.id}", [to("letters", row.id, state=state)]


_letter_that_does_not_fit("closed", "issued")
_letter_that_does_not_fit("lapsed", "issued")
_letter_that_does_not_fit("issued", "closed")
_letter_that_does_not_fit("presented", "voided")
_letter_that_does_not_fit("closed", "lapsed")


@breaks("hold_letters", "a letter that was used is called voided")
def _(books: Books) -> Broken:
    hold = books.hold(books.closed)
    return f"holds {hold.id}", [to("letters", books.closed.id, state="voided", void_reason="x")]


@breaks("hold_covers", "a case is given another enrolment")
def _(books: Books) -> Broken:
    case, other = books.issued.case, books.presented.case
    return f"holds {books.hold(books.issued).id}", [
        to("cases", case.id, enrolment_id=other.enrolment_id)
    ]


@breaks("hold_links", "a top-up's hold links to nothing")
def _(books: Books) -> Broken:
    hold = books.hold(books.top_up)
    return f"holds {hold.id}", [to("holds", hold.id, links_to_id=None)]


@breaks("hold_links", "an initial letter's hold links to another")
def _(books: Books) -> Broken:
    hold = books.hold(books.issued)
    return f"holds {hold.id}", [to("holds", hold.id, links_to_id=books.hold(books.presented).id)]


@breaks("posting_payees", "a letter names another hospital than is owed for it")
def _(books: Books) -> Broken:
    owed = books.posting(books.hold(books.presented), Kind.INSURER_RECEIVABLE)
    other = factories.make_hospital()
    return f"ledger_postings {owed.id}", [to("letters", books.presented.id, hospital_id=other.id)]


@breaks("posting_payees", "a case names another centre than was drawn from")
def _(books: Books) -> Broken:
    owed = books.posting(books.hold(books.drawn), Kind.INSURER_RECEIVABLE)
    other = factories.make_center()
    return f"ledger_postings {owed.id}", [to("cases", books.drawn.case_id, center_id=other.id)]


@breaks("letter_captured", "a charge says that less of it was guaranteed")
def _(books: Books) -> Broken:
    return f"letters {books.presented.id}", [
        "UPDATE charges SET guaranteed_fen = guaranteed_fen - 1 "
        f"WHERE letter_id = {books.presented.id}"
    ]


@breaks("letter_captured", "a drawdown is forgotten")
def _(books: Books) -> Broken:
    return f"letters {books.drawn.id}", [
        f"DELETE FROM reserve_drawdowns WHERE letter_id = {books.drawn.id}"
    ]
