"""What is personal is unreadable in the database, and still found."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from guarantee import personal_data
from tests.factories import make_member

personal_data.use_keys(encryption_key=b"k" * 32, signing_key=b"s" * 32)


@given(st.text())
def test_what_is_sealed_opens_again(plain):
    assert personal_data.unseal(personal_data.seal(plain)) == plain


def test_the_same_text_never_looks_the_same():
    assert personal_data.seal("310101") != personal_data.seal("310101")


def test_an_altered_ciphertext_is_noticed():
    sealed = personal_data.seal("310101197203040011")
    altered = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(InvalidTag):
        personal_data.unseal(altered)


def test_a_letter_key_does_not_open_with_the_key_for_people():
    with pytest.raises(InvalidTag):
        personal_data.unseal(personal_data.seal("secret", "letter_key"))


def test_a_document_and_a_phone_never_share_a_fingerprint():
    assert personal_data.fingerprint("phone", "1") != personal_data.fingerprint("document", "1")


def test_a_fingerprint_says_nothing_without_the_key():
    """A phone has so few digits that a plain hash is found by trying them all."""
    prints = set()
    for key in (b"x" * 32, b"k" * 32):
        personal_data.use_keys(encryption_key=key, signing_key=b"s" * 32)
        prints.add(personal_data.fingerprint("phone", "13812345678"))
    assert len(prints) == 2


def test_the_database_holds_no_document_number_and_no_phone(session):
    member = make_member()
    session.commit()
    rows = (
        session.execute(text("SELECT document_number, document_fingerprint FROM members")).all()
        + session.execute(text("SELECT phone, fingerprint FROM member_phones")).all()
    )
    stored = " ".join(str(value) for row in rows for value in row)
    assert member.document_number not in stored
    assert member.phones[0].phone not in stored
