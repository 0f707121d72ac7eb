"""Situations of a week: letters with charges, a fund that was used, a report made of them."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal

from guarantee.business_time import SHANGHAI
from guarantee.charges.lines import ChargeLine
from guarantee.charges.posting import post_charges
from guarantee.ledger.models import Part
from guarantee.roles import Role
from guarantee.settlement import reserve_fund
from guarantee.settlement.approval import approve
from guarantee.settlement.batch import open_batch
from guarantee.settlement.report_upload import reconcile_batch, take_report
from tests import factories
from tests.settlement.files import HEADER, workbook

WEEK = "2026-W47"
NEXT_WEEK = "2026-W48"
TUESDAY = datetime(2026, 11, 17, 10, tzinfo=SHANGHAI)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
NEXT_MONDAY = datetime(2026, 11, 30, 9, tzinfo=SHANGHAI)
_ids = itertools.count(1)


class Week:
    """A centre, its people, and what happens there in a week."""

    def __init__(self, center=None):
        self.center = center or factories.make_center()
        self.finance = factories.make_staff(Role.CENTER_FINANCE, center=self.center)
        self.clerk = factories.make_staff(Role.ALLIANCE_FINANCE)
        self.chief = factories.make_staff(Role.ALLIANCE_FINANCE)
        self.supervisor = factories.make_staff(Role.SUPERVISOR, supervised=[self.center])
        self.rows = []

    def letter(self, *, at=TUESDAY, network=True, **more):
        case = factories.make_verified_case(center=self.center, at=at, **more)
        hospital = factories.make_hospital(network=network)
        return factories.make_letter(case=case, hospital=hospital, at=at)

    def charged(self, fen, *, receipt=None, day=TUESDAY.date(), at=TUESDAY, letter=None, name=None):
        """A letter of the week with one pre-hospital charge; answers the letter."""
        letter = letter or self.letter()
        line = ChargeLine(
            line_id=f"L{next(_ids)}", part=Part.PRE_HOSPITAL, charged_on=day, category="车费",
            code="", name=name or f"出车费{next(_ids)}", quantity=Decimal(1), unit_price_fen=fen,
            amount_fen=fen, in_scope=True, receipt_number=receipt or f"R{next(_ids):08d}",
        )  # fmt: skip
        post_charges(letter=letter, lines=[line], by=self.finance, at=at)
        letter.receipt = line.receipt_number
        return letter

    def drawn(self, fen, *, letter=None, at=TUESDAY, receipt=None):
        """A letter to a hospital outside the network, paid from the fund; answers the letter."""
        letter = letter or self.letter(network=False)
        drawdown = reserve_fund.draw_down(
            letter=letter, hospital=letter.hospital, amount_fen=fen, paid_on=at.date(),
            receipt_number=receipt or f"F{next(_ids):08d}", by=self.finance, at=at,
        )  # fmt: skip
        letter.receipt = drawdown.receipt_number
        return letter

    def filled(self, fen=1_000_000):
        reserve_fund.fund(
            center=self.center, amount_fen=fen, key=f"K{next(_ids)}", by=self.clerk, at=TUESDAY
        )

    def says(self, letter, fen, *, receipt=None, fund=False, number=None, day="2026-11-17"):
        """A row of the centre's own table."""
        yuan = f"{fen // 100}.{fen % 100:02d}"
        self.rows.append(
            (len(self.rows) + 1, "某某", number or letter.number, day, yuan, "", "", "", yuan,
             letter.receipt if receipt is None else receipt, "是" if fund else "否", "")
        )  # fmt: skip

    def opened(self, *, week=WEEK, at=MONDAY):
        return open_batch(center=self.center, week=week, by=self.clerk, at=at)

    def reported(self, batch, *, at=MONDAY, by=None):
        """The centre's rows uploaded and reconciled."""
        take_report(
            batch=batch, data=workbook([HEADER, *self.rows]), filename="上报.xlsx",
            by=by or self.finance, at=at,
        )  # fmt: skip
        return reconcile_batch(batch=batch, by=by or self.finance, at=at)

    def approved(self, batch, *, at=MONDAY + timedelta(hours=2)):
        return approve(batch=batch, by=self.chief, at=at)


def day(text):
    return date.fromisoformat(text)
