"""The keys that seal letters: one signs, retired ones stay published so that old letters hold."""

from __future__ import annotations

import base64
from datetime import datetime

from sqlalchemy import select

from guarantee import audit
from guarantee.audit import Actor
from guarantee.db import db
from guarantee.letters.models import LetterKey
from guarantee.letters.seal import SigningKey, public_key_from_jwk
from guarantee.personal_data import seal, unseal

_IN_USE = (
    select(LetterKey.private_key)
    .where(LetterKey.retired_at.is_(None))
    .order_by(LetterKey.id.desc())
    .limit(1)
)


def signing_key(*, at: datetime) -> SigningKey:
    """The key in use; the first letter ever makes the first key."""
    sealed = db.session.scalar(_IN_USE) or _new_key(at).private_key
    return SigningKey.from_seed(base64.b64decode(unseal(sealed, "letter_key")))


def rotate_keys(*, by: Actor, at: datetime) -> LetterKey:
    """A new key signs from now on; the old ones sign no more and go on being published."""
    for row in db.session.scalars(select(LetterKey).where(LetterKey.retired_at.is_(None))):
        row.retired_at = at
    made = _new_key(at)
    audit.record(by=by, at=at, action="letter key rotated", subject=f"letter_key:{made.kid}")
    return made


def published_keys() -> list[dict[str, str]]:
    """Every public key, newest first, as JSON Web Keys with `from` and, once retired, `until`."""
    rows = db.session.scalars(select(LetterKey).order_by(LetterKey.id.desc()))
    return [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": "Ed25519",
            "kid": row.kid,
            "x": row.public_key,
            "from": row.made_at.isoformat(),
            **({"until": row.retired_at.isoformat()} if row.retired_at else {}),
        }
        for row in rows
    ]


def known_keys() -> dict[str, object]:
    """The public keys by kid, for `seal.open_seal`."""
    return {jwk["kid"]: public_key_from_jwk(jwk) for jwk in published_keys()}


def _new_key(at: datetime) -> LetterKey:
    key = SigningKey.generate()
    secret = base64.b64encode(key.private.private_bytes_raw()).decode()
    row = LetterKey(
        kid=key.kid,
        public_key=key.public_jwk()["x"],
        private_key=seal(secret, "letter_key"),
        made_at=at,
    )
    db.session.add(row)
    db.session.flush()
    return row
