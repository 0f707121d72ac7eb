"""Files that tell the bank to pay: its own CSV, and ISO 20022 pain.001. From plain values. Pure.

An account never comes from an uploaded file: the caller passes the one that headquarters keeps.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from guarantee.money import plain_yuan
from guarantee.refusals import Invalid, Words
from guarantee.sheets.cells import FORMULA_STARTS

PAIN_001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_REFERENCE = 20
"""Characters of 附言 that every bank hands on; more may be cut."""
CSV_HEADER = (
    "序号", "收款户名", "收款账号", "收款银行", "金额", "附言", "最迟付款日",
)  # fmt: skip


class NoAccount(Invalid):
    code = "no_account"
    words = Words(
        "{payee} 没有登记收款账户，不能付款。",
        "{payee} has no bank account on record; nothing can be paid.",
    )
    field = "account"


@dataclass(frozen=True, slots=True)
class Payment:
    """One line to the bank. `reference` stands in 附言 and finds the payment again."""

    reference: str
    payee: str
    account_number: str
    bank_name: str
    amount_fen: int
    due_on: date


def reference_of(center_code: str, week: str, attempt: int = 1) -> str:
    """'JS3101202647': 结算, the centre, the week. A payment sent anew after the bank returned it
    gets an attempt's number: 'JS3101202647R2'."""
    bare = f"JS{center_code}{week.replace('-W', '')}"
    return bare if attempt == 1 else f"{bare}R{attempt}"


def hospital_reference_of(hospital_id: int, week: str, attempt: int = 1) -> str:
    """'JY000012202647': 结算医院, the hospital's id in six digits (codes may hold anything), the
    week; 'R2' behind it when it is sent anew."""
    bare = f"JY{hospital_id:06d}{week.replace('-W', '')}"
    return bare if attempt == 1 else f"{bare}R{attempt}"


def bank_csv(payments: Sequence[Payment]) -> bytes:
    """The bank's batch file: GB18030, CRLF, a line a payment, the sum of all in the last line.

    Text that a spreadsheet would run gets an apostrophe in front. Refuses `NoAccount`.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CSV_HEADER)
    for at, payment in enumerate(_checked(payments), start=1):
        writer.writerow(
            [
                at,
                _plain(payment.payee),
                _plain(payment.account_number),
                _plain(payment.bank_name),
                plain_yuan(payment.amount_fen),
                payment.reference,
                payment.due_on.isoformat(),
            ]
        )
    total = sum(payment.amount_fen for payment in payments)
    writer.writerow(["合计", f"{len(payments)} 笔", "", "", plain_yuan(total), "", ""])
    return out.getvalue().encode("gb18030")


def pain_001(
    payments: Sequence[Payment],
    *,
    message_id: str,
    made_at: datetime,
    payer: str,
    payer_account: str,
) -> bytes:
    """ISO 20022 customer credit transfer (pain.001.001.09), in CNY. Refuses `NoAccount`.

    Amounts go out as decimal yuan; `EndToEndId` and the remittance text are the reference, which
    camt.053 brings back.
    """
    total = plain_yuan(sum(payment.amount_fen for payment in payments))
    document = Element("Document", xmlns=PAIN_001)
    order = SubElement(document, "CstmrCdtTrfInitn")
    head = SubElement(order, "GrpHdr")
    _say(head, "MsgId", message_id[:35])
    _say(head, "CreDtTm", made_at.isoformat(timespec="seconds"))
    _say(head, "NbOfTxs", str(len(payments)))
    _say(head, "CtrlSum", total)
    _say(SubElement(head, "InitgPty"), "Nm", payer[:140])
    for due_on in sorted({payment.due_on for payment in payments}):
        of_day = [payment for payment in _checked(payments) if payment.due_on == due_on]
        block = SubElement(order, "PmtInf")
        _say(block, "PmtInfId", f"{message_id[:26]}-{due_on:%Y%m%d}")
        _say(block, "PmtMtd", "TRF")
        _say(block, "NbOfTxs", str(len(of_day)))
        _say(block, "CtrlSum", plain_yuan(sum(payment.amount_fen for payment in of_day)))
        _say(SubElement(block, "ReqdExctnDt"), "Dt", due_on.isoformat())
        _say(SubElement(block, "Dbtr"), "Nm", payer[:140])
        _account(block, "DbtrAcct", payer_account)
        agent = SubElement(SubElement(block, "DbtrAgt"), "FinInstnId")
        _say(SubElement(agent, "Othr"), "Id", "NOTPROVIDED")
        for payment in of_day:
            _transfer(block, payment)
    body: bytes = tostring(document, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def _transfer(block: Element, payment: Payment) -> None:
    transfer = SubElement(block, "CdtTrfTxInf")
    _say(SubElement(transfer, "PmtId"), "EndToEndId", payment.reference)
    amount = SubElement(SubElement(transfer, "Amt"), "InstdAmt", Ccy="CNY")
    amount.text = plain_yuan(payment.amount_fen)
    agent = SubElement(SubElement(transfer, "CdtrAgt"), "FinInstnId")
    _say(agent, "Nm", payment.bank_name[:140] or "NOTPROVIDED")
    _say(SubElement(transfer, "Cdtr"), "Nm", payment.payee[:140])
    _account(transfer, "CdtrAcct", payment.account_number)
    _say(SubElement(transfer, "RmtInf"), "Ustrd", payment.reference)


def _account(parent: Element, name: str, number: str) -> None:
    identity = SubElement(SubElement(parent, name), "Id")
    _say(SubElement(identity, "Othr"), "Id", number[:34])


def _say(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _checked(payments: Sequence[Payment]) -> Sequence[Payment]:
    for payment in payments:
        if not payment.account_number or not payment.payee:
            raise NoAccount(payee=payment.payee or payment.reference)
    return payments


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
