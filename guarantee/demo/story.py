"""The demo's cases: from the call to the discharge, each through the domain's own functions.

Most go as they should; some don't, as in life: not eligible, refused, voided, never presented,
a hospital outside the network, a top-up, a provisional letter.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from guarantee.business_time import business_day
from guarantee.cases.intake import open_case, standing_of
from guarantee.cases.models import Case, Condition, Method
from guarantee.cases.verification import exclusions_of, verify
from guarantee.charges.final_bill import close_with_final_bill
from guarantee.charges.posting import post_charges
from guarantee.config import Settings
from guarantee.db import db
from guarantee.demo.calendar import Calendar, minutes
from guarantee.demo.treatments import trip, ward_day
from guarantee.letters.copies import note_copy
from guarantee.letters.issue import issue
from guarantee.letters.lifecycle import end_case, present, refuse, void
from guarantee.letters.models import Letter
from guarantee.letters.position import position_of
from guarantee.letters.top_up import ask, decide, most_that_can_be_granted
from guarantee.members.models import Member
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.settlement.reserve_fund import draw_down
from guarantee.tickets import Ticket, finish, open_ticket

PLACES = (
    "解放路口",
    "地铁站出口",
    "高架下匝道",
    "建筑工地",
    "小区门口",
    "公园跑道",
    "学校操场",
    "菜市场",
)


@dataclass
class Cast:
    """Who plays at one centre."""

    center: Center
    dispatcher: Staff
    crew: Staff
    finance: Staff
    hotline: Staff
    desks: dict[int, Staff]
    """Billing desk by hospital id: the network hospitals of the city."""
    network: list[Hospital]
    others: list[Hospital]
    members: list[Member]


class Story:
    """One case after another, each with a fate drawn by chance."""

    def __init__(
        self, *, cast: Cast, calendar: Calendar, chance: random.Random, settings: Settings
    ) -> None:
        self.cast, self.calendar, self.chance, self.settings = cast, calendar, chance, settings
        self.receipts = 0

    def begin(self, at: datetime) -> None:
        """A call comes in."""
        cast, chance = self.cast, self.chance
        member = chance.choice(cast.members)
        case = open_case(
            center=cast.center,
            caller=member.phones[0].phone if member.phones else "",
            condition=chance.choice(
                [Condition.ACCIDENT, Condition.ACCIDENT, Condition.ACUTE_ILLNESS]
            ),
            by=cast.dispatcher,
            at=at,
            member=member,
            location=f"{cast.center.city}{chance.choice(PLACES)}",
        )
        if not standing_of(member, at=at, besides=case).verdict.eligible:
            self._not_eligible(case, at)
            return
        self._then(at, 9, lambda t: self._verify(case, t))

    def _not_eligible(self, case: Case, at: datetime) -> None:
        ticket = open_ticket(
            kind="not_eligible",
            by=self.cast.dispatcher,
            at=at,
            note="家属坚持要求出函",
            center_id=self.cast.center.id,
            case_id=case.id,
        )

        def advise(t: datetime) -> None:
            finish(
                ticket=ticket,
                answer="已向家属说明原因，按普通急救流程送医",
                by=self.cast.hotline,
                at=t,
            )
            end_case(case=case, outcome="not_eligible", by=self.cast.dispatcher, at=t)

        self._then(at, 12, advise)

    def _verify(self, case: Case, at: datetime) -> None:
        member, clauses = case.member, exclusions_of(case, at=at)
        assert member is not None
        provisional = self.chance.random() < 0.04
        verify(
            case=case,
            method=Method.PROVISIONAL if provisional else Method.DOCUMENT,
            document_type_text=member.document_type,
            document_number="" if provisional else member.document_number,
            condition_in_scope=True,
            answers={c.code: False for c in clauses.clauses} if clauses else {},
            exclusions_version=clauses.label if clauses else "",
            by=self.cast.hotline if provisional else self.cast.crew,
            at=at,
            provisional_for=timedelta(hours=self.settings.provisional_hours),
        )
        if self.chance.random() < 0.03:
            self._then(at, 4, lambda t: self._end(case, "refused", t))
        else:
            self._then(at, 2, lambda t: self._issue(case, t))

    def _end(self, case: Case, outcome: str, at: datetime) -> None:
        if case.state != "closed":
            end_case(case=case, outcome=outcome, by=self.cast.dispatcher, at=at)

    def _issue(self, case: Case, at: datetime, hospital: Hospital | None = None) -> None:
        chance, cast = self.chance, self.cast
        outside = hospital is None and bool(cast.others) and chance.random() < 0.08
        hospital = hospital or chance.choice(cast.others if outside else cast.network)
        hotline = chance.random() < 0.1
        letter = issue(
            case=case,
            hospital=hospital,
            channel="hotline" if hotline else "center",
            by=cast.hotline if hotline else cast.dispatcher,
            at=at,
            settings=self.settings,
        ).letter
        fate = chance.random()
        if outside:
            self._then(at, 90, lambda t: self._pay_from_fund(letter, t))
            self._then(at, 80 * 60, lambda t: self._end(case, "reserve_fund", t))
        elif fate < 0.05:
            self._then(at, 6, lambda t: self._void(case, letter, t))
            return
        elif fate < 0.08 or letter.provisional:
            # never presented: the letter lapses by itself
            self._then(at, 80 * 60, lambda t: self._end(case, "left", t))
            return
        elif fate < 0.10:
            self._then(at, 40, lambda t: self._turned_away(letter, t))
        else:
            self._then(at, chance.randrange(25, 70), lambda t: self._present(letter, t))
        self._then(at, chance.randrange(90, 900), lambda t: self._bill_the_trip(letter, t))

    def _void(self, case: Case, letter: Letter, at: datetime) -> None:
        void(letter=letter, reason="送往医院变更", by=self.cast.dispatcher, at=at)
        other = self.chance.choice(self.cast.network)
        self._then(at, 3, lambda t: self._issue(case, t, other))

    def _turned_away(self, letter: Letter, at: datetime) -> None:
        desk = self.cast.desks[letter.hospital_id]
        refuse(letter=letter, reason="急诊抢救室满员", by=desk, at=at)
        self._then(at, 25, lambda t: self._present(letter, t))

    def _present(self, letter: Letter, at: datetime) -> None:
        desk = self.cast.desks[letter.hospital_id]
        present(letter=letter, by=desk, at=at)
        for copy, event in zip(
            letter.copies, ("signed", "handed_over", "returned", "returned"), strict=True
        ):
            if copy.copy_no > 2:
                note_copy(copy=copy, event="signed", by=self.cast.crew, at=at)
            note_copy(copy=copy, event=event, by=self.cast.crew, at=at)
        days = self.chance.choice((0, 0, 1, 1, 2, 3, 4, 6, 9))
        for nth in range(days + 1):
            self._then(at, 180 + nth * 1440, partial(self._treat, letter, nth))
        self._then(at, 600 + days * 1440, lambda t: self._discharge(letter, t))

    def _treat(self, letter: Letter, nth: int, at: datetime) -> None:
        lines = ward_day(letter.case_id, business_day(at), nth, self.chance)
        desk = self.cast.desks[letter.hospital_id]
        post_charges(letter=letter, lines=lines, by=desk, at=at)
        position = position_of(letter).in_hospital
        if position.used_percent >= 80 and position.guaranteed_fen < 4_000_000:
            self._ask_for_more(letter, at)

    def _ask_for_more(self, letter: Letter, at: datetime) -> None:
        request = ask(
            letter=letter,
            amount_fen=self.chance.choice((300_000, 500_000, 800_000)),
            reason="住院手术，预计费用超过担保额",
            setting="inpatient",
            by=self.cast.desks[letter.hospital_id],
            at=at,
            settings=self.settings,
        )

        def answer(t: datetime) -> None:
            most = most_that_can_be_granted(request)
            deny = most <= 0 or self.chance.random() < 0.08
            decide(
                request=request,
                approve=not deny,
                amount_fen=None if deny else min(most, request.asked_fen),
                reason="剩余保额不足，请患者自行准备" if deny else "同意",
                by=self.cast.hotline,
                at=t,
                settings=self.settings,
            )

        self._then(at, self.chance.randrange(8, 28), answer)

    def _discharge(self, letter: Letter, at: datetime) -> None:
        close_with_final_bill(letter=letter, by=self.cast.desks[letter.hospital_id], at=at)
        self._then(at, self.chance.randrange(300, 1_500), lambda t: self._call_back(letter, t))

    def _call_back(self, letter: Letter, at: datetime) -> None:
        query = select(Ticket).where(Ticket.case_id == letter.case_id, Ticket.done_at.is_(None))
        for ticket in db.session.scalars(query):
            finish(
                ticket=ticket, answer="已回访，患者恢复良好，无异议", by=self.cast.hotline, at=at
            )

    def _bill_the_trip(self, letter: Letter, at: datetime) -> None:
        if letter.state == "voided":
            return
        lines = trip(letter.case_id, business_day(letter.issued_at), self._receipt(), self.chance)
        post_charges(letter=letter, lines=lines, by=self.cast.finance, at=at)

    def _pay_from_fund(self, letter: Letter, at: datetime) -> None:
        amount = min(self.chance.randrange(80_000, 380_000, 100), letter.in_hospital_fen)
        if amount:
            draw_down(
                letter=letter,
                hospital=letter.hospital,
                amount_fen=amount,
                receipt_number=self._receipt(),
                paid_on=business_day(at),
                by=self.cast.finance,
                at=at,
            )

    def _receipt(self) -> str:
        self.receipts += 1
        return f"{self.cast.center.code[:2]}{2600000 + self.receipts:08d}"

    def _then(self, at: datetime, after: float, happening: Callable[[datetime], None]) -> None:
        self.calendar.at(at + minutes(after), happening)
