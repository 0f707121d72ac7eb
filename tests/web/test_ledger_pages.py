"""The books on screen: who reads them, what they show, where the search leads, what is exported."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from guarantee.ledger.entries import account, reverse_entry
from guarantee.ledger.models import AccountKind, Entry
from guarantee.letters import top_up
from guarantee.letters.lifecycle import present
from guarantee.letters.number import grouped
from guarantee.money import yuan
from guarantee.roles import Role
from guarantee.settlement.bank_statement import take_statement
from guarantee.settlement.remittance import pay
from tests import factories as make
from tests.settlement.files import bank_csv
from tests.settlement.hospital_scenes import Stays
from tests.settlement.scenes import MONDAY, TUESDAY, Week
from tests.web.test_dispatch import text


@pytest.fixture
def reader(session, sign_in):
    """Headquarters' finance, once the situation is made."""

    def signed_in(role=Role.ALLIANCE_FINANCE):
        session.commit()
        return sign_in(make.make_staff(role))

    return signed_in


def newest(session, kind):
    return session.scalar(select(Entry).where(Entry.kind == kind).order_by(Entry.id.desc()))


def sheet(answer):
    """The rows of the workbook that was sent."""
    return list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.values)


def account_page(kind, owner):
    return f"/ledger/accounts/{account(kind, owner.id).id}"


# ── who ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", Role)
def test_only_headquarters_finance_and_the_auditor_read_the_books(reader, role):
    may = role in (Role.ALLIANCE_FINANCE, Role.AUDITOR)
    client = reader(role)
    for path in ("/ledger", "/ledger/accounts", "/ledger/entries", "/ledger/entries/1"):
        assert (client.get(path).status_code == 403) is not may
    assert ('href="/ledger"' in client.get("/account").text) is may


# ── the books ─────────────────────────────────────────────────────────────────────────────────


def test_before_anything_moved_the_pages_say_what_will_stand_there(reader):
    client = reader()
    page = text(client.get("/ledger"))
    assert "还没有拨入备用金" in page
    assert "平衡" in page
    assert "第一份参保导入后" in text(client.get("/ledger/accounts"))
    assert "每一笔都会列在这里" in text(client.get("/ledger/entries"))
    english = text(client.get("/ledger?lang=en"))
    assert "Nobody is enrolled yet" in english
    assert "All accounts together are zero" in english


def test_the_books_stand_on_one_page_with_unit_and_sign_said_once(reader):
    week, stays = Week(), Stays()
    week.filled()
    week.charged(80_000)
    week.drawn(120_000)
    stays.closed(300_000)
    page = text(reader().get("/ledger"))
    assert page.count("余额 = 借方 − 贷方") == 1
    for figure in ("-800.00", "8,800.00", "-3,000.00", "-10,000.00", "5,000.00", "-300,000.00"):
        assert figure in page
    for name in (week.center.name_zh, stays.hospital.name):
        assert name in page
    assert "3 份保额合计" in page


def test_more_hospitals_than_fit_are_a_click_away_with_search_and_export(reader):
    stays = [Stays() for _ in range(9)]
    for n, stay in enumerate(stays):
        stay.closed(100_000 + n * 1_000)
    client = reader()
    page = text(client.get("/ledger"))
    assert "全部 9 户" in page
    smallest = stays[0].hospital
    assert smallest.name not in page
    found = text(client.get(f"/ledger/accounts?kind=hospital_payable&q={smallest.code}"))
    assert smallest.name in found
    assert stays[1].hospital.name not in found
    rows = sheet(client.get("/ledger/accounts?kind=hospital_payable&export=xlsx"))
    assert [row[4] for row in rows[1:]] == [-(100_000 + n * 1_000) / 100 for n in range(8, -1, -1)]
    assert "没有符合条件的科目" in text(client.get("/ledger/accounts?kind=rubbish"))


# ── one account ───────────────────────────────────────────────────────────────────────────────


