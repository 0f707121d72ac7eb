"""The whole job through the API: from the posted call to the closed week.

One story with two patients: the first goes to a network hospital, needs more than the letter
guarantees and gets a top-up; the second to a hospital outside the network, which the centre pays
from its reserve fund. Between the steps, nothing but what the API answered is used.
"""

from __future__ import annotations

import base64
import io
import json
from datetime import datetime, timedelta

import openpyxl
import pytest
import time_machine
from standardwebhooks.webhooks import Webhook

from guarantee.audit import verify_chain
from guarantee.business_time import SHANGHAI
from guarantee.ledger.check import check_ledger
from guarantee.letters.models import Letter
from guarantee.roles import Role
from guarantee.settlement.reserve_fund import balance, draw_down, fund
from tests import factories as make

WEDNESDAY = datetime(2026, 11, 18, 4, 12, tzinfo=SHANGHAI)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
SECRET = base64.b64encode(b"the telephone system's secret, 32").decode()
PHONE = "13912345678"


@pytest.fixture
def house(session, app, api, monkeypatch):
    """A centre, two hospitals, an insured family, and everybody's token."""
    settings = app.config["SETTINGS"]
    keys = settings.model_copy(update={"webhook_keys": (type(settings.secret_key)(SECRET),)})
    monkeypatch.setitem(app.config, "SETTINGS", keys)
    with time_machine.travel(WEDNESDAY, tick=True):
        center = make.make_center("3101")
        network = make.make_hospital("仁济医院")
        outside = make.make_hospital("东平镇社区卫生服务中心", network=False)
        product = make.make_product(make.make_insurer("ALPHA"))
        member = make.make_member("王伟", phone=PHONE)
        child = make.make_member("王子墨", phone=PHONE)
        for one in (member, child):
            make.make_enrolment(one, product=product, sum_insured_fen=2_000_000)
        people = {
            "dispatcher": make.make_staff(Role.DISPATCHER, center=center, extension="8001"),
            "crew": make.make_staff(Role.CREW, center=center),
            "center_finance": make.make_staff(Role.CENTER_FINANCE, center=center),
            "desk": make.make_staff(Role.BILLING_DESK, hospital=network),
            "hotline": make.make_staff(Role.HOTLINE),
            "finance": make.make_staff(Role.ALLIANCE_FINANCE),
            "finance2": make.make_staff(Role.ALLIANCE_FINANCE),
            "supervisor": make.make_staff(Role.SUPERVISOR, supervised=[center]),
        }
        fund(center=center, amount_fen=1_000_000, key="start", by=people["finance"], at=make.NOW())
        callers = {name: api(staff) for name, staff in people.items()}
        session.commit()
    return {
        "center": center,
        "network": network,
        "outside": outside,
        "member": member,
        "child": child,
        "people": people,
        **callers,
    }


def answered(response, status):
    assert response.status_code == status, response.get_data(as_text=True)
    return response.get_json()


def ring(client, call_id):
    body = json.dumps(
        {
            "call_id": call_id,
            "center": "3101",
            "extension": "8001",
            "caller": f"+86 {PHONE}",
            "at": make.NOW().isoformat(),
        }
    )
    at = make.NOW()
    headers = {
        "webhook-id": f"msg_{call_id}",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(f"msg_{call_id}", at, body),
        "Content-Type": "application/json",
    }
    return answered(client.post("/api/v1/calls", data=body, headers=headers), 202)["candidates"]


