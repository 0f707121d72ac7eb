"""When a job is due: a line of a crontab, read in Asia/Shanghai, and the same in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim

from guarantee.business_time import SHANGHAI
from guarantee.refusals import Words


@dataclass(frozen=True)
class Schedule:
    """`line`: minute, hour, day, month, weekday, as cron reads them. Each moment it names is a
    slot."""

    line: str
    words: Words

    def latest(self, at: datetime) -> datetime:
        """The last slot at or before `at`, UTC."""
        return self.before(at.replace(microsecond=0) + timedelta(seconds=1))

    def before(self, at: datetime) -> datetime:
        """The last slot before `at`, UTC."""
        return next(CronSim(self.line, at.astimezone(SHANGHAI), reverse=True)).astimezone(UTC)

    def after(self, at: datetime) -> datetime:
        """The first slot after `at`, UTC."""
        return next(CronSim(self.line, at.astimezone(SHANGHAI))).astimezone(UTC)
