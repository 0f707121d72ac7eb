"""No room left: nothing is half written wherever the room ends, a sentence says what to do, and
when there is room again the same request goes through.

SQLite: real, by its own limit on the file's pages, the same code that a full disk runs through.
PostgreSQL: in one test the file of a table is made /dev/full, so that the server's own write gets
the kernel's "No space left on device" (only where the tests may write in the cluster's folder); in
another the SQLSTATE 53100 is real on the wire, but it is a trigger that raises it, no disk.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from guarantee.db import db
from guarantee.edge.database_faults import StorageFailed, StorageFull
from guarantee.edge.transaction import committed
from guarantee.members.register import import_members
from guarantee.roles import Role
from tests import factories as make
from tests.faults.server import reported
from tests.faults.situation import (
    Situation,
    assert_sound,
    assert_told,
    only_on_postgresql,
    only_on_sqlite,
    rows,
)
from tests.members.files import csv_file, person, row


@contextmanager
def sqlite_room_for(pages):
    """Within, the file may grow by so many pages, of the smallest size there is, with none free at
    the beginning: so the room ends at many different places."""

    def limit(connection, _):
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + pages}")

    db.engine.dispose()
    with closing(sqlite3.connect(db.engine.url.database)) as connection:
        for step in ("PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM"):
            connection.execute(step)
    event.listen(db.engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(db.engine, "connect", limit)
        db.session.rollback()
        db.engine.dispose()


@only_on_sqlite
def test_wherever_the_room_of_the_file_ends_nothing_is_half_written(app, situation):
    before, refused = rows(), 0
    for pages in range(100):
        with sqlite_room_for(pages):
            answer = situation.issue(app)
        if answer.status_code == 201:
            break
        assert_told(answer, StorageFull)
        assert rows() == before
        refused += 1
    assert refused > 3
    assert situation.letters() == 1
    assert_sound()


@only_on_sqlite
def test_a_file_of_members_is_taken_as_a_whole_or_not_at_all(app, session):
    """Each row has a savepoint. SQLite without room ends the whole transaction, savepoints and
    all: what is told is that, not that a savepoint is missing."""
    product = make.make_product(code="CC-GOLD")
    by, insurer = make.make_staff(Role.ADMIN), product.insurer
    session.commit()
    people = [
        row(证件号码=person(f"310101197203{n:05d}"), 绿卡号=f"LK{n}", 保单号=f"P{n}")
        for n in range(4000, 4012)
    ]

    def take():
        return import_members(
            data=csv_file(*people),
            filename="members.csv",
            insurer=session.merge(insurer),
            by=session.merge(by),
            at=make.NOW(),
        ).accepted

    before, refused, accepted = rows(), 0, None
    while accepted is None:
        with sqlite_room_for(4 * refused):
            try:
                accepted = committed(take)
            except StorageFull:
                refused += 1
        if accepted is None:
            assert rows() == before
    assert (accepted, refused > 5) == (12, True)
    assert_sound()


@contextmanager
def no_room_in(table):
    """Within, the file of this (empty) table is /dev/full: it can be opened, and takes nothing."""
    where = db.session.scalar(
        text("SELECT current_setting('data_directory') || '/' || pg_relation_filepath(:table)"),
        {"table": table},
    )
    db.session.rollback()
    db.engine.dispose()  # a server process keeps a file open as long as it lives
    file = Path(where)
    if not os.access(file.parent, os.W_OK):
        pytest.skip("the cluster's files are not ours")
    aside = file.with_name(f"{file.name}.aside")
    file.rename(aside)
    file.symlink_to("/dev/full")
    try:
        yield
    finally:
        db.session.rollback()
        db.engine.dispose()
        file.unlink()
        aside.rename(file)


@only_on_postgresql
@pytest.mark.parametrize("table", ["idempotent_answers", "letter_copies"])
def test_a_table_that_cannot_grow_leaves_nothing_behind(app, session, table):
    """The first is written last, with the kept answer; the second after the letter itself."""
    situation = Situation(others=0)
    before = rows()
    assert before[table] == 0
    with no_room_in(table):
        answer = situation.issue(app)
    assert_told(answer, StorageFull)
    assert rows() == before
    assert situation.issue(app).status_code == 201
    assert situation.letters() == 1
    assert_sound()


@only_on_postgresql
@pytest.mark.parametrize(
    ("state", "fault", "table"),
    [
        ("53100", StorageFull, "ledger_postings"),
        ("53200", StorageFull, "audit_records"),
        ("58030", StorageFailed, "letters"),
    ],
)
def test_what_the_server_reports_leaves_nothing_behind(app, situation, state, fault, table):
    before = rows()
    with reported(state, table):
        assert_told(situation.issue(app), fault)
        assert rows() == before
    assert situation.issue(app).status_code == 201
    assert_sound()


@only_on_postgresql
def test_no_room_found_at_commit_is_no_unknown_outcome(app, situation):
    """The server answered COMMIT, with an error: it is certain that nothing was recorded."""
    before = rows()
    with reported("53100", "letters", "DEFERRED"):
        assert_told(situation.issue(app), StorageFull)
        assert rows() == before
    assert situation.issue(app).status_code == 201
    assert_sound()


@pytest.mark.parametrize("language", ["zh", "en"])
@only_on_sqlite
def test_each_language_has_its_sentence(app, situation, language):
    with sqlite_room_for(0):
        answer = situation.issue(app, query_string={"lang": language})
    assert answer.json["title"] == StorageFull().message(language)
