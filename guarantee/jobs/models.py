"""What was run, and by whom: one row for each slot of a job, whoever worked on it.

The row is the lock. A slot has one row, a job has one row without an outcome: so two machines
never do the same slot, nor two slots of one job at the same time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from guarantee.db import Base, Moment, PrimaryKey, one_of, unique_where
from guarantee.refusals import Words

OUTCOMES: dict[str, Words] = {
    "done": Words("完成", "Done"),
    "partly": Words("部分完成", "Done in part"),  # some pieces failed; the others count
    "failed": Words("失败", "Failed"),  # ended before its end; the pieces before that count
}
RUNNING = Words("运行中", "Running")
INTERRUPTED = Words("已中断，待接手", "Interrupted, to be taken over")


class JobRun(Base):
    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("job", "due_at", name="uq_job_runs_slot"),
        unique_where("uq_job_runs_one_running", "job", where="outcome IS NULL"),
        one_of("outcome", OUTCOMES),
        CheckConstraint("(finished_at IS NULL) = (outcome IS NULL)", name="finished_has_outcome"),
        CheckConstraint("tries > 0", name="tries_positive"),
        Index("ix_job_runs_outcome", "outcome", "job", "finished_at"),
    )

    id: Mapped[PrimaryKey]
    job: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[Moment]
    """The slot: when it should have begun."""
    started_at: Mapped[Moment]
    """When the latest try began."""
    worker: Mapped[str] = mapped_column(String(80))
    """Machine and process of that try."""
    tries: Mapped[int] = mapped_column(default=1)
    """Counts whoever took it; only the latest may still write."""
    lease_until: Mapped[Moment]
    """Without an outcome by then its worker is taken for dead, and another takes over."""
    finished_at: Mapped[Moment | None]
    outcome: Mapped[str | None] = mapped_column(String(10))
    did: Mapped[dict[str, int]] = mapped_column(JSON)
    """What all tries did together, as counts; written with what they count."""
    trouble: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """What failed in the latest try: {"subject": 'letter:3101…' or '', "code"}. No personal
    data."""

    def state_words(self, at: datetime) -> Words:
        """How it stands at the moment `at`."""
        if self.outcome is not None:
            return OUTCOMES[self.outcome]
        return RUNNING if self.lease_until > at else INTERRUPTED
