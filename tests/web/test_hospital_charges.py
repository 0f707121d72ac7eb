from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from guarantee.business_time import business_day, now
from guarantee.charges.models import Charge
from guarantee.charges.stay import charged
from guarantee.letters.models import TopUpRequest
from guarantee.letters.position import position_of
from guarantee.letters.top_up import decide
from guarantee.roles import Role
from tests.charges.files import HEADER, csv_bill, grid_of, row
from tests.charges.situations import desk_of, line, post
from tests.factories import SETTINGS, make_presented_letter, make_staff


@pytest.fixture
def letter(session):
    return make_presented_letter()


@pytest.fixture
def desk(letter, sign_in):
    return sign_in(desk_of(letter))


def today() -> str:
    return business_day(now()).isoformat()


def typed(**more):
    facts = {
        "request_key": "form-1",
        "charged_on": today(),
        "name": "CT 平扫",
        "code": "J010",
        "category": "检查费",
        "quantity": "2",
        "unit_price_fen": "320.50",
        "in_scope": "甲",
    }
    return {**facts, **more}


def at_letter(letter, rest=""):
    return f"/hospital/letters/{letter.number}{rest}"


def test_a_typed_line_is_posted_and_the_figures_follow(desk, letter, session):
    answer = desk.post(at_letter(letter, "/charges"), data=typed())
    assert answer.status_code == 303
    page = desk.get(answer.location).text
    assert "641.00" in page
    assert "4,359.00" in page
    (kept,) = session.scalars(select(Charge))
    assert (kept.amount_fen, kept.in_scope, kept.guaranteed_fen) == (64_100, True, 64_100)


def test_a_second_click_on_the_same_form_counts_once(desk, letter, session):
    first, second = (desk.post(at_letter(letter, "/charges"), data=typed()) for _ in range(2))
    assert (second.status_code, second.location) == (303, first.location)
    assert charged(letter).lines == 1


def test_a_form_gone_back_to_and_changed_does_not_post_a_second_line(desk, letter, session):
    assert desk.post(at_letter(letter, "/charges"), data=typed()).status_code == 303
    changed = desk.post(at_letter(letter, "/charges"), data=typed(quantity="3"))
    assert (changed.status_code, "line_conflict" in changed.text) == (409, True)
    assert charged(letter).lines == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "此项必填"),
        ({"name": "药" * 500}, "最多 120 个字符"),
        ({"quantity": "许多"}, "数量应为"),
        ({"quantity": "0"}, "数量应为"),
        ({"quantity": "0.0001"}, "数量应为"),
        ({"unit_price_fen": "3.205"}, "最多两位小数"),
        ({"unit_price_fen": "99999999"}, "请核对"),
        ({"unit_price_fen": "0"}, "金额不能为零"),
        ({"in_scope": "丁"}, "甲、乙、丙或自费"),
        ({"charged_on": "昨天"}, "2026-11-22"),
        ({"charged_on": "2020-01-01"}, "一年前"),
        ({"quantity": "-1"}, "退费超过"),
    ],
)
def test_a_line_that_can_not_be_right_comes_back_with_what_was_typed(
    desk, letter, session, change, said
):
    answer = desk.post(at_letter(letter, "/charges"), data=typed(**change))
    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert 'value="J010"' in answer.text
    assert charged(letter).lines == 0


def test_above_the_guarantee_the_patient_pays_and_the_desk_is_warned(desk, letter, session):
    answer = desk.post(
        at_letter(letter, "/charges"), data=typed(quantity="1", unit_price_fen="5300")
    )
    page = desk.get(answer.location).text
    assert "院内担保已用到 100%" in page
    assert "超出担保 300.00" in page


def test_a_line_is_taken_back_by_a_negative_one_and_only_once(desk, letter, session):
    post(letter, line(50_000, charged_on=business_day(now())), at=now())
    session.commit()
    charge = session.scalars(select(Charge)).one()
    path = at_letter(letter, f"/charges/{charge.id}/refund")
    assert desk.post(path).status_code == 303
    assert "此前已记" in desk.get(desk.post(path).location).text
    session.expire_all()
    assert (charged(letter).lines, charged(letter).total_fen) == (2, 0)
    assert position_of(letter).in_hospital.captured_fen == 0


