"""The database: one session a request, two engines, and the types the models share.

SQLite and PostgreSQL run the same code. SQLite lets one writer in at a time, so a request that
will write says so at BEGIN (`writing`); PostgreSQL locks rows. Every constraint has a name that
tests and error messages can rely on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from inspect import iscoroutinefunction
from typing import Annotated, Any, cast

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Update,
    bindparam,
    event,
    insert,
    make_url,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, mapped_column
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeDecorator

WAIT_MS = 15_000
"""How long a transaction waits for another's lock, on both engines."""

_POSTGRESQL = {
    "connect_timeout": 5,
    # a line that is dead without a word is noticed in seconds, here and at the server, which
    # else keeps the locks of a machine that is gone for two hours
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "options": f"-c lock_timeout={WAIT_MS} -c tcp_keepalives_idle=15"
    " -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
}
"""libpq's parameters (seconds, but tcp_user_timeout ms); what DATABASE_URL says itself, counts."""

_begin: ContextVar[str] = ContextVar("begin", default="BEGIN")


class _Session(Session):
    """A session for which a connection that is gone has been rolled back."""

    def rollback(self) -> None:
        try:
            super().rollback()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            self.begin()  # so that what listens for a rollback (audit, ledger) hears of it
            super().rollback()

    def close(self) -> None:
        try:
            super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            super().close()


class _Database(SQLAlchemy):
    """Sets up each engine, and only for what it is: an event that is listened to on every engine
    is asked about at every statement."""

    def init_app(self, app: Flask) -> None:  # type: ignore[override]
        super().init_app(app)
        with app.app_context():
            engines = list(self.engines.values())
        for engine in engines:
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _set_up_sqlite)
                event.listen(engine, "begin", _begin_sqlite)
        # no session of ours is asynchronous; closing none of them starts a thread for each request
        app.teardown_appcontext_funcs[:] = [
            close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)
        ]


db = _Database(
    # no values in what an error says: they may be a patient's
    engine_options={"hide_parameters": True},
    session_options={"class_": _Session, "expire_on_commit": False},
)


@contextmanager
def writing() -> Iterator[None]:
    """Within, transactions on SQLite take the write lock at once instead of half way through."""
    token = _begin.set("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        _begin.reset(token)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in (
        "foreign_keys = ON",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"busy_timeout = {WAIT_MS}",
        # REPLACE deletes too: without this it slips past the triggers that refuse to
        "recursive_triggers = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(_begin.get())


def connect_arguments(url: str) -> dict[str, Any]:
    """What the driver is told beyond the URL; what the URL says itself, counts."""
    if not url.startswith("postgresql"):
        return {}
    said = make_url(url).query
    return {name: value for name, value in _POSTGRESQL.items() if name not in said}


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Stored in UTC on both engines; a moment without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")
PrimaryKey = Annotated[int, mapped_column(BigId, primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
FenColumn = Annotated[int, mapped_column(BigInteger)]
"""An amount in fen (money.py says what that means)."""


def one_of(column: str, values: Any, *, name: str | None = None) -> CheckConstraint:
    """A CHECK that `column` holds one of `values` (strings or an enum)."""
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")


def index_where_given(name: str, column: str) -> Index:
    """An index over the rows that have a value in `column`: most have none and cost nothing."""
    return _index_where(name, column, where=f"{column} IS NOT NULL")


def unique_where(name: str, *columns: str, where: str) -> Index:
    """Among the rows for which `where` (SQL that both engines read) holds, no two are alike in
    `columns`."""
    return _index_where(name, *columns, where=where, unique=True)


def _index_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    some = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=some, postgresql_where=some)


def append_only(table: Table) -> None:
    """Mark `table` as one that is only ever added to.

    The migrations give such a table triggers that refuse UPDATE and DELETE on both engines; a test
    holds the mark against the migrated database.
    """
    table.info["append_only"] = True


def lock_row(row: Base) -> None:
    """Lock a row until the transaction ends, and read it afresh: what decides is read after."""
    names = [column.key for column in type(row).__table__.columns]
    db.session.refresh(row, names, with_for_update={"key_share": True})


def insert_row(row: Base) -> None:
    """Write a new row by a plain INSERT and take it into the session as if it had been loaded.

    What adding and flushing does, without the unit of work: for the rows somebody waits for.
    Foreign keys are given as ids; what is not given has its default, or is null.
    """
    statement, defaults = _insert_into(cast(Table, type(row).__table__))
    for name, default in defaults.items():
        if name not in row.__dict__:
            setattr(row, name, default)
    values = {name: row.__dict__[name] for name in defaults}
    (row.id,) = db.session.execute(statement, values).one()  # type: ignore[attr-defined]
    take_in(row)


def take_in(row: Base) -> None:
    """Take a row that was written by a plain INSERT, its id given, into the session."""
    make_transient_to_detached(row)
    left = db.session.identity_map.get(identity_key(instance=row))
    if left is not None:  # by an attempt that was rolled back: SQLite gives its id again
        db.session.expunge(left)
    db.session.add(row)


def change(row: Base, **values: Any) -> None:
    """Write new values into a row by a plain UPDATE, now: `insert_row`'s counterpart."""
    table = cast(Table, type(row).__table__)
    statement = _update_of(table, tuple(values))
    db.session.execute(statement, {"row_id": row.id, **values})  # type: ignore[attr-defined]
    for name, value in values.items():
        set_committed_value(row, name, value)


@cache
def _update_of(table: Table, columns: tuple[str, ...]) -> Update:
    return (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values({name: bindparam(name, type_=table.c[name].type) for name in columns})
    )


@cache
def _insert_into(table: Table) -> tuple[ReturningInsert[Any], dict[str, Any]]:
    """The statement, and the default of each column but the primary key."""
    columns = [column for column in table.columns if not column.primary_key]
    defaults = {c.key: getattr(c.default, "arg", None) for c in columns}
    return insert(table).returning(*table.primary_key), defaults


def broke(error: IntegrityError, constraint: str) -> bool:
    """Whether `error` came from the constraint of this name, and from no other.

    PostgreSQL names every constraint. SQLite names a CHECK and tells a unique one by its columns;
    of a foreign key it says only that it was one, so none is ever recognised there.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == constraint)
    return str(error.orig) in (
        f"CHECK constraint failed: {constraint}",
        f"UNIQUE constraint failed: {_columns_of_unique(constraint)}",
    )


@cache
def _columns_of_unique(name: str) -> str:
    """The columns of the unique constraint, index or primary key of this name as SQLite lists
    them: 'calls.center_id, calls.call_id'. Empty for any other name."""
    unique = UniqueConstraint | PrimaryKeyConstraint | Index
    for table in Base.metadata.tables.values():
        for item in (*table.constraints, *table.indexes):
            if isinstance(item, unique) and item.name == name:
                return ", ".join(f"{table.name}.{column.name}" for column in item.columns)
    return ""