def test_an_account_shows_each_movement_with_its_cause_who_and_the_balance_after_it(reader):
    week = Week()
    week.filled()
    letter = week.drawn(120_000)
    page = text(reader().get(account_page(AccountKind.RESERVE_FUND, week.center)))
    for told in ("-1,200.00", "8,800.00", "+10,000.00", week.finance.display_name, "扣用"):
        assert told in page
    assert f'href="/letters/{letter.number}"' in page
    assert f"/finance/fund?center={week.center.code}" in page


def test_kinds_and_days_narrow_an_account_and_nothing_found_says_so(reader):
    week = Week()
    week.filled()
    week.drawn(120_000)
    client, at = reader(), account_page(AccountKind.RESERVE_FUND, week.center)
    drawn = text(client.get(f"{at}?kind=captured"))
    assert "-1,200.00" in drawn
    assert "+10,000.00" not in drawn
    day = TUESDAY.date().isoformat()
    assert "+10,000.00" in text(client.get(f"{at}?from={day}&to={day}"))
    later = (TUESDAY.date() + timedelta(days=1)).isoformat()
    assert "没有符合条件的变动" in text(client.get(f"{at}?from={later}"))
    assert client.get("/ledger/accounts/999999").status_code == 404


def test_older_movements_are_a_page_away(reader):
    week = Week()
    for n in range(53):
        week.filled(100 + n)
    client, at = reader(), account_page(AccountKind.RESERVE_FUND, week.center)
    first = client.get(at).text
    assert first.count("<tr>") - 1 == 50
    older = re.search(r'rel="next" href="([^"]+)"', first)[1]
    second = client.get(older).text
    assert second.count("<tr>") - 1 == 3
    assert "+1.00" in second
    assert 'rel="next"' not in second


def test_an_account_is_exported_with_debits_credits_and_keys(reader):
    week = Week()
    week.filled()
    week.drawn(120_000)
    at = account_page(AccountKind.RESERVE_FUND, week.center)
    rows = sheet(reader().get(f"{at}?export=xlsx"))
    head = next(n for n, row in enumerate(rows) if row[0] == "分录")
    drawn, filled = rows[head + 1], rows[head + 2]
    assert (drawn[6], drawn[7], drawn[8]) == (None, 1200, 8800)
    assert (filled[6], filled[7], filled[8]) == (10000, None, 10000)
    assert drawn[9].startswith("drawdown:")
    assert any("借方 − 贷方" in str(row[0]) for row in rows[:head])


def test_a_covers_accounts_lead_to_each_other_and_name_nobody(reader):
    letter = make.make_letter(at=TUESDAY)
    member = letter.case.member
    client = reader()
    pages = [
        text(client.get(account_page(kind, letter.case.enrolment.cover)))
        for kind in (AccountKind.COVER_AVAILABLE, AccountKind.COVER_HELD)
    ]
    for page in pages:
        assert "冻结保额 6,000.00" in re.sub(r"<[^>]+>", "", page)
        assert member.name not in page
        assert member.document_number not in page
        assert letter.case.enrolment.card_number not in page


# ── entries ───────────────────────────────────────────────────────────────────────────────────


def test_an_entry_tells_what_for_what_who_when_and_its_keys(reader, session):
    session.info["idempotency_key"] = "phone-7f"
    week = Week()
    week.filled()
    letter = week.drawn(120_000)
    del session.info["idempotency_key"]
    entry = newest(session, "captured")
    page = text(reader().get(f"/ledger/entries/{entry.id}"))
    for told in (
        "扣用",
        f"担保函 {grouped(letter.number)}",
        f"{week.finance.display_name} · 急救中心财务",
        "2026-11-17 10:00:00",
        entry.key,
        "phone-7f",
        "院内",
        "备用金 · ",
        "应收保险公司 · ",
        "1,200.00",
    ):
        assert told in page
    assert letter.case.member.name not in page


