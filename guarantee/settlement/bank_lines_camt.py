"""ISO 20022 camt.053 → lines. Pending entries are passed over; one may hold several payments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from guarantee.money import BadAmount
from guarantee.refusals import Invalid
from guarantee.settlement.bank_line import (
    BankLine,
    BankLines,
    NoSerial,
    NotAStatement,
    NotCny,
    fen_of,
    handed_back,
)
from guarantee.settlement.report import HandedBack
from guarantee.sheets.cells import BadDate, clean_text, compact


def from_camt(data: bytes) -> BankLines:
    """The booked entries of a camt.053. Refuses (`NotAStatement`) other XML, DTDs and entities."""
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise NotAStatement() from None
    if "camt.053" not in root.tag:
        raise NotAStatement()
    lines: list[BankLine] = []
    returned: list[HandedBack] = []
    for at, entry in enumerate(_all(root, "Ntry"), start=1):
        if _text(entry, "Sts/Cd") not in ("", "BOOK") or _text(entry, "Sts") in ("PDNG", "INFO"):
            continue
        try:
            lines.extend(_camt_lines(entry))
        except Invalid as refusal:
            original = (_text(entry, "AcctSvcrRef"), _text(entry, "Amt"))
            returned.append(handed_back(at, refusal, original))
    return BankLines("camt.053", tuple(lines), tuple(returned))


def _camt_lines(entry: Element) -> Iterator[BankLine]:
    serial = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    if not serial:
        raise NoSerial()
    details = _all(entry, "TxDtls")
    booked_on = _iso_day(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm"))
    # A collective entry is split only when every part of it says its own amount.
    amounts = [_camt_amount(part) for part in details]
    if len(details) < 2 or None in amounts:
        details, amounts = details[:1] or [entry], [_camt_amount(entry)]
    for at, (part, amount) in enumerate(zip(details, amounts, strict=True), start=1):
        if amount is None:
            raise BadAmount(field="amount")
        went = _text(part, "CdtDbtInd") or _text(entry, "CdtDbtInd")
        paid_to = "Cdtr" if went == "DBIT" else "Dbtr"
        account = f"RltdPties/{paid_to}Acct/Id"
        yield BankLine(
            serial=f"{serial}/{at}"[-60:] if len(details) > 1 else serial[:60],
            booked_on=booked_on,
            amount_fen=-amount if went == "DBIT" else amount,
            counterparty=(
                _text(part, f"RltdPties/{paid_to}/Nm") or _text(part, f"RltdPties/{paid_to}/Pty/Nm")
            )[:120],
            account=compact(_text(part, f"{account}/IBAN") or _text(part, f"{account}/Othr/Id"))[
                :40
            ],
            text=clean_text(
                " ".join(
                    [
                        _text(part, "Refs/EndToEndId"),
                        *(ustrd.text or "" for ustrd in _all(part, "Ustrd")),
                        _text(entry, "AddtlNtryInf"),
                    ]
                )
            )[:300],
        )


def _camt_amount(part: Element) -> int | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = part.find(_path(path))
        if found is not None:
            if found.get("Ccy", "CNY") != "CNY":
                raise NotCny()
            try:
                return fen_of(Decimal((found.text or "").strip()))
            except InvalidOperation:
                raise BadAmount(field="amount") from None
    return None


def _iso_day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadDate(field="booked_on") from None


def _path(path: str) -> str:
    return "/".join(f"{{*}}{step}" for step in path.split("/"))


def _all(element: Element, name: str) -> list[Element]:
    return element.findall(f".//{{*}}{name}")


def _text(element: Element, path: str) -> str:
    found = element.find(_path(path))
    return (found.text or "").strip() if found is not None else ""
