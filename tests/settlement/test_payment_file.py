import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from guarantee.settlement.payment_file import (
    LONGEST_REFERENCE,
    PAIN_001,
    NoAccount,
    Payment,
    bank_csv,
    pain_001,
    reference_of,
)

PAYMENTS = [
    Payment(reference_of("3101", "2026-W47"), "上海急救中心", "62270001", "中国银行", 152_550,
            date(2026, 11, 26)),
    Payment(reference_of("4403", "2026-W47"), "深圳急救中心", "62270002", "中国银行", 100,
            date(2026, 11, 26)),
]  # fmt: skip


def test_a_reference_names_centre_and_week_and_fits_the_banks_field():
    assert reference_of("3101", "2026-W47") == "JS3101202647"
    assert reference_of("3101", "2026-W47", attempt=2) == "JS3101202647R2"
    assert len(reference_of("3101", "2026-W47", attempt=99)) <= LONGEST_REFERENCE


def test_the_banks_csv_has_a_line_a_payment_in_gb18030_and_their_sum():
    rows = list(csv.reader(io.StringIO(bank_csv(PAYMENTS).decode("gb18030"))))
    assert rows[1][1:6] == ["上海急救中心", "62270001", "中国银行", "1525.50", "JS3101202647"]
    assert [*rows[-1][:2], rows[-1][4]] == ["合计", "2 笔", "1526.50"]
    assert len(rows) == 4


def test_a_payee_that_a_spreadsheet_would_run_is_text():
    odd = replace(PAYMENTS[0], payee="=cmd|'/c calc'!A1")
    assert "'=cmd" in bank_csv([odd]).decode("gb18030")


@pytest.mark.parametrize("lack", [{"account_number": ""}, {"payee": ""}])
def test_nothing_is_paid_to_nobody(lack):
    with pytest.raises(NoAccount):
        bank_csv([replace(PAYMENTS[0], **lack)])
    with pytest.raises(NoAccount):
        pain_001([replace(PAYMENTS[0], **lack)], message_id="M", payer="P", payer_account="1",
                 made_at=datetime(2026, 11, 23, tzinfo=UTC))  # fmt: skip


def test_pain_001_counts_and_sums_what_it_orders():
    data = pain_001(
        PAYMENTS, message_id="M-1", payer="救援联盟", payer_account="31006666",
        made_at=datetime(2026, 11, 23, 6, tzinfo=UTC),
    )  # fmt: skip
    root = ElementTree.fromstring(data)
    space = {"p": PAIN_001}
    head = root.find(".//p:GrpHdr", space)
    assert head.find("p:NbOfTxs", space).text == "2"
    assert head.find("p:CtrlSum", space).text == "1526.50"
    amounts = [one.text for one in root.findall(".//p:InstdAmt", space)]
    assert amounts == ["1525.50", "1.00"]
    assert [one.text for one in root.findall(".//p:EndToEndId", space)] == [
        payment.reference for payment in PAYMENTS
    ]
