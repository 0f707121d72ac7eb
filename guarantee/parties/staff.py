"""Staff: personal accounts with one role each, their sessions and API tokens.

Secrets are stored only as hashes. A session and a token are rows, so that they can be seen and
ended; disabling an account, or changing its role or password, ends them at once.
"""

from __future__ import annotations

from datetime import datetime

from flask_login import UserMixin
from pwdlib import PasswordHash
from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee import audit
from guarantee.db import Base, PrimaryKey, db, one_of
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Insurer
from guarantee.refusals import Conflict, Invalid, NotFound, Words
from guarantee.roles import AT_A_CENTER, Role

SYSTEM = "system"

_hasher = PasswordHash.recommended()
_DECOY = _hasher.hash("nobody has this password")


class UsernameTaken(Conflict):
    code = "username_taken"
    words = Words("用户名已被使用。", "This user name is taken.")
    field = "username"


class PasswordTooShort(Invalid):
    code = "password_too_short"
    words = Words("密码至少 12 位。", "A password has at least 12 characters.")
    field = "password"


class RoleNeedsPlace(Invalid):
    code = "role_needs_place"
    words = Words(
        "该角色必须属于一个急救中心、医院或保险公司。",
        "This role belongs to a centre, a hospital or an insurer.",
    )
    field = "role"


class UnknownStaff(NotFound):
    code = "unknown_staff"
    words = Words("没有这个账户。", "There is no such account.")
    field = "username"


_at_center = ", ".join(f"'{r}'" for r in sorted(AT_A_CENTER))


class Staff(UserMixin, Base):
    __tablename__ = "staff"
    __table_args__ = (
        one_of("role", Role),
        one_of("language", ("zh", "en")),
        CheckConstraint(f"role NOT IN ({_at_center}) OR center_id IS NOT NULL", name="has_center"),
        CheckConstraint("role <> 'billing_desk' OR hospital_id IS NOT NULL", name="has_hospital"),
        CheckConstraint("role <> 'insurer' OR insurer_id IS NOT NULL", name="has_insurer"),
    )

    id: Mapped[PrimaryKey]
    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(60))
    role: Mapped[Role] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="zh")
    extension: Mapped[str] = mapped_column(String(10), default="")
    """Telephone extension at the centre: where a call pops up."""
    center_id: Mapped[int | None] = mapped_column(ForeignKey("centers.id"))
    hospital_id: Mapped[int | None] = mapped_column(ForeignKey("hospitals.id"))
    insurer_id: Mapped[int | None] = mapped_column(ForeignKey("insurers.id"))
    center: Mapped[Center | None] = relationship()
    hospital: Mapped[Hospital | None] = relationship()
    insurer: Mapped[Insurer | None] = relationship()
    supervised: Mapped[list[Center]] = relationship(secondary="supervised_centers")

    session_token: str = ""
    """The token of the session this request came with; not a column. Flask-Login's id."""
    session_wakes: bool = False
    """Whether that session was last noted as seen a while ago and wants to be noted again."""

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        return self.session_token

    def center_ids(self) -> list[int] | None:
        """The centres whose work this person may see; None means every centre."""
        if self.role in AT_A_CENTER:
            return [self.center_id] if self.center_id else []
        if self.role == Role.SUPERVISOR:
            return [c.id for c in self.supervised]
        if self.role in (Role.BILLING_DESK, Role.INSURER):
            return []
        return None


class SupervisedCenter(Base):
    __tablename__ = "supervised_centers"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    center_id: Mapped[int] = mapped_column(ForeignKey("centers.id"), primary_key=True)


def create_staff(
    *,
    username: str,
    display_name: str,
    role: Role,
    password: str | None,
    by: Staff | None,
    at: datetime,
    center: Center | None = None,
    hospital: Hospital | None = None,
    insurer: Insurer | None = None,
    extension: str = "",
    supervised: list[Center] | None = None,
) -> Staff:
    """A new account. Refuses `username_taken`, `password_too_short`, `role_needs_place`."""
    if db.session.scalar(select(Staff.id).where(Staff.username == username)):
        raise UsernameTaken()
    places = {Role.BILLING_DESK: hospital, Role.INSURER: insurer}
    if (role in AT_A_CENTER and center is None) or places.get(role, True) is None:
        raise RoleNeedsPlace()
    made = Staff(
        username=username,
        display_name=display_name,
        role=role,
        center=center,
        hospital=hospital,
        insurer=insurer,
        extension=extension,
        supervised=supervised or [],
    )
    if password is not None:
        set_password(made, password)
    db.session.add(made)
    db.session.flush()
    audit.record(by=by, at=at, action="staff created", subject=f"staff:{made.id}", role=role)
    return made


def set_password(staff: Staff, password: str) -> None:
    """Store the argon2id hash of `password`. Refuses `password_too_short`."""
    if len(password) < 12:
        raise PasswordTooShort()
    staff.password_hash = _hasher.hash(password)


def password_is(staff: Staff | None, password: str) -> bool:
    """Whether `password` is this account's; as slow for no account as for a wrong password."""
    kept = staff.password_hash if staff else ""
    right = _hasher.verify(password, kept or _DECOY)
    return bool(kept) and right


def staff_by_name(username: str) -> Staff:
    """The account of this user name. Refuses (`UnknownStaff`)."""
    found: Staff | None = db.session.scalar(select(Staff).where(Staff.username == username))
    if found is None:
        raise UnknownStaff()
    return found


def system() -> Staff:
    """The account that jobs and commands act under. It has no password and can't sign in."""
    found: Staff | None = db.session.scalar(select(Staff).where(Staff.username == SYSTEM))
    if found is None:
        found = Staff(username=SYSTEM, display_name="系统", role=Role.ADMIN)
        db.session.add(found)
        db.session.flush()
    return found
