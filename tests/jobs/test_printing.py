"""PDFs are made ahead: once on several machines, none lost when one fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Lock

import pytest
from sqlalchemy import func, select

from guarantee.audit import AuditRecord
from guarantee.jobs.printing import print_letters
from guarantee.jobs.running import run_due
from guarantee.jobs.table import JOBS, Job
from guarantee.letters import paper
from guarantee.letters.content import digest_of
from guarantee.letters.lifecycle import void
from guarantee.letters.models import Letter, LetterPaper
from guarantee.letters.prints import failure_of
from guarantee.letters.renderer import NotPrinted
from guarantee.letters.snapshot import content_of
from tests.factories import make_letter, make_staff
from tests.jobs.situations import Clock, overdue_letters, runs, worker

LETTERS = 6


@pytest.fixture
def clock(at):
    return Clock(at)


class Press:
    """Prints in this process, as the child would, and counts; may fail over some letters."""

    def __init__(self, *bad: str, reason: str = "renderer_crashed") -> None:
        self.bad, self.reason = set(bad), reason
        self.printed: list[str] = []
        self._counting = Lock()

    def __call__(self, content):
        with self._counting:
            self.printed.append(content.number)
        if content.number in self.bad:
            raise NotPrinted(self.reason)
        return f"%PDF-1.7 {content.number}".encode()


def job(press) -> list[Job]:
    one = JOBS["letters-print"]
    return [
        Job(one.name, one.words, one.does, one.schedule, one.grace,
            partial(print_letters, pdf_of=press))
    ]  # fmt: skip


def papers(session) -> dict[str, bytes]:
    session.rollback()
    query = select(Letter.number, LetterPaper.pdf).join(Letter, Letter.id == LetterPaper.letter_id)
    return dict(session.execute(query).all())


def test_the_worker_prints_the_very_bytes_that_a_page_would(session, at, clock):
    letter = make_letter(at=at)
    session.commit()
    [ended] = run_due(worker(clock), jobs=[JOBS["letters-print"]])
    assert (ended.outcome, ended.did) == ("done", {"printed": 1})
    assert papers(session) == {letter.number: paper.render(content_of(letter))}
    assert session.scalar(select(LetterPaper.printed)) == 0  # made, not yet fetched by anybody


def test_each_letter_is_printed_once_and_what_is_over_is_not_printed(session, at, clock):
    letters = overdue_letters(3, at=at)
    void(letter=letters[0], reason="写错", by=make_staff("hotline"), at=at)
    session.commit()
    press = Press()
    for _ in range(2):
        run_due(worker(clock), jobs=job(press))
        clock.move(minutes=1)
    clock.move(hours=73)
    make_letter(at=at)  # past its time by now, though no job has said so
    session.commit()
    run_due(worker(clock), jobs=job(press))
    assert sorted(press.printed) == sorted(one.number for one in letters[1:])


def test_many_machines_at_the_same_moment_print_each_letter_once(app, session, at, clock):
    numbers = {one.number for one in overdue_letters(LETTERS, at=at)}
    press, ready = Press(), Barrier(4)

    def machine(n):
        with app.app_context():
            ready.wait()
            return run_due(worker(clock, f"machine:{n}"), jobs=job(press))

    with ThreadPoolExecutor(4) as pool:
        ended = [one for some in pool.map(machine, range(4)) for one in some]
    assert [(one.outcome, one.did) for one in ended] == [("done", {"printed": LETTERS})]
    assert len(runs()) == 1
    assert sorted(press.printed) == sorted(numbers)
    assert papers(session).keys() == numbers


def test_a_letter_that_fails_keeps_its_number_is_named_and_tried_again_later(session, at, clock):
    good, bad = overdue_letters(2, at=at)
    press = Press(bad.number)
    [ended] = run_due(worker(clock), jobs=job(press))
    trouble = [{"subject": f"letter:{bad.number}", "code": "letter_not_printed"}]
    assert (ended.outcome, ended.did, ended.trouble) == (
        "partly",
        {"printed": 1, "failed": 1},
        trouble,
    )
    assert papers(session).keys() == {good.number}
    failed = failure_of(bad)
    assert (bad.state, failed.times, failed.reason) == ("issued", 1, "renderer_crashed")

    for minutes, tries in ((1, 2), (1, 2), (1, 3), (3, 3), (1, 4)):  # after 1, 2, 4 minutes
        clock.move(minutes=minutes)
        run_due(worker(clock), jobs=job(press))
        assert press.printed.count(bad.number) == tries

    press.bad.clear()
    clock.move(hours=1)
    [ended] = run_due(worker(clock), jobs=job(press))
    assert (ended.outcome, ended.did) == ("done", {"printed": 1})
    assert papers(session).keys() == {good.number, bad.number}
    assert failure_of(bad) is None
    told = select(func.count(AuditRecord.id)).where(AuditRecord.action == "letter not printed")
    assert session.scalar(told) == 4


def test_a_snapshot_that_is_not_what_was_sealed_is_not_printed(session, at, clock):
    letter = make_letter(at=at)
    letter.content_json = letter.content_json.replace("5000", "9000").replace("500000", "900000")
    session.commit()
    press = Press()
    [ended] = run_due(worker(clock), jobs=job(press))
    assert (ended.outcome, press.printed) == ("partly", [])
    assert failure_of(letter).reason == "snapshot_altered"


def test_the_digest_of_a_snapshot_is_that_of_its_bytes(session, at):
    letter = make_letter(at=at)
    assert digest_of(letter.content_json.encode()) == content_of(letter).digest()
    assert content_of(letter).digest() == letter.content_digest
