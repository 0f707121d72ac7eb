"""Words for what pages, workbooks and the API show of this floor's codes."""

from __future__ import annotations

from guarantee.refusals import Words

OUTCOME_WORDS: dict[str, Words] = {
    "matched": Words("已核对", "Matched"),
    "partly_paid": Words("部分付款", "Partly paid"),
    "overpaid": Words("多付", "Overpaid"),
    "returned": Words("退汇", "Returned"),
    "unmatched": Words("未匹配", "Unmatched"),
}
PAYMENT_WORDS: dict[str, Words] = {
    "ordered": Words("已提交银行", "Ordered"),
    "partly_paid": OUTCOME_WORDS["partly_paid"],
    "paid": Words("已付清", "Paid"),
    "overpaid": OUTCOME_WORDS["overpaid"],
    "returned": OUTCOME_WORDS["returned"],
}
ORIGINAL_WORDS: dict[str, Words] = {
    "copy_3": Words("担保函第三联", "Letter, copy 3"),
    "copy_4": Words("担保函第四联", "Letter, copy 4"),
    "receipt": Words("票据", "Receipt"),
}
PART_WORDS: dict[str, Words] = {
    "pre_hospital": Words("院前费用", "Pre-hospital"),
    "reserve_fund": Words("备用金", "Reserve fund"),
    "courier": Words("快递费", "Courier"),
}
