"""Ways to break what the checks of accounts, entries, postings and covers prove."""

from __future__ import annotations

from guarantee.ledger.models import AccountKind as Kind
from tests.ledger.books import Books
from tests.ledger.corruption import Broken, breaks, plus, to


def posting_of(entry: int, debit: int, credit: int, fen: int) -> str:
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
        plus("ledger_accounts", "balance_fen", hospital.id, -1),
        plus("ledger_accounts", "balance_fen", center.id, 1),
    ]


@breaks("account_balances", "a posting is changed")
def _(books: Books) -> Broken:
    posting = books.filling()
    return f"ledger_accounts {posting.debit_account_id}", [
        plus("ledger_postings", "amount_fen", posting.id, 1)
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
    return f"ledger_accounts {bank.id}", [to("ledger_accounts", bank.id, owner_id=1)]


@breaks("ledger_zero", "a fen appears from nowhere", "account_balances")
def _(books: Books) -> Broken:
    hospital = books.account(Kind.HOSPITAL_PAYABLE, books.issued.hospital_id)
    return "ledger_accounts", [plus("ledger_accounts", "balance_fen", hospital.id, 1)]


@breaks("insurers_granted", "a cover changes its insurer")
def _(books: Books) -> Broken:
    cover = books.hold(books.issued).cover_id
    return f"insurers {books.insurer_id}", [to("covers", cover, insurer_id=books.other_insurer_id)]


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
    return "ledger_postings 900001", [posting_of(entry, bank.id, reserve.id, 0)]


@breaks("posting_sides", "a posting from an account to itself")
def _(books: Books) -> Broken:
    bank = books.account(Kind.BANK)
    entry = books.filling().entry_id
    return "ledger_postings 900001", [posting_of(entry, bank.id, bank.id, 5)]


@breaks("posting_sides", "a posting of an entry that is not there")
def _(books: Books) -> Broken:
    posting = books.posting(books.hold(books.issued), Kind.COVER_HELD)
    return f"ledger_postings {posting.id}", [to("ledger_postings", posting.id, entry_id=900_001)]


@breaks(
    "posting_sides", "a posting for a hold that is not there", "hold_postings", "posting_covers"
)
def _(books: Books) -> Broken:
    posting = books.posting(books.hold(books.issued), Kind.COVER_HELD)
    return f"ledger_postings {posting.id}", [to("ledger_postings", posting.id, hold_id=900_001)]


@breaks("posting_sides", "a posting to an account that is not there", "account_balances")
def _(books: Books) -> Broken:
    posting = books.filling()
    return f"ledger_postings {posting.id}", [
        to("ledger_postings", posting.id, debit_account_id=900_001)
    ]


@breaks("reversals_mirror", "a reversing entry names another entry")
def _(books: Books) -> Broken:
    mistake = books.mistakes[0]
    return f"ledger_entries {mistake.id}", [
        to("ledger_entries", mistake.id, reverses_id=books.filling().entry_id)
    ]


@breaks("reversals_mirror", "a reversing entry names a later one")
def _(books: Books) -> Broken:
    first, second = books.mistakes
    return f"ledger_entries {first.id}", [to("ledger_entries", first.id, reverses_id=second.id)]


@breaks("reversed_once", "two entries reverse the same one")
def _(books: Books) -> Broken:
    first, second = books.mistakes
    return f"ledger_entries {first.reverses_id}", [
        to("ledger_entries", second.id, reverses_id=first.reverses_id)
    ]


# ── covers ────────────────────────────────────────────────────────────────────────────────────


@breaks("cover_sums", "a fen of one cover's sum insured goes to another cover")
def _(books: Books) -> Broken:
    one, other = books.hold(books.issued).cover_id, books.hold(books.closed).cover_id
    return f"covers {one}", [
        plus("covers", "sum_insured_fen", one, -1),
        plus("covers", "sum_insured_fen", other, 1),
    ]


@breaks("cover_sums", "more is held than there is", "account_balances", "cover_holds")
def _(books: Books) -> Broken:
    cover = books.hold(books.issued).cover_id
    available = books.account(Kind.COVER_AVAILABLE, cover)
    held = books.account(Kind.COVER_HELD, cover)
    too_much = available.balance_fen + 1
    return f"covers {cover}", [
        plus("ledger_accounts", "balance_fen", available.id, -too_much),
        plus("ledger_accounts", "balance_fen", held.id, too_much),
    ]


@breaks("cover_holds", "a cover holds a fen that none of its holds has", "account_balances")
def _(books: Books) -> Broken:
    cover = books.hold(books.presented).cover_id
    held = books.account(Kind.COVER_HELD, cover)
    captured = books.account(Kind.COVER_CAPTURED, cover)
    return f"covers {cover}", [
        plus("ledger_accounts", "balance_fen", held.id, 1),
        plus("ledger_accounts", "balance_fen", captured.id, -1),
    ]
