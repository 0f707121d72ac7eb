"""Time: kept in UTC, reckoned and shown in Asia/Shanghai, passed in by whoever calls.

Only `now()` looks at a clock, and only the edges (pages, API, commands) call it. Business weeks
run Monday 00:00 to Sunday 24:00 in Shanghai and are named as ISO weeks ('2026-W47').
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from guarantee.refusals import Invalid, Words

SHANGHAI = ZoneInfo("Asia/Shanghai")

_WEEK = re.compile(r"(2[0-9]{3})-?W([0-9]{2})")


class BadWeek(Invalid):
    code = "bad_week"
    words = Words("周应写成 2026-W47 的形式。", "A week is written like 2026-W47.")
    field = "week"


def now() -> datetime:
    """The present moment, in UTC. For the edges only."""
    return datetime.now(UTC)


def business_day(at: datetime) -> date:
    """The calendar day in Shanghai on which `at` falls."""
    return at.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """00:00 in Shanghai of `day`, as UTC."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI).astimezone(UTC)


def week_of(day: date) -> str:
    """The business week that `day` belongs to: '2026-W47'."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def days_of_week(week: str) -> list[date]:
    """The seven days of a week, Monday first. Refuses (`BadWeek`) what is no ISO week."""
    found = _WEEK.fullmatch(week)
    if not found:
        raise BadWeek()
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise BadWeek() from None
    return [monday + timedelta(days=i) for i in range(7)]


def bounds_of_week(week: str) -> tuple[datetime, datetime]:
    """First moment of the week, and first moment after it, both UTC."""
    days = days_of_week(week)
    return start_of(days[0]), start_of(days[-1] + timedelta(days=1))


def week_before(at: datetime) -> str:
    """The last whole week before the moment `at`: what Monday's batch is opened for."""
    return week_of(business_day(at) - timedelta(days=7))
