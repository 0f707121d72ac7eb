"""Rows of an insurer's member file: each understood without guessing, or refused with a reason.

Pure. What a row means beside the register is decided in `register`; here it is judged by itself
and beside the other rows of its file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from guarantee.members.identity import (
    CheckedDocument,
    IdPrecisionLost,
    check_document,
    document_type,
    looks_rounded,
)
from guarantee.members.phones import normal_phones
from guarantee.money import BadAmount
from guarantee.refusals import Invalid, Refusal, Words
from guarantee.sheets.cells import (
    clean_name,
    clean_text,
    has_control,
    is_formula,
    parse_amount,
    parse_day,
)
from guarantee.sheets.reading import Cell, Column, Row

Change = Literal["add", "modify", "cancel"]
Outcome = Literal["accepted", "duplicate", "rejected"]

COLUMNS: tuple[Column, ...] = (
    Column("name", ("被保险人姓名", "姓名", "会员姓名", "name"), mandatory=True),
    Column("document_type", ("证件类型",)),
    Column(
        "document_number",
        ("证件号码", "身份证号", "身份证号码", "证件号"),
        mandatory=True,
    ),
    Column("phone", ("联系电话", "手机号", "电话")),
    Column("policy_number", ("保单号", "保险单号"), mandatory=True),
    Column("product_code", ("险种代码", "险种", "产品代码"), mandatory=True),
    Column("sum_insured", ("保额（元）", "保额", "保险金额"), mandatory=True),
    Column("start", ("起保日期", "生效日期"), mandatory=True),
    Column("end", ("终保日期", "到期日期"), mandatory=True),
    Column("card_number", ("绿卡号", "卡号")),
    Column("change", ("变更类型",)),
)

_CHANGES: dict[str, Change] = {"": "add", "新增": "add", "修改": "modify", "退保": "cancel"}
LONGEST_NAME = 100
LONGEST_POLICY = 40
LONGEST_CARD = 30  # a product's code too


class MissingName(Invalid):
    code = "missing_name"
    words = Words("缺少姓名。", "The name is missing.")
    field = "name"


class BadName(Invalid):
    code = "bad_name"
    words = Words(
        "姓名不能含控制字符，不能以 = + - @ 开头，最长 100 个字。",
        "A name has no control characters, does not begin with = + - @ and has at most "
        "100 characters.",
    )
    field = "name"


class MissingPolicy(Invalid):
    code = "missing_policy"
    words = Words(
        "缺少保单号，或保单号超过 40 位。",
        "The policy number is missing, or longer than 40 characters.",
    )
    field = "policy_number"


class UnknownProduct(Invalid):
    code = "unknown_product"
    words = Words("险种代码未在该保险公司名下登记。", "This insurer has no product with this code.")
    field = "product_code"


class EndBeforeStart(Invalid):
    code = "end_before_start"
    words = Words("终保日期早于起保日期。", "The cover ends before it starts.")
    field = "end"


class BadCard(Invalid):
    code = "bad_card"
    words = Words(
        "绿卡号最长 30 位，不能含控制字符。",
        "A card number has at most 30 characters and no control characters.",
    )
    field = "card_number"


class UnknownChange(Invalid):
    code = "unknown_change"
    words = Words("变更类型应为 新增、修改 或 退保。", "The change is one of 新增, 修改 and 退保.")
    field = "change"


class Contradiction(Invalid):
    code = "conflict"
    words = Words(
        "与文件中另一行或已登记的信息矛盾。请核实后只保留正确的一行；变更已登记的信息请用“修改”。",
        "Contradicts another row of the file, or the register. Keep only the row that is right; "
        "to change what is registered use 修改.",
    )


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row understood. Amount in fen, both days included. Of a 修改 or 退保 row the sum, the days,
    phones and card may be None or empty: not said."""

    change: Change
    name: str
    document: CheckedDocument
    phones: tuple[str, ...]
    policy_number: str
    product_code: str
    sum_insured_fen: int | None
    start: date | None
    end: date | None
    card_number: str

    @property
    def person(self) -> tuple[str, str]:
        return (self.document.type, self.document.number)


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """What became of a row. `reason` is a code when rejected, else ''."""

    number: int
    outcome: Outcome
    reason: str
    warnings: tuple[str, ...]
    parsed: ParsedRow | None
    original: tuple[str, ...]


