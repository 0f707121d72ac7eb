"""`flask ledger check` sees each kind of damage, names the row, and ends with exit code 1."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from guarantee.db import db
from guarantee.ledger import check_holds
from guarantee.ledger.check import all_checks, check_ledger
from guarantee.letters import check_holds as check_letters
from guarantee.tables import HOLD, LETTER
from tests.ledger import corruptions_of_accounts as _accounts  # noqa: F401  fills CORRUPTIONS
from tests.ledger import corruptions_of_holds as _holds  # noqa: F401
from tests.ledger.books import Books
from tests.ledger.books_house import BooksHouse, books_house
from tests.ledger.corruption import CORRUPTIONS, Corruption
from tests.ledger.past_the_guards import write_past_the_guards


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Iterator[dict[str, BooksHouse]]:
    houses: dict[str, BooksHouse] = {}
    yield houses
    for house in houses.values():
        house.close()


@pytest.fixture
def house(built, engine_name, tmp_path) -> Iterator[BooksHouse]:
    if engine_name not in built:
        built[engine_name] = books_house(engine_name, tmp_path)
    else:
        built[engine_name].put_back()
    with built[engine_name].app.app_context():
        yield built[engine_name]
        db.session.close()


def test_the_books_agree_before_anything_is_broken(house):
    verdict = check_ledger()
    assert verdict.faults == []
    assert all(check.rows for check in verdict.checks), verdict.checks


@pytest.mark.parametrize("one", CORRUPTIONS, ids=lambda one: f"{one.check}: {one.what}")
def test_what_is_off_is_named(one: Corruption, house):
    row, statements = one.broken(Books(house.ids))
    db.session.commit()
    write_past_the_guards(db.engine.url, *statements)
    answer = house.app.test_cli_runner().invoke(args=["ledger", "check", "--json"])
    assert answer.exit_code == 1, answer.output
    told = json.loads(answer.stdout)
    found = {check["name"] for check in told["checks"] if check["faults"]}
    assert found == {one.check, *one.also}, told["faults"]
    assert any(fault.startswith(f"{row}: ") for fault in told["faults"]), told["faults"]


def test_every_check_has_something_that_breaks_it():
    assert {one.check for one in CORRUPTIONS} == {check.name for check in all_checks()}


def test_no_two_checks_have_a_name_in_common():
    names = [check.name for check in all_checks()]
    assert len(set(names)) == len(names)


def test_what_fits_is_said_of_every_state():
    assert set(check_holds.FITS) == set(HOLD.states)
    assert set(check_letters.FITS) == set(LETTER.states)
