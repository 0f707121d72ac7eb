"""Signing on the crew's phone and at the hospital's desk: what is kept, and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from guarantee.audit import AuditRecord, verify_chain
from guarantee.events import LiveEvent
from guarantee.letters.lifecycle import Lapsed, hand_back, present, void
from guarantee.letters.models_signature import LetterSignature
from guarantee.letters.paper import CharactersMissing
from guarantee.letters.signatures import (
    NotToBeSigned,
    RelationMissing,
    SignerNameMissing,
    SignerNameTooLong,
    TakenBySomebodyElse,
    digest_of,
    is_intact,
    sign,
    signatures_of,
    signed,
    strokes_drawn,
)
from guarantee.letters.signatures_drawn import (
    NotDrawn,
    NotStrokes,
    TooMuch,
    TooShort,
    read_strokes,
)
from guarantee.letters.snapshot import content_of
from guarantee.letters.visible import UnknownLetter, letter_for
from guarantee.roles import Role
from tests import factories as make
from tests.letters.drawing import FINGER


@pytest.fixture
def letter(session, at):
    return make.make_letter(at=at)


@pytest.fixture
def crew(letter):
    return make.make_staff(Role.CREW, center=letter.case.center)


@pytest.fixture
def desk(letter):
    return make.make_staff(Role.BILLING_DESK, hospital=letter.hospital)


def signed_by_companion(letter, crew, at, **more):
    given = {"name": "刘芳", "relation": "spouse", "strokes": FINGER} | more
    return sign(letter=letter, signer="companion", by=crew, at=at, **given)


def test_a_member_signs_with_the_letters_name_and_what_was_drawn_is_kept(session, letter, crew, at):
    made = sign(letter=letter, signer="member", name="别人", strokes=FINGER, by=crew, at=at)
    session.commit()
    session.expire_all()
    (kept,) = signatures_of(letter)
    assert (kept.name, kept.relation, kept.taken_by_id) == ("王伟", "", crew.id)
    assert strokes_drawn(kept) == FINGER
    assert kept.points == 72
    assert kept.signed_at == at
    assert signed(letter).patient == made
    assert is_intact(kept)


def test_what_is_signed_covers_figures_exclusions_answers_and_who_asked(letter, crew, at):
    made = sign(letter=letter, signer="member", strokes=FINGER, by=crew, at=at)
    content = content_of(letter)
    assert made.letter_digest == letter.content_digest == content.digest()
    said = content.to_json()
    assert {"pre_hospital_fen", "in_hospital_fen", "exclusions_version", "asked_by"} <= said.keys()
    assert [one["applies"] for one in said["exclusions"]] == [False, False]


def test_name_and_strokes_are_unreadable_in_the_database(session, letter, crew, at):
    signed_by_companion(letter, crew, at)
    stored = session.execute(text("SELECT name, strokes_json FROM letter_signatures")).one()
    assert "刘芳" not in stored.name
    assert "[" not in stored.strokes_json


def test_its_digest_stands_in_the_audit_trail(session, letter, crew, at):
    made = signed_by_companion(letter, crew, at)
    session.commit()
    query = select(AuditRecord).where(AuditRecord.action == "letter signed")
    record = session.scalars(query).one()
    assert record.subject == f"letter:{letter.number}"
    assert record.facts["signature"] == made.digest
    assert record.facts["content"] == letter.content_digest
    assert "刘芳" not in json.dumps(record.facts, ensure_ascii=False)
    assert verify_chain().reason == ""


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "刘方"),
        ("relation", "friend"),
        ("strokes_json", "[]"),
        ("letter_digest", "0" * 64),
        ("taken_by_id", 999),
    ],
)
def test_any_change_to_it_shows(session, letter, crew, at, column, value):
    made = signed_by_companion(letter, crew, at)
    setattr(made, column, value)
    assert digest_of(made) != made.digest
    with session.no_autoflush:
        assert not is_intact(made)
    session.expunge(made)


def test_neither_program_nor_person_changes_or_deletes_one(session, letter, crew, at):
    signed_by_companion(letter, crew, at)
    session.commit()
    for action in ("UPDATE letter_signatures SET points = 9", "DELETE FROM letter_signatures"):
        with pytest.raises(DBAPIError, match="letter_signatures is only ever added to"):
            session.execute(text(action))
        session.rollback()


def test_signed_again_the_latest_counts_and_both_are_kept(session, letter, crew, at):
    first = sign(letter=letter, signer="member", strokes=FINGER, by=crew, at=at)
    second = signed_by_companion(letter, crew, at + timedelta(minutes=1))
    assert signatures_of(letter) == [first, second]
    assert signed(letter).patient == second
    assert signed(letter).hospital is None


def test_the_hospitals_desk_confirms_by_name_beside_the_members_signature(letter, crew, desk, at):
    member = sign(letter=letter, signer="member", strokes=FINGER, by=crew, at=at)
    present(letter=letter, by=desk, at=at)
    made = sign(letter=letter, signer="hospital", name=" 李  敏 ", strokes=(), by=desk, at=at)
    assert (made.name, made.points) == ("李 敏", 0)
    assert signed(letter).all() == (member, made)
    assert is_intact(made)


def test_the_copies_on_paper_stay_where_they_are(letter, crew, at):
    before = [copy.state for copy in letter.copies]
    sign(letter=letter, signer="member", strokes=FINGER, by=crew, at=at)
    assert [copy.state for copy in letter.copies] == before


def test_nothing_demands_an_electronic_signature(letter, desk, at):
    assert present(letter=letter, by=desk, at=at).state == "presented"
    assert signatures_of(letter) == []


def test_centre_and_hospital_are_told(session, letter, crew, at):
    sign(letter=letter, signer="member", strokes=FINGER, by=crew, at=at)
    told = session.scalars(select(LiveEvent).where(LiveEvent.kind == "letter")).all()
    about = {event.topic for event in told if event.payload.get("what") == "signed"}
    assert about == {f"center:{letter.case.center.code}", f"hospital:{letter.hospital_id}"}


SHORT = ((tuple((500, 300, i) for i in range(9))),)
ENDLESS = tuple(tuple((i % 900, i % 500, i) for i in range(700)) for _ in range(10))
DOTTED = tuple(((1, 1, 1), (9, 9, 9)) for _ in range(201))


@pytest.mark.parametrize(
    ("strokes", "refusal", "code"),
    [
        ((), NotDrawn, "signature_missing"),
        ((((1, 1, 1), (900, 1, 2)),), TooShort, "signature_too_short"),
        (SHORT, TooShort, "signature_too_short"),
        (ENDLESS, TooMuch, "signature_too_long"),
        (DOTTED, TooMuch, "signature_too_long"),
    ],
)
def test_what_is_no_signature_is_refused(letter, crew, at, strokes, refusal, code):
    with pytest.raises(refusal) as refused:
        sign(letter=letter, signer="member", strokes=strokes, by=crew, at=at)
    assert (refused.value.code, refused.value.field) == (code, "strokes")
    assert refused.value.message("zh")
    assert refused.value.message("en")
    assert signatures_of(letter) == []


@pytest.mark.parametrize(
    "text",
    ["{", "3", "[3]", "[[3]]", "[[[1,2]]]", "[[[1,2,3.5]]]", "[[[1001,2,3]]]", "[[[1,601,3]]]",
     "[[[1,2,-1]]]", "[[[1,2,true]]]", "[" * 5000],
)  # fmt: skip
def test_what_are_no_strokes_is_refused(text):
    with pytest.raises(NotStrokes):
        read_strokes(text)


def test_an_untouched_pad_has_no_strokes_and_a_flood_is_not_read():
    assert read_strokes(" ") == read_strokes("[]") == read_strokes("[[]]") == ()
    with pytest.raises(TooMuch):
        read_strokes("[" + "1," * 100_000 + "1]")


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"relation": ""}, RelationMissing, "relation"),
        ({"relation": "passer-by"}, RelationMissing, "relation"),
        ({"name": "  "}, SignerNameMissing, "signer_name"),
        ({"name": "刘" * 61}, SignerNameTooLong, "signer_name"),
        ({"name": "刘\N{THAI CHARACTER KO KAI}"}, CharactersMissing, "signer_name"),
        ({"name": "刘\u202e芳"}, CharactersMissing, "signer_name"),
    ],
)
def test_a_companion_says_who_they_are(letter, crew, at, wrong, refusal, field):
    with pytest.raises(refusal) as refused:
        signed_by_companion(letter, crew, at, **wrong)
    assert refused.value.field == field


def test_a_member_has_no_relation_to_themselves(letter, crew, at):
    with pytest.raises(RelationMissing):
        sign(letter=letter, signer="member", relation="spouse", strokes=FINGER, by=crew, at=at)


def test_a_voided_letter_is_not_signed_any_more(letter, crew, at):
    void(letter=letter, reason="姓名有误", by=letter.issued_by, at=at)
    with pytest.raises(NotToBeSigned) as refused:
        sign(letter=letter, signer="member", strokes=FINGER, by=crew, at=at)
    assert refused.value.message("zh") == "该担保函现为“已作废”，不能由会员本人签字。"
    assert "Voided" in refused.value.message("en")


def test_past_its_time_a_letter_is_not_signed_even_before_the_job_ran(letter, crew):
    with pytest.raises(Lapsed):
        sign(
            letter=letter,
            signer="member",
            strokes=FINGER,
            by=crew,
            at=letter.lapses_at + timedelta(seconds=1),
        )


def test_the_hospital_confirms_what_it_has_accepted_and_not_handed_back(letter, desk, at):
    with pytest.raises(NotToBeSigned):
        sign(letter=letter, signer="hospital", name="李敏", strokes=(), by=desk, at=at)
    present(letter=letter, by=desk, at=at)
    hand_back(letter=letter, reason="转院", by=desk, at=at)
    with pytest.raises(NotToBeSigned):
        sign(letter=letter, signer="hospital", name="李敏", strokes=(), by=desk, at=at)


def test_each_side_signs_where_it_stands(letter, crew, desk, at):
    present(letter=letter, by=desk, at=at)
    with pytest.raises(TakenBySomebodyElse):
        sign(letter=letter, signer="hospital", name="李敏", strokes=(), by=crew, at=at)
    with pytest.raises(TakenBySomebodyElse):
        sign(letter=letter, signer="member", strokes=FINGER, by=desk, at=at)


def test_somebody_elses_letter_is_unknown(letter, session, api):
    elsewhere = make.make_staff(Role.CREW)
    with pytest.raises(UnknownLetter):
        letter_for(letter.number, elsewhere)
    body = {"signer": "member", "strokes": FINGER}
    answer = api(elsewhere).post(f"/letters/{letter.number}/signatures", body)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_letter")


def test_the_api_takes_and_tells_signatures_and_a_repeat_signs_once(session, api, at):
    letter = make.make_letter()
    crew = api(make.make_staff(Role.CREW, center=letter.case.center))
    path = f"/letters/{letter.number}/signatures"
    body = {"signer": "companion", "signer_name": "刘芳", "relation": "spouse", "strokes": FINGER}
    first = crew.post(path, body, key="a")
    again = crew.post(path, body, key="a")
    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert (
        crew.post(path, body | {"signer": "member", "relation": "", "signer_name": ""}).json[
            "signer_name"
        ]
        == "王伟"
    )
    told = crew.get(path).json["signatures"]
    assert [(one["signer_name"], one["counts"], one["intact"]) for one in told] == [
        ("刘芳", False, True),
        ("王伟", True, True),
    ]
    assert told[0]["letter_digest"] == letter.content_digest
    assert (
        session.scalar(select(LetterSignature.digest).order_by(LetterSignature.id).limit(1))
        == told[0]["digest"]
    )


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"strokes": []}, "signature_missing", "strokes"),
        ({"strokes": [[[1, 1, 1]]]}, "signature_too_short", "strokes"),
        ({"strokes": [[[1, 5000, 1]]]}, "strokes_malformed", "strokes"),
        ({"relation": ""}, "relation_missing", "relation"),
        ({"signer_name": ""}, "signer_name_missing", "signer_name"),
    ],
)
def test_the_api_names_code_and_field_of_a_refusal(session, api, wrong, code, field):
    letter = make.make_letter()
    crew = api(make.make_staff(Role.CREW, center=letter.case.center))
    body = {"signer": "companion", "signer_name": "刘芳", "relation": "spouse", "strokes": FINGER}
    answer = crew.post(f"/letters/{letter.number}/signatures", body | wrong)
    assert answer.status_code == 422
    assert answer.json["code"] == code
    assert [error["field"] for error in answer.json["errors"]] == [field]
