"""The PDF as issued: made once from the snapshot, kept, and handed out as the same bytes."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from guarantee import audit
from guarantee.audit import Actor
from guarantee.db import broke, db
from guarantee.letters.models import Letter, LetterPaper
from guarantee.letters.paper import render
from guarantee.letters.snapshot import content_of


def paper_of(letter: Letter, *, at: datetime) -> LetterPaper:
    """The letter's paper; rendered now if this is the first time anyone asks.

    Rendering takes no lock: it works from the snapshot, and whoever finishes second takes what
    the first has kept. Both would have made the same bytes.
    """
    kept = db.session.get(LetterPaper, letter.id)
    if kept is not None:
        return kept
    pdf = render(content_of(letter))
    made = LetterPaper(
        letter_id=letter.id, sha256=hashlib.sha256(pdf).hexdigest(), pdf=pdf, made_at=at
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        if not broke(error, "pk_letter_papers"):
            raise
        return db.session.get_one(LetterPaper, letter.id)
    return made


def single_copy(letter: Letter, copy_no: int) -> bytes:
    """One of the four copies as a PDF of its own."""
    return render(content_of(letter), copies=(copy_no,))


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
