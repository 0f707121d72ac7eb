"""The books are read as they were written: balances, running balances, causes, reversals."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from guarantee.ledger.entries import Movement, account, balance, post_entry, reverse_entry
from guarantee.ledger.holds import holds_of
from guarantee.ledger.models import AccountKind, Entry, Part
from guarantee.ledger.reading import (
    Asked,
    UnknownAccount,
    account_by_id,
    accounts_of,
    movements_of,
    totals,
)
from guarantee.ledger.tracing import (
    UnknownEntry,
    entries,
    entries_of_holds,
    entry_by_id,
    entry_by_key,
    reversal_of,
)
from guarantee.ledger.words import ACCOUNTS, ENTRIES, PARTS
from guarantee.letters.lifecycle import void
from guarantee.tables import HOLD
from tests import factories as make
from tests.settlement.hospital_scenes import Stays
from tests.settlement.scenes import Week

ROOT = Path(__file__).resolve().parents[2] / "guarantee"


def fund_of(center):
    return account(AccountKind.RESERVE_FUND, center.id)


def filled_daily(at, days):
    """A centre's fund filled on each of these many days: 1, 2, 3 … yuan."""
    center = make.make_center()
    clerk = make.make_staff("alliance_finance")
    for n in range(days):
        post_entry(
            kind="reserve fund filled",
            cause=f"center:{center.code}",
            movements=[Movement(fund_of(center), account(AccountKind.BANK), (n + 1) * 100)],
            by=clerk,
            at=at + timedelta(days=n),
            key=f"fund:{center.code}-{n}",
        )
    return fund_of(center)


def read_through(of, asked=Asked(), rows=50):
    """Every line, page after page."""
    lines, before = [], None
    while True:
        page = movements_of(of, asked, before=before, rows=rows)
        lines += page.lines
        if page.older is None:
            return lines
        before = page.older


# ── what the books come to ────────────────────────────────────────────────────────────────────


def test_an_empty_ledger_comes_to_nothing_of_every_kind(session):
    summed = totals()
    assert set(summed) == set(AccountKind)
    assert {(total.accounts, total.balance_fen) for total in summed.values()} == {(0, 0)}


def test_all_kinds_together_are_zero_and_each_is_the_sum_of_its_accounts(session):
    week, stays = Week(), Stays()
    week.filled()
    week.charged(80_000)
    week.drawn(120_000)
    stays.closed(300_000)
    summed = totals()
    assert sum(total.balance_fen for total in summed.values()) == 0
    assert summed[AccountKind.COVER_CAPTURED].balance_fen == 80_000 + 120_000 + 300_000
    assert summed[AccountKind.CENTER_PAYABLE].balance_fen == -80_000
    assert summed[AccountKind.HOSPITAL_PAYABLE].balance_fen == -300_000
    assert summed[AccountKind.RESERVE_FUND].balance_fen == 1_000_000 - 120_000
    assert summed[AccountKind.BANK].balance_fen == -1_000_000
    assert summed[AccountKind.COVER_AVAILABLE].accounts == 3


def test_accounts_are_listed_largest_first_and_covers_never(session, at):
    few, many = filled_daily(at, 1), filled_daily(at, 3)
    make.make_enrolment()
    found = accounts_of(AccountKind)
    assert [one.id for one in found if one.kind == AccountKind.RESERVE_FUND] == [many.id, few.id]
    assert not {one.kind for one in found} & {"cover_available", "cover_held", "cover_captured"}


# ── one account ───────────────────────────────────────────────────────────────────────────────


def test_each_movement_has_the_balance_after_it(session, at):
    fund = filled_daily(at, 4)
    post_entry(
        kind="payment returned",
        cause="test",
        movements=[Movement(account(AccountKind.BANK), fund, 250)],
        by=None,
        at=at + timedelta(days=9),
    )
    page = movements_of(fund, Asked())
    assert [(line.fen, line.balance_fen) for line in page.lines] == [
        (-250, 750),
        (400, 1000),
        (300, 600),
        (200, 300),
        (100, 100),
    ]
    assert {line.other.kind for line in page.lines} == {"bank"}
    assert page.older is None


