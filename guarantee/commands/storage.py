"""`flask backup FILE`, `flask restore FILE`: everything but the three keys, in one file.

SQLite: its own backup, safe while the server runs. PostgreSQL: `pg_dump` and `pg_restore`, whose
archive either comes back whole or not at all. Keep the keys apart from the backups.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import URL, Connection, Engine, inspect, text

from guarantee.commands.terminal import as_json, refuse, tell
from guarantee.db import db

TARGET = click.Path(dir_okay=False, path_type=Path)
SOURCE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "username": "PGUSER",
    "password": "PGPASSWORD",
    "database": "PGDATABASE",
}


class CannotDo(Exception):
    """The database's own tool said no; its words."""


@click.command()
@click.argument("file", type=TARGET)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@as_json
@with_appcontext
def backup(file: Path, force: bool, as_json: bool) -> None:
    """Write the whole database to FILE, readable by its owner only."""
    if file.exists() and not force:
        refuse("file_exists", f"{file} 已存在。", f"{file} exists.", as_json=as_json)
    engine = db.engine
    with _private(file) as path:
        try:
            if engine.dialect.name == "sqlite":
                _copy(Path(str(engine.url.database)), path)
            else:
                _tool("pg_dump", ["--format=custom", f"--file={path}"], engine.url)
        except (CannotDo, sqlite3.Error) as error:
            refuse("backup_failed", f"备份失败：{error}", f"Failed: {error}", as_json=as_json)
    data = file.read_bytes()
    facts = {
        "file": str(file),
        "engine": engine.dialect.name,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    tell(facts, f"{file}: {len(data)} bytes, sha256 {facts['sha256']}", as_json=as_json)


@click.command()
@click.argument("file", type=SOURCE)
@click.option("--force", is_flag=True, help="Even over a database that holds something.")
@as_json
@with_appcontext
def restore(file: Path, force: bool, as_json: bool) -> None:
    """Put FILE back in place of the database; stop the server first. Then: `db upgrade`."""
    engine = db.engine
    with engine.connect() as connection:
        holds = _first_table_with_rows(connection)
    if holds and not force:
        refuse(
            "database_not_empty",
            f"数据库不是空的（{holds}）。确要覆盖请加 --force。",
            f"The database is not empty ({holds}). Say --force to write over it.",
            as_json=as_json,
        )
    try:
        _put_back(file, engine)
    except (CannotDo, sqlite3.Error) as error:
        refuse("restore_failed", f"恢复失败：{error}", f"Failed: {error}", as_json=as_json)
    with engine.connect() as connection:
        tables = len(inspect(connection).get_table_names())
    tell(
        {"file": str(file), "engine": engine.dialect.name, "tables": tables},
        f"{file}: {tables} tables restored. Now run: flask --app wsgi db upgrade",
        as_json=as_json,
    )


def _put_back(file: Path, engine: Engine) -> None:
    db.session.close()
    engine.dispose()
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
            verdict = source.execute("PRAGMA integrity_check").fetchone()[0]
            known = {r[0] for r in source.execute("SELECT name FROM sqlite_master")}
        if verdict != "ok" or "staff" not in known:
            raise CannotDo("this is not a whole backup of this program")
        target = Path(str(engine.url.database))
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(file, target)
        return
    arguments = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
    database = engine.url.database or ""
    _tool("pg_restore", [*arguments, f"--dbname={database}", str(file)], engine.url)


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target)) as write,
    ):
        read.backup(write)


def _tool(name: str, arguments: list[str], url: URL) -> None:
    """Run one of PostgreSQL's tools; the password goes by environment, never by command line."""
    program = shutil.which(name)
    if program is None:
        raise CannotDo(f"{name} is not installed (Debian: postgresql-client)")
    named = {variable: getattr(url, part) for part, variable in _LIBPQ.items()}
    environment = os.environ | {name: str(value) for name, value in named.items() if value}
    ran = subprocess.run(  # noqa: S603  the program is PostgreSQL's, the arguments are ours
        [program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise CannotDo(ran.stderr.strip().splitlines()[0] if ran.stderr.strip() else name)


def _first_table_with_rows(connection: Connection) -> str:
    quote = connection.dialect.identifier_preparer.quote
    for table in sorted(inspect(connection).get_table_names()):
        if table == "alembic_version":
            continue
        if connection.execute(text(f"SELECT 1 FROM {quote(table)} LIMIT 1")).first():  # noqa: S608
            return table
    return ""


class _private:  # noqa: N801  used like a function
    """A new file that only its owner may read, put in place when it is whole."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._part = file.with_name(f".{file.name}.part")

    def __enter__(self) -> Path:
        self._part.unlink(missing_ok=True)
        self._part.touch(mode=0o600)
        return self._part

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self._part.replace(self._file)
        self._part.unlink(missing_ok=True)


COMMANDS = (backup, restore)