def test_a_line_of_another_hospitals_letter_can_not_be_taken_back(desk, letter, session):
    other = make_presented_letter()
    post(other, line(50_000, charged_on=business_day(now())), at=now())
    session.commit()
    charge = session.scalars(select(Charge)).one()
    assert desk.post(at_letter(letter, f"/charges/{charge.id}/refund")).status_code == 404
    assert desk.post(at_letter(other, f"/charges/{charge.id}/refund")).status_code == 404


def send(desk, letter, data, name="清单.csv"):
    return desk.post(at_letter(letter, "/charges/file"), data={"file": (io.BytesIO(data), name)})


def bill_row(line_id, amount="100.00", **more):
    return row(line_id, amount, **{"day": today(), **more})


def test_a_file_is_shown_before_it_counts_and_its_bad_rows_come_back(desk, letter, session):
    bad = bill_row("3", "100.00", quantity="3")
    sent = send(desk, letter, csv_bill(bill_row("1", "4900.00"), bill_row("2", "200.00"), bad))
    assert sent.status_code == 303
    page = desk.get(sent.location).text
    assert "尚未记账" in page
    assert "300.00 元，与金额 100.00 元不符" in page
    assert charged(letter).lines == 0
    done = desk.post(f"{sent.location}/post")
    assert done.status_code == 303
    assert "患者自付 100.00" in desk.get(done.location).text
    session.expire_all()
    assert charged(letter).total_fen == 510_000
    grid = grid_of(desk.get(f"{sent.location}/rejected.xlsx").data)
    assert grid[1][0] == "3"
    assert "amount_mismatch" in grid[1]


def test_the_same_file_again_posts_nothing(desk, letter, session):
    for _ in range(2):
        sent = send(desk, letter, csv_bill(bill_row("1"), bill_row("2")))
        desk.post(f"{sent.location}/post")
    assert "没有新的行" in desk.get(sent.location).text
    session.expire_all()
    assert charged(letter).lines == 2


def test_a_file_is_discarded_without_a_trace(desk, letter, session):
    sent = send(desk, letter, csv_bill(bill_row("1")))
    assert desk.post(f"{sent.location}/discard").status_code == 303
    assert desk.get(sent.location).status_code == 404
    assert charged(letter).lines == 0


def test_a_files_preview_is_its_senders_own(desk, letter, sign_in):
    sent = send(desk, letter, csv_bill(bill_row("1")))
    colleague = sign_in(desk_of(letter))
    assert colleague.get(sent.location).status_code == 404
    assert colleague.post(f"{sent.location}/post").status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "empty_file"),
        (b"\x00\x01\x02 not a workbook", "a.xlsx", "not_a_workbook"),
        (b"1,2,3\r\n4,5,6\r\n", "a.csv", "no_header"),
        (HEADER.replace("医保类型", "其他").encode(), "a.csv", "missing_column"),
    ],
)
def test_a_file_that_is_no_bill_is_refused_beside_its_field(desk, letter, data, name, code):
    answer = send(desk, letter, data, name)
    assert answer.status_code == 422
    assert code in answer.text


def test_no_file_at_all_is_said_so(desk, letter):
    assert desk.post(at_letter(letter, "/charges/file"), data={}).status_code == 422


def test_a_top_up_is_asked_for_withdrawn_granted_and_received(desk, letter, session):
    ask = at_letter(letter, "/top-up")
    wanted = {"amount_fen": "3000", "setting": "inpatient", "reason": "拟行手术"}
    for change, said in (
        ({"amount_fen": "0"}, "bad_amount"),
        ({"reason": ""}, "reason_missing"),
        ({"setting": "hotel"}, "not_a_choice"),
    ):
        refused = desk.post(ask, data=wanted | change)
        assert refused.status_code == 422
        assert said in refused.text
    assert desk.post(ask, data=wanted).status_code == 303
    assert "top_up_open" in desk.post(ask, data=wanted).text
    first = session.scalars(select(TopUpRequest)).one()
    assert desk.post(at_letter(letter, f"/top-up/{first.id}/withdraw")).status_code == 303
    assert desk.post(ask, data=wanted).status_code == 303
    session.expire_all()
    second = session.scalars(select(TopUpRequest).order_by(TopUpRequest.id.desc())).first()
    decide(
        request=second,
        approve=True,
        amount_fen=200_000,
        reason="",
        by=make_staff(Role.HOTLINE),
        at=now(),
        settings=SETTINGS,
    )
    session.commit()
    page = desk.get(at_letter(letter)).text
    assert "7,000.00" in page
    assert "担保总额以追加函" in page
    assert desk.post(at_letter(second.top_up, "/receipt")).status_code == 303
    session.expire_all()
    assert second.top_up.state == "presented"