@pytest.mark.parametrize("rows", [1, 2, 3, 7])
def test_pages_follow_each_other_without_a_gap_or_a_movement_twice(session, at, rows):
    fund = filled_daily(at, 7)
    whole = movements_of(fund, Asked()).lines
    assert len(whole) == 7
    assert read_through(fund, rows=rows) == list(whole)


def test_what_is_booked_while_somebody_pages_changes_no_older_page(session, at):
    fund = filled_daily(at, 5)
    first = movements_of(fund, Asked(), rows=2)
    post_entry(
        kind="reserve fund filled",
        cause="test",
        movements=[Movement(fund, account(AccountKind.BANK), 9_999)],
        by=None,
        at=at,
    )
    second = movements_of(fund, Asked(), before=first.older, rows=2)
    assert [(line.fen, line.balance_fen) for line in second.lines] == [(300, 600), (200, 300)]


def test_days_are_picked_out_with_their_true_balances(session, at):
    fund = filled_daily(at, 6)
    asked = Asked(since=at + timedelta(days=2), until=at + timedelta(days=4))
    found = movements_of(fund, asked).lines
    assert [(line.fen, line.balance_fen) for line in found] == [(400, 1000), (300, 600)]


def test_a_movement_booked_late_for_an_early_day_keeps_the_balances_true(session, at):
    fund = filled_daily(at, 4)
    post_entry(
        kind="reserve fund filled",
        cause="late",
        movements=[Movement(fund, account(AccountKind.BANK), 5_000)],
        by=None,
        at=at + timedelta(hours=1),
    )
    found = movements_of(fund, Asked(until=at + timedelta(days=1))).lines
    assert [(line.fen, line.balance_fen) for line in found] == [(5_000, 6_000), (100, 100)]


def test_one_kind_is_picked_out_without_balances_that_would_not_add_up(session):
    week = Week()
    week.filled(900_000)
    week.drawn(100_000)
    week.filled(50_000)
    found = movements_of(fund_of(week.center), Asked(kind="captured")).lines
    assert [(line.fen, line.balance_fen) for line in found] == [(-100_000, None)]


def test_an_account_that_there_is_not_is_refused(session):
    with pytest.raises(UnknownAccount):
        account_by_id(10**9)


# ── following a movement ──────────────────────────────────────────────────────────────────────


def test_the_entries_of_a_letter_are_found_by_it_and_no_other_letters(session):
    week = Week()
    letter, other = week.charged(70_000), week.charged(30_000)
    found = entries(cause=f"letter:{letter.number}")
    assert [one.entry.kind for one in found.entries] == ["captured", "hold placed"]
    assert {one.entry.id for one in found.entries}.isdisjoint(
        one.entry.id for one in entries(cause=f"letter:{other.number}").entries
    )


def test_the_journal_goes_back_page_by_page_to_the_first_entry(session, at):
    filled_daily(at, 5)
    seen, before = [], None
    while True:
        page = entries(before=before, rows=2)
        seen += [one.entry.id for one in page.entries]
        if page.older is None:
            break
        before = page.older
    assert seen == sorted(session.scalars(select(Entry.id)), reverse=True)


def test_a_capture_is_about_its_amount_once(session):
    letter = Week().charged(70_000)
    newest = entries(cause=f"letter:{letter.number}", rows=1).entries[0]
    assert [move.fen for move in newest.moves] == [70_000, 70_000]
    assert newest.amount_fen == 70_000


def test_placing_both_parts_is_about_both(session):
    letter = make.make_letter()
    (placed,) = entries(cause=f"letter:{letter.number}").entries
    assert placed.amount_fen == 600_000
    assert {move.hold.part for move in placed.moves} == set(Part)


