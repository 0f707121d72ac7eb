"""The letter's PDF on its way out: made if nobody asked before, counted, the same bytes each time.

It is fetched by GET (a link, a printer's driver), and yet it writes: the paper is kept and the
print is counted. That is a transaction of its own, as with the views of personal data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog
from flask import Response, current_app
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from guarantee import audit
from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.database_faults import Unavailable
from guarantee.edge.transaction import committed, note_view
from guarantee.letters.models import Letter, LetterPaper
from guarantee.letters.printing import (
    as_archived,
    count_print,
    keep_paper,
    letter_says,
    single_copy,
)
from guarantee.letters.prints import note_failure
from guarantee.letters.renderer import reason_of
from guarantee.letters.signed_copy import marks_of, signed_copy
from guarantee.refusals import NotFound, Words

T = TypeVar("T")

log = structlog.get_logger(__name__)


class PaperFailed(Unavailable):
    code = "paper_failed"
    words = Words(
        "担保函号有效，可以先报号；PDF 这次没有生成，已记录，系统会自动重试，也可以刷新再试。",
        "The number stands and can be read out. Its PDF could not be made this time; that is on"
        " record, it is tried again by itself, and you may reload to try now.",
    )
    retry_after = 5


class NoSuchCopy(NotFound):
    field = "copy"


def letter_pdf(letter: Letter, copy: str | None) -> Response:
    """All four copies, or the one named (`?copy=1` to 4). Refuses `not_found` for another copy;
    raises `PaperFailed`, which is put into the record, where the PDF can't be made.

    The caller has made sure that the present person may see this letter.
    """
    if copy and copy not in ("1", "2", "3", "4"):
        raise NoSuchCopy()
    letter_id, number = letter.id, letter.number
    if copy:
        note_view(action="letter copy printed", subject=f"letter:{number}", copy=int(copy))
        single = _made(number, lambda: single_copy(letter, int(copy)))
        return _pdf(single, f"{number}-{copy}")
    pdf = _made_unless_kept(letter)

    def fetch() -> bytes:
        paper = _paper(letter_id, pdf)
        wanted = db.session.get_one(Letter, letter_id)
        count_print(paper=paper, letter=wanted, by=current_user, at=now())
        return paper.pdf

    return _pdf(committed(fetch), number)


def signed_pdf(letter: Letter) -> Response:
    """The signed copy, which begins with the original's bytes. Refuses `not_signed`,
    `signature_altered`; raises `PaperFailed` as `letter_pdf` does.

    Not a print of the letter: that the copy was fetched is a record of its own.
    """
    marks = marks_of(letter)
    letter_id, number = letter.id, letter.number
    pdf = _made_unless_kept(letter)

    def original() -> tuple[bytes, str]:
        paper = _paper(letter_id, pdf)
        digests = [mark.digest for mark in marks]
        audit.record(
            by=current_user,
            at=now(),
            action="signed copy printed",
            subject=f"letter:{number}",
            signature=digests,
        )
        return paper.pdf, paper.sha256

    return _pdf(signed_copy(*committed(original), marks), f"{number}-signed")


def _made_unless_kept(letter: Letter) -> bytes:
    """The letter's bytes where nobody keeps them yet, else nothing. The page's reading ends here:
    pages are laid out outside of it."""
    if db.session.get(LetterPaper, letter.id) is not None:
        db.session.rollback()
        return b""
    number = letter.number
    content = _made(number, lambda: letter_says(letter))
    db.session.rollback()
    settings = current_app.config["SETTINGS"]
    return _made(number, lambda: as_archived(content, settings=settings, at=now()))


def _paper(letter_id: int, pdf: bytes) -> LetterPaper:
    """The paper that is kept, or `pdf` from now on."""
    return db.session.get(LetterPaper, letter_id) or keep_paper(letter_id, pdf, at=now())


def _made(number: str, work: Callable[[], T]) -> T:
    """What `work` makes. That it failed is written down at once, whatever becomes of the page."""
    try:
        return work()
    except SQLAlchemyError:
        raise  # about the database, not about this letter
    except Exception as error:
        reason = reason_of(error)
        log.exception("letter not printed", number=number, reason=reason)
        db.session.rollback()
        committed(lambda: note_failure(number=number, reason=reason, by=current_user, at=now()))
        raise PaperFailed() from error


def _pdf(data: bytes, name: str) -> Response:
    answer = Response(data, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
