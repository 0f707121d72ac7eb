"""The same as `by_hand.py`, for what belongs to the settlement of a week."""

from __future__ import annotations

from tests.constraints.by_hand import so
from tests.constraints.sound import NOON, THERE, Break, Row, SameAs

_APPROVED: Row = {"state": "approved", "approved_by_id": THERE, "approved_fen": 1}


def _batches(table: str, before: tuple[str, ...], after: tuple[str, ...]) -> dict[str, Break]:
    """What holds of the approval of a week, a centre's or a hospital's."""
    return {
        f"ck_{table}_approved_by_somebody": so(
            "A week gets past approval by a person, and a person's approval gets it past.",
            _APPROVED,
            {"approved_by_id": None, "approved_fen": None},
            *({"state": state, "approved_by_id": None, "approved_fen": None} for state in after),
            *({"state": state} for state in before),
        ),
        f"ck_{table}_approved_with_total": so(
            "An approval is of a sum.",
            _APPROVED,
            {"approved_fen": None},
            {"state": "open", "approved_by_id": None},
        ),
    }


def _orders(table: str) -> dict[str, Break]:
    """What holds of an order to the bank, a centre's or a hospital's."""
    return {
        f"ck_{table}_paid_in_full": so(
            "What is called paid was paid to the fen.",
            {"state": "paid", "amount_fen": 500, "paid_fen": 500},
            {"paid_fen": 499},
            {"paid_fen": 501},
        ),
        f"ck_{table}_partly_is_less": so(
            "Partly paid means that something is still owed.",
            {"state": "partly_paid", "amount_fen": 500, "paid_fen": 499},
            {"paid_fen": 500},
        ),
        f"ck_{table}_overpaid_is_more": so(
            "Overpaid means that something has to come back.",
            {"state": "overpaid", "amount_fen": 500, "paid_fen": 501},
            {"paid_fen": 500},
        ),
    }


SETTLEMENT: dict[str, Break] = {
    **_batches(
        "settlement_batches", ("open", "reported", "reconciled"), ("remitted", "mailed", "closed")
    ),
    **_batches("hospital_batches", ("open",), ("remitted",)),
    **_orders("remittances"),
    **_orders("hospital_remittances"),
    "ck_settlement_batches_approved_by_another": so(
        "Nobody approves the week that they prepared.",
        {**_APPROVED, "prepared_by_id": THERE},
        {"approved_by_id": SameAs("prepared_by_id")},
    ),
    "ck_hospital_batches_approved_by_another": so(
        "Nobody approves the week that they opened.",
        _APPROVED,
        {"approved_by_id": SameAs("opened_by_id")},
    ),
    "ck_hospital_batches_paid_on_a_day": so(
        "How fast a hospital is paid is reckoned from the day; only a paid week has one.",
        {**_APPROVED, "state": "paid", "paid_on": "2026-11-18"},
        {"paid_on": None},
        {"state": "remitted"},
    ),
    "ck_settlement_lines_letter_unless_courier": so(
        "A line belongs to a letter; the week's courier fees to none.",
        {"part": "pre_hospital", "letter_id": THERE},
        {"letter_id": None},
        {"part": "courier"},
    ),
    "ck_reserve_drawdowns_amount_positive": so(
        "A drawer pays out; only a row that corrects another may put back.",
        {"amount_fen": -1, "adjusts_id": THERE},
        {"adjusts_id": None},
    ),
    "ck_sign_offs_difference_has_note": so(
        "A day is not signed off with an unexplained difference.",
        {
            "letters": 2,
            "center_letters": 2,
            "charges_fen": 5,
            "drawdowns_fen": 4,
            "center_fen": 9,
            "note": "",
        },
        {"center_letters": 3},
        {"center_fen": 5},
    ),
    "ck_bank_statement_lines_outcome_known": so(
        "A line of the bank's either found its order or waits for a person.",
        {"outcome": "matched", "remittance_id": THERE},
        {"outcome": "unheard"},
    ),
    "ck_bank_statement_lines_matched_to_something": so(
        "Unmatched is a line without an order, and no other.",
        {"outcome": "matched", "remittance_id": THERE},
        {"remittance_id": None},
        {"outcome": "unmatched"},
    ),
    "ck_bank_statement_lines_matched_to_one": so(
        "The same money pays a centre or a hospital.",
        {"outcome": "matched", "remittance_id": THERE},
        {"hospital_remittance_id": THERE},
    ),
    "ck_originals_arrived_at_somebody": so(
        "An original that arrived was ticked off by a person.",
        {"arrived_at": NOON, "arrived_by_id": THERE},
        {"arrived_by_id": None},
        {"arrived_at": None},
    ),
    "ck_settlement_differences_has_a_side": so(
        "A difference is of something: the system's line, the report's row, or one carried here.",
        {"line_id": THERE, "row_id": None, "carried_from_id": None},
        {"line_id": None},
    ),
    "ck_settlement_differences_decided_by_somebody": so(
        "Each difference is decided by a person.",
        {"decision": "carry", "reason": "wait", "decided_by_id": THERE},
        {"decided_by_id": None},
        {"decision": None},
    ),
    "ck_settlement_differences_decided_with_reason": so(
        "Each difference is decided with a reason.",
        {"decision": "carry", "reason": "wait", "decided_by_id": THERE},
        {"reason": ""},
    ),
    "ck_settlement_resolutions_has_reason": so(
        "Each decision keeps its reason; only undoing one needs none.",
        {"decision": "carry", "reason": "wait"},
        {"reason": ""},
    ),
}
