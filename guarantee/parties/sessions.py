"""Sessions and API tokens: rows, so that they can be seen and ended; only their hashes are kept.

Disabling an account, or changing its role or password, ends all of them at once.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from guarantee import audit
from guarantee.db import Base, Moment, PrimaryKey, db
from guarantee.parties.staff import Staff, password_is
from guarantee.refusals import NotFound, Words

SESSION_HOURS = 12


SESSION_IDLE = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is known when a session was last used: not every click is written."""


class BadSignIn(NotFound):
    code = "bad_sign_in"
    words = Words("用户名或密码不正确。", "The user name or the password is wrong.")


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


def sign_in(*, username: str, password: str, at: datetime) -> Staff:
    """The account, with a fresh session token on it. Refuses `bad_sign_in`, the same and as slowly
    for an unknown name as for a wrong password."""
    staff: Staff | None = db.session.scalar(select(Staff).where(Staff.username == username))
    if not password_is(staff, password) or staff is None or not staff.active:
        raise BadSignIn()
    staff.session_token = secrets.token_urlsafe(32)
    db.session.add(
        StaffSession(
            token_hash=digest(staff.session_token),
            staff_id=staff.id,
            started_at=at,
            last_seen_at=at,
        )
    )
    audit.record(by=staff, at=at, action="signed in", subject=f"staff:{staff.id}")
    return staff


def staff_of_session(token: str, *, at: datetime) -> Staff | None:
    """Whose session this is, when it is neither ended, idle for too long, nor too old."""
    row = db.session.scalar(select(StaffSession).where(StaffSession.token_hash == digest(token)))
    if row is None or row.ended_at or at > row.started_at + timedelta(hours=SESSION_HOURS):
        return None
    if at > row.last_seen_at + SESSION_IDLE:
        return None
    staff = db.session.get(Staff, row.staff_id)
    if staff is None or not staff.active:
        return None
    staff.session_token = token
    staff.session_wakes = at > row.last_seen_at + SEEN_EVERY
    return staff


def seen(token: str, *, at: datetime) -> None:
    """Keep a session awake; asked for only when `session_wakes` says that it is time."""
    db.session.execute(
        update(StaffSession).where(StaffSession.token_hash == digest(token)).values(last_seen_at=at)
    )


def sign_out(*, staff: Staff, at: datetime) -> None:
    """End the session this request came with."""
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == digest(staff.session_token))
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
            token_hash=digest(token),
            staff_id=staff.id,
            name=name,
            made_at=at,
            expires_at=at + lasts if lasts else None,
        )
    )
    audit.record(by=by, at=at, action="token created", subject=f"staff:{staff.id}", name=name)
    return token


_OF_TOKEN = (
    select(ApiToken.revoked_at, ApiToken.expires_at, Staff)
    .join(Staff, Staff.id == ApiToken.staff_id)
    .where(ApiToken.token_hash == bindparam("token_hash"))
)


def staff_of_token(token: str, *, at: datetime) -> Staff | None:
    """Whose API token this is, when it is neither revoked nor expired."""
    row = db.session.execute(_OF_TOKEN, {"token_hash": digest(token)}).one_or_none()
    if row is None or row.revoked_at or (row.expires_at and row.expires_at < at):
        return None
    staff: Staff = row.Staff
    return staff if staff.active else None


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()
