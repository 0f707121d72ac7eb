"""A week's batch: of a centre, of a hospital."""

from __future__ import annotations

from guarantee.refusals import Words
from guarantee.roles import Role
from guarantee.states import table_of

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
