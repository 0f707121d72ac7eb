"""The seal: a statement on each copy that a billing desk can check with no network.

    GL1:  base45( COSE_Sign1( protected {alg: EdDSA, kid}, {}, claims, Ed25519 signature ) )

CBOR as in `seal_claims.py`, COSE_Sign1 as in RFC 9052, base45 as in RFC 9285: the way of the EU
digital health certificates. Only one algorithm is known, and only one way of writing the bytes:
whatever decodes to the same but is written otherwise is refused like an altered seal. A good
seal says *genuine, as of the time of signing*, never more.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from guarantee.letters import base45
from guarantee.letters.seal_claims import SealClaims
from guarantee.refusals import Invalid, Words

PREFIX = "GL1:"
ALGORITHM = -8  # COSE: EdDSA; with an OKP key on Ed25519 there is no other reading
_ALG, _KID = 1, 4
_SIGN1 = 18
_LONGEST = 2_000  # characters; a full QR code of level Q holds fewer

PublicKey = Ed25519PublicKey


class NotASeal(Invalid):
    code = "not_a_seal"
    words = Words(
        "这不是担保函的二维码。请扫描担保函上的二维码，或输入担保函号。",
        "This is not the code of a guarantee letter. Scan the code on the letter, or type its"
        " number.",
    )
    field = "seal"


class SealAltered(Invalid):
    code = "seal_altered"
    words = Words(
        "二维码已损坏或被改动，不能证明担保函为真。请输入担保函号核验或致电联盟热线。",
        "The code is damaged or was altered: it proves nothing. Check the number, or call the"
        " alliance's hotline.",
    )
    field = "seal"


class SealUnknownKey(Invalid):
    code = "seal_unknown_key"
    words = Words(
        "二维码由本机未知的密钥签署。请联网更新密钥后再试，或输入担保函号核验。",
        "The code is signed with a key this device does not know. Go online to renew the keys, or"
        " check the number.",
    )
    field = "seal"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that seals letters. Keep it out of logs: only `public_jwk()` is public."""

    private: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The key of these 32 secret bytes."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def generate(cls) -> SigningKey:
        """A fresh key from the system's random source."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        return self.private.public_key()

    @property
    def kid(self) -> str:
        """The key's name: see `kid_of`."""
        return kid_of(self.public)

    def public_jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 8037), for the published list."""
        x = _b64(self.public.public_bytes_raw())
        return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid, "use": "sig"}


def kid_of(key: PublicKey) -> str:
    """A key's name: base64url of the first eight bytes of the SHA-256 of its 32 bytes."""
    return _b64(hashlib.sha256(key.public_bytes_raw()).digest()[:8])


def public_key_from_jwk(jwk: Mapping[str, str]) -> PublicKey:
    """The key of a published entry. Raises ValueError for another kind of key."""
    if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519":
        raise ValueError("not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(_unb64(jwk["x"]))


def sign(claims: SealClaims, key: SigningKey) -> str:
    """The text of a copy's QR code: these claims, sealed with this key. Same in, same out."""
    protected = cbor2.dumps({_ALG: ALGORITHM, _KID: _unb64(key.kid)}, canonical=True)
    payload = cbor2.dumps(claims.to_map(), canonical=True)
    signature = key.private.sign(_to_be_signed(protected, payload))
    return PREFIX + base45.encode(_written(protected, payload, signature))


def open_seal(text: str, keys: Mapping[Any, PublicKey]) -> SealClaims:
    """What a scanned seal states, if one of `keys` (by kid, as text or as bytes) signed it.

    Refuses: `NotASeal` (something else was scanned), `SealUnknownKey`, and `SealAltered` for all
    that is damaged, signed otherwise, of another algorithm, or not complete.
    """
    text = text.strip("\r\n\t")
    if not text.startswith(PREFIX):
        raise NotASeal()
    if len(text) > _LONGEST:
        raise SealAltered()
    protected, payload, signature, kid = _taken_apart(text.removeprefix(PREFIX))
    key = keys.get(kid) or keys.get(_b64(kid))
    if key is None:
        raise SealUnknownKey()
    try:
        key.verify(signature, _to_be_signed(protected, payload))
        return SealClaims.from_map(_map(payload))
    except (InvalidSignature, ValueError):
        raise SealAltered() from None


def _taken_apart(text: str) -> tuple[bytes, bytes, bytes, bytes]:
    """Protected header, payload, signature, kid; refuses whatever is not written our way."""
    try:
        raw = base45.decode(text)
        tag = cbor2.loads(raw)
        protected, payload, signature = tag.value[0], tag.value[2], tag.value[3]
        header = _map(protected)
        if _written(protected, payload, signature) != raw or header[_ALG] != ALGORITHM:
            raise ValueError("not our structure")
        kid = header[_KID]
        if set(header) != {_ALG, _KID} or type(kid) is not bytes:
            raise ValueError("not our header")
        return protected, payload, signature, kid
    except (ValueError, TypeError, LookupError, AttributeError, cbor2.CBORError, RecursionError):
        raise SealAltered() from None


def _map(raw: bytes) -> dict[int, Any]:
    """A CBOR map written canonically and with nothing behind it. Raises ValueError otherwise."""
    try:
        value = cbor2.loads(raw)
        canonical = cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, TypeError):
        raise ValueError("not CBOR") from None
    if type(value) is not dict or canonical != raw:
        raise ValueError("not a canonical map")
    return value


def _written(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(_SIGN1, [protected, {}, payload, signature]))


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """RFC 9052, 4.4: Sig_structure of a COSE_Sign1 without external data."""
    return cbor2.dumps(["Signature1", protected, b"", payload])


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
