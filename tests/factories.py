"""What the tests start from: real rows, made by the domain's own functions where there are any.

Every `make_…` has a situation as its default and takes what a test cares about by name.
"""

from __future__ import annotations

import itertools
import secrets
from datetime import UTC, date, datetime, timedelta
from functools import cache

from guarantee import personal_data
from guarantee.business_time import now as NOW  # noqa: N812
from guarantee.cases.intake import open_case
from guarantee.cases.models import Case, Condition, Method
from guarantee.cases.verification import exclusions_of, verify
from guarantee.config import Settings
from guarantee.db import db
from guarantee.ledger.holds import open_cover
from guarantee.letters.issue import issue
from guarantee.letters.lifecycle import present
from guarantee.letters.models import Letter
from guarantee.members.models import Enrolment, Member, MemberPhone, Policy
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Insurer, Product, new_exclusion_version
from guarantee.parties.sessions import StaffSession, digest
from guarantee.parties.staff import PasswordHash, Staff
from guarantee.roles import AT_A_CENTER, Role

PASSWORD = "correct horse battery"
_next = itertools.count(1)
SETTINGS = Settings(demo=True)
_DAWN = datetime(2026, 1, 1, tzinfo=UTC)

CLAUSES = [
    (
        "DRUNK",
        "伤者是否酒后驾驶机动车？",
        "Was the patient driving under the influence of alcohol?",
    ),
    ("FIGHT", "是否因打架斗殴、犯罪行为受伤？", "Was the injury caused by a fight or a crime?"),
]


@cache
def _hash() -> str:
    return PasswordHash.recommended().hash(PASSWORD)


def make_center(code: str | None = None, **more: object) -> Center:
    n = next(_next)
    return _kept(
        Center(
            **{
                "code": code or f"{1000 + n % 9000:04d}",
                "name_zh": f"第{n}急救中心",
                "name_en": f"Emergency centre {n}",
                "city": "上海市",
                "city_code": "310100",
                "area_code": "021",
                "phone": "021-66660120",
                "bank_name": "中国银行上海分行",
                "bank_account_name": f"第{n}急救中心",
                "bank_account_number": f"62270000{n:08d}",
                **more,
            }
        )
    )


def make_hospital(name: str | None = None, *, network: bool = True, **more: object) -> Hospital:
    n = next(_next)
    return _kept(
        Hospital(
            **{
                "code": f"H{n:05d}",
                "name": name or f"第{n}人民医院",
                "name_en": f"People's Hospital No. {n}",
                "province": "上海市",
                "city": "上海市",
                "city_code": "310100",
                "in_network": network,
                "network_since": date(2026, 1, 1) if network else None,
                **more,
            }
        )
    )


def make_insurer(code: str | None = None, **more: object) -> Insurer:
    n = next(_next)
    return _kept(
        Insurer(code=code or f"INS{n}", name_zh=f"第{n}保险公司", name_en=f"Insurer {n}", **more)
    )


def make_product(
    insurer: Insurer | None = None,
    *,
    code: str | None = None,
    clauses: list[tuple[str, str, str]] | None = None,
    **more: object,
) -> Product:
    """A product with two exclusion clauses (version 1, valid all year); `clauses=[]`: none."""
    n = next(_next)
    made = _kept(
        Product(
            insurer=insurer or make_insurer(),
            code=code or f"PA-{n}",
            name_zh="意外伤害保险",
            name_en="Accident cover",
            **more,
        )
    )
    if clauses != []:
        new_exclusion_version(
            product=made, clauses=clauses or CLAUSES, valid_from=date(2026, 1, 1), by=None, at=_DAWN
        )
    return made


def make_staff(role: Role | str = Role.HOTLINE, **more: object) -> Staff:
    """An account of this role, at a centre or hospital of its own unless one is given."""
    role = Role(role)
    n = next(_next)
    if role in AT_A_CENTER:
        more["center"] = more.get("center") or make_center()
    if role == Role.BILLING_DESK:
        more["hospital"] = more.get("hospital") or make_hospital()
    if role == Role.INSURER:
        more["insurer"] = more.get("insurer") or make_insurer()
    return _kept(
        Staff(
            **{
                "username": f"{role}{n}",
                "display_name": f"员工{n}",
                "role": role,
                "password_hash": _hash(),
                **more,
            }
        )
    )


