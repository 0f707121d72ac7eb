"""A centre's week through the API: from the opened batch to the closed one."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine

from guarantee.ledger.check import check_ledger
from guarantee.roles import Role
from tests import factories as make
from tests.settlement.files import HEADER, workbook
from tests.settlement.scenes import MONDAY, WEEK, Week


@pytest.fixture(autouse=True)
def monday(app):
    with time_machine.travel(MONDAY, tick=True):
        yield


@pytest.fixture
def week(session):
    made = Week(make.make_center("3101"))
    made.filled()
    session.commit()
    return made


def upload(caller, path, data, name="上报.xlsx"):
    return caller.post(path, data={"file": (io.BytesIO(data), name)})


def bank_csv(reference, yuan, serial="B0001"):
    text = (
        "中国银行,,,,,,,\n账号:,1234,,,,,,\n"
        "交易日期,交易时间,收入金额,支出金额,对方户名,对方账号,附言,流水号\n"
        f"20261123,10:00:00,,{yuan},某中心,6227,{reference},{serial}\n"
    )
    return text.encode("gb18030")


def opened(caller, week):
    return caller.post("/settlement/batches", json={"center": week.center.code, "week": WEEK})


def test_a_week_is_opened_reported_decided_approved_paid_and_closed(api, week, session):
    first, second = week.charged(80_000), week.charged(50_000)
    week.says(first, 80_000)
    week.says(second, 45_000)
    finance, clerk, chief = api(week.finance), api(week.clerk), api(week.chief)

    batch = opened(clerk, week)
    assert (batch.status_code, batch.json["total_fen"]) == (201, 130_000)
    assert opened(finance, week).status_code == 200
    path = f"/settlement/batches/{batch.json['id']}"

    report = upload(finance, f"{path}/report", workbook([HEADER, *week.rows]))
    assert report.status_code == 200, report.json
    assert (report.json["matched"], report.json["differences"]) == (1, 1)
    found = clerk.get(f"{path}/differences").json["items"]
    assert [d["kind"] for d in found] == ["amount_differs"]
    assert (found[0]["system_fen"], found[0]["report_fen"]) == (50_000, 45_000)

    early = chief.post(f"{path}/approval", json={})
    assert (early.status_code, early.json["code"]) == (409, "differences_open")
    decided = clerk.post(
        f"/settlement/differences/{found[0]['id']}/resolution",
        json={"decision": "take_center", "reason": "中心核对无误"},
    )
    assert decided.json["decision"] == "take_center"
    same = clerk.post(f"{path}/approval", json={})
    assert (same.status_code, same.json["code"]) == (409, "same_person")
    changed = chief.post(f"{path}/approval", json={"total_fen": 1})
    assert (changed.status_code, changed.json["code"]) == (409, "total_changed")
    approved = chief.post(f"{path}/approval", json={"total_fen": 125_000})
    assert (approved.json["state"], approved.json["approved_fen"]) == ("approved", 125_000)

    file = chief.get(f"{path}/payment-file")
    assert file.status_code == 200
    assert "1250.00" in file.data.decode("gb18030")
    assert chief.get(f"{path}/payment-file").data == file.data
    reference = next(
        cell for cell in file.data.decode("gb18030").replace("\r\n", ",").split(",")
        if cell.startswith("JS")
    )  # fmt: skip
    statement = upload(
        chief, "/settlement/bank-statements", bank_csv(reference, "1250.00"), "bank.csv"
    )
    assert statement.json["matched"] == 1, statement.json
    again = upload(chief, "/settlement/bank-statements", bank_csv(reference, "1250.00"), "b.csv")
    assert (again.json["matched"], again.json["already_seen"]) == (0, 1)
    assert chief.get(path).json["state"] == "paid"

    mailed = finance.post(
        f"{path}/mailing",
        json={"courier": "顺丰", "tracking_number": "SF 1234 5678", "fee_fen": 1_800},
    )
    assert mailed.status_code == 201, mailed.json
    papers = chief.get(f"{path}/originals").json
    assert papers["missing"] == len(papers["items"]) == 6
    codes = [paper["code"] for paper in papers["items"]]
    closed = chief.post(f"{path}/originals", json={"codes": codes, "close": True})
    assert closed.json["missing"] == 0
    assert closed.json["batch"]["state"] == "closed"
    session.rollback()
    assert check_ledger().faults == []


def test_a_week_that_is_not_over_is_not_opened(api, week):
    answer = api(week.clerk).post(
        "/settlement/batches", json={"center": week.center.code, "week": "2026-W48"}
    )
    assert (answer.status_code, answer.json["code"]) == (409, "week_not_over")


@pytest.mark.parametrize("text", ["2026-W54", "47", "0001-W01", "２０２６-W47", "9999-W60"])
def test_what_is_no_week_is_named(api, week, text):
    answer = api(week.clerk).post(
        "/settlement/batches", json={"center": week.center.code, "week": text}
    )
    assert (answer.status_code, answer.json["code"]) == (422, "bad_week")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.xlsx"),
        (b"not a workbook at all", "report.xlsx"),
        ("一,二,三\n1,2,3\n".encode(), "no-header.csv"),
        (b"PK\x03\x04broken", "broken.xlsx"),
    ],
)
def test_a_file_that_can_not_be_read_leaves_the_batch_as_it_was(api, week, data, name):
    finance = api(week.finance)
    batch = opened(finance, week).json["id"]
    answer = upload(finance, f"/settlement/batches/{batch}/report", data, name)
    assert answer.status_code == 422
    assert answer.json["title"]
    assert finance.get(f"/settlement/batches/{batch}").json["state"] == "open"


def test_a_report_without_its_file_says_so(api, week):
    finance = api(week.finance)
    path = f"/settlement/batches/{opened(finance, week).json['id']}/report"
    missing = finance.post(path, data={"other": "x"}, content_type="multipart/form-data")
    assert (missing.status_code, missing.json["errors"][0]["field"]) == (422, "file")
    assert finance.post(path, json={}).status_code == 415


def test_another_centres_batch_and_difference_are_unknown(api, week, session):
    letter = week.charged(80_000)
    week.says(letter, 70_000)
    batch = week.opened()
    week.reported(batch)
    session.commit()
    stranger = api(make.make_staff(Role.CENTER_FINANCE))
    for path in ("", "/differences", "/originals"):
        assert stranger.get(f"/settlement/batches/{batch.id}{path}").status_code == 404
    report = upload(stranger, f"/settlement/batches/{batch.id}/report", b"x")
    assert report.status_code == 404
    answer = stranger.post("/settlement/batches", json={"center": week.center.code, "week": WEEK})
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_center")
    assert stranger.get("/settlement/batches").json["items"] == []


def test_a_link_moves_no_money(week, session, sign_in):
    letter = week.charged(80_000)
    week.says(letter, 80_000)
    batch = week.opened()
    week.reported(batch)
    week.approved(batch, at=MONDAY + timedelta(hours=1))
    session.commit()
    browser = sign_in(week.chief)
    answer = browser.get(f"/api/v1/settlement/batches/{batch.id}/payment-file")
    assert (answer.status_code, answer.json["code"]) == (409, "payment_not_ordered")
    session.expire_all()
    assert batch.state == "approved"


def test_recovery_is_the_insurers_own_and_adds_up(api, week, session):
    letter = week.charged(80_000)
    insurer = letter.case.enrolment.product.insurer
    session.commit()
    finance = api(make.make_staff(Role.ALLIANCE_FINANCE))
    own = api(make.make_staff(Role.INSURER, insurer=insurer))
    other = api(make.make_staff(Role.INSURER))
    path = f"/recovery/{insurer.code}/2026-11"
    told = own.get(path).json
    assert told == finance.get(path).json
    assert told["total_fen"] == told["receivable_fen"] == 80_000
    assert [line["letter_number"] for line in told["items"]] == [letter.number]
    assert letter.case.member.name not in str(told)
    assert other.get(path).status_code == 404
    for month in ("2026-13", "26-11", "9999-12", "0001-01"):
        assert finance.get(f"/recovery/{insurer.code}/{month}").json["code"] == "bad_month"
