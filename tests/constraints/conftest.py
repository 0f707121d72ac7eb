"""One empty, migrated database an engine for all of these tests; each leaves it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from guarantee.db import db
from tests.constraints.rows import RowMaker
from tests.databases import ENGINES


@pytest.fixture(scope="module", params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def house(engine_name: str, houses: Any) -> Any:
    house = houses[engine_name]
    house.empty_it()
    return house


@pytest.fixture
def connection(house: Any) -> Iterator[Connection]:
    """A transaction that is taken back."""
    with house.app.app_context(), db.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def rows(connection: Connection) -> RowMaker:
    return RowMaker(connection)
