"""Fund, weeks, payments and the bank moved through the house's own functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from guarantee.business_time import week_of
from guarantee.db import db
from guarantee.ledger.entries import reverse_entry
from guarantee.ledger.models import Entry
from guarantee.letters.models import Letter
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.refusals import Refusal
from guarantee.settlement import reserve_fund
from guarantee.settlement.approval import approve
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.batch import open_batch
from guarantee.settlement.courier import record_fee
from guarantee.settlement.hospital_payment import pay_hospitals
from guarantee.settlement.hospital_weeks import approve_hospital_batch, open_hospital_week
from guarantee.settlement.models import (
    Batch,
    Difference,
    HospitalBatch,
    HospitalRemittance,
    Remittance,
)
from guarantee.settlement.remittance import pay
from guarantee.settlement.report_upload import reconcile_batch, take_report
from guarantee.settlement.resolution import resolve
from guarantee.settlement.totals import current_differences
from tests.movements.model_settlement import Decision
from tests.movements.people import People, get, staff
from tests.settlement.files import bank_csv

HEADER = "担保函号,合计,票据号,备用金"


@dataclass(frozen=True)
class Row:
    """A line of a batch as the system has it, or a row of the centre's table."""

    letter: int | None
    part: str
    fen: int
    late: bool = False
    line: int = 0


