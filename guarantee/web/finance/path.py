"""A batch as a path: days signed → report → differences → approval → payment → originals → closed.

Which step is open and whose turn it is follows from the batch's state and the table of states;
nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from guarantee.business_time import start_of
from guarantee.refusals import Words
from guarantee.roles import ROLE_WORDS, Role
from guarantee.settlement.models import Batch
from guarantee.settlement.sign_off import DayState
from guarantee.tables import BATCH

STEPS: dict[str, Words] = {
    "days": Words("每日签核", "Days signed"),
    "report": Words("中心上报", "Centre's report"),
    "differences": Words("对账差异", "Differences"),
    "approval": Words("批准", "Approval"),
    "payment": Words("付款", "Payment"),
    "originals": Words("原件", "Originals"),
    "closed": Words("关闭", "Closed"),
}
_OPEN_IN = {
    "open": "report",
    "reported": "differences",
    "approved": "payment",
    "remitted": "payment",
    "paid": "originals",
    "mailed": "originals",
}
_EVENT = {
    "open": "report",
    "reported": "reconcile",
    "approved": "remit",
    "remitted": "confirm",
    "paid": "mail",
    "mailed": "tick_off",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `state` as the path macro draws it: done, now, late, todo."""

    key: str
    words: Words
    state: str
    yours: bool
    whose: tuple[Words, ...]
    """Who can take this step; empty for one that is not open."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What must happen by when."""

    words: Words
    until: datetime


def event_of(batch: Batch, open_differences: int) -> str | None:
    """The event that the batch waits for; None when it is closed."""
    if batch.state == "reconciled":
        return "resolve" if open_differences else "approve"
    return _EVENT.get(batch.state)


def is_mine(batch: Batch, open_differences: int, role: Role) -> bool:
    """Whether the batch waits for this role. What a centre's finance can do waits for the centre,
    though headquarters may do it in its stead."""
    event = event_of(batch, open_differences)
    return event is not None and role in waits_for(event)


def waits_for(event: str) -> tuple[Role, ...]:
    """Whose turn it is where this event is the next one."""
    who = BATCH.who(event)
    return (Role.CENTER_FINANCE,) if Role.CENTER_FINANCE in who else who


def states_of(role: Role) -> list[str]:
    """The states in which a batch waits for this role."""
    events = {**_EVENT, "reconciled": "resolve"}
    return [state for state, event in events.items() if role in waits_for(event)]


def clock_of(batch: Batch) -> Clock | None:
    """The clock that runs for the batch: to pay, then to mail. None when neither does."""
    if batch.state in ("open", "reported", "reconciled", "approved", "remitted"):
        return Clock(Words("汇款期限", "Pay by"), end_of(batch.remit_by))
    if batch.state == "paid" and batch.mail_by:
        return Clock(Words("寄出原件期限", "Mail originals by"), end_of(batch.mail_by))
    return None


def end_of(day: date) -> datetime:
    """24:00 of a day in Shanghai: the last moment of a deadline given as a day."""
    return start_of(day + timedelta(days=1))


def steps_of(
    batch: Batch, days: Sequence[DayState], open_differences: int, role: Role, at: datetime
) -> list[Step]:
    """The seven steps in their order, for this reader."""
    if batch.state == "reconciled":
        here = "differences" if open_differences else "approval"
    else:
        here = _OPEN_IN.get(batch.state, "closed")
    event = event_of(batch, open_differences)
    who = waits_for(event) if event else ()
    clock = clock_of(batch)
    late = clock is not None and clock.until < at
    order = list(STEPS)
    steps = [_days(days, role, at)]
    for key in order[1:]:
        if key == here and batch.state != "closed":
            steps.append(
                Step(
                    key,
                    STEPS[key],
                    "late" if late else "now",
                    role in who,
                    tuple(ROLE_WORDS[one] for one in sorted(who)),
                )
            )
        else:
            done = batch.state == "closed" or order.index(key) < order.index(here)
            steps.append(Step(key, STEPS[key], "done" if done else "todo", False, ()))
    return steps


def _days(days: Sequence[DayState], role: Role, at: datetime) -> Step:
    unsigned = [one for one in days if one.signed is None]
    overdue = any(one.due_at < at for one in unsigned)
    return Step(
        "days",
        STEPS["days"],
        "late" if overdue else "now" if unsigned else "done",
        bool(unsigned) and role == Role.SUPERVISOR,
        (ROLE_WORDS[Role.SUPERVISOR],) if unsigned else (),
    )
