"""The OpenAPI document is true: what it says is what the calls take and answer."""

from __future__ import annotations

from collections import Counter

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.strategies import one_of
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from guarantee.edge.access import access_of
from guarantee.letters.top_up import ask
from guarantee.parties.sessions import create_token
from guarantee.roles import Role
from guarantee.settlement.totals import current_differences
from tests import factories as make
from tests.settlement.scenes import Week

load_all_checks()
TRUE = [
    CHECKS.get_one("not_a_server_error"),
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
TRIES = hypothesis.settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def document(client):
    return client.get("/api/openapi.json").json


def test_the_document_is_openapi_3_1_and_public(client):
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json["openapi"].startswith("3.1")


def test_every_call_is_in_the_document_and_named_once(app, document):
    served = {
        (app.url_map.bind("h").build(rule.endpoint, dict.fromkeys(rule.arguments, 1)), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }
    described = [call for path in document["paths"].values() for call in path.values()]
    api = [path for path in document["paths"] if path.startswith("/api/v1/")]
    assert len(served) == sum(len(document["paths"][path]) for path in api)
    names = [call["operationId"] for call in described]
    assert len(names) == len(set(names))


def test_every_call_says_what_it_does_who_may_and_how_it_refuses(app, document):
    rules = {rule.endpoint.rpartition(".")[2]: rule for rule in app.url_map.iter_rules()}
    for path in document["paths"].values():
        for method, call in path.items():
            assert call["summary"], call
            roles = access_of(app, rules[call["operationId"]].endpoint)
            assert ("security" in call) == (roles is not None), call["operationId"]
            problems = {s for s in call["responses"] if s >= "400"}
            assert roles is None or {"401", "403"} <= problems
            assert method == "get" or {"409", "422"} <= problems


def test_the_page_of_the_document_runs_no_inline_script(client):
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<script>" not in page.text
    assert "swagger-ui-bundle.js" in page.text


def test_what_the_api_does_not_have_is_a_problem_too(client):
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/cases", 405),
        ("GET", "/api/v1/cases/0", 404),
        ("GET", f"/api/v1/cases/{10**30}", 404),
    ):
        answer = client.open(path, method=method)
        assert answer.status_code == status
        assert answer.content_type == "application/problem+json"
        assert answer.json["code"]


class World:
    """A person of a role, and one of everything that this person may see."""

    def __init__(self, role):
        week = Week(make.make_center("3101"))
        letter = week.charged(80_000)
        week.says(letter, 70_000)
        batch = week.opened()
        week.reported(batch)
        presented = make.make_presented_letter(case=make.make_verified_case(center=week.center))
        hospital = presented.hospital
        asked = ask(
            letter=presented,
            amount_fen=1_000,
            reason="手术",
            setting="inpatient",
            by=make.make_staff(Role.BILLING_DESK, hospital=hospital),
            at=make.NOW(),
            settings=make.SETTINGS,
        )
        place = {
            Role.DISPATCHER: {"center": week.center},
            Role.CENTER_FINANCE: {"center": week.center},
            Role.BILLING_DESK: {"hospital": hospital},
        }
        person = make.make_staff(role, **place.get(role, {}))
        self.token = create_token(staff=person, name="test", at=make.NOW(), by=None)
        self.known = {
            "case_id": make.make_verified_case(center=week.center).id,
            "member_id": letter.case.member_id,
            "number": presented.number,
            "batch_id": batch.id,
            "difference_id": current_differences(batch)[0].id,
            "request_id": asked.id,
            "code": presented.copies[0].code,
            "insurer": letter.case.enrolment.product.insurer.code,
            "month": "2026-11",
        }


ROLES = (
    Role.DISPATCHER,
    Role.BILLING_DESK,
    Role.CENTER_FINANCE,
    Role.ALLIANCE_FINANCE,
    Role.HOTLINE,
)


@pytest.mark.parametrize("role", ROLES)
def test_answers_are_as_the_document_says(app, session, role):
    """No 5xx, no status, type or shape that is not declared, nothing wrong taken for right.

    Bodies and queries as the document allows them, and such as it forbids, sent for rows that
    are there and that this role may see.
    """
    world = World(role)
    session.commit()
    headers = {"Authorization": f"Bearer {world.token}"}
    answered = Counter()
    for operation in open_to(role, app):
        path = {p.name: world.known[p.name] for p in operation.path_parameters}
        answered.update(answers_of(operation, path, headers))
    assert answered[200]
    assert answered[422]
    assert not answered[401]


def answers_of(operation, path, headers):
    """Call it with made-up bodies and queries; how often it answered with which status."""
    answered = Counter()
    allowed_and_forbidden = one_of(
        *(operation.as_strategy(mode, path_parameters=path) for mode in GenerationMode)
    )

    @TRIES
    @hypothesis.given(case=allowed_and_forbidden)
    def answers_as_it_says(case):
        case.path_parameters = path
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=TRUE, headers=headers)
        answered[answer.status_code] += 1

    answers_as_it_says()
    return answered


def open_to(role, app):
    """The operations that this role may call. A stream has no end: its own tests read it."""
    ends = {rule.endpoint.rpartition(".")[2]: rule.endpoint for rule in app.url_map.iter_rules()}
    for found in schemathesis.openapi.from_wsgi("/api/openapi.json", app).get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        roles = access_of(app, ends[name])
        if name not in ("listen", "tell_of_call") and (roles is None or role in roles):
            yield operation
