"""PAdES: the archived PDF signed once more, with a certificate of the alliance's, if there is one.

Off unless PADES_KEY and PADES_CERTIFICATE are set. It is applied when the PDF is made and before
its SHA-256 is recorded: ECDSA draws lots, so a letter signed again is other bytes, and a reprint
must be the same.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from guarantee.config import Settings

_SIGNER = "guarantee.letters.pades_signer"


class PadesMisconfigured(RuntimeError):
    """One of key and certificate is missing, unreadable, or not the other's."""


def pades_is_on(settings: Settings) -> bool:
    """Whether archived PDFs are signed. Raises `PadesMisconfigured` where one half is missing."""
    key = bool(settings.pades_key.get_secret_value())
    if key != bool(settings.pades_certificate):
        raise PadesMisconfigured("PADES_KEY and PADES_CERTIFICATE are set together, or neither")
    return key


def with_pades(pdf: bytes, *, settings: Settings, at: datetime) -> bytes:
    """The PDF, and appended to it a signature over all of it; `at` is the time it claims.

    Raises `PadesMisconfigured`.
    """
    # By its name, when first wanted: where PAdES is off, no worker spends half a second and 11 MB
    # on the library.
    signer = import_module(_SIGNER)
    key = settings.pades_key.get_secret_value()
    try:
        signed: bytes = signer.appended(pdf, key, settings.pades_certificate, at)
    except signer.NotAPair as error:
        raise PadesMisconfigured(str(error)) from error
    return signed
