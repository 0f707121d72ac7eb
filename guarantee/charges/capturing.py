"""From a share of charges to the ledger: over the case's holds in order, the first letter's first.

After the final bill the holds are released. A late pre-hospital charge then holds again what the
cover still has, up to the letter's own figure; a late refund goes straight back to the cover.
"""

from __future__ import annotations

from datetime import datetime

from guarantee.ledger.entries import account
from guarantee.ledger.holds import (
    capture,
    extend_hold,
    holds_of,
    lock_cover,
    release,
    uncapture,
)
from guarantee.ledger.models import Account, AccountKind, Hold, Part
from guarantee.letters.lifecycle import top_ups_of
from guarantee.letters.models import Letter
from guarantee.parties.staff import Staff

ENDED = ("closed", "lapsed")
"""What such a letter held has gone back to its cover."""


def case_holds(initial: Letter, part: Part) -> list[Hold]:
    """The holds of one part over all letters of the case, the initial letter's first."""
    return holds_of([initial.id, *(t.id for t in top_ups_of(initial))], part)


def room(initial: Letter, part: Part) -> int:
    """What the guarantee can still take, in fen. The cover is locked. On an ended letter: what of
    the released guarantee the cover can still hold again."""
    holds = case_holds(initial, part)
    still = sum(hold.held_fen for hold in holds)
    if initial.state in ENDED:
        released = sum(hold.released_fen for hold in holds)
        still += min(released, _available(initial).balance_fen)
    return still


def use(initial: Letter, part: Part, change_fen: int, by: Staff, at: datetime) -> None:
    """Capture `change_fen` (within `room`), or give back when it is negative. Owed to the hospital
    for the in-hospital part, to the centre for the pre-hospital one."""
    owed_to = _owed_to(initial, part)
    cause = f"letter:{initial.number}"
    holds = case_holds(initial, part)
    ended = initial.state in ENDED
    if change_fen < 0:
        _give_back(holds, -change_fen, owed_to, cause, by, at)
        if ended:
            for hold in holds:
                release(hold=hold, cause=cause, by=by, at=at)
        return
    for hold in holds:
        if ended and hold.held_fen < change_fen:
            more = min(hold.released_fen, change_fen - hold.held_fen)
            if more:
                extend_hold(hold=hold, amount_fen=more, cause=cause, by=by, at=at)
        part_of_it = min(change_fen, hold.held_fen)
        capture(hold=hold, amount_fen=part_of_it, owed_to=owed_to, cause=cause, by=by, at=at)
        change_fen -= part_of_it
    assert change_fen == 0, "the share was worked out under the same lock"


def _give_back(
    holds: list[Hold], amount_fen: int, owed_to: Account, cause: str, by: Staff, at: datetime
) -> None:
    for hold in reversed(holds):
        part_of_it = min(amount_fen, hold.captured_fen)
        uncapture(hold=hold, amount_fen=part_of_it, owed_to=owed_to, cause=cause, by=by, at=at)
        amount_fen -= part_of_it
    assert amount_fen == 0, "no more is given back than was taken"


def _owed_to(initial: Letter, part: Part) -> Account:
    if part == Part.IN_HOSPITAL:
        return account(AccountKind.HOSPITAL_PAYABLE, initial.hospital_id)
    return account(AccountKind.CENTER_PAYABLE, initial.case.center_id)


def _available(initial: Letter) -> Account:
    assert initial.case.enrolment is not None
    return lock_cover(initial.case.enrolment.cover_id)
