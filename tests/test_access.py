"""Every role against every route, and every house against its neighbours' rows.

Nothing here is listed by hand: the routes are the application's own, so a new page or call is
tested the moment it exists, and one without an access rule fails.
"""

from __future__ import annotations

import io

import pytest

from guarantee.db import db
from guarantee.edge.access import access_of
from guarantee.letters import number as numbers
from guarantee.letters.lifecycle import present
from guarantee.letters.top_up import ask
from guarantee.parties.sessions import create_token
from guarantee.roles import Role
from guarantee.settlement.totals import current_differences
from tests import factories as make
from tests.settlement.scenes import TUESDAY, Week

WITHOUT_A_RULE_OF_THEIR_OWN = {"static", "openapi.spec"}
METHODS = ("GET", "POST")
SIGNED = "/api/v1/calls"
"""Public, and yet 401 without its sender's signature."""


def routes(app):
    """Each route and method, with an address that fits it."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in METHODS:
            if method in rule.methods and not rule.endpoint.endswith("static"):
                yield rule, method


def address(app, rule, method, values=None):
    """The rule's address: for each argument the value named, else one that could be."""
    given = {name: (values or {}).get(name, plausible(name, rule)) for name in rule.arguments}
    adapter = app.url_map.bind("localhost")
    path = adapter.build(rule.endpoint, given, method=method)
    return f"{path}?once=1" if rule.rule.endswith("/events") and method == "GET" else path


def plausible(name, rule):
    if name == "number":
        return numbers.new("3101")
    if name in ("month", "week", "day"):
        return {"month": "2026-11", "week": "2026-W47", "day": "2026-11-18"}[name]
    kind = type(rule._converters[name]).__name__
    return 1 if kind == "IdConverter" else "X1"


@pytest.fixture
def callers(app, session):
    """A way to call as each role, by a token that no page can end."""
    people = {role: make.make_staff(role) for role in Role}
    tokens = {
        role: create_token(staff=person, name="test", at=make.NOW(), by=None)
        for role, person in people.items()
    }
    session.commit()
    made = {role: caller(app, token) for role, token in tokens.items()}
    for role, call in made.items():
        call.person = people[role]
    return made


def caller(app, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(method, path, **more):
        client = app.test_client()
        answer = client.open(path, method=method, headers=headers, buffered=False, **more)
        answer.close()
        return answer

    return call


def test_every_route_says_who_may(app):
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_A_RULE_OF_THEIR_OWN
        and not rule.endpoint.endswith(".static")
        and not hasattr(app.view_functions[rule.endpoint], "access")
    ]
    assert silent == []


def test_a_route_without_a_rule_would_be_nobodys(app):
    def forgotten():
        return "told"

    app.view_functions["forgotten"] = forgotten
    assert access_of(app, "forgotten") == frozenset()
    del app.view_functions["forgotten"]


def test_a_stranger_reaches_only_what_is_public(app, session):
    stranger = caller(app)
    wrong = []
    for rule, method in routes(app):
        answer = stranger(method, address(app, rule, method))
        if access_of(app, rule.endpoint) is None:
            refused = answer.status_code == 401 and rule.rule != SIGNED
        elif rule.rule.startswith("/api/"):
            refused = answer.status_code != 401
        else:
            refused = answer.status_code != 302 or "/login" not in answer.headers["Location"]
        if refused:
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_what_it_may_and_nothing_else(app, callers, role):
    """Stopped is 403; what a rule of the business says to an empty form is anything but that."""
    call, wrong = callers[role], []
    for rule, method in routes(app):
        roles = access_of(app, rule.endpoint)
        answer = call(method, address(app, rule, method))
        stopped = answer.status_code == 403
        lost = answer.status_code == 500 or (answer.status_code == 401 and rule.rule != SIGNED)
        if lost or stopped == (roles is None or role in roles):
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []


# ── neighbours ────────────────────────────────────────────────────────────────────────────────


BODIES = {
    "api_cases.name_member": {"member_id": 1},
    "api_cases.verify_case": {
        "method": "document",
        "document_type": "resident_id",
        "document_number": "x",
        "condition_in_scope": True,
        "exclusions": [],
        "exclusions_version": "",
    },
    "api_letters.issue_letter": {"hospital": "H1", "channel": "center"},
    "api_letters.present_letter": {"accepted": True},
    "api_letters.void_letter": {"reason": "x"},
    "api_letters.hand_back_letter": {"reason": "x"},
    "api_charges.post_letter_charges": {
        "lines": [
            {
                "line_id": "1",
                "part": "in_hospital",
                "charged_on": "2026-11-18",
                "name": "x",
                "quantity": 1,
                "unit_price_fen": 1,
                "amount_fen": 1,
                "in_scope": True,
            }
        ]
    },
    "api_charges.send_final_bill": {},
    "api_top_ups.ask_for_top_up": {"amount_fen": 1, "reason": "x"},
    "api_copies.note_copy_event": {"event": "signed"},
    "api_signatures.sign_letter": {"signer": "member"},
    "api_settlement.approve_batch": {},
    "api_settlement.resolve_difference": {"decision": "carry", "reason": "x"},
    "api_payments.mail_originals": {"courier": "x", "tracking_number": "1"},
    "api_payments.tick_off_originals": {"codes": []},
    "api_top_ups.decide_top_up_request": {"approve": True},
}
KEPT_APART = (
    Role.DISPATCHER,
    Role.CREW,
    Role.CENTER_FINANCE,
    Role.SUPERVISOR,
    Role.BILLING_DESK,
    Role.INSURER,
)


@pytest.fixture
def theirs(session):
    """Another centre's, hospital's and insurer's rows, by the names that addresses give them."""
    week = Week(make.make_center("3102"))
    letter = week.charged(80_000)
    week.says(letter, 70_000)
    batch = week.opened()
    week.reported(batch)
    desk = make.make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    letter = present(letter=letter, by=desk, at=TUESDAY)
    request = ask(
        letter=letter,
        amount_fen=1,
        reason="手术",
        setting="inpatient",
        by=desk,
        at=TUESDAY,
        settings=make.SETTINGS,
    )
    session.commit()
    return {
        "case_id": letter.case_id,
        "number": letter.number,
        "batch_id": batch.id,
        "difference_id": current_differences(batch)[0].id,
        "request_id": request.id,
        "code": letter.copies[0].code,
        "copy_no": 1,
        "insurer": letter.case.enrolment.product.insurer.code,
        "month": "2026-11",
    }


@pytest.mark.parametrize("role", KEPT_APART)
def test_somebody_elses_rows_are_not_found(app, callers, theirs, role):
    call, wrong, tried = callers[role], [], 0
    for rule, method in routes(app):
        roles = access_of(app, rule.endpoint)
        if not rule.arguments or not rule.arguments <= theirs.keys() or role not in (roles or ()):
            continue
        more = {}
        if rule.rule.startswith("/api/") and method == "POST":
            if rule.endpoint == "api_settlement.upload_report":
                more = {"data": {"file": (io.BytesIO(b"x"), "x.csv")}}
            else:
                more = {"json": BODIES[rule.endpoint]}
        answer = call(method, address(app, rule, method, theirs), **more)
        tried += 1
        if answer.status_code != 404:
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []
    assert tried


def test_a_list_holds_nothing_of_a_neighbour(app, callers, theirs):
    for role in KEPT_APART:
        for path in ("/api/v1/cases", "/api/v1/settlement/batches"):
            client = app.test_client()
            token = create_token(staff=callers[role].person, name="test", at=make.NOW(), by=None)
            db.session.commit()
            answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 403 or answer.json["items"] == []
