"""Every constraint that the models name, with what each engine says when it is broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    Index,
    Table,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.schema import SchemaItem

from guarantee import create_app
from guarantee.db import Base
from tests.databases import settings_for

create_app(settings_for("sqlite://"))  # every module that has a table is imported from here on
TABLES: dict[str, Table] = dict(Base.metadata.tables)


@dataclass(frozen=True)
class Known:
    """A named constraint: its name, its table, and itself."""

    name: str
    table: Table
    item: Any

    @property
    def columns(self) -> list[str]:
        """The columns it is about; a CHECK's are those that its condition names."""
        if self.check:
            return [name for name in re.findall(r"\w+", self.check) if name in self.table.columns]
        return [column.name for column in self.item.columns]

    @property
    def check(self) -> str:
        """A CHECK's condition; empty for the others."""
        return str(self.item.sqltext) if isinstance(self.item, CheckConstraint) else ""

    @property
    def is_reference(self) -> bool:
        return isinstance(self.item, ForeignKeyConstraint)

    @property
    def is_unique(self) -> bool:
        """A primary key, a UNIQUE or a unique index: the same values come once."""
        return not self.check and not self.is_reference

    @property
    def is_partial(self) -> bool:
        """A unique index that counts some of the rows only."""
        return isinstance(self.item, Index) and self.item.kwargs.get("sqlite_where") is not None


def _named(table: Table) -> list[Known]:
    items: list[SchemaItem] = [*table.constraints, *(i for i in table.indexes if i.unique)]
    return [Known(str(item.name), table, item) for item in items]  # type: ignore[attr-defined]


CONSTRAINTS = sorted((k for t in TABLES.values() for k in _named(t)), key=lambda k: k.name)
BY_NAME = {known.name: known for known in CONSTRAINTS}
APPEND_ONLY = sorted(name for name, table in TABLES.items() if table.info.get("append_only"))


def is_told_by(known: Known, error: IntegrityError, connection: Connection) -> bool:
    """Whether the database said that it was this constraint.

    PostgreSQL names each. SQLite names a CHECK, tells a unique one by its columns, and of a
    foreign key says only that it was one.
    """
    if connection.dialect.name == "postgresql":
        return bool(error.orig.diag.constraint_name == known.name)  # type: ignore[union-attr]
    said = str(error.orig)
    if known.check:
        return said == f"CHECK constraint failed: {known.name}"
    if known.is_reference:
        return said == "FOREIGN KEY constraint failed"
    columns = ", ".join(f"{known.table.name}.{column}" for column in known.columns)
    return said == f"UNIQUE constraint failed: {columns}"
