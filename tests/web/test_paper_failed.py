"""A letter whose PDF could not be made: the number stands, the page says so, a press makes it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from guarantee.audit import AuditRecord
from guarantee.letters import paper
from guarantee.letters.content import canonical, digest_of
from guarantee.letters.models import LetterPaper
from guarantee.letters.snapshot import content_of
from guarantee.roles import Role
from tests.factories import make_letter, make_staff
from tests.web.test_dispatch import text


@pytest.fixture
def letter(session):
    made = make_letter()
    session.commit()
    return made


def says(letter, **changes):
    """Make the letter's snapshot say something else, and its digest with it."""
    written = canonical(replace(content_of(letter), **changes).to_json())
    letter.content_json, letter.content_digest = written.decode(), digest_of(written)


@pytest.fixture
def broken(session, letter):
    """A letter with a character that the press of today has no font for."""
    name = content_of(letter).member_name
    says(letter, member_name="王\U0001f600")
    session.commit()
    return letter, name


@pytest.mark.parametrize("copy", ["", "?copy=2"])
def test_a_failed_pdf_is_said_recorded_and_takes_nothing_from_the_letter(
    session, broken, sign_in, copy
):
    letter, _ = broken
    desk = sign_in(make_staff(Role.DISPATCHER, center=letter.case.center))
    answer = desk.get(f"/letters/{letter.number}.pdf{copy}")
    page = text(answer)
    assert (answer.status_code, "paper_failed" in page) == (503, True)
    assert "担保函号有效" in page
    session.expire_all()
    assert letter.state == "issued"
    assert session.scalar(select(LetterPaper.letter_id)) is None
    query = select(AuditRecord).where(AuditRecord.action == "letter not printed")
    [record] = session.scalars(query).all()
    assert (record.subject, record.facts) == (
        f"letter:{letter.number}",
        {"reason": "characters_missing"},
    )


def test_the_letters_page_says_so_and_its_button_makes_the_pdf_from_the_snapshot(
    session, broken, sign_in
):
    letter, name = broken
    desk = sign_in(make_staff(Role.DISPATCHER, center=letter.case.center))
    address = f"/letters/{letter.number}"
    assert "未能生成" not in text(desk.get(address))
    desk.get(f"{address}.pdf")
    page = text(desk.get(address))
    assert "PDF 未能生成（已试 1 次" in page
    assert "characters_missing" in page
    assert f'href="{address}.pdf" data-key="R"' in page

    says(letter, member_name=name)  # the press has learnt the character
    session.commit()
    pdf = desk.get(f"{address}.pdf").data
    session.expire_all()
    assert pdf == paper.render(content_of(letter))
    page = text(desk.get(address))
    assert "PDF 未能生成（" not in page  # the trail still tells of it, the warning is gone
    assert "×1" in page


def test_a_program_is_told_when_to_come_again(broken, sign_in):
    letter, _ = broken
    caller = sign_in(make_staff(Role.DISPATCHER, center=letter.case.center))
    answer = caller.get(f"/api/v1/letters/{letter.number}.pdf")
    assert (answer.status_code, answer.json["code"]) == (503, "paper_failed")
    assert answer.headers["Retry-After"] == "5"


def test_a_snapshot_changed_behind_the_programs_back_is_never_printed(session, letter, sign_in):
    plain = json.loads(letter.content_json)
    plain["in_hospital_fen"] = plain["total_in_hospital_fen"] = 90_000_000
    letter.content_json = json.dumps(plain)
    session.commit()
    desk = sign_in(make_staff(Role.DISPATCHER, center=letter.case.center))
    assert desk.get(f"/letters/{letter.number}.pdf").status_code == 503
    assert "snapshot_altered" in text(desk.get(f"/letters/{letter.number}"))
