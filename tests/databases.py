"""Real databases for the tests: SQLite always, PostgreSQL where a cluster is at hand (PGHOST …).

`make test` starts an ephemeral cluster. Each test process has a database of its own; the schema is
built once, and each test starts from an empty copy of it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import text

from guarantee import alembic, create_app
from guarantee.config import Settings
from guarantee.db import Base, db
from tests.browser import Browser

ENGINES = ["sqlite", *(["postgresql"] if os.environ.get("PGHOST") else [])]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def settings_for(url: str, **more: object) -> Settings:
    """Settings as in production: keys of their own, no demo mode."""
    keys = {
        name: f"{name} of the tests, 32 and more"
        for name in ("secret_key", "encryption_key", "signing_key")
    }
    return Settings(database_url=url, **keys, **more)  # type: ignore[arg-type]


@dataclass
class SqliteHouse:
    app: Flask
    file: Path
    empty: Path

    def empty_it(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        for tail in ("-wal", "-shm"):
            self.file.with_name(self.file.name + tail).unlink(missing_ok=True)
        shutil.copyfile(self.empty, self.file)

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        shutil.rmtree(self.file.parent)


@dataclass
class PostgresHouse:
    app: Flask

    def empty_it(self) -> None:
        names = ", ".join(t.name for t in Base.metadata.sorted_tables)
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()


def in_memory_folder(otherwise: Path) -> Path:
    """A folder that needs no disk, where the system has one: what a test commits need not last."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(dir=memory)) if os.access(memory, os.W_OK) else otherwise


def sqlite_house(folder: Path) -> SqliteHouse:
    file, empty = folder / "house.sqlite3", folder / "empty.sqlite3"
    app = _app(f"sqlite:///{file}")
    with app.app_context():
        build_schema(app)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    shutil.copyfile(file, empty)
    return SqliteHouse(app, file, empty)


def postgres_house() -> PostgresHouse:
    name = f"guarantee_test_{WORKER}"
    with psycopg.connect(dbname="postgres", autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    app = _app(f"postgresql+psycopg:///{name}")
    with app.app_context():
        build_schema(app)
    return PostgresHouse(app)


def build_schema(app: Flask) -> None:
    """The schema as an operator gets it: by the migrations."""
    alembic.upgrade()


def _app(url: str) -> Flask:
    app = create_app(settings_for(url))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    return app
