"""The demo's people: one login a role (and some more), and an insurer's file full of members.

The members come in as they really do, as a workbook through the register, with some rows that
have to be handed back. Names, numbers and phones are drawn by chance; the resident IDs carry the
sequence digits 990 to 999, as test data usually do, so that nobody is meant.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from stdnum.cn import ric

from guarantee.members.register import import_members
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Insurer
from guarantee.parties.staff import Staff, create_staff
from guarantee.roles import Role
from guarantee.sheets.writing import Heading, Sheet, workbook

PASSWORD = "green-channel-2026"  # noqa: S105  the demo's, printed at every start

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万单解查"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华慧巧美霞平刚桂兰玉红鹏飞凤洁梅琳云莲真环雪荣爱妹香月莺媛瑞凡"
    "佳嘉琼勤珍贞浩宇轩梓涵子墨欣怡思远志强文博晨曦"
)
RARE = ["䶮文", "王㛃", "李𬭎", "陈𬱖", "赵𠅤", "古丽娜尔·艾合买提", "阿卜杜拉·买买提", "欧阳嘉禾"]
FOREIGN = [("John Smith-Watson", "P4472213K"), ("María José García", "XDA882190")]
AREAS = ["310101", "310115", "420106", "420111", "350102", "350104", "330106", "110105", "440305"]
HEADER = (
    "被保险人姓名",
    "证件类型",
    "证件号码",
    "联系电话",
    "保单号",
    "险种代码",
    "保额（元）",
    "起保日期",
    "终保日期",
    "绿卡号",
    "变更类型",
)
CALLER_IN_TROUBLE = "13800138000"
"""A family's shared phone: calling from it pops up three members."""


@dataclass(frozen=True)
class Login:
    """One way into the demo."""

    staff: Staff
    first_of_role: bool


def make_staff_of(
    centers: list[Center],
    hospitals: list[Hospital],
    insurers: list[Insurer],
    *,
    by: Staff,
    at: datetime,
) -> list[Login]:
    """An account for every role; centres, network hospitals and insurers have their own."""
    wanted: list[tuple[str, str, Role, dict[str, object]]] = []
    for n, center in enumerate(centers):
        city = ("shanghai", "wuhan", "fuzhou")[n]
        place: dict[str, object] = {"center": center}
        wanted += [
            (f"{city}.dispatcher", "坐席 周", Role.DISPATCHER, place | {"extension": "8001"}),
            (f"{city}.crew", "车组 吴", Role.CREW, place),
            (f"{city}.finance", "财务 郑", Role.CENTER_FINANCE, place),
        ]
    wanted += [
        ("hotline", "联盟坐席 冯", Role.HOTLINE, {}),
        ("hotline2", "联盟坐席 卫", Role.HOTLINE, {}),
        ("supervisor", "督导 陈", Role.SUPERVISOR, {"supervised": centers[:2]}),
        ("finance", "联盟财务 褚", Role.ALLIANCE_FINANCE, {}),
        ("finance2", "联盟财务 蒋", Role.ALLIANCE_FINANCE, {}),
        ("admin", "管理员 沈", Role.ADMIN, {}),
        ("auditor", "审计 韩", Role.AUDITOR, {}),
    ]
    wanted += [
        (f"desk{n}", f"收费处 {n}", Role.BILLING_DESK, {"hospital": h})
        for n, h in enumerate(hospitals, start=1)
    ]
    wanted += [
        (f"insurer.{i.code.lower()}", f"{i.name_zh[:2]}保险", Role.INSURER, {"insurer": i})
        for i in insurers
    ]
    seen: set[Role] = set()
    logins = []
    password_hash = ""
    for username, name, role, where in wanted:
        staff = create_staff(
            username=username,
            display_name=name,
            role=role,
            password=None if password_hash else PASSWORD,
            by=by,
            at=at,
            **where,  # type: ignore[arg-type]
        )
        # hashed once for all: argon2id is slow on purpose, and this password is public
        staff.password_hash = password_hash = password_hash or staff.password_hash
        logins.append(Login(staff, role not in seen))
        seen.add(role)
    return logins