def test_the_entries_of_one_request_carry_its_key(session, at):
    session.info["idempotency_key"] = "demo-key-1"
    fund = filled_daily(at, 2)
    del session.info["idempotency_key"]
    filled_daily(at, 1)
    found = entries(request_key="demo-key-1").entries
    assert len(found) == 2
    assert {move.target.id for one in found for move in one.moves} == {fund.id}
    assert entries(request_key="demo-key-2").entries == ()


def test_an_entry_is_found_by_its_natural_key(session, at):
    fund = filled_daily(at, 1)
    newest = movements_of(fund, Asked()).lines[0].entry
    assert entry_by_key(["nothing", newest.key]) == newest.id
    assert entry_by_key(["nothing"]) is None


def test_an_entry_names_what_reverses_it_and_only_that(session, at):
    fund = filled_daily(at, 3)
    ids = [line.entry.id for line in movements_of(fund, Asked()).lines]
    wrong = session.get_one(Entry, ids[1])
    post_entry(
        kind="payment returned",
        cause="as much, but nobody's mistake",
        movements=[Movement(account(AccountKind.BANK), fund, 200)],
        by=None,
        at=at,
    )
    assert reversal_of(entry_by_id(wrong.id)) is None
    mended = reverse_entry(entry=wrong, cause="test", by=None, at=at)
    assert reversal_of(entry_by_id(ids[1])) == mended
    assert {reversal_of(entry_by_id(one)) for one in (ids[0], ids[2], mended)} == {None}


def test_a_reversal_on_a_cover_is_found_too(session):
    letter = make.make_letter()
    (placed,) = entries(cause=f"letter:{letter.number}").entries
    mended = reverse_entry(entry=placed.entry, cause="test", by=None, at=placed.entry.at)
    assert reversal_of(entry_by_id(placed.entry.id)) == mended
    assert entry_by_id(mended).amount_fen == 600_000


def test_an_entry_that_there_is_not_is_refused(session):
    with pytest.raises(UnknownEntry):
        entry_by_id(10**9)


def test_what_moved_on_a_letters_holds_is_told_in_order(session):
    week = Week()
    letter = week.charged(70_000)
    void_me = week.letter()
    holds = {hold.part: hold for hold in holds_of([letter.id])}
    moved = entries_of_holds(hold.id for hold in holds.values())
    assert [(one.entry.kind, one.hold.part, one.fen) for one in moved] == [
        ("hold placed", "pre_hospital", 100_000),
        ("hold placed", "in_hospital", 500_000),
        ("captured", "pre_hospital", 70_000),
    ]
    void(letter=void_me, reason="x", by=void_me.issued_by, at=void_me.issued_at)
    gone = entries_of_holds(hold.id for hold in holds_of([void_me.id]))
    assert sum(one.fen for one in gone if one.entry.kind == "released") == 600_000
    assert entries_of_holds([]) == []


def test_reading_moves_nothing(session, at):
    fund = filled_daily(at, 2)
    before = balance(AccountKind.BANK)
    read_through(fund)
    entries()
    totals()
    assert not session.dirty | session.new
    assert balance(AccountKind.BANK) == before


# ── words ─────────────────────────────────────────────────────────────────────────────────────


def test_every_kind_of_account_every_part_and_every_state_of_a_hold_is_explained():
    assert set(ACCOUNTS) == set(AccountKind)
    assert set(PARTS) == set(Part)
    assert HOLD.means.keys() == HOLD.states.keys()


def kinds_written(tree):
    """What a file says an entry is: `post_entry(kind=…)`, `_post("…")`."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if call.func.id == "post_entry":
            said = [k.value for k in call.keywords if k.arg == "kind"]
        elif call.func.id == "_post":
            said = call.args[:1]
        else:
            continue
        for part in said:
            branches = [part.body, part.orelse] if isinstance(part, ast.IfExp) else [part]
            yield from (one.value for one in branches if isinstance(one, ast.Constant))


def test_every_kind_of_entry_that_is_written_has_words_and_no_words_are_left_over():
    written = {
        kind
        for path in ROOT.rglob("*.py")
        for kind in kinds_written(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert written == set(ENTRIES)
