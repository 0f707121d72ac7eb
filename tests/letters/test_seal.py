from dataclasses import replace
from datetime import timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.letters import base45
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from guarantee.letters.seal import (
    PREFIX,
    NotASeal,
    SealAltered,
    SealUnknownKey,
    SigningKey,
    open_seal,
    public_key_from_jwk,
    sign,
)
from guarantee.letters.seal_claims import SealClaims

KEY = SigningKey.from_seed(b"\x01" * 32)
OLD = SigningKey.from_seed(b"\x02" * 32)
KEYS = {KEY.kid: KEY.public}
CLAIMS = SealClaims.of(specimen(), 2)


def sealed(protected, claims, key=KEY, unprotected=None):
    """A seal put together by hand, so that each part can be wrong on purpose."""
    head, body = cbor2.dumps(protected, canonical=True), cbor2.dumps(claims, canonical=True)
    signature = key.private.sign(cbor2.dumps(["Signature1", head, b"", body]))
    tag = cbor2.CBORTag(18, [head, unprotected or {}, body, signature])
    return PREFIX + base45.encode(cbor2.dumps(tag))


def kid_bytes(key=KEY):
    return cbor2.loads(cbor2.loads(base45.decode(sign(CLAIMS, key)[4:])).value[0])[4]


def test_a_seal_gives_back_what_was_sealed():
    for content in (specimen(), specimen_top_up(), specimen(provisional=True)):
        for copy_no in (1, 2, 3, 4):
            claims = SealClaims.of(content, copy_no)
            assert open_seal(sign(claims, KEY), KEYS) == claims


def test_the_seal_states_the_figures_the_holder_and_the_digest():
    claims = SealClaims.of(specimen_top_up(), 1)
    assert claims.holder == "王* 2314"
    assert (claims.in_hospital_fen, claims.total_in_hospital_fen) == (2_000_000, 2_500_000)
    assert claims.content_digest == specimen_top_up().body_digest()


def test_the_same_letter_is_sealed_the_same_again():
    assert sign(CLAIMS, KEY) == sign(CLAIMS, SigningKey.from_seed(b"\x01" * 32))


def test_keys_may_be_listed_by_their_bytes_or_their_text():
    assert open_seal(sign(CLAIMS, KEY), {kid_bytes(): KEY.public}) == CLAIMS


def test_a_letter_sealed_with_the_key_before_still_opens_after_a_rotation():
    keys = {KEY.kid: KEY.public, OLD.kid: OLD.public}
    assert open_seal(sign(CLAIMS, OLD), keys) == CLAIMS


def test_a_seal_of_a_key_that_is_not_published_is_told_apart_from_an_altered_one():
    with pytest.raises(SealUnknownKey):
        open_seal(sign(CLAIMS, OLD), KEYS)


def test_another_key_under_our_keys_name_is_refused():
    with pytest.raises(SealAltered):
        open_seal(sealed({1: -8, 4: kid_bytes()}, CLAIMS.to_map(), key=OLD), KEYS)


