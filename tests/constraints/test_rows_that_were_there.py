"""Guards that come by a migration find rows that were there before: those that break one are told,
with the way to see them, and nothing is changed. Nothing stays half guarded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, inspect, text

from guarantee.config import ROOT
from guarantee.db import db
from tests.constraints.breaks import BREAKS
from tests.constraints.known import BY_NAME, TABLES
from tests.constraints.rows import RowMaker
from tests.constraints.sound import NOON, THERE, situation
from tests.ledger.before_0002 import database_at

GUARDS = run_path(str(ROOT / "migrations" / "0005_guards.py"))
BEFORE = GUARDS["down_revision"]

CHECKS = [f"ck_{table}_{name}" for table, names in GUARDS["CHECKS"].items() for name in names]
UNIQUE = [name for name, *_ in GUARDS["UNIQUE"]]
NOT_NULL = [f"{table}.{column} NOT NULL" for table, (column, _) in GUARDS["NOT_NULL"].items()]
MENDED = "ck_settlement_lines_limit_not_negative"
"""A row that breaks it has been put right before anybody looks."""


@pytest.fixture
def before(engine_name: str, tmp_path: Path) -> Iterator[Flask]:
    """A database of its own as the release before left it."""
    with database_at(BEFORE, engine_name, tmp_path) as app:
        yield app


def upgraded(app: Flask) -> Any:
    """`flask db upgrade`, as an operator runs it."""
    return app.test_cli_runner().invoke(args=["db", "upgrade"])


def break_it(rows: RowMaker, name: str) -> None:
    """Add what the constraint forbids."""
    known, found = BY_NAME[name], BREAKS[name]
    if known.check:
        row = rows.row(known.table, **found.start)
        rows.add(known.table, rows.changed(known.table, row, **found.wrongs[0]))
        return
    filled = {c.name: THERE for c in known.item.columns if c.nullable} | found.start
    first, second = rows.row(known.table, **filled), rows.row(known.table, **filled)
    rows.add(known.table, first)
    rows.add(known.table, second | {column: first[column] for column in known.columns})


def lose(rows: RowMaker, table: str, column: str) -> None:
    """Add a row without a value in this column."""
    rows.add(TABLES[table], rows.row(TABLES[table], **situation(TABLES[table])) | {column: None})


def test_every_row_in_the_way_is_told_with_the_way_to_see_it_and_nothing_is_changed(before):
    with db.engine.begin() as connection:
        rows = RowMaker(connection)
        for name in [*CHECKS, *UNIQUE]:
            break_it(rows, name)
        for table, (column, _) in GUARDS["NOT_NULL"].items():
            lose(rows, table, column)
    answer = upgraded(before)
    assert answer.exit_code == 1
    sentence = r"rows of \w+ break (.+?); nothing was changed\. See them: (.+);$"
    told = dict(re.findall(sentence, answer.output, re.MULTILINE))
    assert told.keys() == {*CHECKS, *UNIQUE, *NOT_NULL} - {MENDED}
    with db.engine.begin() as connection:
        for name, query in told.items():
            assert connection.execute(text(query)).all(), name
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == BEFORE
        assert connection.scalar(text("SELECT min(limit_fen) FROM settlement_lines")) == -1
        for table, (column, _) in GUARDS["NOT_NULL"].items():
            lose(RowMaker(connection), table, column)  # it takes what it took


def test_it_says_how_many_rows_there_are(before):
    with db.engine.begin() as connection:
        for _ in range(3):
            break_it(RowMaker(connection), "ck_letters_lapses_later")
        break_it(RowMaker(connection), "uq_cases_open_of_call")
    said = upgraded(before).output
    assert "表 letters 有 3 行不符合 ck_letters_lapses_later" in said
    assert "3 rows of letters break ck_letters_lapses_later" in said
    assert "2 rows of cases break uq_cases_open_of_call" in said


def test_what_the_release_before_wrote_by_its_own_rules_is_mended(before):
    handed_back = {
        "kind": "top_up",
        "amends_id": THERE,
        "pre_hospital_fen": 0,
        "lapses_at": "2027-11-18 12:00:00+00:00",
        "state": "voided",
        "void_reason": "handed back",
        "voided_at": NOON,
        "presented_at": NOON,
    }
    with db.engine.begin() as connection:
        rows = RowMaker(connection)
        rows.add(TABLES["letters"], rows.row(TABLES["letters"], **handed_back))
        break_it(rows, MENDED)
    answer = upgraded(before)
    assert answer.exit_code == 0, answer.output
    with db.engine.connect() as connection:
        presented = "SELECT count(*) FROM letters WHERE presented_at IS NOT NULL"
        assert connection.scalar(text(presented)) == 0
        assert connection.scalar(text("SELECT min(limit_fen) FROM settlement_lines")) == 0


def test_rows_that_keep_to_the_rules_are_as_they_were(before):
    """A row in each table; SQLite looks through its file with the new rules once more."""
    with db.engine.begin() as connection:
        rows, there = RowMaker(connection), inspect(connection).get_table_names()
        for name, table in TABLES.items():
            if name in there:  # others came with a later migration
                rows.added(table)
        kept = {name: contents(connection, name) for name in TABLES if name in there}
    answer = upgraded(before)
    assert answer.exit_code == 0, answer.output
    with db.engine.connect() as connection:
        assert {name: contents(connection, name) for name in kept} == kept
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]


def contents(connection: Connection, table: str) -> list[Any]:
    return sorted(connection.execute(text(f"SELECT * FROM {table}")).all(), key=str)
