"""What an operator migrates to is what the program was written for."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from sqlalchemy import CheckConstraint, inspect, select, text

from guarantee import alembic
from guarantee.db import Base, db
from guarantee.ledger.check import check_ledger
from guarantee.ledger.models import Hold
from guarantee.letters.lifecycle import lapse_due
from guarantee.parties.staff import system
from tests.ledger.before_0002 import copy_as_of_then, database_at
from tests.ledger.books import Books, make_books

TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_schema WHERE type = 'trigger'",
    "postgresql": """SELECT tgrelid::regclass::text, tgname FROM pg_trigger
                      WHERE NOT tgisinternal AND tgenabled = 'O'""",
}
REFUSING = {
    "sqlite": {"{}_no_update", "{}_no_delete"},
    "postgresql": {"{}_append_only"},
}


def test_the_migrated_database_has_every_table_column_and_index_of_the_models(app):
    assert compare_metadata(alembic.migration_context, Base.metadata) == []


def test_every_named_check_of_the_models_is_in_the_migrated_database(app):
    inspector = inspect(db.engine)
    for table in Base.metadata.sorted_tables:
        wanted = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        found = {c["name"] for c in inspector.get_check_constraints(table.name)}
        assert wanted == found, table.name


def test_what_is_only_added_to_refuses_and_postings_move_balances(session, engine_name):
    wanted = {("ledger_postings", "ledger_postings_move")}
    for table in Base.metadata.sorted_tables:
        if table.info.get("append_only"):
            wanted |= {(table.name, name.format(table.name)) for name in REFUSING[engine_name]}
    assert {tuple(row) for row in session.execute(text(TRIGGERS[engine_name]))} == wanted


def test_the_books_of_the_first_release_come_along(session, engine_name, tmp_path):
    """A hold kept what it had released; now it keeps what it still holds."""
    ids = make_books()
    figures = select(Hold.id, Hold.placed_fen, Hold.held_fen, Hold.captured_fen).order_by(Hold.id)
    before = session.execute(figures).all()
    assert any(0 < held < placed for _, placed, held, _ in before)
    assert any(0 < captured < placed and held == 0 for _, placed, held, captured in before)
    now = session.connection()
    with database_at("0001", engine_name, tmp_path):
        with db.engine.connect() as then:
            copy_as_of_then(now, then)
        alembic.upgrade()
        assert db.session.execute(figures).all() == before
        assert check_ledger().faults == []

        issued = Books(ids).issued
        assert lapse_due(at=issued.lapses_at.replace(year=2027), by=system())[0] is issued
        db.session.commit()
        states = select(Hold.state, Hold.held_fen).where(Hold.letter_id == issued.id)
        assert set(map(tuple, db.session.execute(states))) == {("lapsed", 0)}
        assert check_ledger().faults == []


def test_there_is_one_line_of_migrations(app):
    assert len(alembic.heads()) == 1
    assert not alembic.needs_upgrade()


def test_every_constraint_has_a_name():
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            assert constraint.name, (table.name, constraint)
