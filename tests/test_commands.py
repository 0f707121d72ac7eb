"""The operator's commands: what they do, what they print, and their exit codes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select, text

from guarantee.business_time import now
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.letters import number as numbers
from guarantee.letters.keys import published_keys, signing_key
from guarantee.letters.models import Letter
from guarantee.members.models import Member
from guarantee.parties.sessions import staff_of_token
from guarantee.parties.staff import password_is, staff_by_name
from guarantee.roles import Role
from tests import factories as make
from tests.members.files import FILES, FOLDER
from tests.settlement.files import HEADER, workbook
from tests.settlement.hospital_scenes import Stays
from tests.settlement.scenes import MONDAY, WEEK, Week


@pytest.fixture
def run(app):
    """A command, run as in a terminal: its exit code and what it printed."""

    def invoke(*arguments, asks=None):
        answer = app.test_cli_runner().invoke(args=[str(a) for a in arguments], input=asks)
        db.session.rollback()
        db.session.expire_all()
        return answer

    return invoke


def told(answer):
    return json.loads(answer.stdout)


@pytest.fixture
def insurer(session):
    insurer = make.make_insurer("ALPHA")
    for code in ("PA-ACC-01", "PA-ACC-02", "CC-GOLD", "GRP-MED", "TRAVEL-S"):
        make.make_product(insurer, code=code)
    session.commit()
    return insurer


def test_a_file_is_imported_and_summed_up(run, insurer, session, tmp_path):
    file = FOLDER / FILES[0]
    rejects = tmp_path / "rejects.xlsx"
    answer = run("members", "import", file, "--insurer", "ALPHA", "--rejects", rejects, "--json")
    assert answer.exit_code == 0
    summary = told(answer)
    expected = json.loads(Path(f"{file}.expected.json").read_text(encoding="utf-8"))
    assert summary["file"] == file.name
    counts = expected["counts"]
    assert summary["accepted"] == counts["accepted"]
    assert summary["duplicates"] == counts["duplicate"]
    assert summary["rejected"] == len(expected["rows"]) - summary["accepted"] - counts["duplicate"]
    assert session.scalar(select(func.count(Member.id))) > 0
    assert rejects.read_bytes().startswith(b"PK")
    again = told(run("members", "import", file, "--insurer", "ALPHA", "--json"))
    assert again["accepted"] == 0


def test_a_file_refused_as_a_whole_is_exit_code_2(run, insurer, session, tmp_path):
    file = tmp_path / "empty.xlsx"
    file.write_bytes(b"")
    answer = run("members", "import", file, "--insurer", "ALPHA", "--json")
    assert answer.exit_code == 2
    assert told(answer)["error"]["code"]
    unknown = run("members", "import", FOLDER / FILES[0], "--insurer", "NOBODY")
    assert unknown.exit_code == 2
    assert "unknown_insurer" in unknown.stderr
    assert session.scalar(select(func.count(Member.id))) == 0


def test_a_number_is_verified_as_it_is_typed(run, session):
    letter = make.make_letter()
    session.commit()
    answer = run("letters", "verify", numbers.grouped(letter.number), "--json")
    assert (answer.exit_code, told(answer)["state"]) == (0, "issued")
    unknown = run("letters", "verify", numbers.new("3101"), "--json")
    assert (unknown.exit_code, told(unknown)["genuine"]) == (1, False)
    wrong = run("letters", "verify", "1234", "--json")
    assert (wrong.exit_code, told(wrong)["error"]["code"]) == (2, "bad_number")


def test_a_letter_is_rendered_byte_for_byte_the_same(run, session, tmp_path):
    letter = make.make_letter()
    session.commit()
    marks = []
    for name in ("one.pdf", "two.pdf"):
        answer = run("letters", "render", letter.number, "-o", tmp_path / name, "--json")
        assert answer.exit_code == 0
        marks.append(told(answer)["sha256"])
        assert (tmp_path / name).read_bytes().startswith(b"%PDF-")
    assert marks[0] == marks[1]


def test_letters_not_presented_in_time_lapse_once(run, session):
    letter = make.make_letter()
    session.commit()
    assert told(run("letters", "lapse", "--json"))["lapsed"] == []
    with time_machine.travel(letter.lapses_at.timestamp() + 1, tick=True):
        assert told(run("letters", "lapse", "--json"))["lapsed"] == [letter.number]
        assert told(run("letters", "lapse", "--json"))["lapsed"] == []
    assert session.get_one(Letter, letter.id).state == "lapsed"


def test_a_ledger_that_agrees_is_exit_code_0_and_one_that_does_not_is_1(run, session):
    make.make_presented_letter()
    session.commit()
    good = run("ledger", "check", "--json")
    assert (good.exit_code, told(good)["ok"], told(good)["faults"]) == (0, True, [])
    session.execute(text("UPDATE ledger_accounts SET balance_fen = balance_fen + 1 WHERE id = 1"))
    session.commit()
    bad = run("ledger", "check", "--json")
    assert (bad.exit_code, told(bad)["ok"]) == (1, False)
    assert "ledger_accounts 1:" in told(bad)["faults"][0]


def test_the_audit_chain_is_walked(run, session):
    make.make_letter()
    session.commit()
    good = run("audit", "verify", "--json")
    assert (good.exit_code, told(good)["ok"]) == (0, True)
    session.execute(text("UPDATE audit_head SET records = records + 1"))
    session.commit()
    bad = run("audit", "verify")
    assert bad.exit_code == 1
    assert "missing" in bad.stdout


def test_monday_opens_every_centres_batch_once_and_takes_a_report(run, session, tmp_path):
    week = Week(make.make_center("3101"))
    letter = week.charged(80_000)
    week.says(letter, 70_000)
    make.make_center("3102")
    session.commit()
    file = tmp_path / "report.xlsx"
    file.write_bytes(workbook([HEADER, *week.rows]))
    with time_machine.travel(MONDAY, tick=True):
        first = told(run("settlement", "run", "--json"))["batches"]
        again = told(run("settlement", "run", "--week", WEEK, "--json"))["batches"]
        assert [b["center"] for b in first] == ["3101", "3102"]
        assert first == again
        assert first[0]["total_fen"] == 80_000
        answer = run("settlement", "reconcile", f"3101/{WEEK}", "--report", file, "--json")
    assert answer.exit_code == 0, answer.output
    assert [d["kind"] for d in told(answer)["differences"]] == ["amount_differs"]
    unknown = run("settlement", "reconcile", "999", "--report", file, "--json")
    assert (unknown.exit_code, told(unknown)["error"]["code"]) == (2, "unknown_batch")


def test_monday_opens_every_hospitals_batch_too_but_not_for_one_centre_alone(run, session):
    stays = Stays()
    stays.closed(30_000)
    make.make_center("3101")
    session.commit()
    with time_machine.travel(MONDAY, tick=True):
        alone = told(run("settlement", "run", "--center", "3101", "--json"))
        first = told(run("settlement", "run", "--json"))["hospital_batches"]
        again = told(run("settlement", "run", "--json"))["hospital_batches"]
        said = run("settlement", "run").stdout
    assert alone["hospital_batches"] == []
    assert first == again
    assert [(b["hospital"], b["letters"], b["total_fen"]) for b in first] == [
        (stays.hospital.code, 1, 30_000)
    ]
    assert f"{stays.hospital.code} {WEEK}: open, 300.00" in said


def test_a_token_opens_what_its_account_may(run, session):
    staff = make.make_staff(Role.HOTLINE)
    session.commit()
    answer = run("tokens", "create", "--user", staff.username, "--days", "1", "--json")
    assert staff_of_token(told(answer)["token"], at=now()).id == staff.id
    unknown = run("tokens", "create", "--user", "nobody", "--json")
    assert (unknown.exit_code, told(unknown)["error"]["code"]) == (2, "unknown_staff")


def test_a_password_is_asked_for_twice_and_never_shown(run, session):
    staff = make.make_staff(Role.HOTLINE)
    session.commit()
    secret = "a new password, long enough"
    answer = run("staff", "password", staff.username, asks=f"{secret}\n{secret}\n")
    assert answer.exit_code == 0, answer.output
    assert secret not in answer.output
    assert password_is(staff_by_name(staff.username), secret)
    short = run("staff", "password", staff.username, "--json", asks="short\nshort\n")
    assert (short.exit_code, told(short)["error"]["code"]) == (2, "password_too_short")


def test_the_next_key_signs_and_the_old_one_stays_published(run, session):
    make.make_letter()
    session.commit()
    following, old = (key["kid"] for key in published_keys())
    answer = told(run("keys", "rotate", "--json"))
    assert (answer["kid"], answer["retired"]) == (following, [old])
    assert [key["kid"] for key in published_keys()] == [*answer["next"], following, old]
    assert signing_key(at=make.NOW()).kid == following


def test_what_was_backed_up_comes_back(run, session, tmp_path):
    case = make.make_case()
    member = case.member.document_number
    session.commit()
    file = tmp_path / "backup"
    answer = run("backup", file, "--json")
    assert answer.exit_code == 0, answer.output
    assert file.stat().st_mode & 0o077 == 0
    assert told(answer)["bytes"] == file.stat().st_size
    assert run("backup", file).exit_code == 2
    make.make_case()
    session.commit()
    refused = run("restore", file, "--json")
    assert (refused.exit_code, told(refused)["error"]["code"]) == (2, "database_not_empty")
    assert session.scalar(select(func.count(Case.id))) == 2
    session.close()
    restored = run("restore", file, "--force", "--json")
    assert restored.exit_code == 0, restored.output
    assert session.scalars(select(Case)).one().member.document_number == member
    assert run("ledger", "check").exit_code == 0
    assert run("audit", "verify").exit_code == 0


def test_a_broken_backup_changes_nothing(run, session, tmp_path):
    make.make_case()
    session.commit()
    session.close()
    file = tmp_path / "backup"
    file.write_bytes(b"this is no backup")
    answer = run("restore", file, "--force", "--json")
    assert (answer.exit_code, told(answer)["error"]["code"]) == (2, "restore_failed")
    assert session.scalar(select(func.count(Case.id))) == 1


def test_kept_answers_and_what_pages_were_told_go_after_a_week(run, api, session):
    center = make.make_center()
    dispatcher = api(make.make_staff(Role.DISPATCHER, center=center))
    body = {"center": center.code, "caller": "", "condition": "accident"}
    assert dispatcher.post("/cases", json=body, key="k-1").status_code == 201
    (first,) = told(run("jobs", "run", "tidy", "--json"))["runs"]
    assert first["did"] == {}
    with time_machine.travel(now() + timedelta(days=8), tick=True):
        (second,) = told(run("jobs", "run", "tidy", "--json"))["runs"]
    assert second["did"] == {"answers": 1, "events": 1}


def test_demo_data_is_for_demo_mode_only(run, session):
    answer = run("demo", "load", "--json")
    assert (answer.exit_code, told(answer)["error"]["code"]) == (2, "not_demo")
