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
    "ck_hospitals_network_since_a_day": so(
        "Who is in the network is so from a day on.",
        {"in_network": True, "network_since": "2026-01-01"},
        {"network_since": None},
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
    "ck_audit_head_one_row": so(
        "The chain has one end.",
        {"id": 1},
        {"id": 2},
    ),
    "ck_ledger_entries_reverses_another": so(
        "A mistake is mended by an entry after it.",
        {"reverses_id": THERE},
        {"reverses_id": SameAs("id")},
    ),
    "ck_ledger_accounts_granted_not_positive": so(
        "An insurer grants; what is granted can't be less than nothing.",
        {"kind": "cover_granted", "balance_fen": 0},
        {"balance_fen": 1},
    ),
    "ck_ledger_accounts_owner_unless_alliance": so(
        "Each account is somebody's, but for the alliance's own two.",
        {"kind": "bank", "owner_id": 0},
        {"owner_id": 7},
        {"kind": "cover_held"},
        {"kind": "courier_expense", "owner_id": 7},
    ),
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
        {"state": "closed", "outcome": "died", "closed_at": NOON},
        {"outcome": ""},
    ),
    "ck_cases_closed_has_time": so(
        "A case that is over is over since a moment; any other has none.",
        {"state": "closed", "outcome": "died", "closed_at": NOON},
        {"closed_at": None},
        {"state": "verified"},
    ),
    "ck_cases_enrolment_of_member": so(
        "The cover that stands for a case is the patient's.",
        {"member_id": THERE, "enrolment_id": THERE},
        {"member_id": None},
    ),
    "ck_cases_guaranteed_by_enrolment": so(
        "A letter is somebody's cover.",
        {"state": "guaranteed", "member_id": THERE, "enrolment_id": THERE},
        {"enrolment_id": None},
    ),
    "ck_verifications_document_due_if_provisional": so(
        "A document that was not seen is due; one that was is not.",
        {"method": "provisional", "document_due_at": NOON},
        {"document_due_at": None},
        {"method": "document"},
    ),
    "ck_tickets_done_has_answer": so(
        "Who asked must be able to read what was decided.",
        {"done_at": NOON, "owner_id": THERE, "answer": "go on"},
        {"answer": ""},
    ),
    "ck_tickets_done_by_somebody": so(
        "Who asked must be able to ask who decided.",
        {"done_at": NOON, "owner_id": THERE, "answer": "go on"},
        {"owner_id": None},
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
