"""Personal data at rest: encrypted with authentication, findable by a keyed fingerprint.

`SealedText` columns hold AES-SIV ciphertext (a fresh nonce each, so equal values do not look
equal); a value that must be found again has a second column with its `fingerprint`, an HMAC that
says nothing without the key. The key comes from ENCRYPTION_KEY and never enters the database. The
private halves of the letter keys are sealed too, by SIGNING_KEY.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import Any, Literal

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from sqlalchemy import String
from sqlalchemy.types import TypeDecorator

_MARK = "s1."  # scheme and key generation, so that a key can be rolled over later
_keys: dict[str, bytes] = {}


Purpose = Literal["person", "letter_key"]


def use_keys(*, encryption_key: bytes, signing_key: bytes) -> None:
    """Derive and set the process's keys: what seals and fingerprints people from ENCRYPTION_KEY,
    what wraps the keys that sign letters from SIGNING_KEY."""
    _keys["person"] = hashlib.sha512(b"seal" + encryption_key).digest()
    _keys["fingerprint"] = hashlib.sha256(b"fingerprint" + encryption_key).digest()
    _keys["letter_key"] = hashlib.sha512(b"letter key" + signing_key).digest()


def seal(text: str, purpose: Purpose = "person") -> str:
    """Ciphertext of `text`, different each time."""
    nonce = os.urandom(16)
    body = nonce + AESSIV(_keys[purpose]).encrypt(text.encode(), [nonce])
    return _MARK + base64.urlsafe_b64encode(body).decode()


def unseal(sealed: str, purpose: Purpose = "person") -> str:
    """The text again. Raises `cryptography.exceptions.InvalidTag` when it was altered or sealed
    for another purpose."""
    body = base64.urlsafe_b64decode(sealed.removeprefix(_MARK))
    return AESSIV(_keys[purpose]).decrypt(body[16:], [body[:16]]).decode()


def fingerprint(kind: str, text: str) -> str:
    """A keyed fingerprint to look `text` up by; `kind` keeps phones and documents apart."""
    message = f"{kind}:{text}".encode()
    return hmac.new(_keys["fingerprint"], message, hashlib.sha256).hexdigest()[:40]


class SealedText(TypeDecorator[str]):
    """A text column whose content is unreadable in the database and its backups."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else unseal(value)
