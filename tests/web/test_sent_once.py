"""A form that is sent twice is done once, and both lead to the same place with the same words."""

from __future__ import annotations

import inspect
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import func, select

from guarantee.business_time import business_day, now
from guarantee.cases.models import Case
from guarantee.charges.models import Charge
from guarantee.config import ROOT
from guarantee.idempotency import KeptAnswer
from guarantee.ledger.models import Entry
from guarantee.letters.models import TopUpRequest
from guarantee.roles import Role
from guarantee.settlement import reserve_fund
from guarantee.settlement.models import BankStatement, CourierFee, ReserveDrawdown
from guarantee.tickets import Ticket
from tests import factories as make
from tests.settlement.files import bank_csv
from tests.settlement.scenes import Week

DRAWS_NO_KEY = {
    "templates/band.html": "the language, the theme, the way out: the same again changes nothing",
}
IS_NOT_KEPT = {
    "members.find": "it reads",
    "finance.look": "it reads",
    "imports.drop": "forgets what was only looked at",
    "hospital.discard_file": "forgets what was only looked at",
    "staff.end_sessions": "the same again changes nothing",
    "account.change_language": "the same again changes nothing",
    "shell.choose_language": "the same again changes nothing",
    "shell.choose_theme": "the same again changes nothing",
    "login.sign_out": "the same again changes nothing",
}


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count(model.id)))


class Presented:
    """A letter at a hospital, and who works with it."""

    def __init__(self):
        self.letter = make.make_presented_letter()
        self.case = self.letter.case
        self.desk = make.make_staff(Role.BILLING_DESK, hospital=self.letter.hospital)
        self.dispatcher = make.make_staff(Role.DISPATCHER, center=self.case.center)


def a_line(_):
    house = Presented()
    form = {"name": "CT 平扫", "code": "J010", "category": "检查费", "unit_price_fen": "320.50",
            "in_scope": "甲", "charged_on": business_day(now()).isoformat()}  # fmt: skip
    return house.desk, f"/hospital/letters/{house.letter.number}/charges", form, Charge


def a_top_up(_):
    house = Presented()
    form = {"setting": "inpatient", "amount_fen": "1000", "reason": "手术"}
    return house.desk, f"/hospital/letters/{house.letter.number}/top-up", form, TopUpRequest


def a_refusal(_):
    house = Presented()
    issued = make.make_letter(
        case=make.make_verified_case(center=house.case.center), hospital=house.letter.hospital
    )
    return house.desk, f"/hospital/letters/{issued.number}/refuse", {"reason": "无床位"}, Ticket


def a_case(_):
    form = {"caller": "13800138000", "condition": "accident", "location": "人民路 1 号"}
    return Presented().dispatcher, "/dispatch/cases", form, Case


def a_drawdown(_):
    week = Week()
    week.filled(100_000)
    letter = week.letter(network=False, at=now())
    form = {"number": letter.number, "hospital": "", "amount_fen": "200", "receipt_number": "沪F1",
            "paid_on": business_day(now()).isoformat()}  # fmt: skip
    return week.finance, "/finance/fund/drawdowns", form, ReserveDrawdown


def a_filling(_):
    week = Week()
    form = {"center": week.center.code, "amount_fen": "500", "key": "2026112500017"}
    return week.clerk, "/finance/fund/fillings", form, Entry


def a_courier_fee(_):
    day = business_day(now()) - timedelta(days=1)
    form = {"tracking_number": "SF77", "fee_fen": "23", "paid_on": day.isoformat()}
    return Week().finance, "/finance/courier", form, CourierFee


FORMS = (a_line, a_top_up, a_refusal, a_case, a_drawdown, a_filling, a_courier_fee)


@pytest.fixture(params=FORMS, ids=lambda form: form.__name__)
def form(request, session):
    """Who sends it, to which address, what was typed, and of what it makes one more."""
    staff, path, typed, makes = request.param(session)
    session.commit()
    return staff, path, {**typed, "request_key": "drawn-with-the-page"}, makes


def test_a_form_sent_twice_is_done_once_and_leads_to_the_same_place(form, sign_in, session):
    staff, path, typed, makes = form
    before = count(session, makes)
    browser = sign_in(staff)
    first = browser.post(path, data=typed)
    said = notices(browser.get(first.location))
    second = browser.post(path, data=typed)
    assert (first.status_code, second.status_code) == (303, 303), first.text
    assert second.location == first.location
    assert notices(browser.get(second.location)) == said
    assert bool(said) == (makes is not Case)  # a case's own page is answer enough
    assert count(session, makes) == before + 1


def notices(page):
    """What the page says of what was just done."""
    assert page.status_code == 200
    (said,) = re.findall(r'<div id="said".*?\n</div>', page.text, re.DOTALL)
    return re.findall(r"<p>(.*?)</p>", said)


