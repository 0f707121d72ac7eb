"""The rescue alliance's guarantee letters: from the 120 call to the closed week.

Read the floors from the bottom: money, refusals, parties, ledger, members, cases, letters,
charges, settlement; on top of them the pages (`web`), the API (`api`) and the commands, and all
of it put together in `application`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guarantee.application import alembic, create_app

__all__ = ["alembic", "create_app"]


def __getattr__(name: str) -> Any:
    """The application, loaded when it is asked for: a process that only prints letters
    (`letters/renderer.py`) has no use for the web, the database and pandas."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module("guarantee.application"), name)
