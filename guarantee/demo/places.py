"""The demo's places: three centres in real cities, and the hospitals of the whole file."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

from guarantee import audit
from guarantee.db import db
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff

_FILE = Path(__file__).parent / "data" / "hospitals.csv"

CENTERS = [
    {
        "code": "3101",
        "name_zh": "上海市东部急救中心",
        "name_en": "Shanghai East Emergency Centre",
        "city": "上海市",
        "city_code": "310100",
        "area_code": "021",
        "phone": "021-60000120",
        "address": "浦东新区演示路120号",
    },
    {
        "code": "4201",
        "name_zh": "武汉市江城急救中心",
        "name_en": "Wuhan Jiangcheng Emergency Centre",
        "city": "武汉市",
        "city_code": "420100",
        "area_code": "027",
        "phone": "027-80000120",
        "address": "武昌区演示大道120号",
    },
    {
        "code": "3501",
        "name_zh": "福州市闽江急救中心",
        "name_en": "Fuzhou Minjiang Emergency Centre",
        "city": "福州市",
        "city_code": "350100",
        "area_code": "0591",
        "phone": "0591-87000120",
        "address": "台江区演示街120号",
    },
]

NETWORK = {
    "310100": [
        ("上海市第一人民医院", "Shanghai First People's Hospital"),
        ("上海市第六人民医院", "Shanghai Sixth People's Hospital"),
        ("上海市同仁医院", "Shanghai Tongren Hospital"),
        ("复旦大学附属中山医院", "Zhongshan Hospital, Fudan University"),
        ("复旦大学附属华山医院北院", "Huashan Hospital North, Fudan University"),
        ("上海交通大学医学院附属仁济医院南院", "Renji Hospital South, SJTU School of Medicine"),
    ],
    "420100": [
        ("武汉市中心医院", "The Central Hospital of Wuhan"),
        ("武汉大学人民医院", "Renmin Hospital of Wuhan University"),
        ("华中科技大学同济医学院附属协和医院", "Union Hospital, Tongji Medical College"),
        ("武汉市第一医院", "Wuhan No. 1 Hospital"),
    ],
    "350100": [
        ("福建省立医院", "Fujian Provincial Hospital"),
        ("福建医大附属协和医院", "Fujian Medical University Union Hospital"),
        ("福建医大附属第一医院", "First Affiliated Hospital, Fujian Medical University"),
    ],
}
FULL = "上海市同仁医院"
"""One network hospital that is not accepting at present."""


def make_places(*, by: Staff, at: datetime) -> list[Center]:
    """Centres and hospitals; answers the centres in the order of `CENTERS`."""
    centers = [
        Center(
            **facts,
            bank_name="演示银行",
            bank_account_name=facts["name_zh"],
            bank_account_number=f"6227{facts['code']}0000000{i}",
        )
        for i, facts in enumerate(CENTERS, start=1)
    ]
    db.session.add_all(centers)
    hospitals = list(_hospitals())
    db.session.add_all(hospitals)
    db.session.flush()
    audit.record(
        by=by,
        at=at,
        action="places set up",
        subject="demo",
        centers=len(centers),
        hospitals=len(hospitals),
    )
    return centers


def _hospitals() -> list[Hospital]:
    network = {(city, name): english for city, names in NETWORK.items() for name, english in names}
    found: dict[str, int] = {}
    hospitals = []
    with _FILE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            city_code = row["city_code"]
            found[city_code] = found.get(city_code, 0) + 1
            english = network.pop((city_code, row["name"]), None)
            hospitals.append(
                Hospital(
                    code=f"{city_code[:4]}-{found[city_code]:03d}",
                    name=row["name"],
                    name_en=english or "",
                    province=row["province"],
                    city=row["city"],
                    city_code=city_code,
                    address=row["address"],
                    phone=row["phone"],
                    designated=row["designated"] == "1",
                    in_network=english is not None,
                    network_since=date(2026, 1, 1) if english else None,
                    accepting=row["name"] != FULL,
                    desk_contact="急诊收费处 24 小时" if english else "",
                    bank_name="演示银行" if english else "",
                    bank_account_name=row["name"] if english else "",
                    bank_account_number=f"6228{city_code}{found[city_code]:06d}" if english else "",
                )
            )
    assert not network, f"not in the file: {network}"
    return hospitals
