"""From the approval to the closed batch: another person, one payment, the bank, the originals."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guarantee.db import db
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.settlement.models import BankStatementLine, Mailing, Original, Remittance
from guarantee.settlement.originals import originals_of
from guarantee.settlement.remittance import pay
from tests.factories import make_staff
from tests.settlement.files import bank_csv
from tests.settlement.scenes import MONDAY, Week
from tests.web.test_finance import how_many, send, text

Browser = Callable[[Staff], FlaskClient]


class Scene:
    """A compared batch of two letters without a difference: 700 yuan, ready to approve."""

    def __init__(self) -> None:
        self.week = Week()
        for fen in (30_000, 40_000):
            self.week.says(self.week.charged(fen), fen)
        self.batch = self.week.opened()
        self.week.reported(self.batch)
        self.address = f"/finance/batches/{self.batch.id}"

    def paid(self) -> bytes:
        """The bank's file that says the batch was paid."""
        order = pay(batches=[self.batch], by=self.week.clerk, at=MONDAY)[0]
        line = ("20261125", "", "700.00", self.week.center.name_zh, "6227",
                f"结算款{order.reference}", "2026112500017")  # fmt: skip
        db.session.commit()
        return bank_csv([line, ("20261125", "5.00", "", "某人", "1", "利息", "2026112500018")])


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene()


def test_the_approver_is_asked_with_the_count_and_the_total(scene: Scene, sign_in: Browser) -> None:
    page = text(sign_in(scene.week.chief).get(scene.address))
    assert f"批准 {scene.week.center.name_zh} {scene.batch.week}：2 行，合计 700.00 元？" in page


def test_whoever_prepared_the_batch_does_not_approve_it(session: Session, sign_in: Browser) -> None:
    week = Week()
    week.says(week.charged(30_000), 30_000)
    batch = week.opened()
    week.reported(batch, by=week.clerk)
    browser = sign_in(week.clerk)
    assert "须由另一人批准" in text(browser.get(f"/finance/batches/{batch.id}"))
    answer = browser.post(f"/finance/batches/{batch.id}/approval", data={"total_fen": "30000"})
    assert answer.status_code == 409
    assert "same_person" in text(answer)
    session.expire_all()
    assert batch.approved_fen is None


