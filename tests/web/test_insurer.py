"""The insurer's desk: its own members only, masked, and what it owes for a month."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantee.audit import AuditRecord
from guarantee.business_time import business_day, now
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from tests.factories import make_letter, make_staff, make_verified_case
from tests.settlement.scenes import Week
from tests.web.test_finance import text

Browser = Callable[[Staff], FlaskClient]


class Scene:
    """A case of one insurer's member with 300 yuan advanced, and one of another insurer's."""

    def __init__(self) -> None:
        week = Week()
        self.letter, self.other = (
            make_letter(case=make_verified_case(center=week.center)) for _ in range(2)
        )
        for letter, fen in ((self.letter, 30_000), (self.other, 77_700)):
            week.charged(fen, letter=letter, day=business_day(now()), at=now())
        self.case, self.foreign = self.letter.case, self.other.case
        self.insurer = self.case.enrolment.policy.insurer
        self.clerk = make_staff(Role.INSURER, insurer=self.insurer)
        self.finance = week.clerk


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene()


def test_an_insurer_sees_its_own_members_masked_and_nobody_elses(
    scene: Scene, sign_in: Browser
) -> None:
    browser = sign_in(scene.clerk)
    member = scene.case.member
    for address in ("/insurer", f"/insurer/cases/{scene.case.id}"):
        page = text(browser.get(address))
        assert scene.letter.number[:4] in page
        assert "王*" in page
        assert member.name not in page
        assert member.document_number not in page
        assert scene.foreign.enrolment.policy.number not in page
    assert browser.get(f"/insurer/cases/{scene.foreign.id}").status_code == 404


def test_looking_at_a_case_is_audited(session: Session, scene: Scene, sign_in: Browser) -> None:
    sign_in(scene.clerk).get(f"/insurer/cases/{scene.case.id}")
    session.expire_all()
    seen = select(AuditRecord).where(
        AuditRecord.action == "case viewed", AuditRecord.staff_id == scene.clerk.id
    )
    assert session.scalars(seen).one().subject == f"case:{scene.case.id}"


def test_a_case_is_found_by_policy_and_by_letter_number(scene: Scene, sign_in: Browser) -> None:
    browser = sign_in(scene.clerk)
    here = f"/insurer/cases/{scene.case.id}"
    policy = scene.case.enrolment.policy.number
    assert here in text(browser.get(f"/insurer?q={policy}"))
    assert here in text(
        browser.get(f"/insurer?q={scene.letter.number[:4]} {scene.letter.number[4:]}")
    )
    assert "没有符合条件的案例" in text(browser.get("/insurer?q=PXYZ"))
    sheet = load_workbook(io.BytesIO(browser.get("/insurer?export=xlsx").get_data())).active
    assert (sheet.max_row, sheet.cell(2, 10).value) == (2, 300)


def test_the_statement_is_the_months_advances_on_the_page_and_as_a_workbook(
    scene: Scene, sign_in: Browser
) -> None:
    browser = sign_in(scene.clerk)
    page = text(browser.get("/recovery"))
    assert "300.00" in page
    assert "777.00" not in page
    month = business_day(now()).strftime("%Y-%m")
    data = browser.get(f"/recovery?month={month}&export=xlsx").get_data()
    cells = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active]
    assert cells[2][0] == scene.letter.number
    assert cells[-1][-1] == 300
    assert "本月没有垫付" in text(browser.get("/recovery?month=2020-01"))


def test_a_month_that_is_none_is_refused(scene: Scene, sign_in: Browser) -> None:
    answer = sign_in(scene.clerk).get("/recovery?month=2026-13")
    assert (answer.status_code, "bad_month" in text(answer)) == (422, True)


def test_one_insurer_does_not_read_anothers_statement(scene: Scene, sign_in: Browser) -> None:
    other = scene.foreign.enrolment.policy.insurer.code
    assert sign_in(scene.clerk).get(f"/recovery?insurer={other}").status_code == 404
    page = text(sign_in(scene.finance).get(f"/recovery?insurer={other}"))
    assert "777.00" in page


def test_the_insurers_desk_is_read_only_and_its_own(scene: Scene, sign_in: Browser) -> None:
    browser = sign_in(scene.clerk)
    assert browser.get("/finance").status_code == 403
    assert browser.get("/supervisor").status_code == 403
    assert 'method="post"' not in text(browser.get("/insurer")).split("<main")[1]
    assert sign_in(scene.finance).get("/insurer").status_code == 403
