"""A database as it stood before migration 0002, with the books of a whole life in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import Connection, MetaData, exists, insert, inspect, select

from guarantee import alembic, create_app
from guarantee.db import Base, db
from tests.databases import WORKER, in_memory_folder, settings_for

_NEXT_ID = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), (SELECT max(id) FROM {0}))"


@contextmanager
def database_at(revision: str, engine_name: str, folder: Path) -> Iterator[Flask]:
    """The application on a database of its own that was migrated so far; its context pushed."""
    name = f"guarantee_before_{WORKER}"
    url = f"sqlite:///{in_memory_folder(folder) / 'house.sqlite3'}"
    if engine_name == "postgresql":
        _on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _on_server("CREATE DATABASE {}", name)
        url = f"postgresql+psycopg:///{name}"
    app = create_app(settings_for(url))
    with app.app_context():
        try:
            alembic.upgrade(revision)
            yield app
        finally:
            db.session.close()
            db.engine.dispose()
    if engine_name == "postgresql":
        _on_server("DROP DATABASE {} WITH (FORCE)", name)


def copy_as_of_then(now: Connection, then: Connection) -> None:
    """Every row of today's database into that of then, where it had a table."""
    there = set(inspect(then).get_table_names())
    names = [
        table.name
        for table in Base.metadata.sorted_tables
        if table.name in there and now.scalar(select(exists(select(table))))
    ]
    source, target = MetaData(), MetaData()
    source.reflect(now, only=names, resolve_fks=False)
    target.reflect(then, only=names, resolve_fks=False)
    for name in names:
        table = target.tables[name]
        rows = now.execute(select(source.tables[name]).order_by(*source.tables[name].primary_key))
        written = [_as_of_then(dict(row._mapping), set(table.c.keys())) for row in rows]
        then.execute(insert(table), written)
        if then.dialect.name == "postgresql" and "id" in table.c:
            then.exec_driver_sql(_NEXT_ID.format(name))
    then.commit()


def _as_of_then(row: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    if "released_fen" in columns and "held_fen" in row:
        row["released_fen"] = row["placed_fen"] - row["held_fen"] - row["captured_fen"]
        if row["state"] == "lapsed":
            row["state"] = "released"
    return {name: value for name, value in row.items() if name in columns}


def _on_server(template: str, name: str) -> None:
    with psycopg.connect(dbname="postgres", autocommit=True) as connection:
        composed = sql.SQL(template).format(sql.Identifier(name))  # type: ignore[arg-type]
        connection.execute(composed)
