"""A network hospital in a week: stays that end, their letters closed with a bill, money paid."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from decimal import Decimal

from guarantee.business_time import SHANGHAI
from guarantee.charges import capturing
from guarantee.charges.final_bill import close_with_final_bill
from guarantee.charges.lines import ChargeLine
from guarantee.charges.models import Charge
from guarantee.charges.posting import post_charges
from guarantee.db import db
from guarantee.ledger.models import Part
from guarantee.letters.lifecycle import present
from guarantee.roles import Role
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.hospital_payment import pay_hospitals
from guarantee.settlement.hospital_weeks import approve_hospital_batch, open_hospital_week
from tests import factories
from tests.settlement.files import bank_csv

WEEK = "2026-W47"
NEXT_WEEK = "2026-W48"
TUESDAY = datetime(2026, 11, 17, 10, tzinfo=SHANGHAI)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
NEXT_MONDAY = datetime(2026, 11, 30, 9, tzinfo=SHANGHAI)
ACCOUNT = {
    "bank_name": "中国银行上海分行",
    "bank_account_name": "第一人民医院",
    "bank_account_number": "622800000001",
}
_ids = itertools.count(1)


class Stays:
    """A network hospital with its billing desk, and two people of the alliance's finance."""

    def __init__(self, **more):
        self.hospital = factories.make_hospital(**{**ACCOUNT, **more})
        self.desk = factories.make_staff(Role.BILLING_DESK, hospital=self.hospital)
        self.clerk = factories.make_staff(Role.ALLIANCE_FINANCE)
        self.chief = factories.make_staff(Role.ALLIANCE_FINANCE)

    def admitted(self, fen, *, at=TUESDAY, **more):
        """A presented letter with one charge."""
        letter = factories.make_letter(hospital=self.hospital, at=at, **more)
        letter = present(letter=letter, by=self.desk, at=at)
        if fen:
            line = ChargeLine(
                line_id=f"H{next(_ids)}", part=Part.IN_HOSPITAL, charged_on=at.date(),
                category="治疗", code="", name="清创缝合术", quantity=Decimal(1),
                unit_price_fen=fen, amount_fen=fen, in_scope=True,
            )  # fmt: skip
            post_charges(letter=letter, lines=[line], by=self.desk, at=at)
        return letter

    def closed(self, fen, *, at=TUESDAY, **more):
        """A letter closed with a bill of `fen` at this moment."""
        letter = self.admitted(fen, at=at, **more)
        close_with_final_bill(letter=letter, by=self.desk, at=at)
        return letter

    def takes_off(self, letter, fen, *, at):
        """A later correction, a line of its own, takes money off a closed letter."""
        line = Charge(
            letter_id=letter.id, hospital_id=self.hospital.id, line_id=f"H{next(_ids)}",
            part=Part.IN_HOSPITAL, charged_on=at.date(), category="更正", name="更正",
            quantity=Decimal(-1), unit_price_fen=fen, amount_fen=-fen, in_scope=True,
            guaranteed_fen=-fen, posted_at=at, posted_by_id=self.clerk.id,
        )  # fmt: skip
        db.session.add(line)
        db.session.flush()
        capturing.use(letter, Part.IN_HOSPITAL, -fen, self.clerk, at)

    def opened(self, *, week=WEEK, at=MONDAY, by=None):
        """This hospital's batch of the week, or None."""
        batches = open_hospital_week(week=week, by=by or self.clerk, at=at)
        return next((one for one in batches if one.hospital_id == self.hospital.id), None)

    def approved(self, batch, *, at=MONDAY):
        return approve_hospital_batch(batch=batch, by=self.chief, at=at)

    def ordered(self, batch, *, at=MONDAY):
        return pay_hospitals(batches=[batch], by=self.clerk, at=at)[0]

    def bank_says(self, *lines, on="2026-11-25", at=MONDAY + timedelta(days=2)):
        """(amount out in yuan, or in with a +, text, serial)"""
        rows = [
            (on, text[1:] if text.startswith("+") else "", "" if text.startswith("+") else text,
             "某医院", "6228", said, serial)
            for text, said, serial in lines
        ]  # fmt: skip
        return take_statement(data=bank_csv(rows), filename="明细.csv", by=self.clerk, at=at)

    def paid(self, batch, *, on="2026-11-25"):
        """The batch approved, ordered, and confirmed by the bank on this day."""
        order = self.ordered(self.approved(batch))
        yuan = f"{order.amount_fen // 100}.{order.amount_fen % 100:02d}"
        self.bank_says((yuan, f"{order.reference} 医院结算", f"S{next(_ids)}"), on=on)
        return order
