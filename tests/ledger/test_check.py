"""`flask ledger check`: what it says, and that it may run while letters are being issued."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from guarantee import create_app
from guarantee.config import ROOT
from guarantee.edge.transaction import committed
from guarantee.ledger import check, holds
from guarantee.ledger.check_one import NAMED
from guarantee.ledger.models import Cover
from guarantee.letters.lifecycle import hand_back
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.courier import record_fee
from guarantee.settlement.remittance import pay
from tests import factories
from tests.databases import settings_for
from tests.ledger.books import make_books
from tests.settlement.files import bank_csv
from tests.settlement.hospital_scenes import Stays
from tests.settlement.scenes import MONDAY, TUESDAY, Week


@pytest.fixture
def run(app):
    def invoke(*more):
        return app.test_cli_runner().invoke(args=["ledger", "check", *more])

    return invoke


def settle_a_week():
    """Charges, a drawdown and a parcel; paid, returned by the bank, and paid again."""
    week = Week()
    week.filled(50_000)
    letter = week.charged(30_000)
    week.says(letter, 30_000)
    week.says(week.drawn(20_000), 20_000, fund=True)
    record_fee(
        center=week.center, tracking_number="SF1", amount_fen=1_800, paid_on=TUESDAY.date(),
        by=week.finance, at=TUESDAY,
    )  # fmt: skip
    batch = week.opened()
    week.reported(batch)
    week.approved(batch)
    for paid_in, paid_out, serial in (
        ("", "518.00", "S1"),
        ("518.00", "", "S2"),
        ("", "518.00", "S3"),
    ):
        (order,) = pay(batches=[batch], by=week.clerk, at=MONDAY)
        row = ("2026-11-25", paid_in, paid_out, "某某", "6227", f"结算 {order.reference}", serial)
        take_statement(data=bank_csv([row]), filename="明细.csv", by=week.clerk, at=MONDAY)
    assert batch.state == "paid"
    week.charged(4_000, letter=letter, at=MONDAY)  # late


def settle_a_hospital():
    """A stay paid for and corrected since, and a letter that the hospital handed back."""
    stays = Stays()
    letter = stays.closed(30_000)
    stays.paid(stays.opened())
    stays.takes_off(letter, 4_000, at=MONDAY)
    hand_back(letter=stays.admitted(0), reason="x", by=stays.desk, at=MONDAY)


def test_the_books_of_a_life_agree(session, run):
    make_books()
    settle_a_week()
    settle_a_hospital()
    cover = factories.make_enrolment(sum_insured_fen=500).cover
    for fen in (900, 100):
        holds.change_sum_insured(cover=cover, sum_insured_fen=fen, cause="test", by=None, at=MONDAY)
    session.commit()
    answer = run()
    assert answer.exit_code == 0, answer.output
    *checks, last = answer.stdout.splitlines()
    assert last.endswith("all agree")
    assert [line.split()[:2] for line in checks] == [["ok", one.name] for one in check.all_checks()]


def test_each_check_says_what_it_proves_how_much_it_saw_and_how_long_it_took(session, run):
    make_books()
    lines = run().stdout.splitlines()
    told = json.loads(run("--json").stdout)
    for line, one, figures in zip(lines, check.all_checks(), told["checks"], strict=False):
        assert one.proves.zh in line
        assert one.proves.en in line
        assert f" {figures['rows']} rows " in line
        assert line.split()[5] == "s"
    counted = session.execute(
        text(
            "SELECT (SELECT count(*) FROM ledger_entries), (SELECT count(*) FROM ledger_postings),"
            " (SELECT count(*) FROM ledger_accounts), (SELECT count(*) FROM covers),"
            " (SELECT count(*) FROM holds)"
        )
    ).one()
    figures = [told[name] for name in ("entries", "postings", "accounts", "covers", "holds")]
    assert figures == list(counted)
    assert (told["ok"], told["faults"]) == (True, [])


def test_the_operators_page_lists_every_check_with_what_it_proves():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = page[page.index("| `account_balances`") :].split("\n\n")[0].splitlines()
    assert rows == [f"| `{one.name}` | {one.proves.en} |" for one in check.all_checks()]


def test_of_many_faults_the_first_are_named_and_all_are_counted(session, run):
    owners = range(1000, 1000 + NAMED + 30)
    session.execute(
        text(
            "INSERT INTO ledger_accounts (kind, owner_id, balance_fen) "
            "VALUES ('hospital_payable', :o, 0)"
        ),
        [{"o": owner} for owner in owners],
    )
    session.commit()
    answer = run("--json")
    told = json.loads(answer.stdout)
    assert (answer.exit_code, len(told["faults"])) == (1, NAMED)
    assert [c["faults"] for c in told["checks"] if c["faults"]] == [NAMED + 30]
    said = run().stdout
    assert said.count("no 1") == NAMED
    assert "… and 30 more" in said
    assert said.rstrip().endswith(f"{NAMED + 30} faults")


def test_letters_issued_during_the_check_neither_wait_nor_count(app, session):
    make_books()
    before = [(one.name, one.rows) for one in check.check_ledger().checks]
    session.rollback()
    issued = []

    def issue_another(_check):
        with app.app_context():  # a session and a connection of its own
            issued.append(committed(lambda: factories.make_presented_letter().number))

    with check.snapshot() as connection:
        verdict = check.check_ledger(on=connection, ended=issue_another)
    assert len(issued) == len(before)
    assert verdict.faults == []
    assert [(one.name, one.rows) for one in verdict.checks] == before
    assert check.check_ledger().holds == dict(before)["hold_postings"] + 2 * len(issued)


def test_the_check_on_a_session_sees_what_it_has_written_so_far(session, at):
    cover = factories.make_enrolment(sum_insured_fen=500).cover
    session.add(Cover(insurer_id=cover.insurer_id, sum_insured_fen=5))
    assert [fault.split(":")[0] for fault in check.check_ledger().faults] == [
        f"insurers {cover.insurer_id}",
        f"covers {cover.id + 1}",
    ]


def test_a_database_that_can_not_be_read_is_told_with_exit_code_3(tmp_path):
    broken = create_app(settings_for(f"sqlite:///{tmp_path}"))  # a folder is no database
    answer = broken.test_cli_runner().invoke(args=["ledger", "check", "--json"])
    assert answer.exit_code == 3, answer.output
    assert json.loads(answer.stdout)["error"]["code"] == "database_unavailable"
