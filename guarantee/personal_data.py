"""Personal data at rest: encrypted with authentication, findable by a keyed fingerprint.

`SealedText` columns hold AES-SIV ciphertext (a fresh nonce each, so equal values do not look
equal); a value that must be found again has a second column with its `fingerprint`, an HMAC that
says nothing without the key. The key comes from ENCRYPTION_KEY and never enters the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from sqlalchemy import String
from sqlalchemy.types import TypeDecorator

_MARK = "s1."  # scheme and key generation, so that a key can be rolled over later
_keys: dict[str, bytes] = {}


def use_key(key: bytes) -> None:
    """Derive and set the process's encryption and fingerprint keys from ENCRYPTION_KEY's bytes."""
    _keys["seal"] = hashlib.sha512(b"seal" + key).digest()
    _keys["fingerprint"] = hashlib.sha256(b"fingerprint" + key).digest()


def seal(text: str) -> str:
    """Ciphertext of `text`, different each time."""
    nonce = os.urandom(16)
    body = nonce + AESSIV(_keys["seal"]).encrypt(text.encode(), [nonce])
    return _MARK + base64.urlsafe_b64encode(body).decode()


def unseal(sealed: str) -> str:
    """The text again. Raises `cryptography.exceptions.InvalidTag` when it was altered."""
    body = base64.urlsafe_b64decode(sealed.removeprefix(_MARK))
    return AESSIV(_keys["seal"]).decrypt(body[16:], [body[:16]]).decode()


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
