"""Every state and move stands in one table, and the documentation is drawn from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from guarantee.tables import LETTER, TABLES, WrongState

ROOT = Path(__file__).resolve().parent.parent


def test_a_presented_letter_is_irrevocable():
    assert LETTER.events_from("presented") == ["hand_back", "close"]


@pytest.mark.parametrize("ended", ["voided", "lapsed", "closed"])
def test_what_has_ended_stays_ended(ended):
    assert LETTER.events_from(ended) == []


def test_an_impossible_move_says_which_state_and_which_event():
    with pytest.raises(WrongState) as refused:
        LETTER.move("closed", "void")
    assert "已结案" in refused.value.message("zh")
    assert "Closed" in refused.value.message("en")


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_from_a_state_an_event_leads_to_one_state_only(table):
    moves = [(m.source, m.event) for m in table.moves]
    assert len(moves) == len(set(moves))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_state_can_be_reached(table):
    reached = {next(iter(table.states))} | {m.target for m in table.moves}
    assert reached == set(table.states)


def test_the_documentation_shows_the_tables_of_today(tmp_path):
    drawn = subprocess.run(
        [sys.executable, "-c", "from scripts.draw_states import page; print(page(), end='')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert drawn == (ROOT / "docs" / "states.md").read_text(encoding="utf-8"), "run: make docs"
