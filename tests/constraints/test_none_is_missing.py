"""No named constraint goes untested, no test names one that is gone, and the migrated database has
the same ones as the models."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, inspect, text

from tests.constraints.breaks import BREAKS, BY_HAND, IMPLIED, OUTSIDE, START
from tests.constraints.known import APPEND_ONLY, BY_NAME, CONSTRAINTS, TABLES, Known
from tests.constraints.sound import SITUATIONS, Row

LONGEST = 63
"""PostgreSQL cuts a longer name short, and then says another one than the models."""


def test_each_named_constraint_has_a_case_that_breaks_it():
    """A new one that can't be derived wants a line in `by_hand.py`."""
    assert [known.name for known in CONSTRAINTS if known.name not in BREAKS] == []


def test_each_case_that_is_written_by_hand_is_of_a_constraint_that_there_is():
    written = {*BY_HAND, *IMPLIED, *IMPLIED.values(), *OUTSIDE, *START}
    assert written - BY_NAME.keys() == set()
    assert SITUATIONS.keys() - TABLES.keys() == set()


def test_each_case_changes_columns_that_there_are():
    changed: list[tuple[str, Row]] = [
        *((name, row) for name, rows in SITUATIONS.items() for row in rows),
        *((BY_NAME[n].table.name, row) for n, b in BREAKS.items() for row in [b.start, *b.wrongs]),
        *((BY_NAME[n].table.name, row) for n, row in OUTSIDE.items()),
    ]
    for table, row in changed:
        assert row.keys() <= set(TABLES[table].columns.keys()), (table, row)


def test_each_check_and_reference_is_broken_at_least_once():
    unbroken = [name for name, found in BREAKS.items() if not found.wrongs]
    assert [name for name in unbroken if not BY_NAME[name].is_unique] == []


def test_each_partial_index_has_a_row_that_it_does_not_count():
    assert {known.name for known in CONSTRAINTS if known.is_partial} == OUTSIDE.keys()


def test_names_come_once_and_are_short_enough_for_postgresql():
    assert [name for name, n in Counter(k.name for k in CONSTRAINTS).items() if n > 1] == []
    assert [k.name for k in CONSTRAINTS if k.name == "None" or len(k.name) > LONGEST] == []


def test_sqlite_can_tell_unique_constraints_apart_by_their_columns():
    """It names none: two of one table over the same columns would read the same."""
    told = Counter((k.table.name, *k.columns) for k in CONSTRAINTS if k.is_unique)
    assert [columns for columns, n in told.items() if n > 1] == []


def test_there_are_tables_that_are_only_added_to():
    assert {"ledger_entries", "ledger_postings", "audit_records"} <= set(APPEND_ONLY)


def test_the_database_has_the_constraints_of_the_models_and_no_others(connection):
    found = inspect(connection)
    names = {
        item["name"]
        for listed in (
            found.get_multi_check_constraints(),
            found.get_multi_unique_constraints(),
            found.get_multi_foreign_keys(),
            {k: [v] for k, v in found.get_multi_pk_constraint().items()},
            {k: [i for i in v if i["unique"]] for k, v in found.get_multi_indexes().items()},
        )
        for (_schema, table), items in listed.items()
        if table in TABLES
        for item in items
    }
    assert names == BY_NAME.keys()


def test_the_checks_of_the_database_say_what_the_models_say(connection):
    """A word that the models know and the database does not would be refused one day."""
    reads = read_on_postgresql if connection.dialect.name == "postgresql" else read_on_sqlite
    for known in CONSTRAINTS:
        if known.check:
            in_the_database, in_the_models = reads(known, connection)
            assert in_the_database == in_the_models, known.name


def read_on_sqlite(known: Known, connection: Connection) -> tuple[str, str]:
    checks = inspect(connection).get_check_constraints(known.table.name)
    (found,) = [check["sqltext"] for check in checks if check["name"] == known.name]
    return found, known.check


def read_on_postgresql(known: Known, connection: Connection) -> tuple[str, str]:
    """PostgreSQL writes a condition its own way: the models' one is given to it to write down."""
    query = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    with connection.begin_nested() as savepoint:
        connection.exec_driver_sql(
            f"ALTER TABLE {known.table.name} ADD CONSTRAINT anew CHECK ({known.check})"
        )
        found = connection.execute(query, {"name": known.name}).scalar_one()
        anew = connection.execute(query, {"name": "anew"}).scalar_one()
        savepoint.rollback()
    return found, anew
