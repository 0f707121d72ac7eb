"""How each named constraint is broken: a sound row, and the change that only this one forbids.

What can be read off the constraint itself is derived here; the rest stands in `by_hand.py`.
"""

from __future__ import annotations

import re
from typing import Any

from tests.constraints.by_hand import CASES, CHARGES, JOBS, LEDGER, PARTIES
from tests.constraints.by_hand_letters import LETTERS
from tests.constraints.by_hand_settlement import SETTLEMENT
from tests.constraints.known import BY_NAME, Known
from tests.constraints.rows import words_of
from tests.constraints.sound import NOON, THERE, Break, Row, situation

NOBODY = -1
"""The id of no row."""

BY_HAND: dict[str, Break] = {
    **PARTIES,
    **LEDGER,
    **CASES,
    **LETTERS,
    **CHARGES,
    **SETTLEMENT,
    **JOBS,
}

_RETURNED: Row = {"state": "returned", "paid_on": "2026-11-18"}
_PARTLY_PAID: Row = {"state": "partly_paid", "paid_on": "2026-11-18", "amount_fen": 2}
_DECIDED: Row = {"decided_at": NOON, "decided_by_id": THERE, "decision_reason": "cover used up"}

START: dict[str, Row] = {
    # Two attempts of the same number, of which none is live: only the number is in the way.
    "uq_remittances_attempt": _RETURNED,
    "uq_hospital_remittances_attempt": _RETURNED,
    # Of which something is paid: a state that there is not, or less than nothing, and no more.
    **{
        f"ck_{table}_{name}": {**_PARTLY_PAID, "paid_fen": 1}
        for table in ("remittances", "hospital_remittances")
        for name in ("state_known", "paid_not_negative")
    },
    # Which is decided: only its state is in the way.
    "ck_top_up_requests_state_known": {"state": "denied", **_DECIDED},
    # Of somebody who has a relation: only the word is in the way.
    "ck_letter_signatures_relation_known": {"signer": "companion", "relation": "spouse"},
    # Of which the counts need not agree.
    "ck_sign_offs_counts_not_negative": {"note": "counted twice"},
    # Which belongs to no letter: the other index does not count it.
    "uq_settlement_lines_one_courier": {"part": "courier", "letter_id": None},
    # Of which none is unfinished: only the slot is in the way.
    "uq_job_runs_slot": {"outcome": "done", "finished_at": NOON},
}
"""What a derived case has to start from where the usual row won't do."""

IMPLIED = {
    "ck_charges_amount_not_zero": "ck_charges_guaranteed_within_amount",
    "ck_charges_part_known": "ck_charges_sent_by_whom_it_concerns",
    "ck_holds_placed_not_negative": "ck_holds_within_placed",
}
"""A CHECK that nothing can break alone: another one forbids the same and more. PostgreSQL names
the first by the alphabet, which is this one; SQLite names the other."""

OUTSIDE: dict[str, Row] = {
    "uq_cases_open_of_call": {"state": "closed", "outcome": "died", "closed_at": NOON},
    "uq_charges_center_line": {"part": "in_hospital", "center_id": None, "hospital_id": THERE},
    "uq_charges_hospital_line": {"part": "pre_hospital", "hospital_id": None, "center_id": THERE},
    "uq_hospital_remittances_one_live": _RETURNED,
    "uq_job_runs_one_running": {"outcome": "done", "finished_at": NOON},
    "uq_ledger_entries_reversed_once": {"reverses_id": None},
    "uq_letters_one_initial_per_case": {"state": "lapsed"},
    "uq_remittances_one_live": _RETURNED,
    "uq_reserve_drawdowns_receipt": {"adjusts_id": THERE},
    "uq_settlement_differences_line": {"superseded_at": NOON},
    "uq_settlement_differences_row": {"superseded_at": NOON},
    "uq_settlement_lines_once": {"added": True},
    "uq_settlement_lines_one_courier": {"added": True},
    "uq_settlement_reports_current": {"replaced_at": NOON},
    "uq_top_up_requests_one_open": {"state": "denied", **_DECIDED},
    "uq_top_up_requests_top_up": {"state": "denied", "top_up_id": None, **_DECIDED},
}
"""Partial unique indexes: what makes a row one that is not counted, so that it may repeat."""


def break_of(known: Known) -> Break | None:
    """How this constraint is broken; None where nobody knows."""
    if hand := BY_HAND.get(known.name):
        return Break(hand.why, situation(known.table) | hand.start, hand.wrongs)
    start = situation(known.table, *known.columns) | START.get(known.name, {})
    if known.is_unique:  # the values themselves are those of a row that is there: see the test
        return Break("", start, [])
    if known.is_reference:
        (column,) = known.columns
        return Break("", start, [{column: NOBODY}])
    if found := words_of(known.item):
        column = known.table.columns[found[0]]
        return Break("", start, [{column.name: "unheard"[: column.type.length]}])
    wrongs = _outside(known.check)
    return Break("", start, wrongs) if wrongs else None


COMPARED = re.compile(
    r"(?:(?P<maybe>\w+) IS NULL OR )?(?:length\((?P<long>\w+)\)|(?P<column>\w+)) "
    r"(?:(?P<sign>>=|>|<>|=) (?P<bound>\d+|'')|BETWEEN (?P<low>\d+) AND (?P<high>\d+))"
)


def _outside(check: str) -> list[Row]:
    """Just outside each bound of a condition like `a >= 0 AND b >= 0`; [] for any other."""
    wrongs: list[Row] = []
    for term in re.split(r"(?<!BETWEEN \d) AND ", check):
        found = COMPARED.fullmatch(term)
        if not found:
            return []
        wrongs += _outside_of(found)
    return wrongs


def _outside_of(found: re.Match[str]) -> list[Row]:
    if found["low"]:
        return [{found["column"]: int(found["low"]) - 1}, {found["column"]: int(found["high"]) + 1}]
    if found["long"]:
        return [{found["long"]: "1" * (int(found["bound"]) - 1)}] if found["sign"] == "=" else []
    values: dict[str, Any] = {
        ">=": lambda bound: int(bound) - 1,
        ">": int,
        "<>": lambda bound: "" if bound == "''" else int(bound),
    }
    value = values.get(found["sign"])
    return [{found["column"]: value(found["bound"])}] if value else []


BREAKS = {name: found for name, known in BY_NAME.items() if (found := break_of(known))}
