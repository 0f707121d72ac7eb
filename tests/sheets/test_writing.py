"""Files that people fetch: typed, and nothing in them runs."""

import io
from datetime import UTC, date, datetime

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.sheets.reading import Column, read_table
from guarantee.sheets.writing import Heading, Sheet, csv_bytes, workbook

AT = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
HEADINGS = (
    Heading("姓名"),
    Heading("金额", "fen"),
    Heading("日期", "day"),
    Heading("时间", "moment"),
    Heading("件数", "count"),
)


def opened(*rows: list[object], **more: object):
    data = workbook([Sheet("清单", HEADINGS, rows, **more)], made_at=AT)
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_cells_have_the_type_of_their_column():
    sheet = opened(["007", 123456, date(2026, 1, 5), AT, 3], ["王", None, None, None, None])
    row = sheet[2]
    assert [c.value for c in row] == [
        "007",
        1234.56,
        datetime(2026, 1, 5),  # noqa: DTZ001
        datetime(2026, 11, 18, 12, 0),  # noqa: DTZ001
        3,
    ]
    assert row[1].number_format == "#,##0.00"
    assert [c.value for c in sheet[3]] == ["王", None, None, None, None]
    assert sheet.freeze_panes == "A2"


def test_text_that_a_spreadsheet_would_run_is_a_string():
    for text in ("=1+1", "+1", "-1", "@A1", "http://example.org", "mailto:a@b.c"):
        cell = opened([text, 1, None, None, 1])["A2"]
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_a_text_too_long_for_a_cell_is_cut_not_lost():
    assert len(opened(["长" * 40_000, 1, None, None, 1])["A2"].value) == 32_767


def test_a_title_stands_above_and_the_total_below():
    sheet = opened(
        ["王", 100, None, None, 1], title=("周结算", "2026-W47"), total=["合计", 100, None, None, 1]
    )
    assert [sheet["A1"].value, sheet["A2"].value, sheet["A3"].value] == [
        "周结算",
        "2026-W47",
        "姓名",
    ]
    assert [sheet["A5"].value, sheet["B5"].value] == ["合计", 1]
    assert sheet.freeze_panes == "A4"


def test_columns_are_wide_enough_for_chinese():
    sheet = opened(["古丽娜尔·艾合买提江", 1, None, None, 1])
    assert sheet.column_dimensions["A"].width >= 19


def test_the_same_content_is_the_same_file():
    sheet = Sheet("清单[1]/2", HEADINGS, [["王", 1, None, None, 1]])
    assert workbook([sheet], made_at=AT) == workbook([sheet], made_at=AT)


def test_csv_opens_as_text_and_nothing_in_it_runs():
    rows = [["姓名", "金额"], ["=1+1", "-1.50"], ["@x\n", -3], ['"', None], ["-a", "+86 138"]]
    assert csv_bytes(rows) == (
        b"\xef\xbb\xbf"
        + '姓名,金额\r\n\'=1+1,-1.50\r\n"\'@x\n",-3\r\n"""",\r\n\'-a,\'+86 138\r\n'.encode()
    )


@settings(max_examples=25)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_is_read_back_as_it_was(names):
    columns = (Column("name", ("姓名",), mandatory=True), Column("note", ("备注",)))
    rows = [[name, "备"] for name in names]
    data = workbook([Sheet("x", (Heading("姓名"), Heading("备注")), rows)], made_at=AT)
    table = read_table(data, filename="x.xlsx", columns=columns)
    assert [row.cells["name"].text for row in table.rows] == names