def test_every_single_flipped_bit_is_refused():
    raw = bytearray(base45.decode(sign(CLAIMS, KEY)[4:]))
    for place in range(len(raw) * 8):
        raw[place // 8] ^= 1 << place % 8
        with pytest.raises((SealAltered, SealUnknownKey)):
            open_seal(PREFIX + base45.encode(bytes(raw)), KEYS)
        raw[place // 8] ^= 1 << place % 8


@pytest.mark.parametrize("text", ["", "3101472809153641", "HC1:6BF", "https://a.example/GL1:"])
def test_another_code_is_said_to_be_another_code(text):
    with pytest.raises(NotASeal):
        open_seal(text, KEYS)


@pytest.mark.parametrize("rest", ["", "0", "abc", "ZZZ", "00000", "%" * 300, "0" * 30_000])
def test_rubbish_after_our_prefix_is_altered(rest):
    with pytest.raises(SealAltered):
        open_seal(PREFIX + rest, KEYS)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_stumble(raw):
    with pytest.raises(SealAltered):
        open_seal(PREFIX + base45.encode(raw), KEYS)


@pytest.mark.parametrize("algorithm", [-7, -19, -257, 5, 0, None, "EdDSA"])
def test_no_other_algorithm_is_taken(algorithm):
    with pytest.raises(SealAltered):
        open_seal(sealed({1: algorithm, 4: kid_bytes()}, CLAIMS.to_map()), KEYS)


def test_the_public_key_does_not_serve_as_the_secret_of_a_mac():
    head = cbor2.dumps({1: 5, 4: kid_bytes()}, canonical=True)
    body = cbor2.dumps(CLAIMS.to_map(), canonical=True)
    mac = hmac.HMAC(KEY.public.public_bytes_raw(), hashes.SHA256())
    mac.update(cbor2.dumps(["MAC0", head, b"", body]))
    forged = cbor2.dumps(cbor2.CBORTag(17, [head, {}, body, mac.finalize()]))
    with pytest.raises(SealAltered):
        open_seal(PREFIX + base45.encode(forged), KEYS)


@pytest.mark.parametrize("header", [{1: -8}, {4: b"x"}, {1: -8, 4: "text"}, {1: -8, 4: b"", 2: 1}])
def test_a_header_without_key_or_with_more_is_refused(header):
    with pytest.raises(SealAltered):
        open_seal(sealed(header, CLAIMS.to_map()), KEYS)


@pytest.mark.parametrize("key", range(1, 14))
def test_a_missing_claim_is_refused_though_the_signature_is_ours(key):
    claims = {k: v for k, v in CLAIMS.to_map().items() if k != key}
    with pytest.raises(SealAltered):
        open_seal(sealed({1: -8, 4: kid_bytes()}, claims), KEYS)


@pytest.mark.parametrize(
    "wrong",
    [
        {9: -1},
        {9: 1.5},
        {9: True},
        {13: b"short"},
        {2: 7},
        {12: 5},
        {14: False},
        {99: 1},
        {4: 2**62},
        {6: 2**62},
    ],
)
def test_a_claim_of_another_form_is_refused(wrong):
    with pytest.raises(SealAltered):
        open_seal(sealed({1: -8, 4: kid_bytes()}, {**CLAIMS.to_map(), **wrong}), KEYS)


def test_an_unsigned_header_or_bytes_behind_the_seal_are_refused():
    with pytest.raises(SealAltered):
        open_seal(sealed({1: -8, 4: kid_bytes()}, CLAIMS.to_map(), unprotected={7: 1}), KEYS)
    raw = base45.decode(sign(CLAIMS, KEY)[4:])
    with pytest.raises(SealAltered):
        open_seal(PREFIX + base45.encode(raw + b"\x00"), KEYS)


def test_the_published_key_opens_the_seal():
    published = public_key_from_jwk(KEY.public_jwk())
    assert isinstance(published, Ed25519PublicKey)
    assert open_seal(sign(CLAIMS, KEY), {KEY.public_jwk()["kid"]: published}) == CLAIMS
    assert set(KEY.public_jwk()) == {"kty", "crv", "x", "kid", "use"}  # and no "d"


def test_a_letter_is_past_its_date_from_the_moment_it_lapses():
    assert CLAIMS.past_its_date(CLAIMS.lapses_at)
    assert not CLAIMS.past_its_date(CLAIMS.lapses_at - timedelta(seconds=1))


def test_a_seal_with_the_longest_hospital_name_fits_a_code_of_quality_q():
    claims = replace(SealClaims.of(specimen(hospital_zh="院" * 120), 4), holder="阿* 2314")
    assert len(claims.hospital) == 24
    assert len(sign(claims, KEY)) <= 470  # version 16-Q: 81 modules


@given(st.binary(max_size=60))
def test_base45_gives_back_what_it_took(raw):
    assert base45.decode(base45.encode(raw)) == raw


def test_base45_writes_the_examples_of_its_rfc():
    assert base45.encode(b"AB") == "BB8"
    assert base45.encode(b"Hello!!") == "%69 VD92EX0"
    assert base45.encode(b"base-45") == "UJCLQE7W581"
