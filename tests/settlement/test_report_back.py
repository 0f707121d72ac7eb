import io

import openpyxl

from guarantee.letters import number
from guarantee.settlement.report import read_report
from guarantee.settlement.report_back import kept_file, report_workbook
from guarantee.settlement.report_upload import take_report
from tests.settlement.files import HEADER, workbook
from tests.settlement.scenes import MONDAY, Week


def test_the_whole_table_goes_back_with_reasons_and_can_be_sent_again(session):
    week = Week()
    good, bad = number.new("3101"), number.new("3101")
    rows = [
        (1, "张三", good, "2026-11-17", 100, "", "", "", 100, "R1", "否", ""),
        (2, "李四", bad, "2026-11-17", "约五十", "", "", "", 50, "R2", "否", "@SUM(1)"),
    ]
    data = workbook([HEADER, *rows])
    report = take_report(
        batch=week.opened(), data=data, filename="上报.xlsx", by=week.finance, at=MONDAY
    )
    session.commit()
    session.expire_all()
    assert kept_file(report) == data
    sent_back = report_workbook(report)
    page = openpyxl.load_workbook(io.BytesIO(sent_back)).active
    reasons = [page.cell(row=at, column=len(HEADER) + 2).value for at in (2, 3)]
    assert reasons[0] is None
    assert "金额" in reasons[1]
    noted = page.cell(row=3, column=len(HEADER))
    assert (noted.value, noted.data_type) == ("@SUM(1)", "s")
    again = read_report(sent_back, filename="again.xlsx")
    assert [row.letter_number for row in again.rows] == [good]
    assert [back.code for back in again.handed_back] == ["bad_amount"]


def test_patients_names_are_unreadable_in_the_database(session):
    week = Week()
    row = (
        1,
        "䶮小明",
        number.new("3101"),
        "2026-11-17",
        1,
        "",
        "",
        "",
        1,
        "R1",
        "",
        "备注里的名字",
    )
    take_report(
        batch=week.opened(), data=workbook([HEADER, row]), filename="a.xlsx", by=week.finance,
        at=MONDAY,
    )  # fmt: skip
    session.flush()
    connection = session.connection()
    for column in ("patient_name", "note"):
        query = f"SELECT {column} FROM settlement_report_rows"
        assert connection.exec_driver_sql(query).scalar().startswith("s1.")
