"""No start without keys of one's own; demo keys never on real data."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from guarantee import create_app
from guarantee.config import MissingKey, Settings, from_environment
from guarantee.db import db
from guarantee.demo.mark import NotADemo, mark_as_demo, refuse_real_data
from tests.factories import make_staff

KEYS = {"secret_key": "s" * 32, "encryption_key": "e" * 32, "signing_key": "g" * 32}


@pytest.mark.parametrize("missing", KEYS)
def test_without_one_of_its_keys_it_refuses_to_start_and_names_it(missing):
    with pytest.raises(MissingKey, match=missing.upper()):
        Settings(**{**KEYS, missing: ""})


def test_a_short_key_is_no_key():
    with pytest.raises(MissingKey):
        Settings(**{**KEYS, "signing_key": "short"})


def test_demo_mode_needs_none(tmp_path):
    assert create_app(Settings(demo=True, database_url=f"sqlite:///{tmp_path}/x.sqlite3"))


def test_a_secret_may_come_from_a_file(tmp_path, monkeypatch):
    for name, value in KEYS.items():
        (tmp_path / name).write_text(value + "\n")
        monkeypatch.setenv(f"{name.upper()}_FILE", str(tmp_path / name))
    monkeypatch.delenv("DEMO", raising=False)
    assert from_environment().secret_key.get_secret_value() == KEYS["secret_key"]


def test_secrets_do_not_show(tmp_path):
    assert "ssss" not in repr(Settings(**KEYS))


def test_demo_keys_are_refused_where_somebody_works(app, session):
    with db.engine.connect() as connection:
        refuse_real_data(connection)  # nobody works here yet
    make_staff()
    session.commit()
    with db.engine.connect() as connection, pytest.raises(NotADemo):
        refuse_real_data(connection)


def test_a_database_made_for_trying_is_accepted_again(app, session, at):
    make_staff()
    mark_as_demo(at=at)
    session.commit()
    with db.engine.connect() as connection:
        refuse_real_data(connection)


def test_a_database_with_tables_of_somebody_else_is_refused(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/other.sqlite3")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    with engine.connect() as connection, pytest.raises(NotADemo):
        refuse_real_data(connection)
    engine.dispose()
