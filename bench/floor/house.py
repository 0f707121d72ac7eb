"""The application on a database of its own, with the schema as an operator gets it."""

from __future__ import annotations

import logging

import psycopg
from flask import Flask
from psycopg import sql

from guarantee import alembic, create_app
from guarantee.config import Settings
from guarantee.db import db

KEYS = {
    name: f"{name} of the benchmarks, 32 and more"
    for name in ("secret_key", "encryption_key", "signing_key")
}


def house_on(url: str) -> Flask:
    """The application on the empty database at `url`."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = create_app(Settings(database_url=url, **KEYS))  # type: ignore[arg-type]
    with app.app_context():
        alembic.upgrade()
    return app


def postgres_url(name: str) -> str:
    """A fresh database of this name on the server that PGHOST … name."""
    with psycopg.connect(dbname="postgres", autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"postgresql+psycopg:///{name}"


def hung_up(app: Flask) -> None:
    """Close this process's connections: before clients are forked, and before they are counted."""
    with app.app_context():
        db.engine.dispose()