def letter_of(house, member, hospital):
    """From the search to the number, as dispatcher and crew do it."""
    found = answered(house["dispatcher"].get(f"/members?phone={PHONE}"), 200)["items"]
    assert {one["id"] for one in found} == {house["member"].id, house["child"].id}
    standing = answered(house["dispatcher"].get(f"/members/{member.id}/eligibility"), 200)
    assert standing["verdict"] == "eligible"
    assert standing["remaining_fen"] == 2_000_000
    case = answered(
        house["dispatcher"].post(
            "/cases",
            {"center": "3101", "member_id": member.id, "caller": PHONE, "condition": "accident"},
        ),
        201,
    )
    answered(
        house["crew"].post(
            f"/cases/{case['id']}/verification",
            {
                "method": "document",
                "document_type": "居民身份证",
                "document_number": member.document_number,
                "condition_in_scope": True,
                "exclusions": [
                    {"code": one["code"], "applies": False} for one in standing["exclusions"]
                ],
                "exclusions_version": standing["exclusions_version"],
            },
        ),
        201,
    )
    ask = {"hospital": hospital.code, "channel": "center"}
    letter = answered(house["dispatcher"].post(f"/cases/{case['id']}/letters", ask), 201)
    again = answered(house["dispatcher"].post(f"/cases/{case['id']}/letters", ask), 200)
    assert again["number"] == letter["number"]
    assert (letter["pre_hospital_fen"], letter["in_hospital_fen"]) == (100_000, 500_000)
    return letter["number"]


def line(line_id, amount_fen, part="in_hospital", in_scope=True, **more):
    return {
        "line_id": line_id,
        "part": part,
        "charged_on": "2026-11-18",
        "category": "治疗",
        "code": "X1",
        "name": "清创缝合术",
        "quantity": 1,
        "unit_price_fen": amount_fen,
        "amount_fen": amount_fen,
        "in_scope": in_scope,
        **more,
    }