def make_member(
    name: str = "王伟",
    *,
    document_number: str | None = None,
    document_type: str = "resident_id",
    phone: str | None = None,
    **more: object,
) -> Member:
    """A person with a document and a phone, insured by nobody yet."""
    n = next(_next)
    document = document_number or _resident_id(n)
    digits = phone or f"138{n:08d}"
    return _kept(
        Member(
            **{
                "name": name,
                "document_type": document_type,
                "document_number": document,
                "document_fingerprint": personal_data.fingerprint("document", document),
                "birth_date": date(1972, 3, 4),
                "sex": "m",
                "made_at": _DAWN,
                "phones": [
                    MemberPhone(
                        phone=digits, fingerprint=personal_data.fingerprint("phone", digits)
                    )
                ],
                **more,
            }
        )
    )


def make_enrolment(
    member: Member | None = None,
    *,
    product: Product | None = None,
    sum_insured_fen: int = 10_000_000,
    **more: object,
) -> Enrolment:
    """A member insured from 2026 on with 100,000 yuan, nothing of it used."""
    n = next(_next)
    product = product or make_product()
    policy = _kept(Policy(insurer=product.insurer, number=f"P{n:010d}"))
    cover = open_cover(
        insurer_id=product.insurer_id,
        sum_insured_fen=sum_insured_fen,
        cause=f"policy:{policy.number}",
        by=None,
        at=_DAWN,
    )
    return _kept(
        Enrolment(
            **{
                "member": member or make_member(),
                "policy": policy,
                "product": product,
                "cover": cover,
                "card_number": f"LK{n:08d}",
                "starts_on": date(2026, 1, 1),
                "ends_on": date(2099, 12, 31),
                **more,
            }
        )
    )


def session_token(staff: Staff) -> str:
    """A fresh page session of this member of staff."""
    token = secrets.token_urlsafe(16)
    _kept(
        StaffSession(
            token_hash=digest(token), staff_id=staff.id, started_at=NOW(), last_seen_at=NOW()
        )
    )
    return token


def _resident_id(n: int) -> str:
    body = f"31010119720304{n % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def _kept(row):
    db.session.add(row)
    db.session.flush()
    return row


# ── situations of a case ──────────────────────────────────────────────────────────────────────


def make_case(
    *,
    center: Center | None = None,
    enrolment: Enrolment | None = None,
    by: Staff | None = None,
    at: datetime | None = None,
    **more: object,
) -> Case:
    """An open case of an insured member, taken by a dispatcher of the centre."""
    center = center or make_center()
    return open_case(
        center=center,
        caller="13800138000",
        condition=Condition.ACCIDENT,
        by=by or make_staff(Role.DISPATCHER, center=center),
        at=at or NOW(),
        member=(enrolment or make_enrolment()).member,
        **more,
    )


def make_verified_case(
    *, applies: bool = False, in_scope: bool = True, at: datetime | None = None, **more: object
) -> Case:
    """A case in which the crew has seen the document, the condition and every exclusion."""
    at = at or NOW()
    case = make_case(at=at, **more)
    crew = make_staff(Role.CREW, center=case.center)
    verify_at_scene(case, by=crew, at=at, applies=applies, in_scope=in_scope)
    return case


def verify_at_scene(
    case: Case, *, by: Staff, at: datetime, applies: bool = False, in_scope: bool = True
) -> None:
    """The crew sees the document and reads out every exclusion."""
    clauses = exclusions_of(case, at=at)
    verify(
        case=case,
        method=Method.DOCUMENT,
        document_type_text=case.member.document_type,
        document_number=case.member.document_number,
        condition_in_scope=in_scope,
        answers={c.code: applies for c in (clauses.clauses if clauses else [])},
        exclusions_version=clauses.label if clauses else "",
        by=by,
        at=at,
        provisional_for=timedelta(hours=24),
    )


def make_letter(
    *,
    case: Case | None = None,
    hospital: Hospital | None = None,
    by: Staff | None = None,
    at: datetime | None = None,
    **more: object,
) -> Letter:
    """An issued initial letter to a network hospital."""
    at = at or NOW()
    case = case or make_verified_case(at=at, **more)
    return issue(
        case=case,
        hospital=hospital or make_hospital(),
        channel="center",
        by=by or case.opened_by,
        at=at,
        settings=SETTINGS,
    ).letter


def make_presented_letter(*, at: datetime | None = None, **more: object) -> Letter:
    """A letter that the hospital's billing desk has accepted."""
    letter = make_letter(at=at, **more)
    desk = make_staff(Role.BILLING_DESK, hospital=letter.hospital)
    return present(letter=letter, by=desk, at=at or NOW())
