"""Fixtures: an empty house on each engine, people signed in, a moment that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from guarantee.business_time import SHANGHAI
from guarantee.db import db
from guarantee.parties.sessions import create_token
from guarantee.parties.staff import Staff
from guarantee.personal_data import use_keys
from tests import factories
from tests.databases import ENGINES, in_memory_folder, postgres_house, sqlite_house

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=SHANGHAI)
"""A Wednesday in 2026-W47."""


class Houses(dict[str, Any]):
    """One application an engine, built when a test first asks for it."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders

    def __missing__(self, engine_name: str) -> Any:
        if engine_name == "sqlite":
            house: Any = sqlite_house(in_memory_folder(self._folders.mktemp(engine_name)))
        else:
            house = postgres_house()
        self[engine_name] = house
        return house


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    """One application for each engine a test asked for, kept for the whole run."""
    built = Houses(tmp_path_factory)
    yield built
    for house in built.values():
        house.close()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(engine_name: str, houses: Houses) -> Iterator[Flask]:
    """The application on an empty database, its context pushed."""
    house = houses[engine_name]
    house.empty_it()
    settings = house.app.config["SETTINGS"]
    use_keys(  # they are the process's: a test before this one may have made another application
        encryption_key=settings.key("encryption_key"), signing_key=settings.key("signing_key")
    )
    with house.app.app_context():
        yield house.app


@pytest.fixture
def session(app: Flask) -> Session:
    """The test's own session. Commit before a client request, `expire_all` after it."""
    return db.session


@pytest.fixture
def at() -> datetime:
    return NOON


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Staff], FlaskClient]:
    """A browser in which this member of staff is signed in."""

    def signed_in(staff: Staff) -> FlaskClient:
        token = factories.session_token(staff)
        db.session.commit()
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return browser

    return signed_in


class ApiCaller:
    """The API as one member of staff's token sees it."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **more: Any) -> Any:
        return self._client.get(f"/api/v1{path}", headers=self._headers, **more)

    def post(self, path: str, json: Any = None, key: str | None = None, **more: Any) -> Any:
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        if json is not None:
            more["json"] = json
        return self._client.post(f"/api/v1{path}", headers=headers, **more)


@pytest.fixture
def api(app: Flask) -> Callable[[Staff], ApiCaller]:
    """The API called with a token of this member of staff."""

    def caller(staff: Staff) -> ApiCaller:
        token = create_token(staff=staff, name="test", at=factories.NOW(), by=None)
        db.session.commit()
        return ApiCaller(app, token)

    return caller
