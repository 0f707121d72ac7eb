"""What an operator migrates to is what the program was written for."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from sqlalchemy import CheckConstraint, inspect

from guarantee import alembic
from guarantee.db import Base, db


def test_the_migrated_database_has_every_table_column_and_index_of_the_models(app):
    assert compare_metadata(alembic.migration_context, Base.metadata) == []


def test_every_named_check_of_the_models_is_in_the_migrated_database(app):
    inspector = inspect(db.engine)
    for table in Base.metadata.sorted_tables:
        wanted = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        found = {c["name"] for c in inspector.get_check_constraints(table.name)}
        assert wanted == found, table.name


def test_there_is_one_line_of_migrations(app):
    assert len(alembic.heads()) == 1
    assert not alembic.needs_upgrade()


def test_every_constraint_has_a_name():
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            assert constraint.name, (table.name, constraint)
