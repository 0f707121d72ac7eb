"""The kinds of difference between what the system holds and what the centre reports.

The list and its meaning are the rule book's (weekly settlement, step 4); three more are a
report's own faults: a row that does not add up, a number that is none, a letter named twice.
The order below is the order of weight: a line that shows several gets the first as its kind and
the others beside it.
"""

from __future__ import annotations

from enum import StrEnum

from guarantee.refusals import Words


class Kind(StrEnum):
    """What reconciliation says about one line. Heaviest first; `MATCHED` is no difference."""

    BAD_NUMBER = "bad_number"
    VOIDED_LETTER = "voided_letter"
    OTHER_CENTERS_LETTER = "other_centers_letter"
    SETTLED_BEFORE = "settled_before"
    OUTSIDE_WEEK = "outside_week"
    LETTER_TWICE = "letter_twice"
    RECEIPT_USED_TWICE = "receipt_used_twice"
    ABOVE_LIMIT = "above_limit"
    ROW_DOES_NOT_ADD_UP = "row_does_not_add_up"
    AMOUNT_DIFFERS = "amount_differs"
    ONLY_IN_SYSTEM = "only_in_system"
    ONLY_IN_REPORT = "only_in_report"
    MATCHED = "matched"


NAMES: dict[Kind, Words] = {
    Kind.BAD_NUMBER: Words("函号有误", "Mistyped number"),
    Kind.VOIDED_LETTER: Words("担保函已作废", "Letter is voided"),
    Kind.OTHER_CENTERS_LETTER: Words("他中心的担保函", "Another centre's letter"),
    Kind.SETTLED_BEFORE: Words("已结算过", "Settled before"),
    Kind.OUTSIDE_WEEK: Words("不在本周", "Outside the week"),
    Kind.LETTER_TWICE: Words("上报表中重复", "Twice in the report"),
    Kind.RECEIPT_USED_TWICE: Words("票据重复使用", "Receipt used twice"),
    Kind.ABOVE_LIMIT: Words("超过担保限额", "Above the limit"),
    Kind.ROW_DOES_NOT_ADD_UP: Words("分项与合计不符", "Parts do not make the total"),
    Kind.AMOUNT_DIFFERS: Words("金额不符", "Amount differs"),
    Kind.ONLY_IN_SYSTEM: Words("仅系统有", "Only in the system"),
    Kind.ONLY_IN_REPORT: Words("仅上报表有", "Only in the report"),
    Kind.MATCHED: Words("相符", "Matched"),
}

SENTENCES: dict[Kind, Words] = {
    Kind.BAD_NUMBER: Words(
        "上报的函号“{number}”不是有效的担保函号。",
        "The reported number '{number}' is not a letter number.",
    ),
    Kind.VOIDED_LETTER: Words(
        "该担保函已作废，作废的担保函不予结算。",
        "This letter has been voided; a voided letter is not settled.",
    ),
    Kind.OTHER_CENTERS_LETTER: Words(
        "该担保函由其他急救中心出具，应由其上报。",
        "This letter was issued by another centre, which should report it.",
    ),
    Kind.SETTLED_BEFORE: Words(
        "该担保函的此项费用已在 {batch} 批次结算。",
        "This part of the letter was already settled in batch {batch}.",
    ),
    Kind.OUTSIDE_WEEK: Words(
        "上报日期为 {reported}，系统中属于 {week}，本批次为 {batch}。",
        "Reported for {reported}; the system has it in {week}; this batch is {batch}.",
    ),
    Kind.LETTER_TWICE: Words(
        "上报表中有 {count} 行是这份担保函，合计 {total} 元；系统为 {system} 元。",
        "{count} rows of the report name this letter, together {total}; the system has {system}.",
    ),
    Kind.RECEIPT_USED_TWICE: Words(
        "票据 {receipt} 还用于：{places}。",
        "Receipt {receipt} is also used in: {places}.",
    ),
    Kind.ABOVE_LIMIT: Words(
        "上报 {report} 元，超过担保限额 {limit} 元；超出部分由患者承担。",
        "{report} reported, above the limit of {limit}; the excess is the patient's.",
    ),
    Kind.ROW_DOES_NOT_ADD_UP: Words(
        "分项之和为 {parts} 元，合计写为 {report} 元。",
        "The parts make {parts}; the total says {report}.",
    ),
    Kind.AMOUNT_DIFFERS: Words(
        "系统 {system} 元，上报 {report} 元，相差 {difference} 元。",
        "System {system}, report {report}: {difference} apart.",
    ),
    Kind.ONLY_IN_SYSTEM: Words(
        "系统有 {system} 元，上报表中没有这一行。",
        "The system has {system}; the report has no such row.",
    ),
    Kind.ONLY_IN_REPORT: Words(
        "上报 {report} 元，本批次中没有对应的记录。",
        "{report} reported; nothing in this batch answers to it.",
    ),
    Kind.MATCHED: Words("系统与上报一致。", "System and report agree."),
}


class Alike(StrEnum):
    """Why another line is suggested. A suggestion is shown, never taken by itself."""

    OTHER_FUND = "other_fund"
    SWAPPED = "swapped"
    ONE_DIGIT = "one_digit"
    DIGIT_MISSING = "digit_missing"
    DIGIT_TOO_MANY = "digit_too_many"
    SAME_RECEIPT = "same_receipt"
    RECEIPT_ALIKE = "receipt_alike"


SUGGESTIONS: dict[Alike, Words] = {
    Alike.OTHER_FUND: Words(
        "同一函号，但“备用金”一栏与系统不同。", "Same number, but the other answer under 备用金."
    ),
    Alike.SWAPPED: Words("相邻两位数字对调。", "Two neighbouring digits are swapped."),
    Alike.ONE_DIGIT: Words("只有一位数字不同。", "One digit is different."),
    Alike.DIGIT_MISSING: Words("少写了一位数字。", "One digit is missing."),
    Alike.DIGIT_TOO_MANY: Words("多写了一位数字。", "There is one digit too many."),
    Alike.SAME_RECEIPT: Words("票据号相同。", "The receipt number is the same."),
    Alike.RECEIPT_ALIKE: Words("票据号相近。", "The receipt numbers are alike."),
}
