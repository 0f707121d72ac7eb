"""Fixtures: a situation, other applications on the same database, the line that can be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import URL

from guarantee import create_app
from guarantee.db import db
from tests.browser import Browser
from tests.databases import settings_for
from tests.faults.line import Line
from tests.faults.situation import Situation


@pytest.fixture
def situation(session) -> Situation:
    return Situation()


@pytest.fixture
def another_app() -> Iterator[Callable[[URL | str], Flask]]:
    """Builds an application on the database of this address: as another machine, or set up
    otherwise, on the one of this test."""
    built: list[Flask] = []

    def build(url: URL | str) -> Flask:
        text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
        app = create_app(settings_for(text))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        app.test_client_class = Browser
        built.append(app)
        return app

    yield build
    for app in built:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def set_to(app, another_app) -> Callable[..., Flask]:
    """An application on this test's PostgreSQL whose sessions have these settings."""

    def build(**settings: str) -> Flask:
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        return another_app(db.engine.url.update_query_dict({"options": options}))

    return build


@pytest.fixture
def line() -> Iterator[Line]:
    one = Line()
    yield one
    one.down()


@pytest.fixture
def far_app(app, another_app, line) -> Flask:
    """An application that reaches this test's PostgreSQL over `line`."""
    plain = {"sslmode": "disable", "gssencmode": "disable"}  # so that the line can be read
    url = db.engine.url.set(host="127.0.0.1", port=line.port).update_query_dict(plain)
    return another_app(url)
