"""Alive, ready, busy."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from guarantee.letters.models import LetterKey
from guarantee.web import health
from tests import factories as make


@pytest.fixture
def migrated(app, session):
    """As `db upgrade` leaves it: the tests build their tables without it."""
    session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    for head in app.extensions["alembic"].heads():
        session.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": head.revision})
    session.commit()
    yield
    session.rollback()
    session.execute(text("DROP TABLE alembic_version"))
    session.commit()


def test_the_process_says_it_is_alive(client):
    assert client.get("/healthz").json == {"status": "ok"}


def test_a_house_with_everything_is_ready(client, migrated):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (200, [])
    assert answer.json["checks"].keys() == {"database", "migrations", "letter_keys", "fonts"}


def test_without_its_migrations_it_is_not_ready(client, session):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (503, ["migrations"])


def test_a_letter_key_sealed_with_other_settings_is_missing(client, migrated, session):
    make.make_letter()
    session.commit()
    assert client.get("/readyz").status_code == 200
    table = LetterKey.__tablename__
    session.execute(text(f"UPDATE {table} SET private_key = 'sealed elsewhere'"))
    session.commit()
    assert client.get("/readyz").json["missing"] == ["letter_keys"]


def test_missing_fonts_are_named(client, migrated, monkeypatch):
    monkeypatch.setitem(health.CHECKS, "fonts", lambda: False)
    assert client.get("/readyz").json["missing"] == ["fonts"]


def test_requests_are_counted_by_route_never_by_path(client, session):
    make.make_letter()
    session.commit()
    client.get("/api/v1/verify/3101000000000000")
    told = client.get("/metrics").text
    assert 'guarantee_letters{state="issued"} 1.0' in told
    assert 'route="/api/v1/verify/<number>",status="422"' in told
    assert "3101000000000000" not in told
