"""Where each copy is and who has it: only desks that can know it may say so."""

from __future__ import annotations

import pytest

from guarantee.letters.copies import (
    CopyStaysThere,
    NotForYourDesk,
    UnknownCopy,
    copy_for,
    holder_of,
    next_events,
    note_copy,
)
from guarantee.letters.seal import SealAltered
from guarantee.letters.snapshot import content_of
from guarantee.roles import Role
from guarantee.tables import COPY, WrongState
from tests.factories import make_letter, make_staff


@pytest.fixture
def letter(session):
    made = make_letter()
    session.commit()
    return made


def desk(letter, role):
    """Somebody of this role who may see the letter."""
    return make_staff(role, center=letter.case.center, hospital=letter.hospital) if role in (
        Role.DISPATCHER, Role.CREW, Role.CENTER_FINANCE, Role.BILLING_DESK
    ) else make_staff(role)  # fmt: skip


def walk(letter, copy_no, at, *steps):
    """Note these events, each by somebody of the role beside it."""
    copy = letter.copies[copy_no - 1]
    for event, role in steps:
        note_copy(copy=copy, event=event, by=desk(letter, role), at=at)
    return copy


HOME = (
    ("handed_over", Role.CREW),
    ("signed", Role.CREW),
    ("returned", Role.CENTER_FINANCE),
    ("mailed", Role.CENTER_FINANCE),
    ("archived", Role.ALLIANCE_FINANCE),
)
"""The way of copies 3 and 4."""


def test_who_has_copy_3_now_is_a_word_at_every_step(letter, at):
    before = holder_of(letter.copies[2]).zh
    told = [before, *(holder_of(walk(letter, 3, at, step)).zh for step in HOME)]
    assert told == [
        "车组或急救中心（未交出）",
        "患者与医院签字中",
        "车组（带回途中）",
        "急救中心财务",
        "快递（寄往联盟）",
        "联盟总部（归档）",
    ]
    assert [event.by.role for event in letter.copies[2].events] == [role for _, role in HOME]


def test_the_hospital_files_copy_1_and_the_patient_keeps_copy_2(letter, at):
    filed = walk(letter, 1, at, ("signed", Role.CREW), ("archived", Role.BILLING_DESK))
    kept = walk(letter, 2, at, ("handed_over", Role.CREW))
    assert holder_of(filed).zh == f"{letter.hospital.name}收费处"
    assert holder_of(kept).zh == "患者"


def test_headquarters_files_no_copy_that_stays_with_the_hospital(letter, at):
    finance = desk(letter, Role.ALLIANCE_FINANCE)
    for copy_no in (1, 2):
        copy = walk(letter, copy_no, at, ("signed", Role.CREW))
        with pytest.raises(CopyStaysThere):
            note_copy(copy=copy, event="archived", by=finance, at=at)
        assert next_events(copy, Role.ALLIANCE_FINANCE) == []
    copy = walk(letter, 3, at, ("signed", Role.CREW))
    assert note_copy(copy=copy, event="archived", by=finance, at=at).state == "archived"


@pytest.mark.parametrize(
    ("event", "role"),
    [
        ("signed", Role.ALLIANCE_FINANCE),
        ("handed_over", Role.ALLIANCE_FINANCE),
        ("handed_over", Role.ADMIN),
        ("signed", Role.AUDITOR),
    ],
)
def test_a_desk_that_cannot_know_it_says_nothing_of_a_copy(letter, at, event, role):
    with pytest.raises(NotForYourDesk) as refused:
        note_copy(copy=letter.copies[2], event=event, by=desk(letter, role), at=at)
    assert "急救中心财务" in refused.value.message("zh")
    assert letter.copies[2].state == "printed"


@pytest.mark.parametrize("role", [Role.CREW, Role.BILLING_DESK, Role.HOTLINE])
def test_only_finance_mails(letter, at, role):
    copy = walk(letter, 4, at, *HOME[:3])
    with pytest.raises(NotForYourDesk):
        note_copy(copy=copy, event="mailed", by=desk(letter, role), at=at)


def test_what_the_table_has_no_row_for_is_refused_whoever_asks(letter, at):
    for role in COPY.anyone():
        with pytest.raises(WrongState):
            note_copy(copy=letter.copies[0], event="mailed", by=desk(letter, role), at=at)


def test_the_seal_of_a_copy_leads_to_that_copy(letter):
    dispatcher = desk(letter, Role.DISPATCHER)
    for seal in content_of(letter).copies:
        assert copy_for(seal.qr_text, dispatcher).copy_no == seal.copy_no
        assert copy_for(f" {seal.code.lower().replace('-', ' ')}", dispatcher).code == seal.code


def test_an_altered_seal_and_another_centres_lead_nowhere(letter):
    scanned = content_of(letter).copies[2].qr_text
    with pytest.raises(SealAltered):
        copy_for(scanned[:-4] + "0000", desk(letter, Role.DISPATCHER))
    with pytest.raises(UnknownCopy):
        copy_for(scanned, make_staff(Role.DISPATCHER))
