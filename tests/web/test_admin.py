"""The administrator's pages: staff, insurers, centres, hospitals, audit; the auditor reads them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guarantee.audit import AuditRecord
from guarantee.business_time import business_day, now
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Insurer, Product, exclusions_on
from guarantee.parties.staff import Staff, password_is
from guarantee.roles import Role
from tests.factories import (
    make_center,
    make_hospital,
    make_insurer,
    make_product,
    make_staff,
)

Browser = Callable[[Staff], FlaskClient]
NEW_PASSWORD = "a first password to change"

CENTER = {
    "code": "3301",
    "name_zh": "杭州市急救中心",
    "name_en": "Hangzhou Emergency Centre",
    "city": "杭州市",
    "city_code": "330100",
    "area_code": "0571",
    "phone": "0571-12000000",
    "bank_account_number": "6227 0000 1234 5678",
}
LISTS = ("/admin/staff", "/admin/insurers", "/admin/centers", "/admin/hospitals", "/admin/audit")


@pytest.fixture
def admin(session: Session, sign_in: Browser) -> FlaskClient:
    return sign_in(make_staff(Role.ADMIN))


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def last_action(session: Session) -> str | None:
    newest = select(AuditRecord.action).order_by(AuditRecord.id.desc()).limit(1)
    return session.scalar(newest)


# ── everybody's ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", LISTS)
def test_the_auditor_reads_and_other_roles_do_not(
    session: Session, sign_in: Browser, path: str
) -> None:
    assert sign_in(make_staff(Role.AUDITOR)).get(path).status_code == 200
    for role in (Role.DISPATCHER, Role.BILLING_DESK, Role.CENTER_FINANCE):
        assert sign_in(make_staff(role)).get(path).status_code == 403


@pytest.mark.parametrize("path", LISTS)
def test_every_list_can_be_taken_along_as_a_workbook(admin: FlaskClient, path: str) -> None:
    make_center()
    answer = admin.get(f"{path}?export=xlsx")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet.max_column >= 5


@pytest.mark.parametrize("path", LISTS)
def test_a_list_says_so_when_nothing_matches_and_never_fails_on_what_is_asked(
    admin: FlaskClient, path: str
) -> None:
    assert 'class="empty"' in text(admin.get(f"{path}?q=nothing+like+this"))
    for odd in ("page=0", "page=-1", "page=999999999999", "sort=nonsense", "q=%25", "q=%5C"):
        assert admin.get(f"{path}?{odd}").status_code == 200, odd


def test_the_auditor_changes_nothing(session: Session, sign_in: Browser) -> None:
    center = make_center()
    auditor = sign_in(make_staff(Role.AUDITOR))
    assert auditor.post(f"/admin/centers/{center.id}", data=CENTER).status_code == 403
    assert auditor.post("/admin/staff/new", data={}).status_code == 403
    page = text(auditor.get(f"/admin/centers/{center.id}"))
    assert "<fieldset disabled>" in page


# ── staff ────────────────────────────────────────────────────────────────────────────────────


def test_an_account_is_made_and_its_owner_signs_in(
    app: Flask, session: Session, admin: FlaskClient
) -> None:
    center = make_center()
    session.commit()
    form = {
        "username": "sh-01",
        "display_name": "王坐席",
        "role": "dispatcher",
        "center": str(center.id),
        "extension": "8001",
        "password": NEW_PASSWORD,
    }
    assert admin.post("/admin/staff/new", data=form).status_code == 303
    made = session.scalar(select(Staff).where(Staff.username == "sh-01"))
    assert (made.role, made.center_id, made.extension) == (Role.DISPATCHER, center.id, "8001")
    stranger = app.test_client()
    sign_in = {"username": "sh-01", "password": NEW_PASSWORD}
    assert stranger.post("/login", data=sign_in).status_code == 303


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"role": "dispatcher", "center": ""}, "role_needs_place"),
        ({"role": "billing_desk", "hospital": ""}, "role_needs_place"),
        ({"role": "billing_desk", "hospital": "H-NONE"}, "unknown_hospital"),
        ({"role": "insurer", "insurer": "999"}, "role_needs_place"),
        ({"role": "emperor"}, "not_a_choice"),
        ({"username": ""}, "missing"),
        ({"display_name": "名" * 500}, "too_long"),
        ({"password": "short"}, "password_too_short"),
        ({"username": "taken"}, "username_taken"),
    ],
)
def test_an_account_that_can_not_be_is_refused_beside_its_field(
    session: Session, admin: FlaskClient, changed: dict[str, str], code: str
) -> None:
    make_staff(Role.HOTLINE, username="taken")
    session.commit()
    count = select(func.count(Staff.id))
    before = session.scalar(count)
    form = {
        "username": "new-one",
        "display_name": "新人",
        "role": "hotline",
        "password": NEW_PASSWORD,
        "hospital": "",
        "insurer": "",
        "center": "",
        **changed,
    }
    answer = admin.post("/admin/staff/new", data=form)
    assert answer.status_code in (404, 409, 422)
    assert code in text(answer)
    assert 'class="error"' in text(answer)
    assert NEW_PASSWORD not in text(answer)
    assert session.scalar(count) == before


def test_disabling_an_account_signs_it_out_at_once(
    session: Session, admin: FlaskClient, sign_in: Browser
) -> None:
    person = make_staff(Role.HOTLINE)
    theirs = sign_in(person)
    assert theirs.get("/account").status_code == 200
    admin.post(f"/admin/staff/{person.id}/active", data={})
    assert theirs.get("/account").status_code == 302
    assert last_action(session) == "staff disabled"
    admin.post(f"/admin/staff/{person.id}/active", data={"active": "1"})
    assert theirs.get("/account").status_code == 302  # the old session stays ended
    session.expire_all()
    assert session.get(Staff, person.id).active


def test_a_change_of_role_ends_sessions_and_a_change_of_name_does_not(
    session: Session, admin: FlaskClient, sign_in: Browser
) -> None:
    person = make_staff(Role.HOTLINE)
    theirs = sign_in(person)
    renamed = {"display_name": "新名字", "role": "hotline"}
    assert admin.post(f"/admin/staff/{person.id}", data=renamed).status_code == 303
    assert theirs.get("/account").status_code == 200
    admin.post(f"/admin/staff/{person.id}", data={**renamed, "role": "alliance_finance"})
    assert theirs.get("/account").status_code == 302
    session.expire_all()
    assert session.get(Staff, person.id).role == Role.ALLIANCE_FINANCE


def test_ending_an_accounts_sessions_signs_it_out_and_leaves_it_active(
    session: Session, admin: FlaskClient, sign_in: Browser
) -> None:
    person = make_staff(Role.HOTLINE)
    theirs = sign_in(person)
    admin.post(f"/admin/staff/{person.id}/sessions")
    assert theirs.get("/account").status_code == 302
    assert last_action(session) == "sessions ended"
    session.expire_all()
    assert session.get(Staff, person.id).active


def test_nobody_disables_themselves(session: Session, sign_in: Browser) -> None:
    me = make_staff(Role.ADMIN)
    browser = sign_in(me)
    answer = browser.post(f"/admin/staff/{me.id}/active", data={})
    assert answer.status_code == 409
    assert "own_account" in text(answer)
    session.expire_all()
    assert session.get(Staff, me.id).active


def test_a_reset_password_works_and_is_audited_without_being_written_down(
    session: Session, admin: FlaskClient
) -> None:
    person = make_staff(Role.CREW)
    session.commit()
    admin.post(f"/admin/staff/{person.id}/password", data={"password": NEW_PASSWORD})
    session.expire_all()
    assert password_is(session.get(Staff, person.id), NEW_PASSWORD)
    record = session.scalar(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1))
    assert record.action == "password reset"
    assert NEW_PASSWORD not in str(record.facts)


def test_staff_are_found_by_name_and_filtered_by_role(session: Session, admin: FlaskClient) -> None:
    make_staff(Role.HOTLINE, display_name="寻找的人")
    make_staff(Role.CREW, display_name="别的人")
    session.commit()
    page = text(admin.get("/admin/staff?q=寻找&role=hotline"))
    assert "寻找的人" in page
    assert "别的人" not in page
    assert "寻找的人" not in text(admin.get("/admin/staff?role=crew"))


# ── centres and hospitals ────────────────────────────────────────────────────────────────────


def test_a_centre_is_set_up_and_its_account_number_loses_its_blanks(
    session: Session, admin: FlaskClient
) -> None:
    assert admin.post("/admin/centers/new", data=CENTER).status_code == 303
    made = session.scalar(select(Center).where(Center.code == "3301"))
    assert made.bank_account_number == "6227000012345678"
    assert last_action(session) == "center created"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "0301"}, "bad_center_code"),
        ({"code": "331"}, "bad_center_code"),
        ({"code": "9001"}, "center_code_taken"),
        ({"city_code": "杭州"}, "bad_city_code"),
        ({"bank_account_number": "12-34"}, "bad_bank_account"),
        ({"name_zh": "   "}, "missing"),
    ],
)
def test_a_centre_that_can_not_be_is_refused_and_leaves_nothing_behind(
    session: Session, admin: FlaskClient, changed: dict[str, str], code: str
) -> None:
    make_center("9001")
    session.commit()
    answer = admin.post("/admin/centers/new", data={**CENTER, **changed})
    assert answer.status_code in (409, 422)
    assert code in text(answer)
    assert session.scalar(select(func.count(Center.id))) == 1


def test_a_change_to_a_centre_is_audited_by_its_fields_not_their_content(
    session: Session, admin: FlaskClient
) -> None:
    center = make_center()
    session.commit()
    assert admin.post(f"/admin/centers/{center.id}", data=CENTER).status_code == 303
    record = session.scalar(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1))
    assert record.action == "center changed"
    assert "bank_account_number" in record.facts["fields"]
    assert "6227000012345678" not in str(record.facts)


def test_a_hospital_joins_fills_up_and_leaves_the_network(
    session: Session, admin: FlaskClient
) -> None:
    hospital = make_hospital(network=False)
    session.commit()
    path = f"/admin/hospitals/{hospital.id}"

    def now_it_is() -> tuple[bool, bool, date | None]:
        session.expire_all()
        kept = session.get(Hospital, hospital.id)
        return kept.in_network, kept.accepting, kept.network_since

    assert admin.post(f"{path}/accepting", data={"accepting": "0"}).status_code == 409
    admin.post(f"{path}/network", data={"in_network": "1", "since": "2026-03-01"})
    assert now_it_is() == (True, True, date(2026, 3, 1))
    admin.post(f"{path}/accepting", data={"accepting": "0"})
    assert now_it_is()[:2] == (True, False)
    admin.post(f"{path}/network", data={})
    assert now_it_is() == (False, True, None)


def test_hospitals_are_found_by_city_and_filtered_by_network(
    session: Session, admin: FlaskClient
) -> None:
    make_hospital("网络里的医院", city="宁波市")
    make_hospital("满了的医院", city="宁波市", accepting=False)
    make_hospital("网络外的医院", network=False, city="宁波市")
    make_hospital("别处的医院", city="温州市")
    session.commit()
    found = text(admin.get("/admin/hospitals?q=宁波&network=yes"))
    assert "网络里的医院" in found
    assert "网络外的医院" not in found
    assert "别处的医院" not in found
    full = text(admin.get("/admin/hospitals?network=full"))
    assert "满了的医院" in full
    assert "网络里的医院" not in full


def test_a_long_list_is_paged_without_losing_or_repeating_a_row(
    session: Session, admin: FlaskClient
) -> None:
    for n in range(120):
        make_hospital(f"医院{n:03d}号")
    session.commit()
    pages = [text(admin.get(f"/admin/hospitals?sort=city&page={n}")) for n in (1, 2, 3)]
    seen = [n for page in pages for n in range(120) if f">医院{n:03d}号<" in page]
    assert sorted(seen) == list(range(120))
    assert "101–120" in pages[2]
    assert 'rel="next"' not in pages[2]


# ── insurers, products, clauses ──────────────────────────────────────────────────────────────


def test_an_insurer_and_its_product_are_set_up_with_caps_in_yuan(
    session: Session, admin: FlaskClient
) -> None:
    names = {"name_zh": "阿尔法保险", "name_en": "Alpha"}
    admin.post("/admin/insurers/new", data={"code": "alpha", **names})
    insurer = session.scalar(select(Insurer).where(Insurer.code == "ALPHA"))
    path = f"/admin/insurers/{insurer.id}/products/new"
    form = {"code": "CC-GOLD", **names, "outpatient_cap": "2,000.50", "inpatient_cap": ""}
    assert admin.post(path, data=form).status_code == 303
    product = session.scalar(select(Product))
    assert (product.outpatient_cap_fen, product.inpatient_cap_fen) == (200050, None)
    for cap, code in (
        ("0", "cap_not_positive"),
        ("-5", "cap_not_positive"),
        ("1.234", "bad_amount"),
    ):
        answer = admin.post(path, data={**form, "code": "OTHER", "outpatient_cap": cap})
        assert answer.status_code == 422
        assert code in text(answer)
    assert admin.post(path, data=form).status_code == 409
    assert session.scalar(select(func.count(Product.id))) == 1


def test_new_clauses_make_a_new_version_and_the_old_one_stays_as_it_was(
    session: Session, admin: FlaskClient
) -> None:
    product = make_product()
    session.commit()
    before = [(c.code, c.text_zh) for c in product.exclusion_versions[0].clauses]
    today = business_day(now())
    form = {
        "c_code": ["war", "", "RACE"],
        "c_zh": ["是否战争？", "", "是否参加赛车？"],
        "c_en": ["War?", "", "Was it a race?"],
        "valid_from": today.isoformat(),
    }
    path = f"/admin/insurers/products/{product.id}"
    assert admin.post(f"{path}/exclusions", data=form).status_code == 303
    session.expire_all()
    product = session.get(Product, product.id)
    assert [v.version for v in product.exclusion_versions] == [1, 2]
    assert [(c.code, c.text_zh) for c in product.exclusion_versions[0].clauses] == before
    in_force = exclusions_on(product, today)
    assert [(c.code, c.text_en) for c in in_force.clauses] == [
        ("WAR", "War?"),
        ("RACE", "Was it a race?"),
    ]
    page = text(admin.get(path))
    assert "是否战争？" in page
    assert before[0][1] in page


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"c_en": [""]}, "clauses_unpaired"),
        ({"c_code": ["A", "A"], "c_zh": ["甲", "乙"], "c_en": ["a", "b"]}, "clauses_unpaired"),
        ({"valid_from": "2020-01-01"}, "validity_in_the_past"),
        ({"valid_from": "next week"}, "bad_day"),
    ],
)
def test_clauses_that_can_not_be_read_out_are_refused(
    session: Session, admin: FlaskClient, changed: dict[str, Any], code: str
) -> None:
    product = make_product(clauses=[])
    session.commit()
    tomorrow = business_day(now()) + timedelta(days=1)
    form = {"c_code": ["A"], "c_zh": ["甲"], "c_en": ["a"], "valid_from": tomorrow.isoformat()}
    path = f"/admin/insurers/products/{product.id}/exclusions"
    answer = admin.post(path, data={**form, **changed})
    assert answer.status_code == 422
    assert code in text(answer)
    session.expire_all()
    assert session.get(Product, product.id).exclusion_versions == []


# ── audit ────────────────────────────────────────────────────────────────────────────────────


def test_the_audit_reads_in_sentences_and_filters(
    session: Session, admin: FlaskClient, sign_in: Browser
) -> None:
    admin.post("/admin/centers/new", data=CENTER)
    insurer = make_insurer()
    session.commit()
    admin.post(f"/admin/insurers/{insurer.id}", data={"name_zh": "新", "name_en": "New"})
    auditor = sign_in(make_staff(Role.AUDITOR))
    page = text(auditor.get("/admin/audit"))
    assert '<td data-label="做了什么">建立急救中心</td>' in page
    assert "更改保险公司" in page
    only = text(auditor.get("/admin/audit?action=insurer+changed"))
    assert '<td data-label="做了什么">建立急救中心</td>' not in only
    assert 'class="empty"' in text(auditor.get("/admin/audit?to=2020-01-01"))


def test_the_chain_is_walked_when_asked_and_found_whole(
    session: Session, admin: FlaskClient
) -> None:
    admin.post("/admin/centers/new", data=CENTER)
    assert "整条链完好" in text(admin.get("/admin/audit?check=1"))
