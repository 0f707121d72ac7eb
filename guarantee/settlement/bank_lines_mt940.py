"""SWIFT MT940 → lines, read by the library mt-940."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import mt940

from guarantee.money import BadAmount
from guarantee.refusals import Invalid
from guarantee.settlement.bank_line import (
    BankLine,
    BankLines,
    NotAStatement,
    NotCny,
    fen_of,
    handed_back,
)
from guarantee.settlement.report import HandedBack
from guarantee.sheets.cells import clean_text
from guarantee.sheets.texts import decode


def from_mt940(data: bytes) -> BankLines:
    """The movements of an MT940. Refuses (`NotAStatement`) what the library can't read."""
    try:
        statement = mt940.parse(decode(data))
    except Exception:  # the library raises many kinds, all meaning that the file is not one
        raise NotAStatement() from None
    lines: list[BankLine] = []
    returned: list[HandedBack] = []
    seen: dict[str, int] = {}
    for at, movement in enumerate(statement, start=1):
        try:
            lines.append(_mt940_line(movement.data, seen))
        except Invalid as refusal:
            original = (str(movement.data.get("transaction_details", ""))[:300],)
            returned.append(handed_back(at, refusal, original))
    if not lines and not returned:
        raise NotAStatement()
    return BankLines("mt940", tuple(lines), tuple(returned))


def _mt940_line(data: dict[str, Any], seen: dict[str, int]) -> BankLine:
    amount = data.get("amount")
    if amount is None or data.get("date") is None:
        raise BadAmount(field="amount")
    if amount.currency not in (None, "CNY"):
        raise NotCny()
    fen = abs(fen_of(amount.amount))
    out = data.get("status") in ("D", "RC")  # RC: a credit taken back
    references = [data.get(f"{whose}_reference") or "" for whose in ("bank", "customer")]
    text = clean_text(" ".join([references[1], data.get("transaction_details") or ""]))
    booked_on = date(data["date"].year, data["date"].month, data["date"].day)
    serial = references[0]
    if not serial or serial == "NONREF":
        # No number of the bank's: the same line in the same place of the day is the same line.
        same = f"{booked_on}|{out}|{fen}|{text}"
        seen[same] = seen.get(same, 0) + 1
        serial = "H" + hashlib.sha256(f"{same}|{seen[same]}".encode()).hexdigest()[:30]
    return BankLine(
        serial=serial[:60],
        booked_on=booked_on,
        amount_fen=-fen if out else fen,
        counterparty="",
        account="",
        text=text[:300],
    )