def import_people(
    insurer: Insurer, *, count: int, chance: random.Random, by: Staff, at: datetime
) -> None:
    """One workbook of `count` members for this insurer, through the register like any other."""
    products = [p.code for p in insurer.products]
    rows = [_row(n, insurer.code, products, chance, at.date()) for n in range(count)]
    if insurer.code == "ALPHA":
        rows[:3] = [
            [
                name,
                "居民身份证",
                number,
                CALLER_IN_TROUBLE,
                "P0000000001",
                "CC-GOLD",
                "100000.00",
                _months_before(at.date(), 2).isoformat(),
                _months_before(at.date(), -22).isoformat(),
                f"LK0000000{i}",
                "新增",
            ]
            for i, (name, number) in enumerate(
                [
                    ("王伟", _resident_id("310101", date(1972, 3, 4), 991)),
                    ("王子墨", _resident_id("310101", date(2018, 9, 1), 993)),
                    ("李芳", _resident_id("310101", date(1975, 6, 18), 992)),
                ],
                start=1,
            )
        ]
    rows += _bad_rows(insurer.code)
    title = f"{insurer.name_zh} 承保清单"
    data = workbook(
        [Sheet("承保清单", [Heading(h) for h in HEADER], rows, title=(title,))], made_at=at
    )
    import_members(data=data, filename=f"{title}.xlsx", insurer=insurer, by=by, at=at)


def _row(n: int, insurer: str, products: list[str], chance: random.Random, day: date) -> list[str]:
    name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2))))
    kind, number = (
        "居民身份证",
        _resident_id(chance.choice(AREAS), _birthday(chance), chance.randrange(990, 1000)),
    )
    if n % 40 == 7:
        name = RARE[(n // 40) % len(RARE)]
    if n % 120 == 50 and insurer == "ALPHA":
        name, number = FOREIGN[(n // 120) % len(FOREIGN)]
        kind = "护照"
    start = _months_before(day, chance.randrange(8))
    if n % 45 == 9:  # some have run out
        start = _months_before(day, 18)
    end = start.replace(year=start.year + 1) - timedelta(days=1)
    code = chance.choice(products)
    insured = chance.choice(["8000.00", "20000.00", "50000.00", "100000.00", "10万", "300,000.00"])
    phone = "" if n % 60 == 3 else f"13{chance.randrange(10**8, 10**9)}"
    prefix = "A" if insurer == "ALPHA" else "B"
    return [
        name,
        kind,
        number,
        phone,
        f"P{prefix}{n // 3:08d}",
        code,
        insured,
        start.isoformat(),
        end.isoformat(),
        f"LK{prefix}{n:07d}",
        "新增",
    ]


def _bad_rows(insurer: str) -> list[list[str]]:
    good = _resident_id("310101", date(1980, 1, 2), 992)
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    base = [
        "PA-ACC-01" if insurer == "ALPHA" else "BC-FAMILY",
        "50000.00",
        "2026-03-01",
        "2027-02-28",
        f"LKX{insurer[0]}",
        "新增",
    ]
    return [
        ["赵错", "居民身份证", wrong, "13900000001", "PX1", *base],
        ["", "居民身份证", good, "13900000002", "PX2", *base],
        ["钱多", "居民身份证", good, "13900000003", "PX3", "NO-SUCH", *base[1:]],
        [
            "孙期",
            "居民身份证",
            good,
            "13900000004",
            "PX4",
            base[0],
            base[1],
            "2026-03-01",
            "2026-02-28",
            "LKX",
            "新增",
        ],
    ]


def _months_before(day: date, months: int) -> date:
    """The first of the month, so many months before `day` (negative: after it)."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def _birthday(chance: random.Random) -> date:
    return date(1938, 1, 1) + timedelta(days=chance.randrange(0, 31_000))


def _resident_id(area: str, born: date, sequence: int) -> str:
    body = f"{area}{born:%Y%m%d}{sequence:03d}"
    return body + str(ric.calc_check_digit(f"{body}0"))
