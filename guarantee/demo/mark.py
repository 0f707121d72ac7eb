"""A database made for trying says so, and demo keys never touch one that does not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, String, inspect, select, text
from sqlalchemy.orm import Mapped, mapped_column

from guarantee.db import Base, Moment, db


class DemoMark(Base):
    """One row in a database that `demo load` has filled; none in a real one."""

    __tablename__ = "demo_mark"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    made_at: Mapped[Moment]


class NotADemo(RuntimeError):
    """Demo mode was started against a PostgreSQL database that holds something real."""


def mark_as_demo(*, at: datetime) -> None:
    """Say that everything in this database is made up."""
    db.session.add(DemoMark(name="demo", made_at=at))
    db.session.flush()


def is_demo() -> bool:
    """Whether this database was filled by `demo load`."""
    return db.session.scalar(select(DemoMark.name)) is not None


def refuse_real_data(connection: Connection) -> None:
    """Raise `NotADemo` unless the database is empty or marked: demo keys are known to everybody.

    Empty means no tables, or ours without a single member of staff.
    """
    tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if not tables:
        return
    if "demo_mark" in tables and connection.execute(text("SELECT 1 FROM demo_mark")).first():
        return
    ours = tables <= set(Base.metadata.tables)
    if ours and not connection.execute(text("SELECT 1 FROM staff")).first():
        return
    raise NotADemo(
        "DEMO=1 with a PostgreSQL database that is not empty. Demo keys are public: use an empty "
        "database, or set keys of your own and leave DEMO out."
    )
