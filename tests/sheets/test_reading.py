"""A table out of what people send, or a refusal that says what to change."""

import io
import zipfile
from datetime import date, datetime

import pytest

from guarantee.refusals import Refusal
from guarantee.sheets import containers
from guarantee.sheets.reading import Column, Table, read_table
from tests.sheets import files

COLUMNS = (
    Column("name", ("被保险人姓名", "姓名", "name"), mandatory=True),
    Column("number", ("证件号码",), mandatory=True),
    Column("amount", ("保额（元）", "保额")),
    Column("day", ("起保日期",)),
)
HEADER = ["姓名", "证件号码", "保额（元）", "起保日期"]


def read(data: bytes, filename: str = "members.xlsx") -> Table:
    return read_table(data, filename=filename, columns=COLUMNS)


def refused(data: bytes, filename: str = "members.xlsx") -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(data, filename)
    return caught.value


def csv(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


def test_the_header_may_stand_below_titles_and_rows_keep_their_spreadsheet_numbers():
    table = read(files.xlsx(["会员名单"], [], ["2026年"], HEADER, ["王伟", "1"], [], ["李娜", "2"]))
    assert table.header_row == 4
    assert [row.number for row in table.rows] == [5, 7]
    assert table.rows[1].cells["name"].text == "李娜"


def test_leading_empty_rows_and_columns_do_not_shift_the_numbers():
    table = read(files.xlsx([], [], ["", "", *HEADER], ["", "", "王伟", "1"]))
    assert (table.header_row, table.rows[0].number) == (3, 4)
    assert table.rows[0].cells["number"].text == "1"


@pytest.mark.parametrize(
    "written", ["保额（元）", "保额(元)", " 保 额【元】", "＊保额（元）：", "保额"]
)
def test_a_column_is_found_by_any_of_its_names_however_typed(written):
    table = read(files.xlsx(["NAME", "备注", written, "证件号码*"], ["王", "x", "5", "7"]))
    row = table.rows[0]
    assert [row.cells[f].text for f in ("name", "number", "amount", "day")] == ["王", "7", "5", ""]
    assert table.ignored == ("备注",)
    assert table.columns["amount"] == written.strip()


def test_other_sheets_are_passed_over():
    data = files.xlsx(["说明"], more_sheets={"数据": [HEADER, ["王伟", "1"]], "空": []})
    assert (read(data).sheet, len(read(data).rows)) == ("数据", 1)


def test_totals_are_passed_over_but_a_person_called_so_is_not():
    rows = [
        ["王伟", "1", "10", ""],
        ["小 计：", "", "10", ""],
        ["合计", "12", "x", "2026-01-01"],
        ["合计", "", "1,010.00元", ""],
    ]
    table = read(files.xlsx(HEADER, *rows))
    assert [row.number for row in table.rows] == [2, 4]


def test_cells_say_what_the_spreadsheet_stored():
    data = files.xlsx(HEADER, [True, 310101199001011234, 1.0, 0.1 + 0.2], ["x", 15801234567, 1.5])
    first, second = read(data).rows
    assert (first.cells["name"].text, first.cells["name"].kind) == ("TRUE", "bool")
    assert (first.cells["number"].text, first.cells["number"].kind) == ("3.10101E+17", "number")
    assert [first.cells[f].text for f in ("amount", "day")] == ["1", "0.3"]
    assert second.cells["number"].text == "15801234567"
    assert second.cells["day"].kind == "empty"
    assert second.original == ("x", "15801234567", "1.5", "")


def test_dates_are_dates_whatever_their_format():
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["王", "1", "2"])
    chinese = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    sheet.write_datetime(1, 3, datetime(2026, 1, 5), chinese)  # noqa: DTZ001
    book.close()
    cell = read(out.getvalue()).rows[0].cells["day"]
    assert (cell.kind, cell.value, cell.text) == ("date", date(2026, 1, 5), "2026-01-05")


