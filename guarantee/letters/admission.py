"""What a cashier may do on a letter, in one word and one sentence: admit, call, not ours.

Pure: a state and a few facts in, a verdict out. The billing desk and the public page say the
same, from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from guarantee.refusals import Words


@dataclass(frozen=True)
class Verdict:
    """`answer`: 'admit' (green), 'call' the hotline (amber), 'not_ours' (red), 'mistyped'."""

    answer: Literal["admit", "call", "not_ours", "mistyped"]
    headline: Words
    because: Words


_ADMIT = Words("可凭此函收治", "You may admit on this")
_CALL = Words("请致电联盟热线", "Call the hotline")

MISTYPED = Verdict(
    "mistyped",
    Words("号码输入有误", "This number is mistyped"),
    Words(
        "担保函号为 16 位数字，末两位是校验码。请对照原件逐位核对后重新输入。",
        "A letter number has 16 digits, the last two check the others. Compare it with the paper "
        "digit by digit and type it again.",
    ),
)
NOT_OURS = Verdict(
    "not_ours",
    Words("不是本联盟的有效担保函", "Not a letter of ours"),
    Words(
        "号码书写正确，但没有这份担保函。请勿凭此收治记账；如有疑问请致电联盟热线。",
        "The number is well formed, but there is no such letter. Do not rely on it; call the "
        "hotline if in doubt.",
    ),
)
NOT_YOURS = Verdict(
    "not_ours",
    Words("没有查到这份担保函", "No such letter for this hospital"),
    Words(
        "号码不存在，或不是开给本院的。请核对原件；如患者已到本院，请致电联盟热线改开。",
        "It does not exist, or is not addressed to this hospital. Check the paper; if the patient "
        "is here, the hotline can issue a new one.",
    ),
)


def admission(*, state: str, in_hospital_fen: int) -> Verdict:
    """The verdict on a genuine letter. `state` as it counts now: a letter past its time is
    'lapsed' whether or not the job has run. `in_hospital_fen`: what is guaranteed in hospital."""
    if state == "presented" and in_hospital_fen:
        return Verdict(
            "admit",
            _ADMIT,
            Words(
                "医院已接收，担保不可撤销：此后发现的任何问题由联盟承担，不向医院追回。",
                "Accepted, and irrevocable: whatever turns out later is the alliance's to bear, "
                "never the hospital's.",
            ),
        )
    if state == "issued" and in_hospital_fen:
        return Verdict(
            "admit",
            _ADMIT,
            Words(
                "已出函，等待医院接收。接收后担保即不可撤销。",
                "Issued, waiting for the hospital to accept. Once accepted it is irrevocable.",
            ),
        )
    return Verdict("call", _CALL, _WHY.get(state, _NOTHING_IN_HOSPITAL))


_NOTHING_IN_HOSPITAL = Words(
    "此函没有院内担保额度（临时函或保额已用尽），只保院前费用。",
    "This letter guarantees nothing in hospital (provisional, or the cover is used up): the "
    "pre-hospital part only.",
)
_WHY = {
    "voided": Words(
        "此函已作废，不能凭此收治。请索取新函，或由热线确认。",
        "This letter is voided; do not admit on it. Ask for the new one, or let the hotline "
        "confirm.",
    ),
    "lapsed": Words(
        "此函逾期未交医院，已失效。热线可重新出函。",
        "It was not presented in time and has lapsed. The hotline can issue a new one.",
    ),
    "closed": Words(
        "此函已按结算单结案，不能再用于收治。",
        "It was closed with the final bill and can't be used for another admission.",
    ),
}
