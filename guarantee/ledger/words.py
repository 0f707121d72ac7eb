"""What the ledger's entries and accounts are called, and one sentence on what each means.

The words of a hold's states stand in tables.HOLD. Unit and sign are said here once, as a reader
of the books needs them (`UNIT_AND_SIGN`); no other sentence repeats them.
"""

from __future__ import annotations

from typing import NamedTuple

from guarantee.ledger.models import AccountKind, Part
from guarantee.refusals import Words


class Said(NamedTuple):
    """What a thing is called, and what that means."""

    words: Words
    means: Words


UNIT_AND_SIGN = Words(
    "单位：元。余额 = 借方 − 贷方：应付账户在欠款时为负，银行账户按付出的金额为负，"
    "授予保额是全部保额的对方科目，为负；其余为正。全部科目相加恒为零。",
    "In yuan. A balance is debits minus credits: a payable is negative while it is owed, the bank "
    "by what was paid out, and what was granted as the other side of every sum insured; all others "
    "are positive. All accounts together are zero.",
)

PARTS: dict[str, Words] = {
    Part.PRE_HOSPITAL: Words("院前", "Pre-hospital"),
    Part.IN_HOSPITAL: Words("院内", "In-hospital"),
}

ENTRIES: dict[str, Said] = {
    "cover opened": Said(
        Words("保额建立", "Cover opened"),
        Words("参保生效，全部保额可用。", "An enrolment begins with its whole sum available."),
    ),
    "sum insured changed": Said(
        Words("保额变更", "Sum insured changed"),
        Words("保险公司调高或调低了保额。", "The insurer raised or lowered the sum insured."),
    ),
    "hold placed": Said(
        Words("冻结保额", "Held against the cover"),
        Words(
            "出具担保函，为其各部分留出款项。",
            "A letter was issued; money is set aside for each of its parts.",
        ),
    ),
    "hold extended": Said(
        Words("再次冻结", "Held again"),
        Words(
            "迟到的费用重新占用已释放的部分。",
            "A late charge takes up again what had been released.",
        ),
    ),
    "captured": Said(
        Words("扣用", "Captured"),
        Words(
            "承诺的款项已动用：应付急救中心或医院，或已由备用金支付；向保险公司追偿。",
            "Promised money was used: owed to the centre or the hospital, or paid from the "
            "reserve fund, and to be recovered from the insurer.",
        ),
    ),
    "capture refunded": Said(
        Words("冲回扣用", "Capture refunded"),
        Words(
            "退费：已扣用的一部分恢复为承诺，不再应付。",
            "A refund: what was captured is promised again and no longer owed.",
        ),
    ),
    "released": Said(
        Words("释放回保额", "Released to the cover"),
        Words("未用部分退回保额。", "What was not used went back to the cover."),
    ),
    "lapsed": Said(
        Words("失效释放", "Released by lapse"),
        Words(
            "担保函未按时交医院，未用部分退回保额。",
            "The letter was not presented in time; what was not used went back to the cover.",
        ),
    ),
    "courier fees": Said(
        Words("快递费入账", "Courier fees booked"),
        Words(
            "批次核准的快递费由联盟承担，应付急救中心。",
            "A batch's approved courier fees become the alliance's cost, owed to the centre.",
        ),
    ),
    "paid": Said(
        Words("银行付款", "Paid by the bank"),
        Words(
            "银行对账单确认付出，应付款随之结清。",
            "The bank's statement confirms a payment; what was owed is settled by it.",
        ),
    ),
    "payment returned": Said(
        Words("银行退回", "Returned by the bank"),
        Words("付款被退回，重新应付。", "A payment came back; it is owed again."),
    ),
    "reserve fund filled": Said(
        Words("拨入备用金", "Reserve fund filled"),
        Words(
            "总部从银行拨款到急救中心的备用金。",
            "Headquarters moved money from the bank into a centre's reserve fund.",
        ),
    ),
    "reversed": Said(
        Words("冲正", "Reversed"),
        Words(
            "更正一笔错误：同样的金额反向记账，原分录保留。",
            "A mistake is mended by the same movements the other way round; the first entry stays.",
        ),
    ),
}

ACCOUNTS: dict[AccountKind, Said] = {
    AccountKind.COVER_GRANTED: Said(
        Words("授予保额", "Granted"),
        Words(
            "保险公司授予的全部保额，记在对方科目。",
            "Every sum insured that the insurer granted, on its other side.",
        ),
    ),
    AccountKind.COVER_AVAILABLE: Said(
        Words("可用保额", "Available"),
        Words("仍可承诺的保额。", "May still be promised."),
    ),
    AccountKind.COVER_HELD: Said(
        Words("冻结保额", "Held"),
        Words("担保函已承诺、尚未动用。", "Promised by letters, not used yet."),
    ),
    AccountKind.COVER_CAPTURED: Said(
        Words("已扣用", "Captured"),
        Words("费用已实际动用。", "Used by real charges."),
    ),
    AccountKind.INSURER_RECEIVABLE: Said(
        Words("应收保险公司", "To be recovered"),
        Words("联盟垫付、向保险公司追偿。", "Advanced by the alliance, owed to it by the insurer."),
    ),
    AccountKind.CENTER_PAYABLE: Said(
        Words("应付急救中心", "Owed to the centre"),
        Words(
            "院前费用和快递费，由周结算支付。",
            "Pre-hospital charges and courier fees, paid by the weekly settlement.",
        ),
    ),
    AccountKind.HOSPITAL_PAYABLE: Said(
        Words("应付医院", "Owed to the hospital"),
        Words(
            "院内费用，结案后按周支付。",
            "In-hospital charges, paid week by week once letters are closed.",
        ),
    ),
    AccountKind.RESERVE_FUND: Said(
        Words("备用金", "Reserve fund"),
        Words(
            "存放在急救中心的联盟款项，用于支付非网络医院。",
            "The alliance's money at the centre, for hospitals outside the network.",
        ),
    ),
    AccountKind.COURIER_EXPENSE: Said(
        Words("快递费支出", "Courier costs"),
        Words("寄送原件的费用，由联盟承担。", "Mailing the originals, at the alliance's cost."),
    ),
    AccountKind.BANK: Said(
        Words("联盟银行账户", "The alliance's bank"),
        Words(
            "经银行付出的款项；联盟自有资金不在此账簿内。",
            "What went out through the bank; the alliance's own funds are not in this ledger.",
        ),
    ),
}


def entry_words(kind: str) -> Words:
    """What an entry of this kind is called; one without words is shown as it was written."""
    said = ENTRIES.get(kind)
    return said.words if said else Words(kind, kind)
