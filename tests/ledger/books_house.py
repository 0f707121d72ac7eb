"""A database of its own with the books of `books.py` in it, put back as it was before each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import sql

from guarantee import create_app
from guarantee.db import db
from tests.databases import WORKER, build_schema, in_memory_folder, settings_for, sqlite_house
from tests.ledger.books import make_books

TOUCHED = (
    "ledger_accounts", "ledger_entries", "ledger_postings", "covers", "holds", "letters", "cases",
    "charges", "reserve_drawdowns",
)  # fmt: skip
"""Where the corruptions change, add or take away rows."""


@dataclass
class BooksHouse:
    app: Flask
    ids: dict[str, int]
    put_back: Callable[[], None]
    close: Callable[[], None]


def books_house(engine_name: str, folder: Path) -> BooksHouse:
    return _on_sqlite(folder) if engine_name == "sqlite" else _on_postgresql()


def _on_sqlite(folder: Path) -> BooksHouse:
    house = sqlite_house(in_memory_folder(folder))
    ids = _filled(house.app)
    shutil.copyfile(house.file, house.empty)  # from now on it is emptied to the books
    return BooksHouse(house.app, ids, house.empty_it, house.close)


def _on_postgresql() -> BooksHouse:
    """The rows are kept beside in a schema of their own: making the database anew for each test
    would take most of the time."""
    name = f"guarantee_books_{WORKER}"
    _said("postgres", "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    _said("postgres", "CREATE DATABASE {}", name)
    app = create_app(settings_for(f"postgresql+psycopg:///{name}"))
    with app.app_context():
        build_schema(app)
    ids = _filled(app)
    _said(name, "CREATE SCHEMA kept")
    for table in TOUCHED:
        _said(name, "CREATE TABLE kept.{} AS TABLE {}", table, table)

    def put_back() -> None:
        with psycopg.connect(dbname=name) as connection:
            connection.execute("SET session_replication_role = replica")
            for table in TOUCHED:
                connection.execute(_made("DELETE FROM {}", table))
                connection.execute(_made("INSERT INTO {} TABLE kept.{}", table, table))

    def close() -> None:
        with app.app_context():
            db.engine.dispose()
        _said("postgres", "DROP DATABASE {} WITH (FORCE)", name)

    return BooksHouse(app, ids, put_back, close)


def _filled(app: Flask) -> dict[str, int]:
    with app.app_context():
        ids = make_books()
        db.session.close()
        db.engine.dispose()  # SQLite writes its log into the file when the last one leaves
    return ids


def _said(database: str, template: str, *names: str) -> None:
    with psycopg.connect(dbname=database, autocommit=True) as connection:
        connection.execute(_made(template, *names))


def _made(template: str, *names: str) -> sql.Composed:
    return sql.SQL(template).format(*map(sql.Identifier, names))  # type: ignore[arg-type]
