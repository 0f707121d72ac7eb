"""The hotline: one queue, the most urgent first, and every decision in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from guarantee.cases.hand_over import hand_over
from guarantee.cases.models import Method
from guarantee.letters.models import Letter
from guarantee.letters.top_up import ask
from guarantee.roles import Role
from guarantee.tickets import open_ticket
from tests import factories as make
from tests.cases.test_verification import report
from tests.web.test_dispatch import clear_report, text


@pytest.fixture
def me(session):
    return make.make_staff(Role.HOTLINE)


@pytest.fixture
def desk(me, sign_in):
    return sign_in(me)


def top_up(amount_fen=200_000, **more):
    letter = make.make_presented_letter(**more)
    billing = make.make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    return ask(
        letter=letter,
        amount_fen=amount_fen,
        reason="转入重症监护",
        setting="inpatient",
        by=billing,
        at=make.NOW(),
        settings=make.SETTINGS,
    )


def test_an_empty_queue_says_what_will_appear(desk) -> None:
    assert "没有待决定的事项" in text(desk.get("/hotline"))


def test_the_most_urgent_stands_first_whatever_it_is(session, me, desk) -> None:
    at = make.NOW()
    question = open_ticket(kind="question", by=me, at=at)
    asked = top_up()
    case = make.make_case()
    handed = hand_over(center=case.center, case=case, by=case.opened_by, at=at)
    waits = make.make_case()
    proof = {"method": Method.PROVISIONAL, "document_type_text": "家属口述", "by": me}
    report(waits, at - timedelta(hours=1), document_number="户口本", **proof)
    session.commit()
    page = text(desk.get("/hotline")).partition('id="queue"')[2].partition('id="decision"')[0]
    places = [
        page.index(mark)
        for mark in (
            f"ticket={handed.id}",
            f"top_up={asked.id}",
            f"/dispatch/cases/{waits.id}",
            f"ticket={question.id}",
        )
    ]
    assert places == sorted(places)
    assert page.count("data-clock") == 4


def test_the_figures_that_decide_a_top_up_are_all_there(session, desk) -> None:
    product = make.make_product(inpatient_cap_fen=1_200_000)
    asked = top_up(enrolment=make.make_enrolment(product=product))
    session.commit()
    page = text(desk.get(f"/hotline?top_up={asked.id}"))
    for figure in ("2,000.00", "5,000.00", "94,000.00", "12,000.00", "7,000.00", "转入重症监护"):
        assert figure in page
    for key in "123":
        assert f'data-key="{key}"' in page


def test_approving_twice_makes_one_top_up(session, desk) -> None:
    asked = top_up()
    session.commit()
    url = f"/hotline/top-ups/{asked.id}"
    assert desk.post(url, data={"decision": "all"}).status_code == 303
    assert desk.post(url, data={"decision": "all"}).status_code == 409
    session.expire_all()
    assert (asked.state, asked.top_up.total_in_hospital_fen) == ("granted", 700_000)
    assert session.scalar(select(func.count(Letter.id)).where(Letter.kind == "top_up")) == 1


def test_a_part_can_be_granted(session, desk) -> None:
    asked = top_up()
    session.commit()
    form = {"decision": "part", "amount_fen": "1,500.00", "reason": "先追加一部分"}
    assert desk.post(f"/hotline/top-ups/{asked.id}", data=form).status_code == 303
    session.expire_all()
    assert asked.top_up.in_hospital_fen == 150_000


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"decision": "part", "amount_fen": ""}, 422, "missing"),
        ({"decision": "part", "amount_fen": "12.345"}, 422, "bad_amount"),
        ({"decision": "part", "amount_fen": "0"}, 422, "bad_amount"),
        ({"decision": "part", "amount_fen": "95000"}, 409, "above_remaining_cover"),
        ({"decision": "deny", "reason": ""}, 422, "reason_missing"),
        ({"decision": "perhaps"}, 422, "not_a_choice"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(session, desk, form, status, code) -> None:
    asked = top_up()
    session.commit()
    answer = desk.post(f"/hotline/top-ups/{asked.id}", data=form)
    page = text(answer)
    assert answer.status_code == status
    assert code in page
    if form.get("amount_fen"):
        assert f'value="{form["amount_fen"]}"' in page
    session.expire_all()
    assert asked.state == "asked"


def test_a_denial_gives_its_reason(session, desk) -> None:
    asked = top_up()
    session.commit()
    form = {"decision": "deny", "reason": "病情不符"}
    assert desk.post(f"/hotline/top-ups/{asked.id}", data=form).status_code == 303
    session.expire_all()
    assert (asked.state, asked.decision_reason) == ("denied", "病情不符")
    assert "病情不符" in text(desk.get(f"/hotline?top_up={asked.id}"))


def test_a_ticket_is_taken_and_answered_and_the_centre_sees_it(session, me, desk, sign_in) -> None:
    case = make.make_case()
    ticket = hand_over(center=case.center, case=case, by=case.opened_by, at=make.NOW())
    session.commit()
    assert desk.post(f"/hotline/tickets/{ticket.id}/take").status_code == 303
    dispatcher = sign_in(case.opened_by)
    assert me.display_name in text(dispatcher.get(f"/dispatch/cases/{case.id}"))
    empty = desk.post(f"/hotline/tickets/{ticket.id}/answer", data={"answer": " "})
    assert (empty.status_code, "missing" in text(empty)) == (422, True)
    form = {"answer": "已核实身份，可出函"}
    assert desk.post(f"/hotline/tickets/{ticket.id}/answer", data=form).status_code == 303
    assert "已核实身份，可出函" in text(dispatcher.get(f"/dispatch/cases/{case.id}"))
    again = desk.post(f"/hotline/tickets/{ticket.id}/answer", data=form)
    assert (again.status_code, "ticket_done" in text(again)) == (409, True)
    assert desk.post(f"/hotline/tickets/{ticket.id}/take").status_code == 409


def test_the_hotline_opens_a_case_for_a_centre_and_issues_for_it(session, desk) -> None:
    center, hospital = make.make_center("3201"), make.make_hospital()
    member = make.make_enrolment().member
    session.commit()
    form = {"condition": "accident", "caller": "家属", "member": member.id}
    refused = desk.post("/dispatch/cases", data={**form, "center": ""})
    assert (refused.status_code, "unknown_center" in text(refused)) == (404, True)
    case_url = desk.post("/dispatch/cases", data={**form, "center": center.id}).location
    case_id = int(case_url.rpartition("/")[2])
    case = session.get(make.Case, case_id)
    proof = {"provisional": "1", "document_type": "passport", "document_number": "照片"}
    sent = clear_report(case, **proof)
    assert desk.post(f"{case_url}/verification", data=sent).status_code == 303
    assert desk.post(f"{case_url}/letter", data={"hospital": hospital.code}).status_code == 303
    first = session.scalar(select(Letter))
    assert (first.channel, first.provisional, first.in_hospital_fen) == ("hotline", True, 0)
    assert "补验证件" in text(desk.get(case_url))
    session.expire_all()
    desk.post(f"{case_url}/verification", data=clear_report(case))
    assert "换发正式担保函" in text(desk.get(case_url))
    desk.post(f"{case_url}/letter", data={"hospital": hospital.code})
    session.expire_all()
    letters = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [(x.state, x.provisional) for x in letters] == [("voided", True), ("issued", False)]
    assert letters[1].replaces_id == letters[0].id


def test_what_is_not_there_is_not_found(desk) -> None:
    for url in ("/hotline?top_up=9", "/hotline?ticket=9"):
        assert desk.get(url).status_code == 404
    for url in ("/hotline/top-ups/9", "/hotline/tickets/9/take", "/hotline/tickets/9/answer"):
        assert desk.post(url).status_code == 404


def test_the_queue_is_the_hotlines_alone(session, sign_in) -> None:
    desk = sign_in(make.make_staff(Role.DISPATCHER))
    assert desk.get("/hotline").status_code == 403
    asked = top_up()
    session.commit()
    answer = desk.post(f"/hotline/top-ups/{asked.id}", data={"decision": "all"})
    assert answer.status_code == 403
