"""The constraints whose meaning can't be read off them: why the business wants each, a row it
takes, and the changes in it that it does not."""

from __future__ import annotations

from tests.constraints.sound import NOON, THERE, Break, Row, SameAs


def so(why: str, start: Row, *wrongs: Row) -> Break:
    return Break(why, start, list(wrongs))


PARTIES: dict[str, Break] = {
    "ck_centers_code_four_digits": so(
        "The code opens the centre's letter numbers: four digits, the first not 0.",
        {"code": "3101"},
        {"code": "310"},
        {"code": "0310"},
    ),
    "ck_staff_has_center": so(
        "Who works at a centre sees that centre's cases, so must have one.",
        {"role": "dispatcher", "center_id": THERE},
        {"center_id": None},
        {"role": "crew", "center_id": None},
        {"role": "center_finance", "center_id": None},
    ),
    "ck_staff_has_hospital": so(
        "A billing desk sees the letters addressed to its hospital, so must have one.",
        {"role": "billing_desk", "hospital_id": THERE},
        {"hospital_id": None},
    ),
    "ck_staff_has_insurer": so(
        "An insurer's reader sees that insurer's members, so must have one.",
        {"role": "insurer", "insurer_id": THERE},
        {"insurer_id": None},
    ),
    "ck_enrolments_period_in_order": so(
        "A period that ends before it starts would never be in force.",
        {"starts_on": "2026-01-02", "ends_on": "2026-01-02"},
        {"ends_on": "2026-01-01"},
    ),
    "ck_import_rows_rejected_has_reason": so(
        "The insurer must be told why a row was handed back.",
        {"outcome": "rejected", "reason": "no_document"},
        {"reason": ""},
    ),
}

LEDGER: dict[str, Break] = {
    "ck_ledger_accounts_cover_never_overdrawn": so(
        "Never more is promised or used than the sum insured.",
        {"kind": "cover_available", "balance_fen": 0},
        {"balance_fen": -1},
        {"kind": "cover_held", "balance_fen": -1},
        {"kind": "cover_captured", "balance_fen": -1},
    ),
    "ck_ledger_accounts_reserve_fund_positive": so(
        "Nobody pays from a drawer what is not in it.",
        {"kind": "reserve_fund", "balance_fen": 0},
        {"balance_fen": -1},
    ),
    "ck_ledger_postings_two_accounts": so(
        "Money moves from one account to another one.",
        {},
        {"credit_account_id": SameAs("debit_account_id")},
    ),
    "ck_holds_within_placed": so(
        "What is promised still and what is used never exceed what was set aside.",
        {"placed_fen": 5, "held_fen": 2, "captured_fen": 3},
        {"held_fen": 3},
        {"captured_fen": 4},
    ),
}

CASES: dict[str, Break] = {
    "ck_cases_closed_has_outcome": so(
        "A case is closed with how it ended.",
        {"state": "closed", "outcome": "died"},
        {"outcome": ""},
    ),
    "ck_tickets_done_has_answer": so(
        "Who asked must be able to read what was decided.",
        {"done_at": NOON, "answer": "go on"},
        {"answer": ""},
    ),
    "ck_letters_top_up_amends": so(
        "A top-up names the letter it adds to; an initial letter adds to none.",
        {"kind": "top_up", "amends_id": THERE},
        {"amends_id": None},
        {"kind": "initial"},
    ),
    "ck_letters_voided_has_reason": so(
        "A cashier who meets a voided letter must be told why.",
        {"state": "voided", "void_reason": "wrong name"},
        {"void_reason": ""},
    ),
    "ck_top_up_requests_granted_has_letter": so(
        "Granted is a request that led to a top-up letter, and no other.",
        {"state": "granted", "top_up_id": THERE},
        {"top_up_id": None},
        {"state": "asked"},
    ),
    "ck_top_up_requests_denied_has_reason": so(
        "The hospital must be told why it gets no more.",
        {"state": "denied", "decision_reason": "cover used up"},
        {"decision_reason": ""},
    ),
}

CHARGES: dict[str, Break] = {
    "ck_charges_sent_by_whom_it_concerns": so(
        "The hospital sends what happened in it, the centre what happened before; never both.",
        {"part": "in_hospital", "center_id": None, "hospital_id": THERE},
        {"hospital_id": None},
        {"center_id": THERE},
        {"part": "pre_hospital"},
    ),
    "ck_charges_guaranteed_within_amount": so(
        "The guarantee takes at most the line; a refund gives back at most itself.",
        {"in_scope": True, "amount_fen": 100, "guaranteed_fen": 100},
        {"guaranteed_fen": 101},
        {"guaranteed_fen": -1},
        {"amount_fen": -100, "guaranteed_fen": -101},
        {"amount_fen": -100, "guaranteed_fen": 1},
    ),
    "ck_charges_self_pay_not_guaranteed": so(
        "What is outside the catalogue is the patient's.",
        {"in_scope": True, "guaranteed_fen": 1},
        {"in_scope": False},
    ),
    "ck_final_bills_adds_up": so(
        "The alliance's share and the patient's make the bill.",
        {"total_fen": 10, "guaranteed_fen": 7, "patient_fen": 3},
        {"total_fen": 11},
        {"patient_fen": 2},
    ),
    "ck_final_bills_as_stated": so(
        "A bill is never closed at another total than the hospital named.",
        {"total_fen": 10, "guaranteed_fen": 10, "stated_fen": 10},
        {"stated_fen": 9},
    ),
    "ck_final_bills_guaranteed_not_negative": so(
        "A stay can't end with the hospital owing the alliance.",
        {"total_fen": 0, "guaranteed_fen": 0},
        {"total_fen": -1, "guaranteed_fen": -1},
    ),
    "ck_final_bills_self_pay_within_share": so(
        "Self-pay items are part of the patient's share.",
        {"total_fen": 10, "guaranteed_fen": 7, "patient_fen": 3, "self_pay_fen": 3},
        {"self_pay_fen": 4},
        {"self_pay_fen": -1},
    ),
}

JOBS: dict[str, Break] = {
    "ck_job_runs_finished_has_outcome": so(
        "A run that ended says how; one that says how has ended.",
        {"outcome": "done", "finished_at": NOON},
        {"outcome": None},
        {"finished_at": None},
    ),
}
