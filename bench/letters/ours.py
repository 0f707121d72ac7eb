"""Our letter, as a worker makes it: the form when it starts, the fields for each letter."""

from __future__ import annotations

from collections.abc import Callable

from guarantee.collector import pass_over_what_stays
from guarantee.letters import paper
from guarantee.letters.content import LetterContent


def start() -> Callable[[LetterContent], bytes]:
    paper.warm()
    pass_over_what_stays()  # as workers do
    return paper.render


def start_in_full() -> Callable[[LetterContent], bytes]:
    """The way for what does not fit the form's fields: the whole page laid out."""
    paper.warm()
    pass_over_what_stays()  # as workers do
    return paper.render_in_full
