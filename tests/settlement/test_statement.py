import io
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest

from guarantee.letters import number
from guarantee.refusals import Words
from guarantee.settlement.statement import (
    ForbiddenFetch,
    pdf_of,
    statement_pdf,
    statement_workbook,
)
from guarantee.settlement.statement_content import (
    StatementContent,
    StatementDifference,
    StatementLine,
)

A, B = number.new("3101"), number.new("3101")
NOTHING = Words("", "")
PRE_HOSPITAL = Words("院前", "Pre-hospital")
RESERVE = Words("备用金", "Reserve fund")
CONTENT = StatementContent(
    center_code="3101",
    center_name=Words("上海急救中心", "Shanghai EMC"),
    week="2026-W47",
    first_day=date(2026, 11, 16),
    last_day=date(2026, 11, 22),
    state=Words("已批准", "Approved"),
    account_name="上海急救中心",
    account_number="6227000100012345678",
    account_bank="中国银行",
    reference="JS3101202647",
    pre_hospital_fen=130_000,
    reserve_fund_fen=20_000,
    courier_fen=2_550,
    lines=(
        StatementLine(
            A, PRE_HOSPITAL, NOTHING, date(2026, 11, 17), "=HYPERLINK(1)",
            100_000, 120_000, 100_000,
        ),
        StatementLine(
            B, PRE_HOSPITAL, Words("逾期", "late"), None, "R2", 30_000, None, 30_000
        ),
        StatementLine(B, RESERVE, NOTHING, None, "R3", 20_000, 20_000, 20_000),
        StatementLine("", Words("快递费", "Courier"), NOTHING, None, "", 2_550, None, 2_550),
    ),
    differences=(
        StatementDifference(
            A, Words("超过担保限额", "Above the limit"), Words("上报过高。", "Too high."),
            100_000, 120_000, Words("以系统为准", "System's figure"), "患者承担", "李会计",
        ),
    ),
    missing_originals=2,
    prepared_by="李会计",
    prepared_at=datetime(2026, 11, 23, 1, tzinfo=UTC),
    approved_by="王主任",
    approved_at=datetime(2026, 11, 23, 5, tzinfo=UTC),
    ledger_head="ab" * 32,
)  # fmt: skip


def text_of(pdf, tmp_path):
    (tmp_path / "s.pdf").write_bytes(pdf)
    run = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "s.pdf", "-"], capture_output=True, check=True
    )
    return run.stdout.decode()


def test_pdf_and_workbook_say_the_same_figures(tmp_path):
    text = text_of(statement_pdf(CONTENT), tmp_path)
    book = openpyxl.load_workbook(io.BytesIO(statement_workbook(CONTENT)), data_only=True)
    cells = {cell.value for page in book for row in page.iter_rows() for cell in row if cell.value}
    for figure in ("1,300.00", "200.00", "25.50", "1,525.50"):
        assert figure in text
        assert float(figure.replace(",", "")) in cells
    for said in (number.grouped(A), "人民币壹仟伍佰贰拾伍元伍角", "JS3101202647", "患者承担"):
        assert said in text
        assert any(said in str(cell) for cell in cells)


def test_the_same_content_gives_the_same_bytes_and_another_gives_others():
    assert statement_pdf(CONTENT) == statement_pdf(CONTENT)
    first = statement_workbook(CONTENT)
    assert first == statement_workbook(CONTENT)
    assert first != statement_workbook(replace(CONTENT, courier_fen=2_551))


def test_the_workbook_runs_our_sums_and_no_others():
    data = statement_workbook(CONTENT)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        pages = [parts.read(name).decode() for name in parts.namelist() if "sheet" in name]
    formulas = [bit.split("</f>")[0] for page in pages for bit in page.split("<f>")[1:]]
    assert formulas
    assert all(formula.startswith("SUM(") for formula in formulas)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book["明细 Lines"]["E2"].value == "=HYPERLINK(1)"
    assert book["明细 Lines"].freeze_panes == "A2"


@pytest.mark.parametrize(
    "reach", ["file:///etc/hostname", "http://127.0.0.1:9/x.png", "https://example.com/x.png"]
)
def test_the_printer_fetches_nothing(reach):
    with pytest.raises(ForbiddenFetch):
        pdf_of(f'<img src="{reach}">')