def parse_row(row: Row, *, products: Collection[str], on: date) -> ParsedRow:
    """The row's meaning, judged on the day `on`. Refuses by the first thing found wrong, in the
    order of the columns."""
    cells = row.cells
    change = _CHANGES.get("".join(clean_text(cells["change"].text).split()))
    if change is None:
        raise UnknownChange()
    adding = change == "add"
    name = parse_name(cells["name"].text)
    document = _document(cells["document_type"], cells["document_number"], on)
    phones = normal_phones(cells["phone"].text)
    policy_number = _code(cells["policy_number"], MissingPolicy, LONGEST_POLICY)
    if not policy_number:
        raise MissingPolicy()
    product_code = _code(cells["product_code"], UnknownProduct, LONGEST_CARD)
    if product_code not in products:
        raise UnknownProduct()
    fen = _sum_insured(cells["sum_insured"]) if adding or _said(cells["sum_insured"]) else None
    start = parse_day(cells["start"], field="start") if adding or _said(cells["start"]) else None
    end = parse_day(cells["end"], field="end") if adding or _said(cells["end"]) else None
    if start and end and end < start:
        raise EndBeforeStart()
    card_number = _code(cells["card_number"], BadCard, LONGEST_CARD)
    return ParsedRow(
        change=change,
        name=name,
        document=document,
        phones=phones,
        policy_number=policy_number,
        product_code=product_code,
        sum_insured_fen=fen,
        start=start,
        end=end,
        card_number=card_number,
    )


def parse_name(text: str) -> str:
    """A member's name, cleaned. Refuses `MissingName`, `BadName`."""
    name = clean_name(text)
    if not name:
        raise MissingName()
    if has_control(text) or is_formula(text) or len(name) > LONGEST_NAME:
        raise BadName()
    return name


def judge_rows(rows: Iterable[Row], *, products: Collection[str], on: date) -> list[JudgedRow]:
    """Each row by itself, then beside the others: the same again is a duplicate; rows that
    contradict each other are all rejected, since nobody can tell which one is right."""
    judged = [_judge(row, products, on) for row in rows]
    for numbers in _contradictions(judged):
        for at in numbers:
            judged[at] = replace(
                judged[at], outcome="rejected", reason=Contradiction.code, warnings=(), parsed=None
            )
    seen: dict[object, set[str]] = {}
    for at, row in enumerate(judged):
        if row.parsed is None:
            continue
        content = replace(row.parsed, phones=())
        known = seen.get(content)
        if known is not None and known.issuperset(row.parsed.phones):
            judged[at] = replace(row, outcome="duplicate", warnings=())
        seen.setdefault(content, set()).update(row.parsed.phones)
    return judged


def _judge(row: Row, products: Collection[str], on: date) -> JudgedRow:
    try:
        parsed = parse_row(row, products=products, on=on)
    except Refusal as refusal:
        return JudgedRow(row.number, "rejected", refusal.code, (), None, row.original)
    warnings = list(parsed.document.warnings)
    if parsed.change == "add" and not parsed.phones:
        warnings.insert(0, "missing_phone")
    return JudgedRow(row.number, "accepted", "", tuple(warnings), parsed, row.original)


def _contradictions(judged: Sequence[JudgedRow]) -> list[set[int]]:
    """Groups of row indexes that can't be right together: one document with two names, or one
    enrolment added (or changed) twice with different content."""
    names: dict[object, dict[object, set[int]]] = defaultdict(lambda: defaultdict(set))
    contents: dict[object, dict[object, set[int]]] = defaultdict(lambda: defaultdict(set))
    for at, row in enumerate(judged):
        parsed = row.parsed
        if parsed is None:
            continue
        if parsed.change != "modify":  # 修改 may be there to correct the name
            names[parsed.person][name_key(parsed.name)].add(at)
        enrolment = (
            parsed.change,
            parsed.person,
            parsed.policy_number,
            parsed.product_code,
            parsed.start,
        )
        contents[enrolment][replace(parsed, phones=())].add(at)
    return [
        set().union(*versions.values())
        for groups in (names, contents)
        for versions in groups.values()
        if len(versions) > 1
    ]


def name_key(name: str) -> str:
    """What two spellings of one name share: case, spaces and punctuation do not count."""
    return "".join(c for c in name.casefold() if c.isalnum())


def _document(kind: Cell, number: Cell, on: date) -> CheckedDocument:
    if number.kind == "number" and looks_rounded(number.text):
        raise IdPrecisionLost()
    return check_document(document_type(kind.text), number.text, on=on)


def _sum_insured(cell: Cell) -> int:
    fen = parse_amount(cell, field="sum_insured")
    if fen <= 0:
        raise BadAmount(field="sum_insured")
    return fen


def _code(cell: Cell, wrong: type[Refusal], longest: int) -> str:
    """A policy's, product's or card's code: capitals, no spaces, hyphens kept. Refuses `wrong`
    what is too long or holds control characters, `IdPrecisionLost` what a spreadsheet rounded."""
    if looks_rounded(cell.text):
        raise IdPrecisionLost()
    code = "".join(clean_text(cell.text).removeprefix("'").split()).upper()
    if len(code) > longest or has_control(code):
        raise wrong()
    return code


def _said(cell: Cell) -> bool:
    return cell.kind != "empty"
