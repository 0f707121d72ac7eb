"""The demo's insurers and products, with the clauses that are read out, in two versions for one."""

from __future__ import annotations

from datetime import date, datetime

from guarantee.db import db
from guarantee.parties.insurers import Insurer, Product, new_exclusion_version
from guarantee.parties.staff import Staff

Clause = tuple[str, str, str]

ALCOHOL: Clause = (
    "E01",
    "伤者受伤时是否酒后驾驶、无证驾驶，或驾驶无有效行驶证的机动车？",
    "Was the patient driving drunk, without a licence, or in an unregistered vehicle?",
)
CRIME: Clause = (
    "E02",
    "是否因打架斗殴、犯罪或拒捕受伤？",
    "Was the injury caused by a fight, a crime or resisting arrest?",
)
SELF_HARM: Clause = (
    "E03",
    "是否自伤、自杀，或服用毒品所致？",
    "Was it self-inflicted, a suicide attempt, or caused by drugs?",
)
EXTREME: Clause = (
    "E04",
    "是否在从事潜水、跳伞、攀岩、赛车等高风险运动时受伤？",
    "Did it happen during diving, parachuting, rock climbing, racing or a similar sport?",
)
CHRONIC: Clause = (
    "E05",
    "是否为投保前已有疾病的常规复诊、复查或择期治疗？",
    "Is it a routine visit, check-up or planned treatment of an illness known before enrolment?",
)
PREGNANCY: Clause = (
    "E06",
    "是否为怀孕、分娩、流产或不孕症引起？",
    "Is it due to pregnancy, childbirth, miscarriage or infertility?",
)
COSMETIC: Clause = (
    "E07",
    "是否为整形、美容手术引起？",
    "Is it due to plastic or cosmetic surgery?",
)

# insurer, code, zh, en, outpatient cap, inpatient cap (fen; None: none), clauses
PRODUCTS = [
    (
        "ALPHA",
        "PA-ACC-01",
        "个人意外伤害保险（标准）",
        "Personal accident, standard",
        None,
        None,
        [ALCOHOL, CRIME, SELF_HARM, EXTREME],
    ),
    (
        "ALPHA",
        "PA-ACC-02",
        "个人意外伤害保险（基础）",
        "Personal accident, basic",
        None,
        3_000_000,
        [ALCOHOL, CRIME, SELF_HARM],
    ),
    (
        "ALPHA",
        "CC-GOLD",
        "金卡持卡人综合保障",
        "Gold card holder cover",
        1_000_000,
        None,
        [ALCOHOL, CRIME, SELF_HARM, EXTREME, CHRONIC],
    ),
    (
        "ALPHA",
        "GRP-MED",
        "团体急性病与意外医疗",
        "Group accident and acute illness",
        2_000_000,
        15_000_000,
        [ALCOHOL, CRIME, SELF_HARM, CHRONIC, PREGNANCY, COSMETIC],
    ),
    (
        "ALPHA",
        "TRAVEL-S",
        "短期旅行意外保险",
        "Short-trip travel accident",
        None,
        None,
        [ALCOHOL, CRIME, SELF_HARM, EXTREME],
    ),
    (
        "BETA",
        "BC-FAMILY",
        "北辰家庭急救保障",
        "Beichen family emergency cover",
        None,
        8_000_000,
        [ALCOHOL, CRIME, SELF_HARM, CHRONIC],
    ),
    (
        "BETA",
        "BC-SENIOR",
        "北辰长者意外保障",
        "Beichen senior accident cover",
        1_500_000,
        None,
        [CRIME, SELF_HARM, CHRONIC],
    ),
]

INSURERS = [
    ("ALPHA", "安禾财产保险股份有限公司", "Anhe Property & Casualty Insurance"),
    ("BETA", "北辰健康保险股份有限公司", "Beichen Health Insurance"),
]


def make_products(*, by: Staff, at: datetime) -> list[Insurer]:
    """Insurers with their products; the accident product's clauses have an older version too."""
    insurers = {code: Insurer(code=code, name_zh=zh, name_en=en) for code, zh, en in INSURERS}
    db.session.add_all(insurers.values())
    for insurer, code, zh, en, outpatient, inpatient, clauses in PRODUCTS:
        product = Product(
            insurer=insurers[insurer],
            code=code,
            name_zh=zh,
            name_en=en,
            outpatient_cap_fen=outpatient,
            inpatient_cap_fen=inpatient,
        )
        db.session.add(product)
        db.session.flush()
        versions = [(date(2026, 1, 1), clauses)]
        if code == "PA-ACC-01":
            versions.insert(0, (date(2025, 1, 1), clauses[:3]))
        for valid_from, clauses_of in versions:
            new_exclusion_version(
                product=product, clauses=list(clauses_of), valid_from=valid_from, by=by, at=at
            )
    return list(insurers.values())
