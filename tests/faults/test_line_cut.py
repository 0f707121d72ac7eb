"""The line to the database is cut, by a proxy between: the server may have heard what it was
asked, and carried it out, without the program knowing."""

from __future__ import annotations

import pytest

from guarantee.edge import transaction
from guarantee.edge.database_faults import DatabaseUnavailable, OutcomeUnknown
from tests.faults.situation import assert_sound, assert_told, only_on_postgresql, rows

pytestmark = only_on_postgresql


def test_cut_between_two_requests_is_not_noticed(far_app, line, situation):
    assert situation.issue(far_app, key=None).status_code == 201
    line.cut()
    assert situation.issue(far_app, key=None).status_code == 200
    assert situation.letters() == 1
    assert_sound()


def test_the_answer_to_commit_is_lost_the_letter_is_there_once(far_app, line, situation):
    """COMMIT was carried out. Nobody is told "not recorded", and the same key gets the number."""
    before = rows()
    line.lose_next_commit = "answer"
    lost = situation.issue(far_app)
    assert_told(lost, OutcomeUnknown)
    assert situation.letters() == 1
    written = rows()
    assert written["letters"] == before["letters"] + 1
    again = situation.issue(far_app)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json["case"] == situation.case.id
    assert rows() == written
    assert_sound()


def test_commit_itself_is_lost_the_same_key_issues_the_letter(far_app, line, situation):
    """The program can't tell it from the case above, and says the same."""
    before = rows()
    line.lose_next_commit = "question"
    assert_told(situation.issue(far_app), OutcomeUnknown)
    assert rows() == before
    assert situation.issue(far_app).status_code == 201
    assert situation.letters() == 1
    assert_sound()


def test_without_a_key_the_business_itself_counts_once(far_app, line, situation):
    line.lose_next_commit = "answer"
    assert_told(situation.issue(far_app, key=None), OutcomeUnknown)
    again = situation.issue(far_app, key=None)
    assert (again.status_code, situation.letters()) == (200, 1)
    assert_sound()


def test_nobody_listens_until_the_server_is_back(far_app, line, situation):
    situation.issue(far_app)
    before = rows()
    line.down()
    assert_told(situation.issue(far_app, key="k-2"), DatabaseUnavailable)
    assert rows() == before
    line.up()
    assert situation.issue(far_app, key="k-2").status_code == 200


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(
    app, another_app, line, situation, monkeypatch
):
    """libpq's shortest patience is two seconds, ours is made shorter: one attempt."""
    line.silent()
    monkeypatch.setattr(transaction, "TRIES", 1)
    url = f"postgresql+psycopg://127.0.0.1:{line.port}/nowhere?connect_timeout=2"
    assert_told(situation.issue(another_app(url)), DatabaseUnavailable)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_language_has_its_sentence(far_app, line, situation, language):
    line.down()
    answer = situation.issue(far_app, query_string={"lang": language})
    assert answer.json["title"] == DatabaseUnavailable().message(language)
