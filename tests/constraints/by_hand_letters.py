"""The same as `by_hand.py`, for letters and the requests to top them up."""

from __future__ import annotations

from tests.constraints.by_hand import so
from tests.constraints.sound import LATER, NOON, THERE, Break, Row

_VOIDED: Row = {"state": "voided", "void_reason": "wrong name", "voided_at": NOON}
_DECIDED: Row = {"decided_at": NOON, "decided_by_id": THERE}

LETTERS: dict[str, Break] = {
    "ck_letters_number_only_digits": so(
        "A number is read out over the radio and typed on a telephone.",
        {"number": "3101882630417589"},
        {"number": "310188263041758X"},
        {"number": "3101 8826 3041 7"},
    ),
    "ck_letters_not_negative": so(
        "A letter takes nothing from anybody.",
        {"pre_hospital_fen": 5, "in_hospital_fen": 5, "total_in_hospital_fen": 5},
        {"pre_hospital_fen": -1},
        {"in_hospital_fen": -1, "total_in_hospital_fen": -1},
    ),
    "ck_letters_guarantees_something": so(
        "Nothing left: not eligible. No letter promises nothing.",
        {"pre_hospital_fen": 1, "in_hospital_fen": 0, "total_in_hospital_fen": 0},
        {"pre_hospital_fen": 0},
    ),
    "ck_letters_provisional_pre_hospital": so(
        "Until the document is seen a letter covers the pre-hospital part only.",
        {"provisional": True, "in_hospital_fen": 0, "total_in_hospital_fen": 0},
        {"in_hospital_fen": 1, "total_in_hospital_fen": 1},
    ),
    "ck_letters_top_up_amends": so(
        "A top-up names the letter it adds to; an initial letter adds to none.",
        {"kind": "top_up", "amends_id": THERE, "pre_hospital_fen": 0},
        {"amends_id": None},
        {"kind": "initial"},
    ),
    "ck_letters_top_up_in_hospital": so(
        "Only the in-hospital part is topped up.",
        {"kind": "top_up", "amends_id": THERE, "pre_hospital_fen": 0},
        {"pre_hospital_fen": 1},
    ),
    "ck_letters_initial_is_total": so(
        "The first letter of a case is all there is.",
        {"in_hospital_fen": 5, "total_in_hospital_fen": 5},
        {"total_in_hospital_fen": 6},
    ),
    "ck_letters_within_total": so(
        "A top-up states the new total: the increase and what was there before.",
        {
            "kind": "top_up",
            "amends_id": THERE,
            "pre_hospital_fen": 0,
            "in_hospital_fen": 5,
            "total_in_hospital_fen": 5,
        },
        {"total_in_hospital_fen": 4},
    ),
    "ck_letters_lapses_later": so(
        "A letter can be presented for a while.",
        {"issued_at": NOON, "lapses_at": LATER},
        {"lapses_at": NOON},
    ),
    "ck_letters_voided_has_reason": so(
        "A cashier who meets a voided letter must be told why.",
        _VOIDED,
        {"void_reason": ""},
    ),
    "ck_letters_voided_has_time": so(
        "A letter is good until the moment it is voided.",
        _VOIDED,
        {"voided_at": None},
        {"state": "issued"},
    ),
    "ck_letters_closed_has_time": so(
        "How fast a hospital is paid is reckoned from the closing.",
        {"state": "closed", "closed_at": NOON},
        {"closed_at": None},
        {"state": "issued"},
    ),
    "ck_letters_presented_has_time": so(
        "Irrevocable from a moment on.",
        {"state": "presented", "presented_at": NOON},
        {"presented_at": None},
    ),
    "ck_letters_presented_stands": so(
        "What a hospital holds is neither voided nor lapsed: it must hand it back first.",
        {"state": "presented", "presented_at": NOON},
        {"state": "issued"},
        {"state": "lapsed"},
        _VOIDED,
    ),
    "ck_letter_signatures_companion_has_relation": so(
        "Somebody else signs for the member: what they are to the member is asked, and only then.",
        {"signer": "companion", "relation": "spouse", "points": 12},
        {"relation": ""},
        {"signer": "member"},
    ),
    "ck_letter_signatures_drawn_unless_hospital": so(
        "A member or companion draws; the hospital's desk may confirm by name.",
        {"signer": "hospital", "points": 0},
        {"signer": "member"},
        {"signer": "companion", "relation": "child"},
    ),
    "ck_letter_signatures_digests_whole": so(
        "A digest that was cut short proves nothing.",
        {"letter_digest": "a" * 64},
        {"letter_digest": "a" * 63},
        {"digest": "b" * 24},
    ),
    "ck_letter_signatures_points_not_negative": so(
        "", {"signer": "hospital", "points": 0}, {"points": -1}
    ),
    "ck_top_up_requests_granted_has_letter": so(
        "Granted is a request that led to a top-up letter, and no other.",
        {"state": "granted", "top_up_id": THERE, **_DECIDED},
        {"top_up_id": None},
        {"state": "withdrawn"},
    ),
    "ck_top_up_requests_denied_has_reason": so(
        "The hospital must be told why it gets no more.",
        {"state": "denied", "decision_reason": "cover used up", **_DECIDED},
        {"decision_reason": ""},
    ),
    "ck_top_up_requests_decided_has_time": so(
        "Half an hour is allowed for it: when it was decided is known.",
        {"state": "asked"},
        {"state": "withdrawn"},
        _DECIDED,
    ),
    "ck_top_up_requests_decided_by_somebody": so(
        "A person decides.",
        {"state": "withdrawn", **_DECIDED},
        {"decided_by_id": None},
        {"state": "asked", "decided_at": None},
    ),
}
