"""Many of one: rows of one specimen, made by the domain's own functions, copied n times in SQL.

A copy's rows refer to each other as the specimen's do: ids and foreign keys move on together,
texts that must be unique get new digits. Knows the schema from the models, so it follows them.
Runs on both engines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Table, UniqueConstraint, text

from guarantee.db import Base

_SCATTER = 618_033_988_749  # odd and no multiple of 5: a permutation of the 12-digit numbers
_DIGITS = 12
_NEW_WITH_EACH_COPY = {"cause", "subject"}
"""Columns that are searched by: what they say differs from case to case, as in real life."""


@dataclass
class Specimen:
    """The rows to copy, by table: their ids, in order; and where the copies' ids begin."""

    rows: dict[str, list[int]]
    starts: dict[str, int] = field(default_factory=dict)

    def id_of(self, table: str, n: int) -> int:
        """The id of the n-th copy (1 …) of the specimen's first row in `table`."""
        return self.starts[table] + (n - 1) * len(self.rows[table])


def newest(connection: Connection, tables: Sequence[str]) -> dict[str, int]:
    """The highest id of each table."""
    query = "SELECT coalesce(max(id), 0) FROM {}"
    return {name: connection.scalar(text(query.format(name))) or 0 for name in tables}


def rows_since(connection: Connection, before: Mapping[str, int]) -> Specimen:
    """The rows that came into being after `before` was noted."""
    query = "SELECT id FROM {} WHERE id > :last ORDER BY id"
    found = {
        name: list(connection.scalars(text(query.format(name)), {"last": last}))
        for name, last in before.items()
    }
    return Specimen({name: ids for name, ids in found.items() if ids})


def clone(connection: Connection, specimen: Specimen, copies: int) -> None:
    """Write `copies` copies of the specimen's rows, and mend what they share: the balances of
    common accounts, and the sequences behind the ids."""
    for name, last in newest(connection, list(specimen.rows)).items():
        specimen.starts[name] = last + 1
    with _unguarded(connection):
        for table in Base.metadata.sorted_tables:
            if table.name in specimen.rows:
                connection.exec_driver_sql(_insert(table, specimen, copies, connection))
        connection.exec_driver_sql(_BALANCES)
    if connection.dialect.name == "postgresql":
        for name in specimen.rows:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
            )


_BALANCES = """
UPDATE ledger_accounts SET balance_fen = moved.fen
  FROM (SELECT id, sum(fen) AS fen
          FROM (SELECT debit_account_id AS id, amount_fen AS fen FROM ledger_postings
                UNION ALL SELECT credit_account_id, -amount_fen FROM ledger_postings) AS sides
         GROUP BY id) AS moved
 WHERE ledger_accounts.id = moved.id AND ledger_accounts.balance_fen <> moved.fen
"""


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    """Within, no trigger moves a balance: the copies' balances are copied with them. PostgreSQL
    doesn't look at foreign keys either, which would take most of the time."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield
        connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
        return
    query = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    triggers = connection.exec_driver_sql(query).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)


def _insert(table: Table, specimen: Specimen, copies: int, connection: Connection) -> str:
    said = _Copied(specimen, connection.dialect.name)
    values = {column.name: said.value(column) for column in table.columns}
    ids = ", ".join(map(str, specimen.rows[table.name]))
    # one copy after the other, as they would have come into being
    return (
        f"INSERT INTO {table.name} ({', '.join(values)}) "
        f"WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {copies}) "
        f"SELECT {', '.join(values.values())} FROM g CROSS JOIN {table.name} AS s "
        f"WHERE s.id IN ({ids}) ORDER BY g.n, s.id"
    )


class _Copied:
    """What a column of the n-th copy says, as SQL over the copy's number n and the row s."""

    def __init__(self, specimen: Specimen, dialect: str) -> None:
        self.specimen, self.dialect = specimen, dialect

    def value(self, column: Column[object]) -> str:
        table = column.table.name
        if column.name == "id":
            return self._moved("s.id", table)
        for key in column.foreign_keys:
            if key.column.table.name in self.specimen.rows:
                return self._moved(f"s.{column.name}", key.column.table.name)
        if (table, column.name) == ("ledger_accounts", "owner_id"):
            return self._moved("s.owner_id", "covers")
        if column.name in _NEW_WITH_EACH_COPY:
            return self._new_text(column.name, "CAST(n AS bigint)")
        if self._unique_by_itself(column):
            return self._new_text(column.name, f"({self._moved('s.id', table)})")
        return f"s.{column.name}"

    def _moved(self, value: str, table: str) -> str:
        """The id of the copy's row where the specimen names the row `value` of `table`; a value
        that is none of the specimen's rows is somebody else's and stays."""
        ids = self.specimen.rows[table]
        places = " ".join(f"WHEN {one} THEN {place}" for place, one in enumerate(ids))
        start = f"{self.specimen.starts[table]} + (CAST(n AS bigint) - 1) * {len(ids)}"
        return f"coalesce({start} + CASE {value} {places} END, {value})"

    def _new_text(self, name: str, number: str) -> str:
        """Scattered digits in place of the last ones; of a hash, in place of the first ones."""
        scattered, limit = f"{number} * {_SCATTER}", f"1{'0' * _DIGITS}"
        digits = f"lpad(CAST(mod({scattered}, {limit}) AS text), {_DIGITS}, '0')"
        if self.dialect == "sqlite":
            digits = f"printf('%0{_DIGITS}d', ({scattered}) % {limit})"
        if name.endswith(("hash", "fingerprint")):
            return f"{digits} || substr(s.{name}, {_DIGITS + 1})"
        kept = (
            f"CASE WHEN length(s.{name}) > {_DIGITS} THEN length(s.{name}) - {_DIGITS} ELSE 2 END"
        )
        return f"substr(s.{name}, 1, {kept}) || {digits}"

    def _unique_by_itself(self, column: Column[object]) -> bool:
        """Whether some unique key of the table is new only if this text is."""
        table = column.table
        keys = [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
        keys += [list(index.columns) for index in table.indexes if index.unique]
        keys += [[column]] if column.unique else []
        return any(column.name == self._text_to_change(key) for key in keys)

    def _text_to_change(self, key: Sequence[Column[object]]) -> str | None:
        moved = [
            f for c in key for f in c.foreign_keys if f.column.table.name in self.specimen.rows
        ]
        if moved or any(c.name == "owner_id" for c in key):
            return None  # new with the id that it names
        texts = [c.name for c in key if c.type.python_type is str]
        return texts[-1] if texts else None
