"""The form of an electronic signature, the same on the crew's phone and at the hospital's desk."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_login import current_user

from guarantee.business_time import now
from guarantee.letters.models import Letter
from guarantee.letters.models_signature import LetterSignature
from guarantee.letters.signatures import (
    RELATION_WORDS,
    SIGNER_WORDS,
    Signer,
    is_intact,
    latest,
    sign,
    signatures_of,
)
from guarantee.letters.signatures_drawn import HEIGHT, WIDTH, Strokes, read_strokes
from guarantee.letters.snapshot import content_of
from guarantee.web import forms

PATIENT_SIDE: tuple[Signer, ...] = ("member", "companion")


def record_signature(letter: Letter, *choices: Signer) -> LetterSignature:
    """Hand what was drawn and typed to the domain, with its refusals. Of several `choices` the
    form says which."""
    if len(choices) == 1:
        (signer,) = choices
    else:
        chosen = forms.text("signer", most=10, required=True)
        signer = next((choice for choice in choices if choice == chosen), choices[0])
        if signer != chosen:
            raise forms.NotAChoice(field="signer")
    companion = signer == "companion"
    return sign(
        letter=letter,
        signer=signer,
        name=request.form.get("signer_name", ""),
        relation=forms.text("relation", most=10) if companion else "",
        strokes=_drawn(),
        by=current_user,
        at=now(),
    )


def about_signing(letter: Letter) -> dict[str, Any]:
    """What the form needs: what is signed, and who may be chosen."""
    return {
        "content": content_of(letter),
        "patient_side": PATIENT_SIDE,
        "pad": (WIDTH, HEIGHT),
        **about_signatures(letter),
    }


def about_signatures(letter: Letter) -> dict[str, Any]:
    """What the panels of signatures need: all of them, those that count, what is not intact."""
    kept = signatures_of(letter)
    return {
        "signatures": kept,
        "signed": latest(kept),
        "altered": [one for one in kept if not is_intact(one)],
        "signers": SIGNER_WORDS,
        "relations": RELATION_WORDS,
    }


def _drawn() -> Strokes:
    return read_strokes(request.form.get("strokes", ""))