def in_hospital(house, client, number):
    """The billing desk verifies, accepts, posts, runs short, gets a top-up, closes."""
    public = answered(client.get(f"/api/v1/verify/{number}"), 200)
    assert (public["genuine"], public["state"], public["holder"]) == (True, "issued", "王*")
    desk = house["desk"]
    answered(desk.post(f"/letters/{number}/presentation", {"accepted": True}), 200)
    posted = answered(
        desk.post(
            f"/letters/{number}/charges",
            {"lines": [line("A1", 450_000), line("A2", 30_000, in_scope=False)]},
        ),
        200,
    )
    assert posted["captured_fen"] == 450_000
    assert posted["remaining_fen"] == 50_000
    assert posted["patient_fen"] == 30_000
    assert 80 in posted["alerts"]
    request = answered(
        desk.post(
            f"/letters/{number}/top-up-requests", {"amount_fen": 300_000, "reason": "需要手术"}
        ),
        201,
    )
    decided = answered(
        house["hotline"].post(
            f"/top-up-requests/{request['id']}/decision",
            {"approve": True, "amount_fen": 200_000, "reason": "部分同意"},
        ),
        200,
    )
    position = answered(desk.get(f"/letters/{number}"), 200)
    assert position["total_in_hospital_fen"] == 700_000
    assert json.dumps(decided).count(position["current_number"])
    answered(desk.post(f"/letters/{number}/charges", {"lines": [line("A3", 300_000)]}), 200)
    closed = answered(desk.post(f"/letters/{number}/final-bill", {"total_fen": 780_000}), 200)
    assert (closed["guaranteed_fen"], closed["patient_fen"]) == (700_000, 80_000)
    pdf = house["dispatcher"].get(f"/letters/{number}.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert house["dispatcher"].get(f"/letters/{number}.pdf").data == pdf.data


def report_of(rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["上海急救中心 第47周 结算上报表"])
    sheet.append(
        ["担保函号", "患者姓名", "出车日期", "出车费", "急救费", "合计", "票据号", "备用金"]
    )
    for row in rows:
        sheet.append(row)
    sheet.append(["合计", "", "", "", "", sum(r[5] for r in rows), "", ""])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(caller, path, data, filename):
    return caller.post(
        path, data={"file": (io.BytesIO(data), filename)}, content_type="multipart/form-data"
    )


def test_from_the_call_to_the_closed_week(house, client, session):
    with time_machine.travel(WEDNESDAY, tick=True):
        assert ring(client, "c-1") == 2
        assert ring(client, "c-1") == 2
        first = letter_of(house, house["member"], house["network"])
        second = letter_of(house, house["child"], house["outside"])
        in_hospital(house, client, first)
        rides = {first: 68_000, second: 52_000}
        for n, (number, fen) in enumerate(rides.items()):
            ride = line(f"R{n}", fen, "pre_hospital", receipt_number=f"3100012{n}")
            answered(
                house["center_finance"].post(f"/letters/{number}/charges", {"lines": [ride]}), 200
            )
        session.expire_all()
        draw_down(
            letter=session.query(Letter).filter_by(number=second).one(),
            hospital=house["outside"],
            amount_fen=120_000,
            receipt_number="99887766",
            paid_on=WEDNESDAY.date(),
            by=house["people"]["center_finance"],
            at=make.NOW(),
        )
        session.commit()

    with time_machine.travel(MONDAY, tick=True):
        finance, other = house["finance"], house["finance2"]
        week = {"center": "3101", "week": "2026-W47"}
        batch = answered(finance.post("/settlement/batches", week), 201)
        assert answered(finance.post("/settlement/batches", week), 200)["id"] == batch["id"]
        path = f"/settlement/batches/{batch['id']}"
        assert batch["total_fen"] == 68_000 + 52_000 + 120_000
        table = report_of(
            [
                [
                    f" {first[:4]} {first[4:]}",
                    "王伟",
                    "2026/11/18",
                    380,
                    300,
                    680,
                    "31000120",
                    "否",
                ],
                [second, "王子墨", "2026年11月18日", 400, 130, 530, "31000121", "否"],
                [second, "王子墨", "20261118", 0, 1200, 1200, "99887766", "是"],
            ]
        )
        report = answered(
            upload(house["center_finance"], f"{path}/report", table, "第47周.xlsx"), 200
        )
        assert (report["rows"], report["matched"], report["differences"]) == (3, 2, 1)
        [difference] = answered(finance.get(f"{path}/differences"), 200)["items"]
        assert (difference["kind"], difference["system_fen"], difference["report_fen"]) == (
            "amount_differs",
            52_000,
            53_000,
        )
        early = other.post(f"{path}/approval", {})
        assert answered(early, 409)["code"] == "differences_open"
        answered(
            finance.post(
                f"/settlement/differences/{difference['id']}/resolution",
                {"decision": "take_system", "reason": "票据为 520.00 元"},
            ),
            200,
        )
        assert answered(finance.post(f"{path}/approval", {}), 409)["code"] == "same_person"
        approved = answered(other.post(f"{path}/approval", {"total_fen": 240_000}), 200)
        assert approved["approved_fen"] == 240_000
        payment = finance.get(f"{path}/payment-file")
        assert payment.status_code == 200
        reference = next(
            cell
            for row in payment.data.decode("gb18030").splitlines()
            for cell in row.split(",")
            if cell.startswith("JS")
        )

    with time_machine.travel(MONDAY + timedelta(days=2), tick=True):
        statement = (
            "账户名称：联盟\n交易日期,交易时间,收入金额,支出金额,对方户名,对方账号,附言,流水号\n"
            f"20261125,10:15:00,,2400.00,急救中心,6227,{reference} 周结算,T0001\n"
        ).encode("gb18030")
        taken = answered(
            upload(finance, "/settlement/bank-statements", statement, "对账单.csv"), 200
        )
        assert (taken["matched"], taken["already_seen"]) == (1, 0)
        again = answered(
            upload(finance, "/settlement/bank-statements", statement, "对账单.csv"), 200
        )
        assert (again["matched"], again["already_seen"]) == (0, 1)
        answered(
            house["center_finance"].post(
                f"{path}/mailing", {"courier": "顺丰", "tracking_number": "SF1234567890"}
            ),
            201,
        )
        due = answered(finance.get(f"{path}/originals"), 200)["items"]
        done = answered(
            finance.post(
                f"{path}/originals", {"codes": [one["code"] for one in due], "close": True}
            ),
            200,
        )
        assert done["missing"] == 0
        assert done["batch"]["state"] == "closed"
        owed = answered(finance.get("/recovery/ALPHA/2026-11"), 200)
        assert json.dumps(owed).count("940000")  # 700,000 in hospital, 240,000 before it

    session.expire_all()
    assert balance(house["center"]) == 1_000_000
    assert check_ledger().faults == []
    assert verify_chain().reason == ""
