"""For every check of the books, ways to break exactly what it proves, and the row it must name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guarantee.ledger.models import AccountKind as Kind
from guarantee.ledger.models import Part
from tests import factories
from tests.ledger.books import Books

Broken = tuple[str, list[str]]
"""The row that is wrong then ('holds 7'), and the statements, each of which changes one row."""


@dataclass(frozen=True)
class Corruption:
    """`also`: other checks that see the same damage from their side. No others may."""

    check: str
    what: str
    broken: Callable[[Books], Broken]
    also: tuple[str, ...] = ()


CORRUPTIONS: list[Corruption] = []


def breaks(check: str, what: str, *also: str) -> Callable[[Callable[[Books], Broken]], None]:
    def kept(broken: Callable[[Books], Broken]) -> None:
        CORRUPTIONS.append(Corruption(check, what, broken, also))

    return kept


def _plus(table: str, column: str, row_id: int, fen: int) -> str:
    return f"UPDATE {table} SET {column} = {column} + {fen} WHERE id = {row_id}"


def _to(table: str, row_id: int, **values: object) -> str:
    said = ", ".join(f"{k} = {'NULL' if v is None else repr(v)}" for k, v in values.items())
    return f"UPDATE {table} SET {said} WHERE id = {row_id}"


def _posting(entry: int, debit: int, credit: int, fen: int) -> str:
    return (
        "INSERT INTO ledger_postings (id, entry_id, debit_account_id, credit_account_id, "
        f"amount_fen) VALUES (900001, {entry}, {debit}, {credit}, {fen})"
    )


# ── accounts ──────────────────────────────────────────────────────────────────────────────────


@breaks("account_balances", "a fen goes from a hospital's balance to a centre's, without a posting")
def _(books: Books) -> Broken:
    hospital = books.account(Kind.HOSPITAL_PAYABLE, books.issued.hospital_id)
    center = books.account(Kind.CENTER_PAYABLE, books.issued.case.center_id)
    return f"ledger_accounts {hospital.id}", [
        _plus("ledger_accounts", "balance_fen", hospital.id, -1),
        _plus("ledger_accounts", "balance_fen", center.id, 1),
    ]


@breaks("account_balances", "a posting is changed")
def _(books: Books) -> Broken:
    posting = books.filling()
    return f"ledger_accounts {posting.debit_account_id}", [
        _plus("ledger_postings", "amount_fen", posting.id, 1)
    ]


@breaks("account_owners", "a payable of a hospital that is not there")
def _(books: Books) -> Broken:
    return "ledger_accounts 900001", [
        "INSERT INTO ledger_accounts (id, kind, owner_id, balance_fen) "
        "VALUES (900001, 'hospital_payable', 900001, 0)"
    ]


@breaks("account_owners", "the alliance's bank account becomes somebody's")
def _(books: Books) -> Broken:
    bank = books.account(Kind.BANK)
    return f"ledger_accounts {bank.id}", [_to("ledger_accounts", bank.id, owner_id=1)]


@breaks("ledger_zero", "a fen appears from nowhere", "account_balances")
def _(books: Books) -> Broken:
    hospital = books.account(Kind.HOSPITAL_PAYABLE, books.issued.hospital_id)
    return "ledger_accounts", [_plus("ledger_accounts", "balance_fen", hospital.id, 1)]


@breaks("insurers_granted", "a cover changes its insurer")
def _(books: Books) -> Broken:
    cover = books.hold(books.issued).cover_id
    return f"insurers {books.insurer_id}", [_to("covers", cover, insurer_id=books.other_insurer_id)]


# ── entries and postings ──────────────────────────────────────────────────────────────────────


@breaks("entry_postings", "an entry without postings")
def _(books: Books) -> Broken:
    return "ledger_entries 900001", [
        "INSERT INTO ledger_entries (id, at, kind, cause) "
        "VALUES (900001, '2026-11-17 10:00:00', 'captured', 'test')"
    ]


@breaks("posting_sides", "a posting of nothing")
def _(books: Books) -> Broken:
    bank = books.account(Kind.BANK)
    reserve = books.account(Kind.RESERVE_FUND, books.issued.case.center_id)
    entry = books.filling().entry_id
    return "ledger_postings 900001", [_posting(entry, bank.id, reserve.id, 0)]


@breaks("posting_sides", "a posting from an account to itself")
def _(books: Books) -> Broken:
    bank = books.account(Kind.BANK)
    entry = books.filling().entry_id
    return "ledger_postings 900001", [_posting(entry, bank.id, bank.id, 5)]


@breaks("posting_sides", "a posting of an entry that is not there")
def _(books: Books) -> Broken:
    posting = books.posting(books.hold(books.issued), Kind.COVER_HELD)
    return f"ledger_postings {posting.id}", [_to("ledger_postings", posting.id, entry_id=900_001)]


@breaks(
    "posting_sides", "a posting for a hold that is not there", "hold_postings", "posting_covers"
)
def _(books: Books) -> Broken:
    posting = books.posting(books.hold(books.issued), Kind.COVER_HELD)
    return f"ledger_postings {posting.id}", [_to("ledger_postings", posting.id, hold_id=900_001)]


@breaks("posting_sides", "a posting to an account that is not there", "account_balances")
def _(books: Books) -> Broken:
    posting = books.filling()
    return f"ledger_postings {posting.id}", [
        _to("ledger_postings", posting.id, debit_account_id=900_001)
    ]


@breaks("reversals_mirror", "a reversing entry names another entry")
def _(books: Books) -> Broken:
    mistake = books.mistakes[0]
    return f"ledger_entries {mistake.id}", [
        _to("ledger_entries", mistake.id, reverses_id=books.filling().entry_id)
    ]


@breaks("reversals_mirror", "a reversing entry names a later one")
def _(books: Books) -> Broken:
    first, second = books.mistakes
    return f"ledger_entries {first.id}", [_to("ledger_entries", first.id, reverses_id=second.id)]


@breaks("reversed_once", "two entries reverse the same one")
def _(books: Books) -> Broken:
    first, second = books.mistakes
    return f"ledger_entries {first.reverses_id}", [
        _to("ledger_entries", second.id, reverses_id=first.reverses_id)
    ]


# ── covers ────────────────────────────────────────────────────────────────────────────────────


@breaks("cover_sums", "a fen of one cover's sum insured goes to another cover")
def _(books: Books) -> Broken:
    one, other = books.hold(books.issued).cover_id, books.hold(books.closed).cover_id
    return f"covers {one}", [
        _plus("covers", "sum_insured_fen", one, -1),
        _plus("covers", "sum_insured_fen", other, 1),
    ]


@breaks("cover_sums", "more is held than there is", "account_balances", "cover_holds")
def _(books: Books) -> Broken:
    cover = books.hold(books.issued).cover_id
    available = books.account(Kind.COVER_AVAILABLE, cover)
    held = books.account(Kind.COVER_HELD, cover)
    too_much = available.balance_fen + 1
    return f"covers {cover}", [
        _plus("ledger_accounts", "balance_fen", available.id, -too_much),
        _plus("ledger_accounts", "balance_fen", held.id, too_much),
    ]


@breaks("cover_holds", "a cover holds a fen that none of its holds has", "account_balances")
def _(books: Books) -> Broken:
    cover = books.hold(books.presented).cover_id
    held = books.account(Kind.COVER_HELD, cover)
    captured = books.account(Kind.COVER_CAPTURED, cover)
    return f"covers {cover}", [
        _plus("ledger_accounts", "balance_fen", held.id, 1),
        _plus("ledger_accounts", "balance_fen", captured.id, -1),
    ]


# ── holds ─────────────────────────────────────────────────────────────────────────────────────


@breaks("hold_postings", "a fen of one part is held for the other", "hold_states", "hold_letters")
def _(books: Books) -> Broken:
    within = books.hold(books.issued)
    before = books.hold(books.issued, Part.PRE_HOSPITAL)
    return f"holds {within.id}", [
        _plus("holds", "held_fen", within.id, -1),
        _plus("holds", "held_fen", before.id, 1),
    ]


@breaks("hold_postings", "what the insurer owes is put down to the other part")
def _(books: Books) -> Broken:
    within = books.hold(books.presented)
    before = books.hold(books.presented, Part.PRE_HOSPITAL)
    owed = books.posting(within, Kind.INSURER_RECEIVABLE)
    return f"holds {within.id}", [_to("ledger_postings", owed.id, hold_id=before.id)]


def _state_that_does_not_fit(state: str, letter: str, *also: str) -> None:
    @breaks("hold_states", f"the {letter} letter's hold is called {state}", *also)
    def _(books: Books) -> Broken:
        hold = books.hold(getattr(books, letter))
        return f"holds {hold.id}", [_to("holds", hold.id, state=state)]


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
    return f"holds {hold.id}", [_plus("holds", "placed_fen", hold.id, -1)]


@breaks("posting_covers", "what is held is held for no letter", "hold_postings")
def _(books: Books) -> Broken:
    posting = books.posting(books.hold(books.issued), Kind.COVER_HELD)
    return f"ledger_postings {posting.id}", [_to("ledger_postings", posting.id, hold_id=None)]


@breaks("posting_covers", "two letters' postings name each other's hold")
def _(books: Books) -> Broken:
    one, other = books.hold(books.issued), books.hold(books.drawn)
    placed = books.posting(one, Kind.COVER_HELD), books.posting(other, Kind.COVER_HELD)
    return f"ledger_postings {placed[0].id}", [
        _to("ledger_postings", placed[0].id, hold_id=other.id),
        _to("ledger_postings", placed[1].id, hold_id=one.id),
    ]


@breaks("posting_covers", "another insurer than the cover's owes what was captured")
def _(books: Books) -> Broken:
    owed = books.posting(books.hold(books.presented), Kind.INSURER_RECEIVABLE)
    own = books.account(Kind.INSURER_RECEIVABLE, books.insurer_id)
    other = books.account(Kind.INSURER_RECEIVABLE, books.other_insurer_id)
    return f"ledger_postings {owed.id}", [
        _to("ledger_postings", owed.id, debit_account_id=other.id),
        _plus("ledger_accounts", "balance_fen", own.id, -owed.amount_fen),
        _plus("ledger_accounts", "balance_fen", other.id, owed.amount_fen),
    ]


# ── letters, charges and drawdowns ────────────────────────────────────────────────────────────


@breaks("letter_holds", "a letter states another figure than is held for it")
def _(books: Books) -> Broken:
    return f"letters {books.issued.id}", [_plus("letters", "in_hospital_fen", books.issued.id, 1)]


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
        return f"holds {hold.id}", [_to("letters", row.id, state=state)]


_letter_that_does_not_fit("closed", "issued")
_letter_that_does_not_fit("lapsed", "issued")
_letter_that_does_not_fit("issued", "closed")
_letter_that_does_not_fit("presented", "voided")
_letter_that_does_not_fit("closed", "lapsed")


@breaks("hold_letters", "a letter that was used is called voided")
def _(books: Books) -> Broken:
    hold = books.hold(books.closed)
    return f"holds {hold.id}", [_to("letters", books.closed.id, state="voided", void_reason="x")]


@breaks("hold_covers", "a case is given another enrolment")
def _(books: Books) -> Broken:
    case, other = books.issued.case, books.presented.case
    return f"holds {books.hold(books.issued).id}", [
        _to("cases", case.id, enrolment_id=other.enrolment_id)
    ]


@breaks("hold_links", "a top-up's hold links to nothing")
def _(books: Books) -> Broken:
    hold = books.hold(books.top_up)
    return f"holds {hold.id}", [_to("holds", hold.id, links_to_id=None)]


@breaks("hold_links", "an initial letter's hold links to another")
def _(books: Books) -> Broken:
    hold = books.hold(books.issued)
    return f"holds {hold.id}", [_to("holds", hold.id, links_to_id=books.hold(books.presented).id)]


@breaks("posting_payees", "a letter names another hospital than is owed for it")
def _(books: Books) -> Broken:
    owed = books.posting(books.hold(books.presented), Kind.INSURER_RECEIVABLE)
    other = factories.make_hospital()
    return f"ledger_postings {owed.id}", [_to("letters", books.presented.id, hospital_id=other.id)]


@breaks("posting_payees", "a case names another centre than was drawn from")
def _(books: Books) -> Broken:
    owed = books.posting(books.hold(books.drawn), Kind.INSURER_RECEIVABLE)
    other = factories.make_center()
    return f"ledger_postings {owed.id}", [_to("cases", books.drawn.case_id, center_id=other.id)]


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
