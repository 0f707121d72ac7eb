"""The money of one letter: its holds, and every movement on them. For whoever sees the letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guarantee.ledger.holds import holds_of
from guarantee.ledger.models import Hold
from guarantee.ledger.tracing import OnHold, entries_of_holds
from guarantee.ledger.words import PARTS, entry_words
from guarantee.letters.models import Letter
from guarantee.letters.position import Position
from guarantee.refusals import Words
from guarantee.web.ledger.causes import may_open
from guarantee.web.ledger.names import people_of


@dataclass(frozen=True, slots=True)
class HoldTold:
    """A hold, the letters whose holds it is linked with, in fen what became of what was placed."""

    hold: Hold
    part: Words
    amends: Letter | None
    """A top-up's hold: the initial letter, whose hold of this part it adds to."""
    topped_up_by: tuple[Letter, ...]
    """An initial letter's hold: the top-ups that add to it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement on a hold."""

    on: OnHold
    what: Words
    part: Words
    who: str


@dataclass(frozen=True, slots=True)
class LetterMoney:
    holds: tuple[HoldTold, ...]
    moved: tuple[Moved, ...]
    links: bool
    """Whether the reader may open the entries in the ledger."""


def money_of(letter: Letter, position: Position) -> LetterMoney:
    """The letter's holds and what moved on them, oldest first."""
    family = {one.id: one for one in (*position.letters, letter)}
    all_holds = holds_of(family)
    mine = [hold for hold in all_holds if hold.letter_id == letter.id]
    moves = entries_of_holds(hold.id for hold in mine)
    people = people_of(one.entry for one in moves)
    return LetterMoney(
        holds=tuple(_told(hold, all_holds, family) for hold in mine),
        moved=tuple(
            Moved(
                one,
                entry_words(one.entry.kind),
                PARTS[one.hold.part],
                people[one.entry.by_id].name,
            )
            for one in moves
        ),
        links=may_open("ledger.entry"),
    )


def _told(hold: Hold, all_holds: Sequence[Hold], family: dict[int, Letter]) -> HoldTold:
    initial = next((one for one in all_holds if one.id == hold.links_to_id), None)
    added = [one for one in all_holds if one.links_to_id == hold.id]
    return HoldTold(
        hold,
        PARTS[hold.part],
        amends=family[initial.letter_id] if initial else None,
        topped_up_by=tuple(family[one.letter_id] for one in added),
    )
