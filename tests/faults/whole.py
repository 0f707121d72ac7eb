"""What the database's rows say of each case, as its story tells it; and what of it is half done."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select

from guarantee.audit import AuditRecord
from guarantee.cases.models import Case
from guarantee.charges.models import Charge, FinalBill
from guarantee.db import db
from guarantee.ledger.models import Hold
from guarantee.letters.models import Letter, LetterCopy, TopUpRequest
from guarantee.letters.snapshot import content_of
from tests.faults.stories import Told

PARTS = {"initial": ["in_hospital", "pre_hospital"], "top_up": ["in_hospital"]}


def told_by_rows() -> dict[int, Told]:
    """Every case there is, as the rows tell it."""
    found: dict[int, Told] = defaultdict(Told)
    for case in db.session.scalars(select(Case)):
        found[case.id].state = case.state
    cases = {}
    for letter in db.session.scalars(select(Letter).order_by(Letter.id)):
        cases[letter.id] = cases[f"letter:{letter.number}"] = told = found[letter.case_id]
        figures = letter.pre_hospital_fen, letter.in_hospital_fen
        told.letters[letter.number] = letter.kind, letter.state, *figures
    for charge in db.session.scalars(select(Charge).order_by(Charge.id)):
        cases[charge.letter_id].lines[charge.line_id] = charge.part, charge.amount_fen
    for hold in db.session.scalars(select(Hold)):
        cases[hold.letter_id].captured[hold.part] += hold.captured_fen
    for request in db.session.scalars(select(TopUpRequest)):
        number = request.top_up.number if request.top_up else None
        cases[request.letter_id].requests[request.id] = request.state, request.asked_fen, number
    for bill in db.session.scalars(select(FinalBill)):
        figures = bill.total_fen, bill.guaranteed_fen, bill.patient_fen
        cases[bill.letter_id].bill = figures
    noted = select(AuditRecord.action, AuditRecord.subject)
    for action, subject in db.session.execute(noted.where(AuditRecord.subject.like("letter:%"))):
        cases[subject].audit[action] += 1
    return found


def half_done() -> list[str]:
    """Each letter, hold and case that is there in part, as a sentence."""
    letters = list(db.session.scalars(select(Letter)))
    holds: dict[int, list[Hold]] = defaultdict(list)
    for hold in db.session.scalars(select(Hold)):
        holds[hold.letter_id].append(hold)
    copies = Counter(db.session.scalars(select(LetterCopy.letter_id)))
    issued = Counter(
        db.session.scalars(select(AuditRecord.subject).where(AuditRecord.action == "letter issued"))
    )
    faults = [f"hold of no letter: {n}" for n in holds if n not in {x.id for x in letters}]
    for letter in letters:
        name = f"{letter.kind} letter {letter.number}"
        faults += [f"{name}: {fault}" for fault in _lacks(letter, holds[letter.id])]
        if copies[letter.id] != 4:
            faults.append(f"{name}: {copies[letter.id]} copies")
        if issued[f"letter:{letter.number}"] != 1:
            faults.append(f"{name}: audited {issued[f'letter:{letter.number}']} times")
    return [*faults, *_cases(), *_charges()]


def _lacks(letter: Letter, holds: list[Hold]) -> Iterator[str]:
    if sorted(hold.part for hold in holds) != PARTS[letter.kind]:
        yield f"its holds are {[hold.part for hold in holds]}"
    placed = {hold.part: hold.placed_fen for hold in holds}
    figures = {"pre_hospital": letter.pre_hospital_fen, "in_hospital": letter.in_hospital_fen}
    if any(placed[part] != figures[part] for part in placed):
        yield f"it says {figures}, its holds {placed}"
    ended = letter.state in ("voided", "lapsed", "closed")
    if any(hold.held_fen if ended else hold.released_fen for hold in holds):
        yield f"it is {letter.state}, its holds {[(h.held_fen, h.released_fen) for h in holds]}"
    if content_of(letter).digest() != letter.content_digest:
        yield "its snapshot is not the one it was issued with"


def _cases() -> Iterator[str]:
    """A case is guaranteed by one live initial letter, and closed with its letter and a bill."""
    live = {
        letter.case_id: letter.state
        for letter in db.session.scalars(select(Letter).where(Letter.kind == "initial"))
        if letter.state not in ("voided", "lapsed")
    }
    billed = set(db.session.scalars(select(Letter.case_id).join(FinalBill)))
    for case in db.session.scalars(select(Case)):
        fits = {
            "verified": case.id not in live,
            "guaranteed": live.get(case.id) in ("issued", "presented"),
            "closed": live.get(case.id) == "closed" and case.outcome == "final_bill",
        }[case.state]
        if not fits or (case.id in billed) != (case.state == "closed"):
            yield f"case {case.id}: {case.state}, letter {live.get(case.id)}, bill {billed}"


def _charges() -> Iterator[str]:
    """What the charges took of the guarantee is what the holds captured."""
    taken = select(func.sum(Charge.guaranteed_fen)), select(func.sum(Hold.captured_fen))
    by_charges, by_holds = (db.session.scalar(query) or 0 for query in taken)
    if by_charges != by_holds:
        yield f"charges took {by_charges}, holds captured {by_holds}"
