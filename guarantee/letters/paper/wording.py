"""The words of the letter: what is printed beforehand, and how values are written into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guarantee import money
from guarantee.business_time import SHANGHAI
from guarantee.letters.content import LetterContent
from guarantee.letters.number import grouped
from guarantee.refusals import Words


@dataclass(frozen=True, slots=True)
class CopyWords:
    """What makes a copy that copy, in words first and in colour second."""

    place: Words
    name: Words
    purpose: Words
    colour: str


COPIES = {
    1: CopyWords(
        Words("第一联", "Copy 1 of 4"),
        Words("医院收费处", "Hospital billing desk"),
        Words(
            "凭本联收治，免收押金。由收费处留存，作为向联盟结算的凭据。",
            "Admit on this copy without a deposit. The billing desk keeps it for its claim on the"
            " alliance.",
        ),
        "#142c54",
    ),
    2: CopyWords(
        Words("第二联", "Copy 2 of 4"),
        Words("患者", "Patient"),
        Words(
            "由患者或陪同人留存，出院结算时出示。",
            "Kept by the patient or the companion; shown at discharge.",
        ),
        "#661616",
    ),
    3: CopyWords(
        Words("第三联", "Copy 3 of 4"),
        Words("急救中心财务", "Finance of the emergency centre"),
        Words(
            "患者与医院签字后随车带回，用于每周结算；收款后随第四联寄出。",
            "Back with the crew once signed by patient and hospital; for the weekly settlement,"
            " then mailed with copy 4.",
        ),
        "#143f27",
    ),
    4: CopyWords(
        Words("第四联", "Copy 4 of 4"),
        Words("急救中心财务（寄回联盟）", "Finance of the centre, for the alliance"),
        Words(
            "患者与医院签字后随车带回，收款后两日内连同车辆票据寄回联盟总部。",
            "Back with the crew once signed; mailed with the vehicle receipts to the alliance"
            " within two days of payment.",
        ),
        "#4a330c",
    ),
}

WIDE_LABEL = Words("致 接收医院", "To (hospital)")
LEFT_LABELS = (
    Words("会员姓名", "Member"),
    Words("绿卡号", "Alliance card"),
    Words("承保公司", "Insurer"),
    Words("保单号", "Policy No."),
    Words("急救中心", "Emergency centre"),
    Words("发生地点", "Location"),
    Words("签发时间", "Issued at"),
)
RIGHT_LABELS = (
    Words("身份证件", "Identity document"),
    Words("病情类别", "Condition"),
    Words("险种", "Product"),
    Words("案例号", "Case No."),
    Words("中心电话", "Centre's phone"),
    Words("签发", "Issued by"),
    Words("有效期至", "Present before"),
)
_CONDITIONS = {
    "accident": Words("意外伤害", "Accidental injury"),
    "acute_illness": Words("急性病", "Acute illness"),
}
_CHANNELS = {
    "center": Words("急救中心签发", "issued by the centre"),
    "hotline": Words("联盟热线签发", "issued by the alliance's hotline"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Lines:
    """What is filled in, line by line, in the order of the form. Empty for the form itself."""

    number: str = ""
    remark: str = ""
    wide: Words = Words("", "")
    left: tuple[Words, ...] = (Words("", ""),) * len(LEFT_LABELS)
    right: tuple[Words, ...] = (Words("", ""),) * len(RIGHT_LABELS)
    figures: tuple[str, ...] = ("", "", "")
    capitals: tuple[str, ...] = ("", "", "")
    asked: str = ""
    hotline: str = ""
    digest: str = ""


def lines_of(content: LetterContent) -> Lines:
    """How this letter's values are written into the form."""
    sex_zh = "，".join(filter(None, (content.sex_zh, _born_zh(content))))
    sex_en = ", ".join(filter(None, (content.sex_en, _born_en(content))))
    condition, channel = _CONDITIONS[content.condition], _CHANNELS[content.channel]
    left = (
        Words(content.member_name, "; ".join(filter(None, (sex_zh, sex_en)))),
        Words(content.card_number, ""),
        Words(content.insurer_zh, content.insurer_en),
        Words(content.policy_number, ""),
        Words(f"{content.center_zh}（{content.center_code}）", content.center_en),
        Words(content.location or "—", ""),
        _moment(content.issued_at),
    )
    right = (
        Words(
            f"{content.document_type_zh}　{content.document_masked}",
            f"{content.document_type_en}, last four {content.document_last_four}",
        ),
        condition,
        Words(content.product_zh, content.product_en),
        Words(content.case_number, ""),
        Words(content.center_phone, ""),
        Words(f"{content.issued_by}（{channel.zh}）", channel.en),
        _moment(content.lapses_at),
    )
    amounts, digest = amounts_of(content), content.body_digest()
    return Lines(
        number=grouped(content.number),
        remark=_remark(content),
        wide=Words(f"{content.hospital_zh}（{content.hospital_city}）", content.hospital_en),
        left=left,
        right=right,
        figures=tuple(f"¥{money.yuan(fen)}" for fen in amounts),
        capitals=tuple(money.in_capitals(fen) for fen in amounts),
        asked=(
            f"版本 Version {content.exclusions_version} · 宣读 Read by {content.asked_by}"
            f" · {short_moment(content.asked_at)}"
        ),
        hotline=content.hotline_phone,
        digest=" ".join(digest[i : i + 4] for i in range(0, 24, 4)),
    )


def amounts_of(content: LetterContent) -> tuple[int, ...]:
    """The figures in the order of the form's rows, in fen."""
    if content.kind == "top_up":
        return content.increase_fen, content.total_in_hospital_fen
    whole = content.pre_hospital_fen + content.in_hospital_fen
    return content.pre_hospital_fen, content.in_hospital_fen, whole


def short_moment(at: datetime) -> str:
    """Day and minute in Shanghai, for both languages: '2026-11-20 14:08'."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _moment(at: datetime) -> Words:
    local = at.astimezone(SHANGHAI)
    clock = local.strftime("%H:%M")
    return Words(
        f"{local.year}年{local.month}月{local.day}日 {clock}",
        f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {clock} (UTC+8)",
    )


def _remark(content: LetterContent) -> str:
    said = []
    if content.amends:
        said.append(f"追加于原担保函 Tops up initial letter {grouped(content.amends)}")
    if content.replaces:
        said.append(f"替代已作废的担保函 Replaces voided letter {grouped(content.replaces)}")
    return "；".join(said)


def _born_zh(content: LetterContent) -> str:
    return f"{content.birth_year}年生" if content.birth_year else ""


def _born_en(content: LetterContent) -> str:
    return f"born {content.birth_year}" if content.birth_year else ""
