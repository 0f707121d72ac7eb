"""A letter that nobody holds: for warming a worker, for benchmarks, for looking at the form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from guarantee.letters.content import COPY_NUMBERS, CopySeal, ExclusionAnswer, LetterContent

_CLAUSES = (
    ("A1", "投保人对被保险人的故意伤害、故意杀害。", "Intentional injury by the policyholder."),
    ("A2", "故意犯罪或抗拒依法采取的刑事强制措施。", "Crime, or resisting lawful arrest."),
    ("A3", "主动吸食或注射毒品、非法使用管制药物。", "Taking illegal drugs."),
    ("A4", "酒后驾驶、无有效驾驶证或行驶证驾驶机动车。", "Driving drunk or without a licence."),
    ("A5", "战争、军事冲突、暴乱或武装叛乱。", "War, armed conflict, riot or rebellion."),
    ("A6", "核爆炸、核辐射或核污染。", "Nuclear explosion, radiation or contamination."),
    ("B1", "整形、美容、牙科修复及非急性病的住院治疗。", "Cosmetic or dental care, elective stay."),
    ("B2", "潜水、跳伞、攀岩、探险等高风险运动。", "Diving, parachuting, climbing, expeditions."),
)


def specimen(**changes: object) -> LetterContent:
    """An ordinary initial letter; `changes` replace single values."""
    issued = datetime(2026, 11, 20, 6, 14, tzinfo=UTC)
    values: dict[str, object] = {
        "number": "3101472809153641",
        "kind": "initial",
        "pre_hospital_fen": 100_000,
        "in_hospital_fen": 500_000,
        "total_in_hospital_fen": 500_000,
        "center_code": "3101",
        "center_zh": "上海市医疗急救中心",
        "center_en": "Shanghai Medical Emergency Center",
        "center_phone": "021-6253 0120",
        "hospital_zh": "上海交通大学医学院附属仁济医院",
        "hospital_en": "Renji Hospital, Shanghai Jiao Tong University School of Medicine",
        "hospital_city": "上海",
        "member_name": "王晓梅",
        "document_type_zh": "居民身份证",
        "document_type_en": "Resident ID",
        "document_masked": "310101********2314",
        "document_last_four": "2314",
        "sex_zh": "女",
        "sex_en": "female",
        "birth_year": 1972,
        "card_number": "GC 8800 1023 4471",
        "insurer_zh": "安平财产保险股份有限公司",
        "insurer_en": "Anping Property & Casualty Insurance Co., Ltd.",
        "product_zh": "全民意外急救保障计划（金卡）",
        "product_en": "Accident & Emergency Plan, Gold Card",
        "policy_number": "PA-ACC-01-2026-00381274",
        "condition": "accident",
        "exclusions": tuple(ExclusionAnswer(c, zh, en, False) for c, zh, en in _CLAUSES),
        "exclusions_version": "2026-03",
        "asked_by": "李强",
        "asked_at": issued - timedelta(minutes=6),
        "case_number": "2026-3101-000471",
        "location": "浦东新区世纪大道 100 号",
        "issued_at": issued,
        "lapses_at": issued + timedelta(hours=72),
        "issued_by": "陈静",
        "channel": "center",
        "hotline_phone": "400-820-0120",
        "copies": tuple(
            CopySeal(n, f"C{n}7K-M2QX-9R4{n}", f"GL1:SPECIMEN {n} " + "0A1B2C3D4E" * 30)
            for n in COPY_NUMBERS
        ),
    }
    return LetterContent(**{**values, **changes})  # type: ignore[arg-type]


def specimen_top_up(**changes: object) -> LetterContent:
    """An ordinary top-up letter on the specimen's initial one."""
    values: dict[str, object] = {
        "number": "3101882630417589",
        "kind": "top_up",
        "amends": "3101472809153641",
        "increase_fen": 2_000_000,
        "total_in_hospital_fen": 2_500_000,
        "channel": "hotline",
    }
    return specimen(**{**values, **changes})
