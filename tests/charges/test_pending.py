from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from guarantee.charges.pending import (
    NoPendingBill,
    PendingBill,
    keep_for_review,
    let_go,
    pending_bill,
    post_pending,
    preview,
)
from guarantee.charges.stay import charged
from guarantee.letters.visible import UnknownLetter
from guarantee.roles import Role
from guarantee.sheets.containers import EmptyFile
from tests.charges.files import csv_bill, row
from tests.charges.situations import desk_of, line, post
from tests.factories import make_presented_letter, make_staff


@pytest.fixture
def letter(session, at):
    return make_presented_letter(at=at)


def kept(letter, at, *rows, by=None):
    return keep_for_review(
        letter=letter, data=csv_bill(*rows), filename="清单.csv", by=by or desk_of(letter), at=at
    )


def test_nothing_counts_before_its_sender_says_so_and_the_preview_says_what_will(letter, at):
    pending = kept(letter, at, row("1", "4800.00"), row("2", "500.00"), row("3", "x"))
    seen = preview(pending)
    assert charged(letter).lines == 0
    assert (seen.total_fen, seen.guaranteed_fen, seen.patient_fen) == (530_000, 500_000, 30_000)
    assert (len(seen.bill.rejected), seen.left_after_fen) == (1, 0)
    desk = desk_of(letter)
    posted = post_pending(pending=pending, by=desk, at=at)
    assert (posted.captured_fen, posted.patient_fen) == (500_000, 30_000)
    assert post_pending(pending=pending, by=desk, at=at) is None
    assert charged(letter).lines == 2


def test_lines_posted_before_are_set_apart_and_other_content_is_handed_back(letter, at):
    post_pending(pending=kept(letter, at, row("1")), by=desk_of(letter), at=at)
    post(letter, line(5_000, line_id="2"), at=at)
    seen = preview(kept(letter, at, row("1"), row("2"), row("3"), row("3")))
    assert [one.line_id for one in seen.bill.lines] == ["3"]
    assert seen.duplicates == 2
    assert [one.refusal.code for one in seen.bill.rejected] == ["line_conflict"]


def test_a_preview_is_its_senders_own_and_waits_a_day(letter, at, session):
    mine = desk_of(letter)
    pending = kept(letter, at, row("1"), by=mine)
    assert pending_bill(pending.id, by=mine, at=at) is pending
    for by, when in ((desk_of(letter), at), (mine, at + timedelta(hours=25))):
        with pytest.raises(NoPendingBill):
            pending_bill(pending.id, by=by, at=when)
    kept(letter, at + timedelta(hours=25), row("1"))
    assert session.scalar(select(func.count(PendingBill.id))) == 1


def test_a_file_that_is_not_wanted_is_forgotten(letter, at, session):
    mine = desk_of(letter)
    pending = kept(letter, at, row("1"), by=mine)
    let_go(pending=pending)
    session.flush()
    with pytest.raises(NoPendingBill):
        pending_bill(pending.id, by=mine, at=at)


def test_no_file_for_another_hospitals_letter_and_no_empty_one(letter, at):
    with pytest.raises(UnknownLetter):
        kept(letter, at, row("1"), by=make_staff(Role.BILLING_DESK))
    with pytest.raises(EmptyFile):
        keep_for_review(letter=letter, data=b"", filename="a.csv", by=desk_of(letter), at=at)


def test_what_is_sent_is_kept_sealed(letter, at, session):
    pending = kept(letter, at, row("1", name="王伟的药"))
    session.flush()
    raw = session.connection().exec_driver_sql("SELECT content FROM pending_bills").scalar()
    assert raw.startswith("s1.")
    assert pending.filename == "清单.csv"
