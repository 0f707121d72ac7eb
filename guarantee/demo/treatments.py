"""What treatment costs in the demo: plausible lines, for a walk-in and for a ward."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

from guarantee.charges.lines import ChargeLine
from guarantee.ledger.models import Part

# category, code, name, unit price in fen, in the local catalogue
EMERGENCY = [
    ("挂号诊查", "110200001", "急诊诊查费", 2_500, True),
    ("检查", "220302001", "彩色多普勒超声检查", 12_000, True),
    ("检查", "210300001", "X线计算机体层平扫（CT）", 26_000, True),
    ("化验", "250101015", "血细胞分析", 2_000, True),
    ("化验", "250301001", "血清电解质测定", 4_500, True),
    ("治疗", "120600001", "大换药", 3_800, True),
    ("治疗", "330100005", "清创缝合术", 28_000, True),
    ("药品", "XA07", "0.9%氯化钠注射液 250ml", 420, True),
    ("药品", "XJ01", "注射用头孢呋辛钠 0.75g", 1_860, True),
    ("材料", "C0102", "进口可吸收缝合线", 16_800, False),
]
WARD = [
    ("床位", "110900001", "普通病房床位费", 6_000, True),
    ("护理", "120100003", "二级护理", 3_000, True),
    ("治疗", "120400006", "静脉输液", 1_500, True),
    ("药品", "XB05", "注射用血栓通 150mg", 4_380, True),
    ("药品", "XN02", "氟比洛芬酯注射液 50mg", 6_900, True),
    ("检查", "210200001", "磁共振平扫（MRI）", 58_000, True),
    ("化验", "250307002", "肾功能检查", 6_000, True),
    ("服务", "F9001", "特需陪护服务", 20_000, False),
]
SURGERY = [
    ("手术", "331501001", "骨折切开复位内固定术", 286_000, True),
    ("麻醉", "330100008", "全身麻醉", 62_000, True),
    ("材料", "C0715", "接骨板系统（国产）", 420_000, True),
    ("材料", "C0716", "接骨板系统（进口）", 980_000, False),
]
VEHICLE = [
    ("车费", "JC001", "救护车出车费", (15_000, 38_000)),
    ("急救费", "JC002", "车内急救费", (8_000, 26_000)),
    ("出诊费", "JC003", "院前出诊费", (5_000, 12_000)),
]


def ward_day(case_id: int, day: date, nth: int, chance: random.Random) -> list[ChargeLine]:
    """One day's lines: emergency on the first day, a ward after it, sometimes an operation."""
    menu = EMERGENCY if nth == 0 else WARD
    chosen = chance.sample(menu, chance.randrange(3, min(7, len(menu))))
    if nth == 1 and chance.random() < 0.13:
        chosen = SURGERY[: chance.choice((3, 4))] + chosen[:2]
    return [
        _line(f"Z{case_id:05d}-{day:%m%d}-{i:02d}", Part.IN_HOSPITAL, day, item, chance)
        for i, item in enumerate(chosen, start=1)
    ]


def trip(case_id: int, day: date, receipt: str, chance: random.Random) -> list[ChargeLine]:
    """What the ambulance's trip cost, on one receipt; now and then a transfer between cities."""
    menu = list(VEHICLE)
    if chance.random() < 0.12:
        menu.append(("转运费", "JC004", "院间转运费", (30_000, 70_000)))
    lines = []
    for i, (category, code, name, (least, most)) in enumerate(menu, start=1):
        price = chance.randrange(least, most, 100)
        lines.append(
            ChargeLine(
                line_id=f"C{case_id:05d}-{i}",
                part=Part.PRE_HOSPITAL,
                charged_on=day,
                category=category,
                code=code,
                name=name,
                quantity=Decimal(1),
                unit_price_fen=price,
                amount_fen=price,
                in_scope=True,
                receipt_number=receipt,
            )
        )
    return lines


def _line(
    line_id: str,
    part: Part,
    day: date,
    item: tuple[str, str, str, int, bool],
    chance: random.Random,
) -> ChargeLine:
    category, code, name, price, in_scope = item
    quantity = chance.choice((1, 1, 1, 2, 3)) if price < 10_000 else 1
    return ChargeLine(
        line_id=line_id,
        part=part,
        charged_on=day,
        category=category,
        code=code,
        name=name,
        quantity=Decimal(quantity),
        unit_price_fen=price,
        amount_fen=price * quantity,
        in_scope=in_scope,
    )
