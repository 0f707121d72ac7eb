"""What changes about an account after it was made; every change ends its sessions when it must."""

from __future__ import annotations

from datetime import datetime

from guarantee import audit
from guarantee.db import db
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Insurer
from guarantee.parties.sessions import end_all_sessions
from guarantee.parties.staff import RoleNeedsPlace, Staff, password_is, set_password
from guarantee.refusals import Conflict, Invalid, Words
from guarantee.roles import AT_A_CENTER, Role


class WrongPassword(Invalid):
    code = "wrong_password"
    words = Words("现在的密码不正确。", "The present password is wrong.")
    field = "present"


class PasswordsDiffer(Invalid):
    code = "passwords_differ"
    words = Words("两次输入的新密码不一致。", "The two new passwords differ.")
    field = "again"


class OwnAccount(Conflict):
    code = "own_account"
    words = Words(
        "不能停用自己的账户或更改自己的角色，请由另一位管理员操作。",
        "Nobody disables their own account or changes their own role: ask another administrator.",
    )


def change_own_password(
    *, staff: Staff, present: str, password: str, again: str, at: datetime
) -> None:
    """A new password, after the present one was given; ends every session and token.

    Refuses `wrong_password`, `passwords_differ`, `password_too_short`.
    """
    if not password_is(staff, present):
        raise WrongPassword()
    if password != again:
        raise PasswordsDiffer()
    set_password(staff, password)
    end_all_sessions(staff=staff, at=at)
    audit.record(by=staff, at=at, action="password changed", subject=f"staff:{staff.id}")


def reset_password(*, staff: Staff, password: str, by: Staff, at: datetime) -> None:
    """An administrator gives an account a new password. Refuses `password_too_short`."""
    set_password(staff, password)
    end_all_sessions(staff=staff, at=at)
    audit.record(by=by, at=at, action="password reset", subject=f"staff:{staff.id}")


def set_active(*, staff: Staff, active: bool, by: Staff, at: datetime) -> None:
    """Disable an account (its sessions end at once) or let it in again. Refuses `own_account`."""
    if staff.id == by.id:
        raise OwnAccount()
    staff.active = active
    if not active:
        end_all_sessions(staff=staff, at=at)
    action = "staff enabled" if active else "staff disabled"
    audit.record(by=by, at=at, action=action, subject=f"staff:{staff.id}")


def end_sessions(*, staff: Staff, by: Staff, at: datetime) -> None:
    """End every session and token of an account, which stays as it is."""
    end_all_sessions(staff=staff, at=at)
    audit.record(by=by, at=at, action="sessions ended", subject=f"staff:{staff.id}")


def change_staff(
    *,
    staff: Staff,
    display_name: str,
    role: Role,
    by: Staff,
    at: datetime,
    center: Center | None = None,
    hospital: Hospital | None = None,
    insurer: Insurer | None = None,
    extension: str = "",
    supervised: list[Center] | None = None,
) -> None:
    """Change an account. A new role or place ends its sessions: what it may see has changed.

    Refuses `role_needs_place`, and `own_account` for one's own role.
    """
    places = {Role.BILLING_DESK: hospital, Role.INSURER: insurer}
    if (role in AT_A_CENTER and center is None) or places.get(role, True) is None:
        raise RoleNeedsPlace()
    if staff.id == by.id and role != staff.role:
        raise OwnAccount()
    now_in = (
        role,
        center if role in AT_A_CENTER else None,
        hospital if role == Role.BILLING_DESK else None,
        insurer if role == Role.INSURER else None,
        sorted(c.id for c in supervised or []) if role == Role.SUPERVISOR else [],
    )
    before = (
        Role(staff.role),
        staff.center,
        staff.hospital,
        staff.insurer,
        sorted(c.id for c in staff.supervised),
    )
    staff.display_name = display_name
    staff.extension = extension
    staff.role, staff.center, staff.hospital, staff.insurer = now_in[:4]
    staff.supervised = list(supervised or []) if role == Role.SUPERVISOR else []
    if before != now_in:
        end_all_sessions(staff=staff, at=at)
    db.session.flush()
    audit.record(
        by=by, at=at, action="staff changed", subject=f"staff:{staff.id}",
        role=role, role_before=before[0],
    )  # fmt: skip
