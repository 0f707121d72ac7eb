"""A case, from the call to its end."""

from __future__ import annotations

from guarantee.refusals import Words
from guarantee.roles import Role
from guarantee.states import table_of

_ISSUERS = (Role.DISPATCHER, Role.HOTLINE)

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