def test_a_reversed_entry_and_its_reversal_name_each_other(reader, session):
    Week().filled()
    wrong = newest(session, "reserve fund filled")
    mended = reverse_entry(entry=wrong, cause="test", by=None, at=TUESDAY)
    client = reader()
    page = text(client.get(f"/ledger/entries/{wrong.id}"))
    assert "这笔分录已被冲正" in page
    assert f'href="/ledger/entries/{mended}"' in page
    page = text(client.get(f"/ledger/entries/{mended}"))
    assert "这笔分录冲正" in page
    assert f'href="/ledger/entries/{wrong.id}"' in page
    assert "系统" in page
    assert client.get("/ledger/entries/999999").status_code == 404


def test_a_batch_and_a_hospitals_batch_are_causes_with_a_page(reader, session):
    stays = Stays()
    stays.closed(300_000)
    batch = stays.opened()
    order = stays.paid(batch)
    entry = newest(session, "paid")
    client = reader()
    page = text(client.get(f"/ledger/entries/{entry.id}"))
    assert f'href="/hospital-weeks/{batch.id}"' in page
    assert f"{stays.hospital.name} {batch.week}" in page
    for typed in (order.reference, order.reference.lower(), f"hospital_batch:{batch.id}"):
        assert client.get("/ledger", query_string={"q": typed}).location.endswith(
            f"cause=hospital_batch:{batch.id}"
        )


# ── searching ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def searched(reader):
    """Where a search leads to, for headquarters' finance."""
    client = reader()

    def search(q):
        return client.get("/ledger", query_string={"q": q})

    return search


def test_a_letters_number_leads_to_its_entries_however_it_is_typed(session, sign_in, reader):
    letter = Week().charged(70_000)
    client = reader()
    for typed in (letter.number, grouped(letter.number), f"letter:{letter.number}"):
        answer = client.get("/ledger", query_string={"q": typed})
        assert answer.location == f"/ledger/entries?cause=letter:{letter.number}"
    page = text(client.get(answer.location))
    assert "700.00" in page
    assert grouped(letter.number) in page
    rows = sheet(client.get(f"{answer.location}&export=xlsx"))
    assert [row[7] for row in rows[1:]] == [700, 700, 1000, 5000]


def test_a_batch_is_found_by_its_centre_and_week_its_payment_and_the_banks_serial(session, reader):
    week = Week()
    week.filled(100_000)
    week.says(week.charged(30_000), 30_000)
    week.says(week.drawn(20_000), 20_000, fund=True)
    batch = week.opened()
    unpaid = week_without_money()
    week.reported(batch)
    week.approved(batch)
    order = pay(batches=[batch], by=week.clerk, at=MONDAY)[0]
    paid = ("2026-11-25", "", "500.00", "某某", "6227", order.reference, "SN-77")
    take_statement(data=bank_csv([paid]), filename="明细.csv", by=week.clerk, at=MONDAY)
    entry = newest(session, "paid")
    client = reader()
    code, name = week.center.code, batch.week
    for typed in (f"{code} {name}", f"{code}/{name.lower()}", order.reference, f"batch:{batch.id}"):
        answer = client.get("/ledger", query_string={"q": typed})
        assert answer.location == f"/ledger/entries?cause=batch:{batch.id}"
    page = text(client.get(answer.location))
    assert "500.00" in page
    assert f'href="/finance/batches/{batch.id}"' in page
    assert client.get("/ledger?q=SN-77").location == f"/ledger/entries/{entry.id}"
    missed = client.get("/ledger", query_string={"q": f"{unpaid.center.code} {unpaid.week}"})
    assert (missed.status_code, "nothing_in_the_ledger" in missed.text) == (404, True)


def week_without_money():
    """A batch for which nothing was booked yet."""
    week = Week()
    week.says(week.charged(80_000), 80_000)
    return week.opened()


