"""The signed copy: the original's pages with the signatures in their boxes, beside the original."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from guarantee.letters import paper
from guarantee.letters.lifecycle import present
from guarantee.letters.models import LetterPaper
from guarantee.letters.paper import geometry as g
from guarantee.letters.paper.signed import SignatureMark
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from guarantee.letters.signatures import RELATION_WORDS, sign, signatures_of
from guarantee.letters.signed_copy import NotSigned, SignatureAltered, marks_of, signed_copy
from guarantee.roles import Role
from tests import factories as make
from tests.letters.drawing import FINGER
from tests.letters.reading import images_of, packed, pages_of, text_of

AT = datetime(2026, 11, 20, 6, 20, tzinfo=UTC)
MEMBER = SignatureMark(
    side="patient", name="王晓梅", signed_at=AT, digest="ab" * 32, strokes=FINGER
)
HOSPITAL = SignatureMark(
    side="hospital", name="李敏", signed_at=AT + timedelta(minutes=31), digest="cd" * 32
)


def companion(relation, name="刘芳"):
    return SignatureMark(
        side="patient",
        name=name,
        signed_at=AT,
        digest="ef" * 32,
        strokes=FINGER,
        relation=relation,
        relation_word=RELATION_WORDS[relation],
    )


@pytest.fixture(scope="module")
def original():
    return paper.render(specimen())


def copy_of(original, *marks):
    return signed_copy(original, hashlib.sha256(original).hexdigest(), marks)


@pytest.fixture(scope="module")
def signed(original):
    return copy_of(original, MEMBER, HOSPITAL)


def ink(page, left, top, width, height):
    """How much darker than paper this part (in millimetres) of a page of 100 dpi is."""
    at = [round(v / 25.4 * 100) for v in (left, top, left + width, top + height)]
    return int((255 - page[at[1] : at[3], at[0] : at[2]].astype(int)).sum())


SIGNATURE = (g.LEFT + 24, g.SIGN_TOP + 21.5, 30.0, 5.0)
STAMP = (112.0, 22.4, 44.0, 17.6)


def test_it_begins_with_the_originals_bytes(original, signed):
    assert signed.startswith(original)
    assert len(signed) - len(original) < 40_000


def test_the_same_signatures_give_the_same_bytes(original, signed):
    assert copy_of(original, MEMBER, HOSPITAL) == signed
    assert copy_of(original, MEMBER) != signed


def test_every_page_says_signed_copy_who_when_and_which_original(original, signed):
    pages, before = pages_of(signed), pages_of(original)
    assert len(pages) == 4
    mark = hashlib.sha256(original).hexdigest()
    for page, old in zip(pages, before, strict=True):
        said = packed(page)
        assert packed(old) in said
        for words in ("已签署", "SIGNEDCOPY", "王晓梅", "李敏", "电子确认", mark, "ab" * 32):
            assert words in said
        assert "cd" * 32 in said
        assert packed("2026-11-20 14:20") in said
        assert packed("2026-11-20 14:51") in said
    assert "已签署" not in packed(text_of(original))


def test_the_drawing_stands_in_the_members_box_of_every_copy(original, signed):
    for before, after in zip(images_of(original), images_of(signed), strict=True):
        assert ink(after, *SIGNATURE) > ink(before, *SIGNATURE) + 5_000
        assert ink(before, *STAMP) == 0  # so that the stamp covers nothing


def test_what_the_letter_says_is_covered_by_nothing(original, signed):
    """Only paper was white where the signatures are; above them every point but the stamp's is as
    it was."""
    for before, after in zip(images_of(original), images_of(signed), strict=True):
        changed = abs(before.astype(int) - after.astype(int)) > 64
        left, top, right, bottom = (
            round(v / 25.4 * 100)
            for v in (STAMP[0], STAMP[1], STAMP[0] + STAMP[2] + 1.5, STAMP[1] + STAMP[3] + 1.5)
        )
        changed[top - 2 : bottom, left - 2 : right] = False
        assert not changed[: round(g.SIGN_TOP / 25.4 * 100)].any()
        assert ((before < 128) & (after > 160)).sum() == 0


def test_each_relation_ticks_a_place_of_its_own(original):
    row = (g.LEFT + 2, g.SIGN_TOP + 18.6, 88.0, 3.0)
    seen = set()
    for mark in (MEMBER, *(companion(relation) for relation in ("spouse", "parent", "child"))):
        page = images_of(copy_of(original, mark))[0]
        top, bottom = (round(v / 25.4 * 100) for v in (row[1], row[1] + row[3]))
        dark = (images_of(original)[0][top:bottom].astype(int) - page[top:bottom]).clip(0)
        seen.add(int(dark.sum(axis=0).argmax()) // 8)
    assert len(seen) == 4
    assert "兄弟姐妹" in packed(text_of(copy_of(original, companion("sibling"))))


def test_a_long_foreign_name_and_rare_characters_are_there_in_full(original):
    for name in (
        "阿卜杜热合曼·买买提江",
        "Maximiliane-Alexandra von Hohenlohe-Waldenburg-Schi",
        "䶮𠅤",
    ):
        assert packed(name) in packed(text_of(copy_of(original, companion("friend", name))))


def test_a_top_up_has_its_signed_copy_too():
    top_up = paper.render(specimen_top_up())
    assert all("已签署" in page for page in pages_of(copy_of(top_up, HOSPITAL)))


def test_another_reader_finds_a_sound_file_with_the_letters_title(original, signed):
    reader = PdfReader(io.BytesIO(signed), strict=True)
    assert len(reader.pages) == 4
    assert reader.metadata == PdfReader(io.BytesIO(original)).metadata
    assert "王晓梅" in reader.pages[3].extract_text()


# ── from the letter's own signatures ──────────────────────────────────────────────────────────


@pytest.fixture
def letter(session, at):
    return make.make_letter(at=at)


def signed_letter(letter, at):
    crew = make.make_staff(Role.CREW, center=letter.case.center)
    desk = make.make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    sign(letter=letter, signer="member", strokes=FINGER, by=crew, at=at)
    present(letter=letter, by=desk, at=at)
    sign(letter=letter, signer="hospital", name="李敏", strokes=(), by=desk, at=at)


def test_it_shows_the_signatures_that_count(letter, at):
    signed_letter(letter, at)
    again = make.make_staff(Role.CREW, center=letter.case.center)
    sign(
        letter=letter,
        signer="companion",
        name="刘芳",
        relation="spouse",
        strokes=FINGER,
        by=again,
        at=at,
    )
    patient, hospital = marks_of(letter)
    assert (patient.name, patient.relation, patient.strokes) == ("刘芳", "spouse", FINGER)
    assert (hospital.name, hospital.strokes) == ("李敏", ())


def test_without_a_signature_there_is_none(letter):
    with pytest.raises(NotSigned):
        marks_of(letter)


def test_a_signature_that_is_not_what_was_recorded_is_shown_on_no_copy(session, letter, at):
    signed_letter(letter, at)
    first = signatures_of(letter)[0]
    first.name = "别人"
    with session.no_autoflush, pytest.raises(SignatureAltered):
        marks_of(letter)
    session.expunge(first)


def test_pages_fetch_original_and_signed_copy_side_by_side(session, sign_in, letter, at):
    signed_letter(letter, at)
    session.commit()
    browser = sign_in(make.make_staff(Role.DISPATCHER, center=letter.case.center))
    assert "另附签名件" in browser.get(f"/letters/{letter.number}").text
    signed = browser.get(f"/letters/{letter.number}/signed.pdf")
    original = browser.get(f"/letters/{letter.number}.pdf")
    assert signed.mimetype == "application/pdf"
    assert f"{letter.number}-signed.pdf" in signed.headers["Content-Disposition"]
    assert signed.data.startswith(original.data)
    assert browser.get(f"/letters/{letter.number}/signed.pdf").data == signed.data
    session.expire_all()
    kept = session.get_one(LetterPaper, letter.id)
    assert (kept.pdf, kept.printed) == (original.data, 1)
    desk = sign_in(make.make_staff(Role.BILLING_DESK, hospital=letter.hospital))
    assert desk.get(f"/hospital/letters/{letter.number}/signed.pdf").data == signed.data


def test_nobody_else_fetches_it_and_unsigned_there_is_none(session, sign_in, letter):
    session.commit()
    own = sign_in(make.make_staff(Role.DISPATCHER, center=letter.case.center))
    assert own.get(f"/letters/{letter.number}/signed.pdf").status_code == 409
    other = sign_in(make.make_staff(Role.DISPATCHER))
    assert other.get(f"/letters/{letter.number}/signed.pdf").status_code == 404
