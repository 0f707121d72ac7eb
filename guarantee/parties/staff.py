"""Staff: personal accounts with one role each, their sessions and API tokens.

Secrets are stored only as hashes. A session and a token are rows, so that they can be seen and
ended; disabling an account, or changing its role or password, ends them at once.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from flask_login import UserMixin
from pwdlib import PasswordHash
from sqlalchemy import CheckConstraint, ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee import audit
from guarantee.db import Base, Moment, PrimaryKey, db, one_of
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Insurer
from guarantee.refusals import Conflict, Invalid, NotFound, Words
from guarantee.roles import AT_A_CENTER, Role

SESSION_HOURS = 12
SESSION_IDLE = timedelta(hours=2)
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


class BadSignIn(NotFound):
    code = "bad_sign_in"
    words = Words("用户名或密码不正确。", "The user name or the password is wrong.")


class UnknownStaff(NotFound):
    code = "unknown_staff"
    words = Words("没有这个账户。", "There is no such account.")
    field = "username"


_at_center = ", ".join(f"'{r}'" for r in sorted(AT_A_CENTER))


class Staff(UserMixin, Base):
    __tablename__ = "staff"
    __table_args__ = (
        one_of("role", Role),
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


class StaffSession(Base):
    __tablename__ = "staff_sessions"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    started_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class ApiToken(Base):
    __tablename__ = "api_tokens"

    id: Mapped[PrimaryKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]


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


def password_is(staff: Staff, password: str) -> bool:
    """Whether `password` is this account's."""
    return bool(staff.password_hash) and _hasher.verify(password, staff.password_hash)


def sign_in(*, username: str, password: str, at: datetime) -> Staff:
    """The account, with a fresh session token on it. Refuses `bad_sign_in`, the same and as slowly
    for an unknown name as for a wrong password."""
    staff = db.session.scalar(select(Staff).where(Staff.username == username))
    right = _hasher.verify(password, (staff.password_hash if staff else "") or _DECOY)
    if staff is None or not right or not staff.active or not staff.password_hash:
        raise BadSignIn()
    staff.session_token = secrets.token_urlsafe(32)
    db.session.add(
        StaffSession(
            token_hash=_digest(staff.session_token),
            staff_id=staff.id,
            started_at=at,
            last_seen_at=at,
        )
    )
    audit.record(by=staff, at=at, action="signed in", subject=f"staff:{staff.id}")
    return staff


def staff_of_session(token: str, *, at: datetime) -> Staff | None:
    """Whose session this is, when it is neither ended, idle for too long, nor too old."""
    row = db.session.scalar(select(StaffSession).where(StaffSession.token_hash == _digest(token)))
    if row is None or row.ended_at or at > row.started_at + timedelta(hours=SESSION_HOURS):
        return None
    if at > row.last_seen_at + SESSION_IDLE:
        return None
    staff = db.session.get(Staff, row.staff_id)
    if staff is None or not staff.active:
        return None
    staff.session_token = token
    return staff


def seen(token: str, *, at: datetime) -> None:
    """Keep a session awake. Cheap: written at most once in five minutes."""
    db.session.execute(
        update(StaffSession)
        .where(
            StaffSession.token_hash == _digest(token),
            StaffSession.last_seen_at < at - timedelta(minutes=5),
        )
        .values(last_seen_at=at)
    )


def sign_out(*, staff: Staff, at: datetime) -> None:
    """End the session this request came with."""
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == _digest(staff.session_token))
        .values(ended_at=at)
    )
    audit.record(by=staff, at=at, action="signed out", subject=f"staff:{staff.id}")


def end_all_sessions(*, staff: Staff, at: datetime) -> None:
    """End every session and token of an account: on disabling, and on role or password change."""
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None))
        .values(ended_at=at)
    )
    db.session.execute(
        update(ApiToken)
        .where(ApiToken.staff_id == staff.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def create_token(
    *,
    staff: Staff,
    name: str,
    at: datetime,
    by: Staff | None,
    lasts: timedelta | None = None,
) -> str:
    """A new API token of `staff`, shown this once; only its hash is kept."""
    token = f"gl_{secrets.token_urlsafe(32)}"
    db.session.add(
        ApiToken(
            token_hash=_digest(token),
            staff_id=staff.id,
            name=name,
            made_at=at,
            expires_at=at + lasts if lasts else None,
        )
    )
    audit.record(by=by, at=at, action="token created", subject=f"staff:{staff.id}", name=name)
    return token


def staff_of_token(token: str, *, at: datetime) -> Staff | None:
    """Whose API token this is, when it is neither revoked nor expired."""
    row = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == _digest(token)))
    if row is None or row.revoked_at or (row.expires_at and row.expires_at < at):
        return None
    staff = db.session.get(Staff, row.staff_id)
    return staff if staff and staff.active else None


def staff_by_name(username: str) -> Staff:
    """The account of this user name. Refuses (`UnknownStaff`)."""
    found = db.session.scalar(select(Staff).where(Staff.username == username))
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


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