def test_a_request_of_another_letter_can_not_be_withdrawn_here(desk, letter, session):
    other = make_presented_letter()
    asked = TopUpRequest(
        letter=other,
        asked_fen=1,
        reason="x",
        asked_at=now(),
        asked_by=desk_of(other),
        due_at=now() + timedelta(minutes=30),
    )
    session.add(asked)
    session.commit()
    assert desk.post(at_letter(letter, f"/top-up/{asked.id}/withdraw")).status_code == 404


def test_the_final_bill_must_equal_the_lines_then_closes_and_states_the_share(
    desk, letter, session
):
    day = business_day(now())
    post(
        letter,
        line(200_000, charged_on=day),
        line(30_000, charged_on=day, in_scope=False, name="进口材料", category="材料费"),
        at=now(),
    )
    session.commit()
    path = at_letter(letter, "/final-bill")
    page = desk.get(at_letter(letter)).text
    assert "联盟付医院 2,000.00 元，患者自付 300.00 元，未用的 4,000.00 元释放" in page
    refused = desk.post(path, data={"total_fen": "2300.01", "billed_on": day.isoformat()})
    assert refused.status_code == 409
    assert "2,300.01 元，与已记明细合计 2,300.00 元不符" in refused.text
    done = desk.post(path, data={"total_fen": "2,300.00", "billed_on": day.isoformat()})
    assert done.status_code == 303
    page = desk.get(done.location).text
    assert "已结案：联盟付医院 2,000.00 元，患者自付 300.00 元" in page
    statement = desk.get(at_letter(letter, "/statement")).text
    for part in ("患者应付", "300.00", "材料费", "进口材料", letter.case.member.name):
        assert part in statement
    late = desk.post(at_letter(letter, "/charges"), data=typed())
    assert late.status_code == 409
    assert "letter_closed" in late.text


def test_the_statement_so_far_says_that_it_is_not_the_last(desk, letter):
    page = desk.get(at_letter(letter, "/statement?lang=en")).text
    assert "not closed yet" in page


def test_all_lines_can_be_fetched_as_a_workbook(desk, letter, session):
    day = business_day(now())
    post(
        letter,
        line(12_345, charged_on=day, name="=cmd()"),
        line(-345, charged_on=day, name="=cmd()"),
        at=now(),
    )
    session.commit()
    grid = grid_of(desk.get(at_letter(letter, "/lines.xlsx")).data)
    assert [row[3] for row in grid[1:]] == ["=cmd()", "=cmd()"]
    assert [float(row[7]) for row in grid[1:]] == [123.45, -3.45]


def test_a_long_stay_is_paged_and_searched(desk, letter, session):
    day = business_day(now())
    post(letter, *(line(100, charged_on=day, code=f"K{n:03d}") for n in range(60)), at=now())
    session.commit()
    page = desk.get(at_letter(letter)).text
    assert "共 60 条" in page
    assert page.count("冲红“") == 25
    found = desk.get(at_letter(letter, "?q=K059")).text
    assert found.count("冲红“") == 1


@pytest.mark.parametrize(
    "rest",
    [
        "/accept",
        "/refuse",
        "/hand-back",
        "/receipt",
        "/charges",
        "/charges/file",
        "/top-up",
        "/final-bill",
    ],
)
def test_nothing_can_be_done_to_a_letter_of_another_hospital(desk, session, rest):
    other = make_presented_letter()
    session.commit()
    data = typed(reason="x", total_fen="0", amount_fen="1", setting="inpatient")
    assert desk.post(at_letter(other, rest), data=data).status_code == 404
    session.expire_all()
    assert other.state == "presented"
    for page in ("", "/statement", "/lines.xlsx"):
        assert desk.get(at_letter(other, page)).status_code == 404


@pytest.mark.parametrize("role", [r for r in Role if r != Role.BILLING_DESK])
def test_only_the_billing_desk_has_this_desk(session, sign_in, role):
    assert sign_in(make_staff(role)).get("/hospital").status_code == 403
