"""A letter, the money held behind it, its four copies, and requests to top it up."""

from __future__ import annotations

from guarantee.refusals import Words
from guarantee.roles import Role
from guarantee.states import table_of

_ISSUERS = (Role.DISPATCHER, Role.HOTLINE)

LETTER = table_of(
    "letter",
    Words("担保函", "Letter"),
    {
        "issued": Words("已出函", "Issued"),
        "presented": Words("医院已接收", "Presented"),
        "closed": Words("已结案", "Closed"),
        "voided": Words("已作废", "Voided"),
        "lapsed": Words("已失效", "Lapsed"),
    },
    {
        "present": Words("医院接收", "Accept"),
        "void": Words("作废", "Void"),
        "lapse": Words("逾期失效", "Lapse"),
        "hand_back": Words("医院退回", "Hand back"),
        "close": Words("结案", "Close"),
    },
    [
        (
            "issued",
            "present",
            "presented",
            (Role.BILLING_DESK,),
            Words("医院接收，从此不可撤销", "The hospital accepts: irrevocable from here"),
        ),
        (
            "issued",
            "void",
            "voided",
            _ISSUERS,
            Words("说明原因后作废，冻结释放", "Needs a reason; the hold is released"),
        ),
        (
            "issued",
            "lapse",
            "lapsed",
            (),
            Words("逾期未交医院，冻结释放", "Not presented in time; the hold is released"),
        ),
        (
            "presented",
            "hand_back",
            "issued",
            (Role.BILLING_DESK,),
            Words("仅医院可退回，且未发生扣用", "By the hospital only, while nothing is captured"),
        ),
        (
            "presented",
            "close",
            "closed",
            (Role.BILLING_DESK,),
            Words("按结算单扣用，其余释放", "The final bill is captured, the rest released"),
        ),
    ],
)

HOLD = table_of(
    "hold",
    Words("冻结", "Hold"),
    {
        "placed": Words("已冻结", "Placed"),
        "partly_captured": Words("部分扣用", "Partly captured"),
        "captured": Words("全部扣用", "Captured"),
        "released": Words("已释放", "Released"),
        "lapsed": Words("已失效释放", "Lapsed"),
    },
    means={
        "placed": Words("已承诺，尚未动用。", "Promised; nothing of it is used yet."),
        "partly_captured": Words(
            "已动用一部分，其余仍然承诺。", "Some is used, the rest is still promised."
        ),
        "captured": Words("已全部用完，不再承诺。", "Used up; nothing of the promise is left."),
        "released": Words("已结束，未用部分退回保额。", "Ended; what was not used went back."),
        "lapsed": Words(
            "无人按时交医院，未用部分退回保额。",
            "Nobody presented the letter in time; what was not used went back.",
        ),
    },
    events={
        "capture": Words("扣用", "Capture"),
        "use_up": Words("用完", "Use up"),
        "refund": Words("退回部分扣用", "Refund a part"),
        "refund_all": Words("退回全部扣用", "Refund all"),
        "release": Words("释放", "Release"),
        "lapse": Words("逾期释放", "Lapse"),
        "hold_again": Words("重新冻结", "Hold again"),
    },
    rows=[
        *(
            (state, event, target, (), does)
            for state in ("placed", "partly_captured")
            for event, target, does in (
                (
                    "capture",
                    "partly_captured",
                    Words("扣用一部分", "Some of the promise is used"),
                ),
                ("use_up", "captured", Words("扣用剩余全部", "All that was left is used")),
                ("release", "released", Words("未用部分退回保额", "What is not used goes back")),
                (
                    "lapse",
                    "lapsed",
                    Words("逾期，未用部分退回保额", "Not presented: what is not used goes back"),
                ),
            )
        ),
        *(
            (state, event, target, (), does)
            for state in ("partly_captured", "captured", "released", "lapsed")
            for event, target, does in (
                ("refund", "partly_captured", Words("部分冲回", "Some is promised again")),
                ("refund_all", "placed", Words("全部冲回", "All of it is promised again")),
            )
        ),
        *(
            (
                state,
                "hold_again",
                "placed",
                (),
                Words("迟到费用，重新冻结", "A late charge takes up what went back"),
            )
            for state in ("released", "lapsed")
        ),
    ],
)

TOP_UP_REQUEST = table_of(
    "top_up_request",
    Words("追加申请", "Top-up request"),
    {
        "asked": Words("待决定", "Asked"),
        "granted": Words("已同意", "Granted"),
        "denied": Words("已拒绝", "Denied"),
        "withdrawn": Words("已撤回", "Withdrawn"),
    },
    {
        "grant": Words("同意", "Grant"),
        "deny": Words("拒绝", "Deny"),
        "withdraw": Words("撤回", "Withdraw"),
    },
    [
        (
            "asked",
            "grant",
            "granted",
            (Role.HOTLINE,),
            Words(
                "全部或部分同意，出具追加担保函", "In full or in part; a top-up letter is issued"
            ),
        ),
        ("asked", "deny", "denied", (Role.HOTLINE,), Words("说明原因", "With a reason")),
        (
            "asked",
            "withdraw",
            "withdrawn",
            (Role.BILLING_DESK,),
            Words("医院撤回", "By the hospital"),
        ),
    ],
)

_WITH_THE_PATIENT = (
    Role.DISPATCHER,
    Role.CREW,
    Role.BILLING_DESK,
    Role.CENTER_FINANCE,
    Role.HOTLINE,
    Role.SUPERVISOR,
)
_BACK_AT_THE_CENTER = (Role.DISPATCHER, Role.CREW, Role.CENTER_FINANCE, Role.SUPERVISOR)

COPY = table_of(
    "copy",
    Words("联", "Copy"),
    {
        "printed": Words("已打印", "Printed"),
        "handed_over": Words("已交付", "Handed over"),
        "signed": Words("已签收", "Signed"),
        "returned": Words("已收回", "Returned"),
        "mailed": Words("已邮寄", "Mailed"),
        "archived": Words("已归档", "Archived"),
    },
    {
        "handed_over": Words("交付", "Hand over"),
        "signed": Words("签收", "Sign"),
        "returned": Words("收回", "Return"),
        "mailed": Words("邮寄", "Mail"),
        "archived": Words("归档", "Archive"),
    },
    [
        (source, event, event, who, Words("扫码或输入联号登记", "Scanned, or its code typed"))
        for source, event, who in (
            ("printed", "handed_over", _WITH_THE_PATIENT),
            ("printed", "signed", _WITH_THE_PATIENT),
            ("handed_over", "signed", _WITH_THE_PATIENT),
            ("handed_over", "returned", _BACK_AT_THE_CENTER),
            ("signed", "returned", _BACK_AT_THE_CENTER),
            # copy 1 in the hospital's files; copies 3 and 4 that nobody scanned on their way
            ("signed", "archived", (Role.BILLING_DESK, Role.ALLIANCE_FINANCE)),
            ("returned", "mailed", (Role.CENTER_FINANCE, Role.ALLIANCE_FINANCE)),
            ("returned", "archived", (Role.CENTER_FINANCE, Role.ALLIANCE_FINANCE)),
            ("mailed", "archived", (Role.ALLIANCE_FINANCE,)),
        )
    ],
)
