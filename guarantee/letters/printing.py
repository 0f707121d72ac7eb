"""The PDF as issued: made once from the snapshot, kept, and handed out as the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from guarantee import audit
from guarantee.audit import Actor
from guarantee.config import Settings
from guarantee.db import broke, db
from guarantee.letters.content import LetterContent
from guarantee.letters.models import Letter, LetterPaper
from guarantee.letters.pades import pades_is_on, with_pades
from guarantee.letters.paper import render
from guarantee.letters.renderer import ALTERED, NotPrinted
from guarantee.letters.snapshot import content_of


def paper_of(letter: Letter, *, settings: Settings, at: datetime) -> LetterPaper:
    """The letter's paper; rendered now if this is the first time anyone asks."""
    kept = db.session.get(LetterPaper, letter.id)
    if kept is not None:
        return kept
    return keep_paper(letter.id, as_archived(letter_says(letter), settings=settings, at=at), at=at)


def letter_says(letter: Letter) -> LetterContent:
    """The snapshot, which must be what was signed. Refuses `NotPrinted` (`snapshot_altered`)."""
    content = content_of(letter)
    if content.digest() != letter.content_digest:
        raise NotPrinted(ALTERED)
    return content


def as_archived(
    content: LetterContent,
    *,
    settings: Settings,
    at: datetime,
    pdf_of: Callable[[LetterContent], bytes] = render,
) -> bytes:
    """The bytes to keep. Takes no lock and no database: whoever finishes second takes what the
    first has kept. The pages are the same; a PAdES signature, where it is on, is not."""
    pdf = pdf_of(content)
    return with_pades(pdf, settings=settings, at=at) if pades_is_on(settings) else pdf


def keep_paper(letter_id: int, pdf: bytes, *, at: datetime) -> LetterPaper:
    """Keep the PDF as the letter's paper, or answer the one that somebody kept before."""
    made = LetterPaper(
        letter_id=letter_id, sha256=hashlib.sha256(pdf).hexdigest(), pdf=pdf, made_at=at
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        if not broke(error, "pk_letter_papers"):
            raise
        return db.session.get_one(LetterPaper, letter_id)
    return made


def single_copy(letter: Letter, copy_no: int) -> bytes:
    """One of the four copies as a PDF of its own."""
    return render(letter_says(letter), copies=(copy_no,))


def count_print(*, paper: LetterPaper, letter: Letter, by: Actor, at: datetime) -> int:
    """Note that the paper was fetched for printing; 1 is the first, more are reprints."""
    paper.printed += 1
    audit.record(
        by=by,
        at=at,
        action="letter printed",
        subject=f"letter:{letter.number}",
        times=paper.printed,
    )
    return paper.printed