def test_a_total_that_has_moved_is_not_approved(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    browser = sign_in(scene.week.chief)
    for asked, code in (("70001", "total_changed"), ("七百", "bad_amount"), ("", "missing")):
        answer = browser.post(f"{scene.address}/approval", data={"total_fen": asked})
        assert answer.status_code in (409, 422)
        assert code in text(answer)
    session.expire_all()
    assert scene.batch.state == "reconciled"


def test_a_second_click_on_approve_changes_nothing(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    browser = sign_in(scene.week.chief)
    for _ in range(2):
        answer = browser.post(f"{scene.address}/approval", data={"total_fen": "70000"})
        assert answer.status_code == 303
    session.expire_all()
    assert (scene.batch.state, scene.batch.approved_fen) == ("approved", 70_000)


def test_the_statement_is_fetched_in_two_forms(scene: Scene, sign_in: Browser) -> None:
    browser = sign_in(scene.week.finance)
    assert browser.get(f"{scene.address}/statement.pdf").get_data()[:5] == b"%PDF-"
    data = browser.get(f"{scene.address}/statement.xlsx").get_data()
    assert len(load_workbook(io.BytesIO(data)).sheetnames) > 1


def test_a_batch_is_ordered_once_and_its_files_say_the_same_each_time(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    scene.week.approved(scene.batch)
    browser = sign_in(scene.week.clerk)
    for _ in range(2):
        answer = browser.post("/finance/bank/payments", data={"batch": scene.batch.id})
        assert answer.status_code == 303
    assert how_many(session, Remittance) == 1
    order = session.scalar(select(Remittance))
    address = f"/finance/bank/payments.csv?order={order.id}"
    file = browser.get(address).get_data()
    assert order.reference in file.decode("gb18030")
    assert "700.00" in file.decode("gb18030")
    assert browser.get(address).get_data() == file
    xml = browser.get(f"/finance/bank/payments.xml?order={order.id}")
    if xml.status_code == 200:
        assert order.reference.encode() in xml.get_data()
    else:
        assert "no_payer_account" in text(xml)
    assert sign_in(scene.week.finance).get(address).status_code == 403


def test_nothing_chosen_and_not_approved_are_refused_with_a_sentence(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    browser = sign_in(scene.week.clerk)
    nothing = browser.post("/finance/bank/payments", data={})
    assert (nothing.status_code, "nothing_chosen" in text(nothing)) == (422, True)
    early = browser.post("/finance/bank/payments", data={"batch": scene.batch.id})
    assert (early.status_code, "wrong_state" in text(early)) == (409, True)
    assert how_many(session, Remittance) == 0
    assert browser.get("/finance/bank/payments.csv?order=9").status_code == 404


def test_a_statement_is_matched_and_the_second_time_changes_nothing(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    scene.week.approved(scene.batch)
    data = scene.paid()
    browser = sign_in(scene.week.clerk)
    first = send(browser, "/finance/bank/statements", data, "明细.csv")
    assert first.status_code == 303
    page = text(browser.get(first.location))
    assert "未匹配" in page
    assert scene.batch.week.replace("-W", "") in page
    session.expire_all()
    assert scene.batch.state == "paid"
    again = send(browser, "/finance/bank/statements", data, "明细.csv")
    assert "这份对账单的流水都已收过" in text(browser.get(again.location))
    assert how_many(session, BankStatementLine) == 2
    only = text(browser.get(f"{first.location}?outcome=unmatched"))
    assert "利息" in only
    assert "结算款" not in only


def test_what_is_no_statement_is_refused_at_the_field(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    browser = sign_in(scene.week.clerk)
    for data, name in ((b"<html></html>", "a.xml"), (b"", "")):
        answer = send(browser, "/finance/bank/statements", data, name)
        assert answer.status_code == 422
        assert "f-file-error" in text(answer)


def test_a_parcel_is_noted_ticked_off_and_the_batch_closed(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    scene.week.approved(scene.batch)
    centre, clerk = sign_in(scene.week.finance), sign_in(scene.week.clerk)
    data = scene.paid()
    codes = [one.code for one in originals_of(scene.batch)]
    parcel = {"courier": "顺丰", "tracking_number": "SF 1002", "fee_fen": "18", "code": codes}
    early = centre.post(f"{scene.address}/mailing", data=parcel)
    assert (early.status_code, "wrong_state" in text(early)) == (409, True)
    send(clerk, "/finance/bank/statements", data, "明细.csv")

    nameless = centre.post(f"{scene.address}/mailing", data={**parcel, "tracking_number": ""})
    assert nameless.status_code == 422
    assert "tracking_number_needed" in text(nameless)
    assert 'value="18"' in text(nameless)
    assert centre.post(f"{scene.address}/mailing", data=parcel).status_code == 303
    twice = centre.post(f"{scene.address}/mailing", data=parcel)
    assert (twice.status_code, "tracking_number_taken" in text(twice)) == (409, True)
    assert how_many(session, Mailing) == 1

    strange = clerk.post(f"{scene.address}/arrivals", data={"codes": "C3-0000-0000-0"})
    assert (strange.status_code, "unknown_original" in text(strange)) == (422, True)
    empty = clerk.post(f"{scene.address}/arrivals", data={"codes": "  "})
    assert (empty.status_code, "no_code" in text(empty)) == (422, True)
    scanned = "\n".join(codes[1:3]).lower()
    ticked = {"codes": scanned, "code": codes[3:]}
    for _ in range(2):
        assert clerk.post(f"{scene.address}/arrivals", data=ticked).status_code == 303
    owing = text(clerk.get("/finance/originals"))
    assert codes[0] in owing
    assert codes[1] not in owing

    assert "1 份未到的原件继续欠交" in text(clerk.get(scene.address))
    for _ in range(2):
        assert clerk.post(f"{scene.address}/close").status_code == 303
    session.expire_all()
    assert scene.batch.state == "closed"
    missing = select(func.count()).select_from(Original).where(Original.arrived_at.is_(None))
    assert session.scalar(missing) == 1


def test_an_auditor_reads_the_bank_and_orders_nothing(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    scene.week.approved(scene.batch)
    browser = sign_in(make_staff(Role.AUDITOR))
    assert "下达所选付款" not in text(browser.get("/finance/bank"))
    order = browser.post("/finance/bank/payments", data={"batch": scene.batch.id})
    assert order.status_code == 403
