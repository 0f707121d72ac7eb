"""The same as `by_hand.py`, for what belongs to the settlement of a week."""

from __future__ import annotations

from tests.constraints.by_hand import so
from tests.constraints.sound import NOON, THERE, Break, Row, SameAs

_PAID_ON: Row = {"paid_on": "2026-11-18"}
_PREPARED: Row = {"prepared_by_id": THERE, "prepared_at": NOON}
_APPROVED: Row = {
    "state": "approved",
    "approved_by_id": THERE,
    "approved_fen": 1,
    "approved_at": NOON,
}
_BY_NOBODY: Row = {"approved_by_id": None, "approved_fen": None, "approved_at": None}
_DECIDED: Row = {
    "decision": "carry",
    "reason": "wait",
    "decided_by_id": THERE,
    "decided_at": NOON,
}
_CLOSED: Row = {"state": "closed", "closed_by_id": THERE, "closed_at": NOON, **_PAID_ON}


def _batches(table: str, start: Row, before: tuple[str, ...], after: list[Row]) -> dict[str, Break]:
    """What holds of the approval of a week, a centre's or a hospital's. `start`: an approved one;
    `before`, `after`: what it can be before approval and after."""
    return {
        f"ck_{table}_approved_by_somebody": so(
            "A week gets past approval by a person, and a person's approval gets it past.",
            start,
            _BY_NOBODY,
            *({**later, **_BY_NOBODY} for later in after),
            *({"state": state} for state in before),
        ),
        f"ck_{table}_approved_with_total": so(
            "An approval is of a sum.",
            start,
            {"approved_fen": None},
            {"state": "open", "approved_by_id": None, "approved_at": None},
        ),
        f"ck_{table}_approved_has_time": so(
            "When a week was approved is known; what was not approved has no such time.",
            start,
            {"approved_at": None},
            {"state": "open", "approved_by_id": None, "approved_fen": None},
        ),
    }


def _orders(table: str) -> dict[str, Break]:
    """What holds of an order to the bank, a centre's or a hospital's."""
    return {
        f"ck_{table}_paid_in_full": so(
            "What is called paid was paid to the fen.",
            {"state": "paid", "amount_fen": 500, "paid_fen": 500, **_PAID_ON},
            {"paid_fen": 499},
            {"paid_fen": 501},
        ),
        f"ck_{table}_partly_is_less": so(
            "Partly paid means that something is still owed.",
            {"state": "partly_paid", "amount_fen": 500, "paid_fen": 499, **_PAID_ON},
            {"paid_fen": 500},
        ),
        f"ck_{table}_overpaid_is_more": so(
            "Overpaid means that something has to come back.",
            {"state": "overpaid", "amount_fen": 500, "paid_fen": 501, **_PAID_ON},
            {"paid_fen": 500},
        ),
        f"ck_{table}_paid_something": so(
            "Nothing is paid before the bank did it, nor when all of it came back.",
            {"state": "ordered", "amount_fen": 500, "paid_fen": 0},
            {"paid_fen": 1},
            {"state": "returned", "paid_fen": 1, **_PAID_ON},
            {"state": "partly_paid", **_PAID_ON},
        ),
        f"ck_{table}_paid_on_a_day": so(
            "The bank pays on a day, and until then there is none.",
            {"state": "ordered", "amount_fen": 500, "paid_fen": 0},
            _PAID_ON,
            {"state": "partly_paid", "paid_fen": 1},
            {"state": "paid", "paid_fen": 500},
            {"state": "overpaid", "paid_fen": 501},
            {"state": "returned"},
        ),
    }


SETTLEMENT: dict[str, Break] = {
    **_batches(
        "settlement_batches",
        {**_PREPARED, **_APPROVED},
        ("open", "reported", "reconciled"),
        [{"state": "remitted"}, {"state": "mailed", **_PAID_ON}, _CLOSED],
    ),
    **_batches("hospital_batches", _APPROVED, ("open",), [{"state": "remitted"}]),
    **_orders("remittances"),
    **_orders("hospital_remittances"),
    "ck_settlement_batches_approved_by_another": so(
        "Nobody approves the week that they prepared.",
        {**_PREPARED, **_APPROVED},
        {"approved_by_id": SameAs("prepared_by_id")},
    ),
    "ck_settlement_batches_approved_once_prepared": so(
        "What is approved was prepared by somebody: that it was another is known only then.",
        {**_PREPARED, **_APPROVED},
        {"prepared_by_id": None, "prepared_at": None},
    ),
    "ck_settlement_batches_prepared_has_time": so(
        "When the report came or a difference was decided is known.",
        _PREPARED,
        {"prepared_at": None},
        {"prepared_by_id": None},
    ),
    "ck_settlement_batches_paid_on_a_day": so(
        "The originals are due two days after the money came: a paid week has the day.",
        {**_PREPARED, **_APPROVED, "state": "paid", **_PAID_ON},
        {"paid_on": None},
        {"state": "mailed", "paid_on": None},
        {**_CLOSED, "paid_on": None},
        {"state": "remitted"},
    ),
    "ck_settlement_batches_closed_by_somebody": so(
        "Headquarters closes a week, a person there.",
        {**_PREPARED, **_APPROVED, **_CLOSED},
        {"closed_by_id": None, "closed_at": None},
        {"state": "mailed"},
    ),
    "ck_settlement_batches_closed_has_time": so(
        "When a week was closed is known.",
        {**_PREPARED, **_APPROVED, **_CLOSED},
        {"closed_at": None},
        {"state": "mailed", "closed_by_id": None},
    ),
    "ck_hospital_batches_approved_by_another": so(
        "Nobody approves the week that they opened.",
        _APPROVED,
        {"approved_by_id": SameAs("opened_by_id")},
    ),
    "ck_hospital_batches_paid_on_a_day": so(
        "How fast a hospital is paid is reckoned from the day; only a paid week has one.",
        {**_APPROVED, "state": "paid", **_PAID_ON},
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
    "ck_originals_copy_of_letter": so(
        "Copies 3 and 4 are a letter's; only a receipt may be without one.",
        {"kind": "copy_3", "letter_id": THERE},
        {"letter_id": None},
        {"kind": "copy_4", "letter_id": None},
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
        _DECIDED,
        {"decided_by_id": None},
        {"decision": None, "decided_at": None},
    ),
    "ck_settlement_differences_decided_has_time": so(
        "When it was decided is known; an open one has no such time.",
        _DECIDED,
        {"decided_at": None},
        {"decision": None, "decided_by_id": None},
    ),
    "ck_settlement_differences_decided_with_reason": so(
        "Each difference is decided with a reason.",
        _DECIDED,
        {"reason": ""},
    ),
    "ck_settlement_resolutions_has_reason": so(
        "Each decision keeps its reason; only undoing one needs none.",
        {"decision": "carry", "reason": "wait"},
        {"reason": ""},
    ),
}
