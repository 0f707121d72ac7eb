"""No recipe at all: what the house's own code weighs in every one of the processes."""

from __future__ import annotations

from collections.abc import Callable

from guarantee.letters.content import LetterContent


def start() -> Callable[[LetterContent], bytes]:
    return lambda _: b""