class Finance:
    """What the centres' and the alliance's finance do."""

    def __init__(self, people: People) -> None:
        self.people = people

    def fill(self, center: int, fen: int, key: str) -> None:
        self.people.do(
            lambda: reserve_fund.fund(
                center=get(Center, center),
                amount_fen=fen,
                key=key,
                by=staff(self.people.clerk),
                at=self.people.at,
            )
        )

    def take_back_filling(self, key: str) -> None:
        self.people.do(
            lambda: reverse_entry(
                entry=db.session.scalars(select(Entry).where(Entry.key == f"fund:{key}")).one(),
                cause="mistake",
                by=staff(self.people.clerk),
                at=self.people.at,
            )
        )

    def draw(
        self, letter: int, center: int, hospital: int, fen: int, receipt: str, day: date
    ) -> None:
        self.people.do(
            lambda: reserve_fund.draw_down(
                letter=get(Letter, letter),
                hospital=get(Hospital, hospital),
                amount_fen=fen,
                receipt_number=receipt,
                paid_on=day,
                by=staff(self.people.finance[center]),
                at=self.people.at,
            )
        )

    def courier(self, center: int, fen: int, tracking: str, day: date) -> None:
        self.people.do(
            lambda: record_fee(
                center=get(Center, center),
                tracking_number=tracking,
                amount_fen=fen,
                paid_on=day,
                by=staff(self.people.finance[center]),
                at=self.people.at,
            )
        )

    def open_batch(self, center: int, week: date, *, api: bool) -> int:
        if api:
            body = {"center": self.people.center_codes[center], "week": week_of(week)}
            return int(self.people.ask(self.people.clerk, "/settlement/batches", body)["id"])
        return self.people.do(
            lambda: open_batch(
                center=get(Center, center),
                week=week_of(week),
                by=staff(self.people.clerk),
                at=self.people.at,
            )
        ).id

    def lines_of(self, batch: int) -> list[Row]:
        def look() -> list[Row]:
            lines = get(Batch, batch).lines
            return [Row(x.letter_id, x.part, x.amount_fen, x.late, x.id) for x in lines]

        return self.people.read(look)

    def report(self, batch: int, center: int, rows: list[tuple[str, int, bool]]) -> None:
        """The centre's table: letter number, fen, whether from its fund; compared at once."""
        table = [
            f"{number},{fen // 100}.{fen % 100:02d},,{'是' if fund else '否'}"
            for number, fen, fund in rows
        ]
        data = "\r\n".join([HEADER, *table]).encode()

        def work() -> None:
            by = staff(self.people.finance[center])
            found = get(Batch, batch)
            take_report(batch=found, data=data, filename="上报.csv", by=by, at=self.people.at)
            reconcile_batch(batch=found, by=by, at=self.people.at)

        self.people.do(work)

    def decide_all(
        self, batch: int, choose: Callable[[Row, int], str]
    ) -> list[tuple[int | None, int | None, Decision]]:
        """Decides every difference as `choose` says, or takes the system's figure where that is
        refused, or leaves it out. Answers (line, letter, decision)."""
        waiting = self.people.read(
            lambda: [x.id for x in current_differences(get(Batch, batch)) if not x.decision]
        )
        for one in waiting:
            self._decide(one, choose)

        def look() -> list[tuple[int | None, int | None, Decision]]:
            return [
                (x.line_id, _letter_id(x), Decision(x.decision or "", x.report_fen or 0))
                for x in current_differences(get(Batch, batch))
            ]

        return self.people.read(look)

    def _decide(self, difference: int, choose: Callable[[Row, int], str]) -> None:
        def look() -> tuple[Row, int]:
            one = get(Difference, difference)
            return Row(_letter_id(one), one.part, one.system_fen or 0), one.report_fen or 0

        for what in (choose(*self.people.read(look)), "take_system", "leave_out"):

            def work(what: str = what) -> None:
                resolve(
                    difference=get(Difference, difference),
                    decision=what,
                    reason="已与中心核对",
                    by=staff(self.people.clerk),
                    at=self.people.at,
                )

            try:
                self.people.do(work)
            except Refusal:
                continue
            return
        raise AssertionError("a difference can always be left out")

    def approve(self, batch: int, *, api: bool) -> None:
        if api:
            self.people.ask(self.people.chief, f"/settlement/batches/{batch}/approval", {})
            return
        self.people.do(
            lambda: approve(batch=get(Batch, batch), by=staff(self.people.chief), at=self.people.at)
        )

    def open_hospital_week(self, week: date) -> dict[int, tuple[int, dict[int, int]]]:
        """The week's batches: hospital → (its batch, letter → fen)."""

        def work() -> dict[int, tuple[int, dict[int, int]]]:
            batches = open_hospital_week(
                week=week_of(week), by=staff(self.people.clerk), at=self.people.at
            )
            return {
                one.hospital_id: (one.id, {x.letter_id: x.amount_fen for x in one.lines})
                for one in batches
            }

        return self.people.do(work)

    def approve_hospital(self, batch: int) -> None:
        self.people.do(
            lambda: approve_hospital_batch(
                batch=get(HospitalBatch, batch), by=staff(self.people.chief), at=self.people.at
            )
        )

    def pay(self, batch: int, *, hospital: bool) -> str:
        """Answers the order's reference."""

        def work() -> str:
            by = staff(self.people.clerk)
            if hospital:
                found = get(HospitalBatch, batch)
                return pay_hospitals(batches=[found], by=by, at=self.people.at)[0].reference
            return pay(batches=[get(Batch, batch)], by=by, at=self.people.at)[0].reference

        return self.people.do(work)

    def bank_says(self, reference: str, fen: int, serial: str) -> str:
        """A statement with one line: `fen` went out (negative: came in). Answers its outcome."""
        yuan = f"{abs(fen) // 100}.{abs(fen) % 100:02d}"
        day = self.people.at.date().isoformat()
        line = (day, "" if fen > 0 else yuan, yuan if fen > 0 else "", "某某", "6227")
        data = bank_csv([(*line, f"{reference} 周结算", serial)])

        def work() -> str:
            taken = take_statement(
                data=data, filename="明细.csv", by=staff(self.people.clerk), at=self.people.at
            )
            return taken.lines[0].outcome if taken.lines else "already_seen"

        return self.people.do(work)

    def states(self) -> dict[str, dict[int, str]]:
        """The states that centres' and hospitals' batches stand in."""

        def look() -> dict[str, dict[int, str]]:
            return {
                table.__tablename__: dict(db.session.execute(select(table.id, table.state)).all())
                for table in (Batch, HospitalBatch, Remittance, HospitalRemittance)
            }

        return self.people.read(look)


def _letter_id(difference: Difference) -> int | None:
    if difference.line is not None:
        return difference.line.letter_id
    number = difference.letter_number
    found = db.session.scalar(select(Letter).where(Letter.number == number)) if number else None
    return (found.amends_id or found.id) if found is not None else None
