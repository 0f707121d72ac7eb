"""Our seals are standard: somebody else's COSE, on somebody else's CBOR and the browser's own
signatures, reads and writes them; and what it signs otherwise than we do, we refuse.

The library is @auth0/cose (tests/vendor/auth0-cose), run in Chromium.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
import pytest
from playwright.sync_api import Page

from guarantee.letters import base45
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from guarantee.letters.seal import PREFIX, SealAltered, SigningKey, open_seal, sign
from guarantee.letters.seal_claims import SealClaims
from tests.live import chromium

LIBRARY = Path(__file__).parents[1] / "vendor" / "auth0-cose" / "auth0-cose.min.js"
KEY = SigningKey.from_seed(b"\x01" * 32)
OTHER = SigningKey.from_seed(b"\x02" * 32)
KEYS = {KEY.kid: KEY.public}
CLAIMS = SealClaims.of(specimen(), 1)
BODY = cbor2.dumps(CLAIMS.to_map(), canonical=True)
EDDSA, ES256, ES384, PS256 = -8, -7, -35, -37

BYTES = """
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (two) => parseInt(two, 16));
const hex = (raw) => Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
"""


class Elsewhere:
    """The other side: its own library, its own keys."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def run(self, script: str, given: Any) -> Any:
        return self._page.evaluate(f"async (given) => {{ {BYTES} {script} }}", given)

    def verifies(self, text: str, key: SigningKey = KEY) -> Any:
        """Its header and payload as it reads them, or None when it finds the signature wrong."""
        given = {"raw": base45.decode(text.removeprefix(PREFIX)).hex(), "jwk": key.public_jwk()}
        return self.run(
            """
            const name = { name: "Ed25519" };
            const key = await crypto.subtle.importKey("jwk", given.jwk, name, false, ["verify"]);
            try {
              const message = COSE.Sign1.decode(bytes(given.raw));
              await message.verify(key, { algorithms: [-8] });
              const [algorithm, kid] = [1, 4].map((label) => message.protectedHeaders.get(label));
              return { algorithm, kid: hex(kid), payload: hex(message.payload) };
            } catch { return null; }
            """,
            given,
        )

    def signs(self, body: bytes, algorithm: int, *, kid: str = KEY.kid, seed: bytes = b"") -> str:
        """A seal that it signs, with a fresh key of that algorithm or the Ed25519 key of `seed`."""
        pkcs8 = bytes.fromhex("302e020100300506032b657004220420") + seed
        given = {"body": body.hex(), "algorithm": algorithm, "kid": kid, "own": pkcs8.hex()}
        raw = self.run(
            """
            const kinds = {
              "-7": { name: "ECDSA", namedCurve: "P-256" },
              "-35": { name: "ECDSA", namedCurve: "P-384" },
              "-37": { name: "RSA-PSS", modulusLength: 2048, hash: "SHA-256",
                       publicExponent: new Uint8Array([1, 0, 1]) },
            };
            const ed = { name: "Ed25519" }, kind = kinds[given.algorithm];
            const key = kind ? (await crypto.subtle.generateKey(kind, true, ["sign"])).privateKey
              : await crypto.subtle.importKey("pkcs8", bytes(given.own), ed, false, ["sign"]);
            const code = given.kid.replaceAll("-", "+").replaceAll("_", "/");
            const kid = Uint8Array.from(atob(code), (c) => c.charCodeAt(0));
            const head = [[1, given.algorithm], [4, kid]];
            const signed = await COSE.Sign1.sign(head, [], bytes(given.body), key);
            return hex(signed.encode());
            """,
            given,
        )
        return PREFIX + base45.encode(bytes.fromhex(raw))

    def authenticates(self, body: bytes, secret: bytes) -> bytes:
        """A COSE_Mac0 that it makes over the body with this secret."""
        raw = self.run(
            """
            const kind = { name: "HMAC", hash: "SHA-256" };
            const secret = bytes(given.secret);
            const key = await crypto.subtle.importKey("raw", secret, kind, true, ["sign"]);
            return hex((await COSE.Mac0.create([[1, 5]], [], bytes(given.body), key)).encode());
            """,
            {"body": body.hex(), "secret": secret.hex()},
        )
        return bytes.fromhex(raw)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    with chromium() as browser:
        page = browser.new_page()
        empty = {"body": "<!doctype html><title>elsewhere</title>", "content_type": "text/html"}
        page.route("http://localhost/", lambda route: route.fulfill(**empty))
        page.goto("http://localhost/")  # nobody answers there: but signatures need a safe origin
        page.evaluate(LIBRARY.read_text(encoding="utf-8") + ";window.COSE = COSE")
        yield Elsewhere(page)


def test_the_library_verifies_our_seals_and_reads_what_they_state(elsewhere) -> None:
    for content in (specimen(), specimen_top_up(), specimen(provisional=True)):
        for copy_no in (1, 2, 3, 4):
            claims = SealClaims.of(content, copy_no)
            read = elsewhere.verifies(sign(claims, KEY))
            assert read["algorithm"] == EDDSA
            assert SealClaims.from_map(cbor2.loads(bytes.fromhex(read["payload"]))) == claims


def test_the_library_finds_an_altered_seal_and_another_key_wrong_as_we_do(elsewhere) -> None:
    good = sign(CLAIMS, KEY)
    raw = bytearray(base45.decode(good.removeprefix(PREFIX)))
    for place in (-1, -80, len(raw) // 2):
        changed = bytearray(raw)
        changed[place] ^= 4
        assert elsewhere.verifies(PREFIX + base45.encode(bytes(changed))) is None
    assert elsewhere.verifies(good, OTHER) is None


def test_what_the_library_signs_with_our_key_is_our_seal_byte_for_byte(elsewhere) -> None:
    signed = elsewhere.signs(BODY, EDDSA, seed=b"\x01" * 32)
    assert signed == sign(CLAIMS, KEY)
    assert open_seal(signed, KEYS) == CLAIMS


@pytest.mark.parametrize("algorithm", [ES256, ES384, PS256])
def test_what_it_signs_with_another_algorithm_is_refused(elsewhere, algorithm) -> None:
    with pytest.raises(SealAltered):
        open_seal(elsewhere.signs(BODY, algorithm), KEYS)


def test_what_it_signs_with_another_key_under_our_keys_name_is_refused(elsewhere) -> None:
    with pytest.raises(SealAltered):
        open_seal(elsewhere.signs(BODY, EDDSA, seed=b"\x02" * 32), KEYS)


def test_what_it_signs_without_a_claim_is_refused(elsewhere) -> None:
    for gone in (1, 4, 11, 13):
        less = {key: value for key, value in CLAIMS.to_map().items() if key != gone}
        body = cbor2.dumps(less, canonical=True)
        signed = elsewhere.signs(body, EDDSA, seed=b"\x01" * 32)
        assert elsewhere.verifies(signed) is not None  # a good signature, not a letter
        with pytest.raises(SealAltered):
            open_seal(signed, KEYS)


def test_our_public_key_does_not_serve_as_its_secret(elsewhere) -> None:
    mac = elsewhere.authenticates(BODY, KEY.public.public_bytes_raw())
    with pytest.raises(SealAltered):
        open_seal(PREFIX + base45.encode(mac), KEYS)
    posing = cbor2.dumps(cbor2.CBORTag(18, list(cbor2.loads(mac).value)))
    with pytest.raises(SealAltered):
        open_seal(PREFIX + base45.encode(posing), KEYS)
