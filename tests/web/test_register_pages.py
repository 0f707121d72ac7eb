"""The register's pages: importing a file with a preview, looking people up, what is masked."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guarantee.audit import AuditRecord
from guarantee.business_time import now
from guarantee.members.models import ImportFile, Member
from guarantee.members.pending import PendingImport
from guarantee.parties.insurers import Insurer
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from tests.factories import make_enrolment, make_insurer, make_member, make_product, make_staff

Browser = Callable[[Staff], FlaskClient]
FILES = Path(__file__).resolve().parent.parent / "data" / "members"
PRODUCTS = ("PA-ACC-01", "PA-ACC-02", "CC-GOLD", "GRP-MED", "TRAVEL-S")
A_FILE = "members_a.xlsx"


@pytest.fixture
def admin(session: Session, sign_in: Browser) -> FlaskClient:
    return sign_in(make_staff(Role.ADMIN))


@pytest.fixture
def alpha(session: Session) -> Insurer:
    insurer = make_insurer("ALPHA")
    for code in PRODUCTS:
        make_product(insurer, code=code)
    session.commit()
    return insurer


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def upload(browser: FlaskClient, data: bytes, name: str, insurer: str = "ALPHA") -> Any:
    form = {"insurer": insurer, "file": (io.BytesIO(data), name)}
    return browser.post("/members/import", data=form, content_type="multipart/form-data")


def count_of(session: Session, model: type) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_file_is_looked_at_before_anything_counts_and_then_taken_in(
    session: Session, admin: FlaskClient, alpha: Insurer
) -> None:
    looked = upload(admin, (FILES / A_FILE).read_bytes(), A_FILE)
    assert looked.status_code == 303
    assert count_of(session, Member) == 0
    page = text(admin.get(looked.location))
    assert "导入 161 行" in page
    assert "bad_id_checksum" in page
    taken = admin.post(looked.location)
    assert taken.status_code == 303
    file = session.scalar(select(ImportFile))
    assert (file.accepted, file.duplicates, file.rejected) == (161, 3, 36)
    assert taken.location == f"/members/import/{file.id}"
    result = text(admin.get(taken.location))
    assert "下载退回的 36 行" in result
    assert count_of(session, PendingImport) == 0
    assert admin.post(looked.location).status_code == 404  # a second click imports nothing
    assert count_of(session, ImportFile) == 1


def test_the_rejected_rows_come_back_as_a_workbook_and_that_is_audited(
    session: Session, admin: FlaskClient, alpha: Insurer
) -> None:
    looked = upload(admin, (FILES / A_FILE).read_bytes(), A_FILE)
    result = admin.post(looked.location).location
    answer = admin.get(f"{result}/rejected")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet.max_row == 1 + 36
    newest = select(AuditRecord.action).order_by(AuditRecord.id.desc()).limit(1)
    assert session.scalar(newest) == "rejected rows fetched"


def test_a_file_looked_at_and_dropped_leaves_nothing(
    session: Session, admin: FlaskClient, alpha: Insurer
) -> None:
    looked = upload(admin, (FILES / A_FILE).read_bytes(), A_FILE)
    kept = session.scalar(select(PendingImport))
    assert "王" not in str(kept.preview["rows"])  # codes only, nobody's data
    assert admin.post(f"{looked.location}/dropped").status_code == 303
    assert count_of(session, PendingImport) == count_of(session, Member) == 0


def test_a_preview_belongs_to_who_sent_the_file_and_lasts_a_day(
    session: Session, admin: FlaskClient, alpha: Insurer, sign_in: Browser
) -> None:
    looked = upload(admin, (FILES / A_FILE).read_bytes(), A_FILE)
    other = sign_in(make_staff(Role.ADMIN))
    assert other.get(looked.location).status_code == 404
    kept = session.scalar(select(PendingImport))
    kept.made_at = now() - timedelta(days=1, minutes=1)
    session.commit()
    assert admin.get(looked.location).status_code == 404
    assert count_of(session, Member) == 0


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "empty.csv", "empty_file"),
        (b"not a workbook", "a.xlsx", ""),
        (b"%PDF-1.7", "a.pdf", ""),
        ("甲,乙\n1,2\n".encode(), "no_header.csv", ""),
    ],
)
def test_a_file_that_is_none_is_refused_beside_its_field(
    session: Session, admin: FlaskClient, alpha: Insurer, data: bytes, name: str, code: str
) -> None:
    answer = upload(admin, data, name)
    assert answer.status_code == 422
    page = text(answer)
    assert code in page
    assert 'class="error"' in page or 'role="alert"' in page
    assert count_of(session, PendingImport) == count_of(session, ImportFile) == 0


def test_no_file_and_an_unknown_insurer_are_said_beside_the_field(
    admin: FlaskClient, alpha: Insurer
) -> None:
    none = admin.post("/members/import", data={"insurer": "ALPHA"})
    assert none.status_code == 422
    assert "no_file" in text(none)
    unknown = upload(admin, b"x", "a.csv", insurer="OMEGA")
    assert unknown.status_code == 404
    assert "unknown_insurer" in text(unknown)


def test_the_template_has_the_columns_that_are_understood(admin: FlaskClient) -> None:
    sheet = load_workbook(io.BytesIO(admin.get("/members/import/template").data)).active
    titles = [cell.value for cell in sheet[1]]
    assert titles[:3] == ["被保险人姓名", "证件类型", "证件号码"]


def test_a_member_is_found_by_document_and_shown_masked(
    session: Session, admin: FlaskClient
) -> None:
    member = make_member("欧阳建国", phone="13800138000")
    make_enrolment(member)
    session.commit()
    for typed in (member.document_number, "138 0013 8000", "欧阳"):
        page = text(admin.post("/members", data={"who": typed}))
        assert "找到 1 人" in page, typed
        assert "欧*" in page
        shown = page.replace(f'value="{typed}"', "")
        assert member.document_number not in shown
        assert "13800138000" not in shown
        assert "138****8000" in page


def test_a_document_is_never_part_of_an_address(admin: FlaskClient) -> None:
    page = text(admin.get("/members"))
    form = page[page.index('class="find-member"') - 200 :]
    assert 'method="post"' in form[:260]
    assert "who=" not in page


def test_a_members_page_shows_the_cover_and_what_moved_and_is_audited(
    session: Session, admin: FlaskClient
) -> None:
    enrolment = make_enrolment(make_member("王伟"), sum_insured_fen=10_000_000)
    session.commit()
    page = text(admin.get(f"/members/{enrolment.member_id}"))
    assert "100,000.00" in page
    assert "保额建立" in page
    assert "王伟" not in page
    assert enrolment.member.document_number not in page
    record = session.scalar(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1))
    assert (record.action, record.subject) == ("member viewed", f"member:{enrolment.member_id}")


def test_numbers_are_shown_in_full_for_a_reason_that_is_kept(
    session: Session, admin: FlaskClient, sign_in: Browser
) -> None:
    member = make_member("王伟")
    session.commit()
    path = f"/members/{member.id}/shown"
    without = admin.post(path, data={"reason": " "})
    assert without.status_code == 422
    assert member.document_number not in text(without)
    shown = admin.post(path, data={"reason": "核对身份证"})
    assert member.document_number in text(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    record = session.scalar(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1))
    assert record.action == "member shown in full"
    assert record.facts == {"reason": "核对身份证"}
    auditor = sign_in(make_staff(Role.AUDITOR))
    assert auditor.post(path, data={"reason": "x"}).status_code == 403


def test_the_register_is_filtered_by_state_and_exported_masked(
    session: Session, admin: FlaskClient
) -> None:
    active = make_enrolment(make_member("在保人"), card_number="LK-ACTIVE")
    make_enrolment(make_member("退保人"), card_number="LK-ENDED", cancelled_on=active.starts_on)
    session.commit()
    page = text(admin.get("/members?state=active"))
    assert "LK-ACTIVE" in page
    assert "LK-ENDED" not in page
    assert "LK-ENDED" in text(admin.get("/members?state=ended"))
    book = load_workbook(io.BytesIO(admin.get("/members?export=xlsx").data))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert "在*" in cells
    assert "在保人" not in cells
