"""Every state there is and every move between them, in one place.

The functions that change a state ask here (`move`); the pages' buttons, the API's 409s, the audit
and the chart in docs/states.md are drawn from the same rows. A row: from a state, by an event, to
a state, who may, and what it does, in a sentence.
"""

from __future__ import annotations

from guarantee.states import StateTable, WrongState
from guarantee.tables.cases import CASE
from guarantee.tables.letters import COPY, HOLD, LETTER, TOP_UP_REQUEST
from guarantee.tables.settlement import BATCH, HOSPITAL_BATCH

__all__ = [
    "BATCH",
    "CASE",
    "COPY",
    "HOLD",
    "HOSPITAL_BATCH",
    "LETTER",
    "TABLES",
    "TOP_UP_REQUEST",
    "WrongState",
]

TABLES: dict[str, StateTable] = {
    t.name: t for t in (LETTER, HOLD, CASE, TOP_UP_REQUEST, COPY, BATCH, HOSPITAL_BATCH)
}
