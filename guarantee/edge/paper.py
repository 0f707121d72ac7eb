"""The letter's PDF on its way out: made if nobody asked before, counted, the same bytes each time.

It is fetched by GET (a link, a printer's driver), and yet it writes: the paper is kept and the
print is counted. That is a transaction of its own, as with the views of personal data.
"""

from __future__ import annotations

from flask import Response
from flask_login import current_user

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.transaction import committed, note_view
from guarantee.letters.models import Letter
from guarantee.letters.printing import count_print, paper_of, single_copy
from guarantee.refusals import NotFound


class NoSuchCopy(NotFound):
    field = "copy"


def letter_pdf(letter: Letter, copy: str | None) -> Response:
    """All four copies, or the one named (`?copy=1` to 4). Refuses `not_found` for another copy.

    The caller has made sure that the present person may see this letter.
    """
    if copy and copy not in ("1", "2", "3", "4"):
        raise NoSuchCopy()
    letter_id, number = letter.id, letter.number
    if copy:
        note_view(action="letter copy printed", subject=f"letter:{number}", copy=int(copy))
        return _pdf(single_copy(letter, int(copy)), f"{number}-{copy}")
    db.session.rollback()  # the page's reading ends here

    def fetch() -> bytes:
        wanted = db.session.get_one(Letter, letter_id)
        paper = paper_of(wanted, at=now())
        count_print(paper=paper, letter=wanted, by=current_user, at=now())
        return paper.pdf

    return _pdf(committed(fetch), number)


def _pdf(data: bytes, name: str) -> Response:
    answer = Response(data, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
