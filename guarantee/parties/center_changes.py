"""Setting up and changing emergency centres. Their bank account is where remittances go."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select

from guarantee import audit
from guarantee.db import db
from guarantee.parties.centers import Center
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Invalid, Words

_FOUR_DIGITS = re.compile(r"[1-9][0-9]{3}")
_CITY_CODE = re.compile(r"[0-9]{6}")
_ACCOUNT = re.compile(r"[0-9]{8,30}")


class BadCenterCode(Invalid):
    code = "bad_center_code"
    words = Words(
        "中心代码为四位数字，首位不为 0；它是担保函号的前四位。",
        "A centre's code is four digits, the first not 0; every letter number begins with it.",
    )
    field = "code"


class CenterCodeTaken(Conflict):
    code = "center_code_taken"
    words = Words("已有急救中心使用此代码。", "Another centre has this code.")
    field = "code"


class BadCityCode(Invalid):
    code = "bad_city_code"
    words = Words("城市代码为六位行政区划代码。", "A city's code has the six digits of GB/T 2260.")
    field = "city_code"


class BadBankAccount(Invalid):
    code = "bad_bank_account"
    words = Words("银行账号应为 8 至 30 位数字。", "A bank account number has 8 to 30 digits.")
    field = "bank_account_number"


def checked_account(number: str) -> str:
    """An account number without its blanks; empty stays empty. Refuses `bad_bank_account`."""
    plain = number.replace(" ", "")
    if plain and not _ACCOUNT.fullmatch(plain):
        raise BadBankAccount()
    return plain


def add_center(*, code: str, by: Staff, at: datetime, **details: str) -> Center:
    """A new centre; `details` are the columns of `Center`.

    Refuses `bad_center_code`, `center_code_taken`, `bad_city_code`, `bad_bank_account`.
    """
    if not _FOUR_DIGITS.fullmatch(code):
        raise BadCenterCode()
    if db.session.scalar(select(Center.id).where(Center.code == code)):
        raise CenterCodeTaken()
    made = Center(code=code, **_checked(details))
    db.session.add(made)
    db.session.flush()
    audit.record(by=by, at=at, action="center created", subject=f"center:{made.id}", code=code)
    return made


def change_center(*, center: Center, by: Staff, at: datetime, **details: str) -> list[str]:
    """Change a centre's details; its code stays, letters carry it. Returns the columns changed.

    Refuses `bad_city_code`, `bad_bank_account`.
    """
    changed = [name for name, value in _checked(details).items() if getattr(center, name) != value]
    for name in changed:
        setattr(center, name, _checked(details)[name])
    if changed:
        audit.record(
            by=by, at=at, action="center changed", subject=f"center:{center.id}", fields=changed
        )
    return changed


def _checked(details: dict[str, str]) -> dict[str, str]:
    if not _CITY_CODE.fullmatch(details["city_code"]):
        raise BadCityCode()
    return {
        **details,
        "bank_account_number": checked_account(details.get("bank_account_number", "")),
    }
