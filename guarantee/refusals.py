"""A refusal is an answer, not an accident: a code, the field, and a sentence a person can act on.

Each rule names its own class, beside the function that raises it. The four families below are
the only thing the edges (pages, API, commands) need to know: they turn a family into a status,
never a single code. A sentence may carry facts (`{limit}`), never a person's data.
"""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

Language = Literal["zh", "en"]


class Words(NamedTuple):
    """One sentence in the two languages of the house. Chinese first."""

    zh: str
    en: str

    def in_(self, language: str, **facts: object) -> str:
        """The sentence in `language` ('en', anything else is Chinese), its facts filled in."""
        sentence = self.en if language.startswith("en") else self.zh
        return sentence.format(**facts) if facts else sentence


class Refusal(Exception):
    """What every refusal of the house is. Subclass a family below, not this."""

    code: ClassVar[str] = "refused"
    words: ClassVar[Words] = Words("请求未被接受。", "The request was refused.")
    field: str | None = None

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        if field is not None:
            self.field = field
        self.facts = facts
        super().__init__(self.code)

    def message(self, language: str = "zh") -> str:
        """The sentence to show or read out, in the language asked for."""
        return self.words.in_(language, **self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}"


class Invalid(Refusal):
    """What was sent can't be right, whoever sends it and whenever (HTTP: 422)."""


class Conflict(Refusal):
    """Right in itself, but not in the state that things are in now (HTTP: 409)."""


class NotFound(Refusal):
    """There is no such thing, or it is not the caller's: the answer is the same (HTTP: 404)."""

    code = "not_found"
    words = Words("没有找到。请核对后再试。", "Not found. Please check and try again.")


class Forbidden(Refusal):
    """The caller may not do this at all (HTTP: 403)."""

    code = "forbidden"
    words = Words("您的角色不能进行此操作。", "Your role may not do this.")
