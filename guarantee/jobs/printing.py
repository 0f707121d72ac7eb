"""The job that prints letters ahead: whoever presses "print" finds the PDF there already."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from guarantee.db import db
from guarantee.edge.database_faults import Unavailable
from guarantee.jobs.errand import Errand, Interrupted
from guarantee.letters.content import LetterContent
from guarantee.letters.models import Letter
from guarantee.letters.printing import as_archived, keep_paper, letter_says
from guarantee.letters.prints import due_to_print, note_failure
from guarantee.letters.renderer import NotPrinted, Renderer, reason_of
from guarantee.parties.staff import system


@functools.cache
def renderer() -> Renderer:
    """This worker's child that lays out pages; it stays warm from run to run."""
    return Renderer()


def print_letters(
    errand: Errand, *, pdf_of: Callable[[LetterContent], bytes] | None = None
) -> None:
    """Make the PDFs that are missing, each outside of any transaction; then keep it in one. One
    that fails is put into the record and tried again later; it stops no other."""
    due = errand.look(lambda: due_to_print(at=errand.worker.clock()))
    for letter_id, number in due.items():
        try:
            pdf = _made(errand, letter_id, pdf_of or renderer().pdf_of)
        except (Interrupted, Unavailable):
            raise  # about this worker or the database, not about the letter
        except Exception as error:
            failed = NotPrinted(reason_of(error))
            errand.piece(partial(_note, number, failed.reason))
            errand.note(f"letter:{number}", failed)
        else:
            errand.attempt(f"letter:{number}", partial(_keep, letter_id, pdf))


def _made(errand: Errand, letter_id: int, pdf_of: Callable[[LetterContent], bytes]) -> bytes:
    worker = errand.worker
    content = errand.look(lambda: letter_says(db.session.get_one(Letter, letter_id)))
    return as_archived(content, settings=worker.settings, at=worker.clock(), pdf_of=pdf_of)


def _keep(letter_id: int, pdf: bytes, at: datetime) -> Mapping[str, int]:
    return {"printed": int(keep_paper(letter_id, pdf, at=at).made_at == at)}


def _note(number: str, reason: str, at: datetime) -> Mapping[str, int]:
    note_failure(number=number, reason=reason, by=system(), at=at)
    return {}
