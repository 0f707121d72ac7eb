"""Alive, ready, busy."""

from __future__ import annotations

from sqlalchemy import text

from guarantee.letters.models import LetterKey
from guarantee.web import health
from tests import factories as make


def test_the_process_says_it_is_alive(client):
    assert client.get("/healthz").json == {"status": "ok"}


def test_a_house_with_everything_is_ready(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (200, [])
    assert answer.json["checks"].keys() == {"database", "migrations", "letter_keys", "fonts"}


def test_without_its_migrations_it_is_not_ready(client, session):
    head = session.scalar(text("SELECT version_num FROM alembic_version"))
    session.execute(text("UPDATE alembic_version SET version_num = 'of long ago'"))
    session.commit()
    answer = client.get("/readyz")
    session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
    session.commit()
    assert (answer.status_code, answer.json["missing"]) == (503, ["migrations"])


def test_a_letter_key_sealed_with_other_settings_is_missing(client, session):
    make.make_letter()
    session.commit()
    assert client.get("/readyz").status_code == 200
    table = LetterKey.__tablename__
    session.execute(text(f"UPDATE {table} SET private_key = 'sealed elsewhere'"))
    session.commit()
    assert client.get("/readyz").json["missing"] == ["letter_keys"]


def test_missing_fonts_are_named(client, monkeypatch):
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
