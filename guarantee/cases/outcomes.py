"""How a case can end when no letter (or no more of it) is needed."""

from __future__ import annotations

from guarantee.refusals import Invalid, Words

OUTCOMES: dict[str, Words] = {
    "refused": Words("患者拒绝转运", "Patient refused transport"),
    "died": Words("患者死亡", "Patient died"),
    "left": Words("患者自行离开", "Patient left"),
    "not_eligible": Words("不可担保", "Not eligible"),
    "not_member": Words("不是会员", "Not a member"),
    "reserve_fund": Words("非网络医院，由备用金支付", "Outside the network, paid from the fund"),
    "other_means": Words("自行付费或另有保障", "Pays by other means"),
    "false_call": Words("误报或重复来电", "False or repeated call"),
}
"""What a person may choose. `final_bill` is written by the hospital's final bill alone."""

ALL_OUTCOMES: dict[str, Words] = {
    **OUTCOMES,
    "final_bill": Words("已按结算单结清", "Settled by the final bill"),
}


class UnknownOutcome(Invalid):
    code = "unknown_outcome"
    words = Words("请选择案例的结果。", "Choose how the case ended.")
    field = "outcome"


def outcome(text: str) -> str:
    """The outcome a person chose. Refuses `unknown_outcome`."""
    if text not in OUTCOMES:
        raise UnknownOutcome()
    return text


def outcome_words(code: str) -> Words:
    """How an outcome is shown; one that this list does not know is shown as it was written."""
    return ALL_OUTCOMES.get(code, Words(code, code))