def test_two_presses_at_the_same_moment_are_done_once(form, sign_in, session):
    staff, path, typed, makes = form
    before = count(session, makes)
    browsers = [sign_in(staff) for _ in range(4)]
    start = Barrier(4)

    def press(n):
        start.wait()
        return browsers[n].post(path, data=typed)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, range(4)))
    assert {(a.status_code, a.location) for a in answers} == {(303, answers[0].location)}
    assert count(session, makes) == before + 1


def test_another_page_is_another_wish(sign_in, session):
    staff, path, typed, makes = a_case(session)
    browser = sign_in(staff)
    before = count(session, makes)
    for key in ("page-1", "page-2"):
        assert browser.post(path, data={**typed, "request_key": key}).status_code == 303
    assert count(session, makes) == before + 2


def test_a_page_gone_back_to_and_changed_is_another_wish_too(sign_in, session):
    staff, path, typed, makes = a_case(session)
    typed["request_key"] = "drawn-with-the-page"
    browser = sign_in(staff)
    before = count(session, makes)
    one = browser.post(path, data=typed)
    other = browser.post(path, data=typed | {"location": "人民路 2 号"})
    assert other.status_code == 303
    assert other.location != one.location
    assert browser.post(path, data=typed).location == one.location  # and back once more
    assert count(session, makes) == before + 2


def test_what_was_refused_may_be_sent_again(sign_in, session):
    """The reserve fund is empty; headquarters fills it; the same press now does it."""
    staff, path, typed, _ = a_drawdown(session)
    typed |= {"request_key": "drawn-with-the-page", "amount_fen": "2000"}
    browser = sign_in(staff)
    refused = browser.post(path, data=typed)
    assert (refused.status_code, "reserve_fund_empty" in refused.text) == (409, True)
    assert count(session, KeptAnswer) == 0
    reserve_fund.fund(
        center=staff.center, amount_fen=500_000, key="T", by=make.make_staff(), at=now()
    )
    session.commit()
    assert browser.post(path, data=typed).status_code == 303
    assert count(session, ReserveDrawdown) == 1


def test_a_form_is_its_senders_own_and_kept_for_a_week(sign_in, session):
    staff, path, typed, makes = a_case(session)
    typed["request_key"] = "drawn-with-the-page"
    colleague = make.make_staff(Role.DISPATCHER, center=staff.center)
    session.commit()
    start, before = now(), count(session, makes)
    with time_machine.travel(start, tick=False):
        first = sign_in(staff).post(path, data=typed)
        assert sign_in(colleague).post(path, data=typed).location != first.location
    assert count(session, makes) == before + 2
    with time_machine.travel(start + timedelta(days=7), tick=False):
        assert sign_in(staff).post(path, data=typed).location == first.location
    with time_machine.travel(start + timedelta(days=7, seconds=1), tick=False):
        assert sign_in(staff).post(path, data=typed).location != first.location


def test_a_file_is_part_of_what_was_sent(sign_in, session):
    browser = sign_in(Week().clerk)

    def send(*lines):
        sent = {"file": (io.BytesIO(bank_csv(lines)), "对账单.csv"), "request_key": "drawn"}
        return browser.post("/finance/bank/statements", data=sent).location

    line = ("2026-11-25", "", "300.00", "某某", "1", "无", "S1")
    first = send(line)
    assert send(line) == first
    assert send(line, ("2026-11-25", "", "400.00", "某某", "1", "无", "S2")) != first
    assert count(session, BankStatement) == 2


def test_the_ledger_names_the_form_that_moved_it(sign_in, session):
    staff, path, typed, _ = a_line(session)
    browser = sign_in(staff)
    assert browser.post(path, data={**typed, "request_key": "drawn"}).status_code == 303
    entry = session.scalars(select(Entry).order_by(Entry.id.desc())).first()
    assert entry.idempotency_key == session.scalars(select(KeptAnswer.key)).one()


def test_every_form_of_every_page_carries_a_key():
    """Forms outside the macros put it in by `ui.hidden()`; without it a double click counts."""
    without = set()
    for page in sorted((ROOT / "templates").rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        for form in re.finditer(r'<form method="post"|<form [^>]*method="post"', text):
            rest = text[form.start() : text.find("</form>", form.start())]
            name = re.search(r'id="(\w+)"', rest.split(">")[0])
            elsewhere = name and f'form="{name[1]}" name="request_key"' in text
            if "hidden()" not in rest and not elsewhere:
                without.add(str(page.relative_to(ROOT)))
    assert without == set(DRAWS_NO_KEY)


def test_every_page_that_takes_a_form_does_it_once_or_stands_here_with_its_reason(app):
    unkept = set()
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and not rule.rule.startswith("/api/"):
            view = inspect.getsource(app.view_functions[rule.endpoint])
            if not re.search(r"\b(forms\.attempt|done_on|_done_to)\(", view):
                unkept.add(rule.endpoint)
    assert unkept == set(IS_NOT_KEPT)
