"""The worklist: alike ones gathered, a decision with its reason, undone until the approval."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantee.parties.staff import Staff
from guarantee.settlement.differences import Kind
from guarantee.settlement.models import Batch, Difference, Resolution
from guarantee.settlement.totals import current_differences, totals_of
from guarantee.web.finance.gathered import apart, gather_alike
from tests.settlement.scenes import Week

Browser = Callable[[Staff], FlaskClient]


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


class Scene:
    """A compared batch: two letters 20 yuan dearer in the report, one above the limit."""

    def __init__(self) -> None:
        self.week = Week()
        for fen in (30_000, 40_000):
            self.week.says(self.week.charged(fen), fen + 2_000)
        self.week.says(self.week.charged(100_000), 130_000)
        self.batch: Batch = self.week.opened()
        self.week.reported(self.batch)
        found = current_differences(self.batch)
        self.dearer = [one for one in found if one.kind == Kind.AMOUNT_DIFFERS]
        self.above = next(one for one in found if one.kind == Kind.ABOVE_LIMIT)
        self.address = f"/finance/batches/{self.batch.id}"

    def decide(self, browser: FlaskClient, **form: Any) -> Any:
        return browser.post(f"{self.address}/resolutions", data=form)


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene()


def difference(kind: Kind, system: int | None, report: int | None, part: str = "pre_hospital"):
    return Difference(kind=kind, part=part, system_fen=system, report_fen=report)


def test_alike_are_one_kind_in_one_part_and_the_same_sum_apart() -> None:
    same = [difference(Kind.AMOUNT_DIFFERS, fen, fen + 2_000) for fen in (100, 200)]
    odd = difference(Kind.AMOUNT_DIFFERS, 100, 900)
    fund = difference(Kind.AMOUNT_DIFFERS, 100, 900, part="reserve_fund")
    missing = difference(Kind.ONLY_IN_SYSTEM, 500, None)
    wrong = difference(Kind.BAD_NUMBER, None, 500)
    groups = gather_alike([missing, odd, *same, fund, wrong])
    assert [(g.kind, g.part, g.apart_fen, len(g.members)) for g in groups] == [
        (Kind.BAD_NUMBER, "pre_hospital", None, 1),
        (Kind.AMOUNT_DIFFERS, "pre_hospital", 2_000, 2),
        (Kind.AMOUNT_DIFFERS, "pre_hospital", None, 1),
        (Kind.AMOUNT_DIFFERS, "reserve_fund", None, 1),
        (Kind.ONLY_IN_SYSTEM, "pre_hospital", None, 1),
    ]
    assert len({group.key for group in groups}) == len(groups)
    assert sum(len(group.members) for group in groups) == 6
    assert (apart(missing), apart(wrong)) == (-500, 500)


def test_both_sides_and_the_sentence_stand_beside_each_other(
    scene: Scene, sign_in: Browser
) -> None:
    page = text(sign_in(scene.week.clerk).get(f"{scene.address}/differences"))
    for said in ("系统 300.00 元，上报 320.00 元", "+20.00", "超过担保限额", "都相差"):
        assert said in page
    assert "1,700.00" in page  # the sum that must come out, by the system's figures so far


def test_one_decision_serves_all_alike(session: Session, scene: Scene, sign_in: Browser) -> None:
    key = gather_alike(scene.dearer)[0].key
    answer = scene.decide(
        sign_in(scene.week.clerk), group=key, decision="take_center", reason="调价，票据相符"
    )
    assert answer.status_code == 303
    session.expire_all()
    assert [one.decision for one in scene.dearer] == ["take_center"] * 2
    assert scene.above.decision is None
    assert totals_of(scene.batch).adjusted_fen == 4_000


def test_a_decision_needs_a_reason_and_what_was_ticked_stays_ticked(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    answer = scene.decide(
        sign_in(scene.week.clerk), difference=scene.dearer[0].id, decision="leave_out", reason=" "
    )
    assert answer.status_code == 422
    page = text(answer)
    assert "reason_required" in page
    assert f'value="{scene.dearer[0].id}" checked' in page
    assert f'value="{scene.dearer[1].id}" checked' not in page
    session.expire_all()
    assert scene.dearer[0].decision is None


def test_a_decision_on_nothing_is_said_to_be_one(scene: Scene, sign_in: Browser) -> None:
    answer = scene.decide(sign_in(scene.week.clerk), decision="carry", reason="等凭证")
    assert answer.status_code == 422
    assert "nothing_chosen" in text(answer)


def test_what_no_rule_lets_be_paid_is_refused_for_all_that_were_ticked(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    ids = [scene.dearer[0].id, scene.above.id]
    answer = scene.decide(
        sign_in(scene.week.clerk), difference=ids, decision="take_center", reason="按中心"
    )
    assert answer.status_code == 409
    assert "above_limit" in text(answer)
    assert 'value="按中心"' in text(answer)
    session.expire_all()
    assert scene.dearer[0].decision is None


def test_a_decision_is_undone_and_both_stay_in_the_history(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    browser = sign_in(scene.week.clerk)
    one = scene.dearer[0]
    scene.decide(browser, difference=one.id, decision="leave_out", reason="误点")
    for _ in range(2):  # the second click finds it open
        answer = browser.post(f"{scene.address}/undoing", data={"undo": one.id})
        assert answer.status_code == 303
    session.expire_all()
    assert one.decision is None
    kept = session.scalars(select(Resolution.decision).where(Resolution.difference_id == one.id))
    assert kept.all() == ["leave_out", "undo"]
    assert "处理经过（2）" in text(browser.get(f"{scene.address}/differences"))


def test_nobody_decides_what_is_not_in_the_batch_or_not_theirs(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    other = Scene()
    answer = scene.decide(
        sign_in(scene.week.clerk), difference=other.above.id, decision="carry", reason="试"
    )
    assert answer.status_code == 422
    foreign = sign_in(scene.week.finance).post(
        f"{scene.address}/resolutions",
        data={"difference": scene.above.id, "decision": "carry", "reason": "试"},
    )
    assert foreign.status_code == 403  # the centre does not decide its own differences
    session.expire_all()
    assert other.above.decision is None


def test_the_list_shows_what_is_open_until_nothing_is(
    session: Session, scene: Scene, sign_in: Browser
) -> None:
    browser = sign_in(scene.week.clerk)
    address = f"{scene.address}/differences"
    scene.decide(browser, difference=scene.above.id, decision="take_system", reason="超限")
    number = scene.above.letter_number
    assert f"/letters/{number}" not in text(browser.get(address))
    assert f"/letters/{number}" in text(browser.get(f"{address}?show=decided"))
    ids = [one.id for one in scene.dearer]
    scene.decide(browser, difference=ids, decision="take_system", reason="以系统为准")
    assert "全部处理完" in text(browser.get(address))
    sheet = load_workbook(io.BytesIO(browser.get(f"{address}?export=xlsx").get_data())).active
    assert sheet.max_row == 4
    assert "超限" in [cell.value for row in sheet for cell in row]


def test_a_mistyped_number_shows_which_letter_was_probably_meant(
    session: Session, sign_in: Browser
) -> None:
    week = Week()
    letter = week.charged(30_000)
    typed = letter.number[:14] + str((int(letter.number[14]) + 1) % 10) + letter.number[15]
    week.says(letter, 30_000, number=typed)
    batch = week.opened()
    week.reported(batch)
    page = text(sign_in(week.clerk).get(f"/finance/batches/{batch.id}/differences"))
    assert "可能是" in page
    assert '<mark class="slip">' + letter.number[14] + "</mark>" in page