def test_text_that_looks_like_a_formula_stays_text_and_a_live_formula_gives_its_last_value():
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["=1+1", "@SUM(A1)"])
    sheet.write_formula(1, 2, "=50+50", None, 100)
    book.close()
    row = read(out.getvalue()).rows[0]
    assert [row.cells[f].text for f in ("name", "number", "amount")] == ["=1+1", "@SUM(A1)", "100"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_any_of_its_encodings_and_delimiters(encoding, delimiter):
    text = "\r\n".join(delimiter.join(line) for line in [HEADER, ["赵𠅤", "1", '"8,000"', "x"]])
    row = read(csv(text, encoding), "a.csv").rows[0]
    assert [row.cells[f].text for f in ("name", "amount")] == ["赵𠅤", "8,000"]


def test_a_quoted_line_break_belongs_to_its_row_and_short_rows_are_padded():
    table = read(csv('姓名,证件号码,保额\n"王\n伟",1\n\n李,2,3,4\n'), "a.csv")
    assert [(r.number, r.original) for r in table.rows] == [
        (2, ("王\n伟", "1", "")),
        (4, ("李", "2", "3", "4")),
    ]


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "a.xlsx", "empty_file"),
        (b"\xef\xbb\xbf \r\n", "a.csv", "empty_file"),
        (b",,,\n,,\n", "a.csv", "empty_file"),
        (b"%PDF-1.7 ...", "a.csv", "not_a_workbook"),
        (b"<html><table>", "a.csv", "not_a_workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv", "not_a_workbook"),
        (csv("姓名,证件号码\n王,1"), "a.xlsx", "not_a_workbook"),
        (csv("姓名,证件号码\n王,1"), "a.xls", "not_a_workbook"),
        (files.xlsx(HEADER), "a.csv", "not_a_workbook"),
        (files.old_xls(), "a.xls", "not_a_workbook"),
        (files.encrypted(), "a.xlsx", "encrypted_workbook"),
        (b"PK\x03\x04" + b"junk" * 50, "a.xlsx", "corrupted_workbook"),
        (files.xlsx(HEADER)[:3000], "a.xlsx", "corrupted_workbook"),
        (files.with_sheet(b"<worksheet><sheetData><row"), "a.xlsx", "corrupted_workbook"),
        (csv('姓名,证件号码\n"王,1\n李,2\n'), "a.csv", "corrupted_workbook"),
        (csv('姓名,证件号码\n王,"1\n李,2\n'), "a.csv", "corrupted_workbook"),
        (files.costly(), "a.xlsx", "file_too_costly"),
        (csv("姓名,证件号码\n王,1").replace(b"1", b"\xff"), "a.csv", "bad_encoding"),
        (csv("日期,金额\n1,2\n"), "a.csv", "no_header"),
        (files.xlsx(["x"] * 10_000), "a.xlsx", "too_many_columns"),
        (csv(",".join(["x"] * 10_000)), "a.csv", "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(data, filename, code):
    refusal = refused(data, filename)
    assert refusal.code == code
    assert refusal.field == "file"
    assert refusal.message("zh") != refusal.message("en")


def test_a_zip_that_is_no_workbook_is_told_apart_from_a_damaged_one():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert refused(out.getvalue()).code == "not_a_workbook"


def test_a_missing_column_is_named():
    refusal = refused(files.xlsx(["姓名", "保额", "起保日期"], ["王", "1"]))
    assert refusal.code == "missing_column"
    assert "证件号码" in refusal.message("zh")
    assert "证件号码" in refusal.message("en")


def test_a_file_above_the_limit_is_refused_before_it_is_parsed():
    assert refused(b"x" * (containers.LARGEST_FILE + 1), "a.csv").code == "file_too_large"
    assert refused(files.zip_bomb()).code == "file_too_large"


def test_too_many_entries_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(containers.MOST_ENTRIES + 1):
            archive.writestr(f"xl/media/{number}", "")
    assert refused(out.getvalue()).code == "file_too_large"
