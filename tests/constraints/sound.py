"""What a row needs said, so that the database takes it: the columns that go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

Row = dict[str, Any]
NOON = "2026-11-18 12:00:00+00:00"
LATER = "2026-11-21 12:00:00+00:00"


class _There:
    """Stands for something that is there: a row that the column points to, which the maker adds;
    otherwise a value of its own."""

    def __repr__(self) -> str:
        return "THERE"


THERE = _There()


class SameAs(str):
    """Stands for what this other column of the row holds."""


SITUATIONS: dict[str, list[Row]] = {
    "audit_head": [{"id": 1}],
    "bank_statement_lines": [
        {"outcome": "unmatched"},
        {"outcome": "matched", "remittance_id": THERE},
        {"outcome": "matched", "hospital_remittance_id": THERE},
    ],
    "cases": [{}, {"member_id": THERE, "enrolment_id": THERE}],
    "charges": [
        {"part": "pre_hospital", "center_id": THERE, "in_scope": True},
        {"part": "in_hospital", "hospital_id": THERE, "in_scope": True},
    ],
    "final_bills": [{"patient_fen": 0, "self_pay_fen": 0}],
    "hospital_batches": [
        {},
        {"state": "approved", "approved_by_id": THERE, "approved_fen": 1, "approved_at": NOON},
    ],
    "job_runs": [{}, {"outcome": "done", "finished_at": NOON}],
    "ledger_accounts": [{"kind": "insurer_receivable"}],  # may be above nothing and below
    "letter_copies": [{"copy_no": 1}],
    "letter_signatures": [
        {"signer": "member", "relation": "", "points": 12},
        {"signer": "companion", "relation": "spouse", "points": 12},
        {"signer": "hospital", "relation": "", "points": 0},
    ],
    "letters": [
        {"kind": "initial", "lapses_at": LATER},
        {"kind": "top_up", "amends_id": THERE, "pre_hospital_fen": 0, "lapses_at": LATER},
    ],
    "originals": [
        {"letter_id": THERE},
        {"letter_id": THERE, "arrived_at": NOON, "arrived_by_id": THERE},
    ],
    "settlement_batches": [
        {},
        {"prepared_by_id": THERE, "prepared_at": NOON},
        {
            "prepared_by_id": THERE,
            "prepared_at": NOON,
            "state": "approved",
            "approved_by_id": THERE,
            "approved_fen": 1,
            "approved_at": NOON,
        },
        {
            "prepared_by_id": THERE,
            "prepared_at": NOON,
            "state": "closed",
            "approved_by_id": THERE,
            "approved_fen": 1,
            "approved_at": NOON,
            "paid_on": "2026-11-18",
            "closed_by_id": THERE,
            "closed_at": NOON,
        },
    ],
    "settlement_differences": [
        {"line_id": THERE},
        {
            "line_id": THERE,
            "decision": "carry",
            "reason": "wait for it",
            "decided_by_id": THERE,
            "decided_at": NOON,
        },
    ],
    "settlement_lines": [{"letter_id": THERE}],
    "sign_offs": [{"center_letters": 1, "center_fen": 2}],
    "staff": [{"role": "hotline"}],
    "top_up_requests": [
        {"state": "asked"},
        {"state": "granted", "top_up_id": THERE, "decided_at": NOON, "decided_by_id": THERE},
    ],
}
"""Where a column can't be filled by itself: what goes together. The first is the usual one."""


def situation(table: Table, *columns: str) -> Row:
    """The first situation in which these columns say something; otherwise the usual one."""
    known = SITUATIONS.get(table.name, [{}])
    return next((s for s in known if any(c in s for c in columns)), known[0])


@dataclass(frozen=True)
class Break:
    """`start` goes in; with any one of `wrongs` changed in it, it does not."""

    why: str
    """Why the business wants it so; empty where the constraint says it itself."""
    start: Row
    wrongs: list[Row]