def test_keys_lead_to_what_they_made(session, reader):
    session.info["idempotency_key"] = "phone-7f"
    week = Week()
    week.filled()
    del session.info["idempotency_key"]
    week.filled(5_000)
    first = session.scalar(select(Entry).where(Entry.idempotency_key == "phone-7f").limit(1))
    entry = newest(session, "reserve fund filled")
    client = reader()

    def leads_to(q):
        return client.get("/ledger", query_string={"q": q}).location

    assert leads_to(entry.key) == f"/ledger/entries/{entry.id}"
    assert leads_to(entry.key.removeprefix("fund:")) == f"/ledger/entries/{entry.id}"
    assert leads_to(f"# {entry.id}") == f"/ledger/entries/{entry.id}"
    assert leads_to("phone-7f") == "/ledger/entries?request_key=phone-7f"
    page = client.get(leads_to("phone-7f")).text
    assert f"#{first.id}<" in page
    assert f"#{entry.id}<" not in page


def test_what_the_ledger_does_not_know_says_what_it_knows(searched):
    answer = searched("<b>什么")
    assert (answer.status_code, "nothing_in_the_ledger" in answer.text) == (404, True)
    assert "&lt;b&gt;什么" in answer.text
    mistyped = searched("3101 4728 0915 3643")
    assert (mistyped.status_code, "bad_number" in mistyped.text) == (422, True)


# ── a letter's money on its own page ──────────────────────────────────────────────────────────


@pytest.fixture
def topped_up(session):
    """A letter of which all was used, and the top-up that adds to it."""
    week = Week()
    letter = week.charged(70_000)
    desk = make.make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    letter = present(letter=letter, by=desk, at=TUESDAY)
    request = top_up.ask(
        letter=letter,
        amount_fen=300_000,
        reason="手术",
        setting="inpatient",
        by=desk,
        at=TUESDAY,
        settings=make.SETTINGS,
    )
    granted = top_up.decide(
        request=request,
        approve=True,
        amount_fen=None,
        reason="",
        by=make.make_staff(Role.HOTLINE),
        at=TUESDAY,
        settings=make.SETTINGS,
    )
    session.commit()
    return letter, granted.top_up


def money_of(client, letter):
    page = text(client.get(f"/letters/{letter.number}"))
    return page.partition('id="money"')[2].partition("</section>")[0]


def test_a_letter_shows_its_holds_explained_and_the_entries_behind_them(topped_up, sign_in):
    letter, _ = topped_up
    finance = make.make_staff(Role.CENTER_FINANCE, center=letter.case.center)
    money = money_of(sign_in(finance), letter)
    for told in ("部分扣用", "已动用一部分，其余仍然承诺", "已冻结", "已承诺，尚未动用"):
        assert told in money
    figures = [yuan(fen) for fen in (100_000, 30_000, 70_000, 0, 500_000)]
    assert all(figure in money for figure in figures)
    assert money.count("冻结保额") == 2
    assert money.count("扣用</td>") == 1


def test_a_top_ups_hold_names_the_initial_letter_and_is_named_by_it(topped_up, sign_in):
    letter, added = topped_up
    client = sign_in(make.make_staff(Role.HOTLINE))
    assert f'追加于 <a href="/letters/{letter.number}#money"' in money_of(client, added)
    assert f'追加 <a href="/letters/{added.number}#money"' in money_of(client, letter)
    assert "3,000.00" in money_of(client, added)


def test_only_who_may_open_the_ledger_gets_links_into_it(topped_up, sign_in):
    letter, _ = topped_up
    for role in (Role.DISPATCHER, Role.CREW, Role.CENTER_FINANCE, Role.HOTLINE, Role.ADMIN):
        more = {"center": letter.case.center} if role in make.AT_A_CENTER else {}
        assert "/ledger" not in money_of(sign_in(make.make_staff(role, **more)), letter)
    for role in (Role.ALLIANCE_FINANCE, Role.AUDITOR):
        assert "/ledger/entries/" in money_of(sign_in(make.make_staff(role)), letter)


def test_a_provisional_letter_says_that_one_part_is_not_guaranteed(session, sign_in, reader):
    letter = make.make_letter(at=TUESDAY, enrolment=make.make_enrolment(sum_insured_fen=60_000))
    money = money_of(reader(), letter)
    assert "本函没有担保这一部分" in money
    assert money.count("600.00") >= 2
