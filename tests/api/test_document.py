"""The OpenAPI document is true: what it says is what the calls take and answer."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from guarantee.edge.access import access_of
from guarantee.parties.sessions import create_token
from guarantee.roles import Role
from tests import factories as make
from tests.settlement.scenes import TUESDAY, Week

load_all_checks()
TRUE = [
    CHECKS.get_one("not_a_server_error"),
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
TRIES = hypothesis.settings(
    max_examples=10,
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


@pytest.fixture
def world(session):
    """One of everything, so that made-up ids sometimes meet a row."""
    week = Week(make.make_center("3101"))
    letter = week.charged(80_000)
    week.says(letter, 70_000)
    batch = week.opened()
    week.reported(batch)
    make.make_case(center=week.center)
    make.make_presented_letter(at=TUESDAY)
    session.commit()
    return week


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.BILLING_DESK, Role.ALLIANCE_FINANCE])
def test_answers_are_as_the_document_says(app, world, session, role):
    """No 5xx, no status, type or shape that is not declared, nothing wrong taken for right."""
    place = {Role.DISPATCHER: {"center": world.center}}.get(role, {})
    person = make.make_staff(role, **place)
    token = create_token(staff=person, name="test", at=make.NOW(), by=None)
    session.commit()
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.endswith("/events") and operation.method == "get":
            continue  # a stream has no end; its own tests read it

        @TRIES
        @hypothesis.given(case=operation.as_strategy())
        def answers_as_it_says(case):
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=TRUE)

        answers_as_it_says()
        tried += 1
    assert tried > 30
