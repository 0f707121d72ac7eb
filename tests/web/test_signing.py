"""Electronic signatures on the pages: the crew's phone, the hospital's desk, the letter's page."""

from __future__ import annotations

import json

import pytest

from guarantee.letters.signatures import sign, signatures_of, signed
from guarantee.letters.visible import letter_for
from guarantee.roles import Role
from tests import factories as make
from tests.letters.drawing import FINGER

STROKES = json.dumps(FINGER)


@pytest.fixture
def letter(session):
    return make.make_letter()


@pytest.fixture
def phone(letter, sign_in):
    return sign_in(make.make_staff(Role.CREW, center=letter.case.center))


@pytest.fixture
def desk(letter, sign_in):
    return sign_in(make.make_staff(Role.BILLING_DESK, hospital=letter.hospital))


def the_only_one(session, letter):
    session.expire_all()
    (kept,) = signatures_of(letter)
    return kept


def test_before_signing_the_page_says_all_that_is_signed(session, letter, phone):
    page = phone.get(f"/crew/cases/{letter.case_id}/signature").text
    said = " ".join(page.split())
    number = " ".join(letter.number[at : at + 4] for at in range(0, 16, 4))
    for words in (number, "1,000.00", "5,000.00", "员工", *(c[1] for c in make.CLAUSES)):
        assert words in said
    assert said.count("不适用") == len(make.CLAUSES)
    assert letter.hospital.name in said


def test_the_phone_keeps_a_companions_signature(session, letter, phone):
    form = {"signer": "companion", "signer_name": "刘芳", "relation": "child", "strokes": STROKES}
    answer = phone.post(f"/crew/cases/{letter.case_id}/signature", data=form)
    assert answer.headers["Location"].endswith(f"/crew/cases/{letter.case_id}")
    kept = the_only_one(session, letter)
    assert (kept.name, kept.relation, kept.points) == ("刘芳", "child", 72)


def test_the_member_is_not_asked_for_name_or_relation(session, letter, phone):
    form = {"signer": "member", "signer_name": "x", "relation": "child", "strokes": STROKES}
    phone.post(f"/crew/cases/{letter.case_id}/signature", data=form)
    assert the_only_one(session, letter).name == "王伟"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"strokes": ""}, "signature_missing"),
        ({"strokes": "[[[1,1,1],[2,2,2]]]"}, "signature_too_short"),
        ({"strokes": "nonsense"}, "strokes_malformed"),
        ({"signer": ""}, "missing"),
        ({"signer": "hospital"}, "not_a_choice"),
        ({"relation": ""}, "relation_missing"),
        ({"signer_name": " "}, "signer_name_missing"),
    ],
)
def test_a_refusal_is_said_beside_the_pad_and_nothing_is_kept(session, letter, phone, change, code):
    form = {"signer": "companion", "signer_name": "刘芳", "relation": "child", "strokes": STROKES}
    answer = phone.post(f"/crew/cases/{letter.case_id}/signature", data=form | change)
    assert answer.status_code == 422
    assert code in answer.text
    session.expire_all()
    assert signatures_of(letter) == []


def test_another_centres_crew_finds_nothing_to_sign(session, letter, sign_in):
    other = sign_in(make.make_staff(Role.CREW))
    path = f"/crew/cases/{letter.case_id}/signature"
    assert other.get(path).status_code == 404
    assert other.post(path, data={"signer": "member", "strokes": STROKES}).status_code == 404


def test_a_case_without_a_letter_has_nothing_to_sign(session, sign_in):
    case = make.make_verified_case()
    phone = sign_in(make.make_staff(Role.CREW, center=case.center))
    path = f"/crew/cases/{case.id}/signature"
    assert phone.get(path).headers["Location"].endswith(f"/crew/cases/{case.id}")
    refused = phone.post(path, data={"signer": "member", "strokes": STROKES})
    assert refused.status_code == 409
    assert "no_letter" in refused.text


def test_with_a_name_the_desk_accepts_and_confirms_at_once(session, letter, desk):
    desk.post(f"/hospital/letters/{letter.number}/accept", data={"signer_name": "李敏"})
    kept = the_only_one(session, letter)
    assert (letter.state, kept.signer, kept.name) == ("presented", "hospital", "李敏")
    assert "电子签收" in desk.get(f"/hospital/letters/{letter.number}").text


def test_without_a_name_the_desk_just_accepts_and_may_confirm_later(session, letter, desk):
    desk.post(f"/hospital/letters/{letter.number}/accept", data={"signer_name": " "})
    session.expire_all()
    assert (letter.state, signatures_of(letter)) == ("presented", [])
    form = {"signer_name": "李敏", "strokes": STROKES}
    desk.post(f"/hospital/letters/{letter.number}/signature", data=form)
    kept = the_only_one(session, letter)
    assert (kept.name, kept.points) == ("李敏", 72)


def test_a_name_that_can_not_be_printed_leaves_the_letter_as_it_was(session, letter, desk):
    form = {"signer_name": "李\N{THAI CHARACTER KO KAI}"}
    answer = desk.post(f"/hospital/letters/{letter.number}/accept", data=form)
    assert answer.status_code == 422
    assert "characters_missing" in answer.text
    session.expire_all()
    assert (letter.state, signatures_of(letter)) == ("issued", [])


def test_the_letters_page_shows_who_signed_and_what_was_signed_again(session, letter, sign_in):
    crew = make.make_staff(Role.CREW, center=letter.case.center, display_name="急救员甲")
    for _ in range(2):
        sign(letter=letter, signer="member", strokes=FINGER, by=crew, at=make.NOW())
    session.commit()
    viewer = make.make_staff(Role.DISPATCHER, center=letter.case.center)
    page = sign_in(viewer).get(f"/letters/{letter.number}").text
    latest = signed(letter_for(letter.number, viewer)).patient
    assert f'title="{latest.digest}"' in page
    assert page.count("已重签") == 1
    assert "急救员甲" in page
    assert "与存证不符" not in page
