"""What the database reports when it can't do the work, told apart in one place.

Try again, out of room, the disk fails, the line is cut: each has an answer that says whether
anything was recorded and what to do now. None is a refusal: nothing was wrong with what was asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from guarantee.refusals import Words


class Unavailable(Exception):
    """The work can't be done now, whoever asks (HTTP: 503)."""

    code: ClassVar[str]
    words: ClassVar[Words]
    retry_after: ClassVar[int | None] = None
    """Seconds after which sending the same again makes sense; None: look first."""

    def __init__(self) -> None:
        super().__init__(self.code)

    def message(self, language: str = "zh") -> str:
        """The sentence to show or read out, in the language asked for."""
        return self.words.in_(language)


class Busy(Unavailable):
    code = "busy"
    words = Words(
        "系统繁忙，本次操作未保存。请稍后重试。",
        "The system is busy and nothing was recorded. Please try again in a moment.",
    )
    retry_after = 2


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    words = Words(
        "暂时无法连接数据库，本次操作未保存。请稍后重试；急需担保函请致电联盟热线。",
        "The database cannot be reached just now and nothing was recorded. Try again shortly; "
        "if a letter cannot wait, call the hotline.",
    )
    retry_after = 5


class StorageFull(Unavailable):
    code = "storage_full"
    words = Words(
        "数据库空间不足，本次操作未保存。修复之前请致电联盟热线，以纸质担保函办理。",
        "The database has no room left and nothing was recorded. Until this is mended, call the "
        "hotline and issue on paper.",
    )
    retry_after = 60


class StorageFailed(Unavailable):
    code = "storage_failed"
    words = Words(
        "数据库存储故障，本次操作未保存。修复之前请致电联盟热线，以纸质担保函办理。",
        "The database's storage fails and nothing was recorded. Until this is mended, call the "
        "hotline and issue on paper.",
    )
    retry_after = 60


class OutcomeUnknown(Unavailable):
    code = "outcome_unknown"
    words = Words(
        "保存时与数据库的连接中断，本次操作可能已保存，也可能未保存。请先查看，再决定是否重做；"
        "程序请以相同的 Idempotency-Key 原样重发。",
        "The connection broke while this was being saved: it may or may not be recorded. Look "
        "before you repeat it; a program sends the same again with the same Idempotency-Key.",
    )


@dataclass(frozen=True)
class Fault:
    """One kind of trouble."""

    answer: type[Unavailable]
    again_within: float = 0
    """Trying again may help, while less than so many seconds have passed since the beginning."""
    hides_outcome: bool = False
    """Met at COMMIT it leaves open whether the work was recorded."""


_TRY_AGAIN = Fault(Busy, again_within=10)
_NONE_FREE = Fault(Busy)
_CUT = Fault(DatabaseUnavailable, again_within=5, hides_outcome=True)
_FULL = Fault(StorageFull)
_BROKEN = Fault(StorageFailed, hides_outcome=True)
_READ_ONLY = Fault(DatabaseUnavailable)

_SQLSTATES = {
    "40001": _TRY_AGAIN,  # serialization failure
    "40P01": _TRY_AGAIN,  # deadlock
    "55P03": _TRY_AGAIN,  # lock not available
    "40003": _CUT,  # statement completion unknown
    "08": _CUT,  # connection exceptions
    "57P": _CUT,  # the server shuts down, crashed, starts, or ended this session
    "53300": _CUT,  # too many connections
    "53": _FULL,  # disk full, out of memory, out of shared memory
    "58": _BROKEN,  # the server's system calls fail
    "XX001": _BROKEN,  # data corrupted
    "XX002": _BROKEN,  # index corrupted
    "25006": _READ_ONLY,  # a standby, or a server told to take no more
}
"""By SQLSTATE or how it begins; the longest that fits counts."""

_SQLITE = {
    sqlite3.SQLITE_BUSY: _TRY_AGAIN,
    sqlite3.SQLITE_LOCKED: _TRY_AGAIN,
    sqlite3.SQLITE_PROTOCOL: _TRY_AGAIN,
    sqlite3.SQLITE_CANTOPEN: _CUT,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _BROKEN,
    sqlite3.SQLITE_CORRUPT: _BROKEN,
    sqlite3.SQLITE_NOTADB: _BROKEN,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
}


def fault_of(error: SQLAlchemyError) -> Fault | None:
    """The trouble behind `error`, or None when the database is not to blame.

    What followed from the trouble (a savepoint that went with it can't be rolled back) may hide
    it, so what `error` came from counts too.
    """
    return next(filter(None, map(_fault, _with_what_led_to(error))), None)


def name_of(error: SQLAlchemyError) -> str:
    """What the database calls it (an SQLSTATE, SQLite's name), for the log; no values, no SQL."""
    blamed = next(filter(_fault, _with_what_led_to(error)), error)
    orig: Any = getattr(blamed, "orig", None)
    name = getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None)
    return name or type(orig or blamed).__name__


def _with_what_led_to(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _fault(error: BaseException) -> Fault | None:
    if isinstance(error, NoConnectionFree):
        return _NONE_FREE
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return None if code is None else _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None) or ""
    if fitting := [start for start in _SQLSTATES if state.startswith(start)]:
        return _SQLSTATES[max(fitting, key=len)]
    no_answer = not state and isinstance(error, OperationalError) and error.statement is None
    return _CUT if error.connection_invalidated or no_answer else None
