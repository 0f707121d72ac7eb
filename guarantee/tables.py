"""Every state there is and every move between them, in one place.

The functions that change a state ask here (`move`); the pages' buttons, the API's 409s, the audit
and the chart in docs/states.md are drawn from the same rows. A row: from a state, by an event, to
a state, who may, and what it does, in a sentence.
"""

from __future__ import annotations

from guarantee.refusals import Words
from guarantee.roles import Role
from guarantee.states import StateTable, WrongState, table_of

__all__ = ["TABLES", "WrongState"]

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

CASE = table_of(
    "case",
    Words("案例", "Case"),
    {
        "open": Words("处理中", "Open"),
        "verified": Words("已核实", "Verified"),
        "guaranteed": Words("已出函", "Guaranteed"),
        "closed": Words("已结束", "Closed"),
    },
    {
        "verify": Words("现场核实", "Verify"),
        "issue": Words("出函", "Issue"),
        "withdraw": Words("担保函作废或失效", "Letter voided or lapsed"),
        "close": Words("结束", "Close"),
    },
    [
        (
            "open",
            "verify",
            "verified",
            (Role.CREW, Role.DISPATCHER, Role.HOTLINE),
            Words("证件、病情、免责条款已核实", "Document, condition and exclusions are checked"),
        ),
        (
            "verified",
            "verify",
            "verified",
            (Role.CREW, Role.DISPATCHER, Role.HOTLINE),
            Words("重新核实", "Verified again"),
        ),
        ("verified", "issue", "guaranteed", _ISSUERS, Words("出具担保函", "A letter is issued")),
        (
            "guaranteed",
            "verify",
            "guaranteed",
            (Role.CREW, Role.DISPATCHER, Role.HOTLINE),
            Words("补验证件", "The missing document is seen"),
        ),
        (
            "guaranteed",
            "withdraw",
            "verified",
            _ISSUERS,
            Words("可重新出函", "A new letter may be issued"),
        ),
        (
            "open",
            "close",
            "closed",
            _ISSUERS,
            Words("未出函结束，记录结果", "Ends without a letter; the outcome is recorded"),
        ),
        ("verified", "close", "closed", _ISSUERS, Words("未出函结束", "Ends without a letter")),
        (
            "guaranteed",
            "close",
            "closed",
            (Role.BILLING_DESK, *_ISSUERS),
            Words("结案", "The case is closed"),
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
        (
            source,
            event,
            event,
            (
                Role.CREW,
                Role.BILLING_DESK,
                Role.CENTER_FINANCE,
                Role.HOTLINE,
                Role.SUPERVISOR,
                Role.ALLIANCE_FINANCE,
            ),
            Words("扫码或输入联号登记", "Scanned, or its code typed"),
        )
        for source, event in (
            ("printed", "handed_over"),
            ("printed", "signed"),
            ("handed_over", "signed"),
            ("handed_over", "returned"),
            ("signed", "returned"),
            ("signed", "archived"),
            ("returned", "mailed"),
            ("returned", "archived"),
            ("mailed", "archived"),
        )
    ],
)

_FINANCE = (Role.ALLIANCE_FINANCE,)
_CENTER = (Role.CENTER_FINANCE, Role.ALLIANCE_FINANCE)
_TO_ACCOUNT = Words("付至登记的收款账户", "To the account on record")
_SEEN = Words("银行对账单核对相符", "Found on the bank's statement")
_ANEW = Words("款项退回，须重新付款", "The money came back; it must be paid anew")

BATCH = table_of(
    "batch",
    Words("周结算批次", "Settlement batch"),
    {
        "open": Words("待上报", "Awaiting the report"),
        "reported": Words("已上报", "Reported"),
        "reconciled": Words("已对账", "Reconciled"),
        "approved": Words("已批准", "Approved"),
        "remitted": Words("付款中", "Sent to the bank"),
        "paid": Words("已付款", "Paid"),
        "mailed": Words("原件已寄出", "Originals mailed"),
        "closed": Words("已关闭", "Closed"),
    },
    {
        "report": Words("上传上报表", "Upload the report"),
        "reconcile": Words("对账", "Reconcile"),
        "resolve": Words("处理差异", "Decide differences"),
        "approve": Words("批准", "Approve"),
        "remit": Words("生成付款文件", "Make the payment file"),
        "nothing_to_pay": Words("无需付款", "Nothing to pay"),
        "confirm": Words("银行确认付款", "The bank confirms"),
        "return": Words("银行退回", "The bank returns it"),
        "mail": Words("寄出原件", "Mail the originals"),
        "tick_off": Words("核收原件", "Tick off originals"),
        "close": Words("关闭", "Close"),
    },
    [
        *[
            (
                source,
                "report",
                "reported",
                _CENTER,
                Words("新表替换旧表，两份都保留", "Replaces the one before; both are kept"),
            )
            for source in ("open", "reported", "reconciled")
        ],
        *[
            (
                source,
                "reconcile",
                "reconciled",
                _CENTER,
                Words("系统与上报逐行比对", "System against report, line by line"),
            )
            for source in ("reported", "reconciled")
        ],
        (
            "reconciled",
            "resolve",
            "reconciled",
            _FINANCE,
            Words("每项差异由人说明理由后决定", "A person decides each, with a reason"),
        ),
        (
            "reconciled",
            "approve",
            "approved",
            _FINANCE,
            Words("由编制人以外的人批准", "By another person than who prepared it"),
        ),
        (
            "approved",
            "remit",
            "remitted",
            _FINANCE,
            _TO_ACCOUNT,
        ),
        (
            "approved",
            "nothing_to_pay",
            "paid",
            (),
            Words("合计为零，批准时自动进入", "The total is zero; by itself on approval"),
        ),
        (
            "remitted",
            "confirm",
            "paid",
            _FINANCE,
            _SEEN,
        ),
        (
            "remitted",
            "return",
            "approved",
            _FINANCE,
            _ANEW,
        ),
        (
            "paid",
            "return",
            "approved",
            _FINANCE,
            _ANEW,
        ),
        *[
            (
                source,
                "mail",
                "mailed",
                _CENTER,
                Words("登记快递单号", "The tracking number is recorded"),
            )
            for source in ("paid", "mailed")
        ],
        (
            "mailed",
            "tick_off",
            "mailed",
            _FINANCE,
            Words("逐份核收", "Each original against the batch"),
        ),
        (
            "mailed",
            "close",
            "closed",
            _FINANCE,
            Words("缺少的原件转入下一批次", "What is missing stays owed in the next batch"),
        ),
    ],
)

HOSPITAL_BATCH = table_of(
    "hospital_batch",
    Words("医院结算批次", "Hospital batch"),
    {
        "open": Words("待批准", "Awaiting approval"),
        "approved": Words("已批准", "Approved"),
        "remitted": Words("付款中", "Sent to the bank"),
        "paid": Words("已付款", "Paid"),
    },
    {event: BATCH.events[event] for event in ("approve", "remit", "confirm", "return")},
    [
        (
            "open",
            "approve",
            "approved",
            _FINANCE,
            Words("由开立人以外的人批准", "By another person than who opened it"),
        ),
        ("approved", "remit", "remitted", _FINANCE, _TO_ACCOUNT),
        ("remitted", "confirm", "paid", _FINANCE, _SEEN),
        ("remitted", "return", "approved", _FINANCE, _ANEW),
        ("paid", "return", "approved", _FINANCE, _ANEW),
    ],
)

TABLES: dict[str, StateTable] = {
    t.name: t for t in (LETTER, HOLD, CASE, TOP_UP_REQUEST, COPY, BATCH, HOSPITAL_BATCH)
}
