"""The keys that seal letters: one signs, the next is published already, retired ones still are.

A device that checks letters without a network knows the keys that it fetched last. The key that
signs after a rotation is published one rotation ahead, so that such a device reads the new letters
too; retired keys stay published, so that old letters hold.
"""

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

_NOT_RETIRED = select(LetterKey).where(LetterKey.retired_at.is_(None)).order_by(LetterKey.id)
_IN_USE = _NOT_RETIRED.with_only_columns(LetterKey.private_key).limit(1)


def signing_key(*, at: datetime) -> SigningKey:
    """The key in use; the first letter ever makes the first key, and the one to follow it."""
    sealed = db.session.scalar(_IN_USE) or _first_keys(at)[0].private_key
    return SigningKey.from_seed(base64.b64decode(unseal(sealed, "letter_key")))


def rotate_keys(*, by: Actor, at: datetime) -> LetterKey:
    """The next key signs from now on; answers it. One to follow it is made and published. The old
    one signs no more and goes on being published."""
    old, *waiting = db.session.scalars(_NOT_RETIRED).all() or _first_keys(at)
    old.retired_at = at
    signs = waiting[0] if waiting else _new_key(at)
    if len(waiting) < 2:
        _new_key(at)
    audit.record(by=by, at=at, action="letter key rotated", subject=f"letter_key:{signs.kid}")
    return signs


def published_keys() -> list[dict[str, str]]:
    """Every public key, newest first, as JSON Web Keys: published `from`, signing no more `until`.

    Of those without `until` the last one signs; the others wait for their rotation.
    """
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


def _first_keys(at: datetime) -> list[LetterKey]:
    """The first key, which signs, and the one that waits to follow it."""
    return [_new_key(at), _new_key(at)]


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
