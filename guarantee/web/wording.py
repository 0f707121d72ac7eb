"""What pages say and how they write figures and times, in the language of whoever reads.

Chinese is the house's language, English the second; `t("中文", "English")` in a template picks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

from guarantee.business_time import SHANGHAI, now
from guarantee.edge.language import language
from guarantee.money import plain_yuan, yuan
from guarantee.refusals import Refusal, Words


def t(zh: str, en: str, **facts: object) -> str:
    """The sentence in the reader's language; `{name}` is filled in from `facts`.

    Facts that are markup (a macro's figure) stay markup, everything else is escaped as usual.
    """
    sentence = Words(zh, en).in_(language())
    if not facts:
        return sentence
    if any(isinstance(fact, Markup) for fact in facts.values()):
        return escape(sentence).format(**facts)
    return sentence.format(**facts)


def words(said: Words | Refusal | str | None) -> str:
    """`Words`, a refusal's sentence, or plain text, in the reader's language."""
    if said is None:
        return ""
    if isinstance(said, Refusal):
        return said.message(language())
    if isinstance(said, Words):
        return said.in_(language())
    return said


def named(thing: Any) -> str:
    """A party's name in the reader's language: `name_en` where there is one, else the Chinese."""
    if thing is None:
        return ""
    chinese = getattr(thing, "name_zh", None) or getattr(thing, "name", "")
    english = getattr(thing, "name_en", "") or chinese
    return str(english if language() == "en" else chinese)


def choices(parties: Iterable[Any]) -> list[tuple[int, str]]:
    """(id, 'code name') of parties, for a select."""
    return [(party.id, f"{party.code} {named(party)}") for party in parties]


def shanghai(at: datetime | date | None, *, seconds: bool = False) -> str:
    """A moment as it is written in Shanghai, '2026-11-22 18:40'; a day stays a day."""
    if at is None:
        return ""
    if not isinstance(at, datetime):
        return at.isoformat()
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def ago(at: datetime, *, since: datetime | None = None) -> str:
    """'3 分钟前', up to thirty days; what is older, or still to come, is written as a day."""
    past = (since or now()) - at
    if past < timedelta() or past >= timedelta(days=30):
        return shanghai(at)[:10]
    seconds = int(past.total_seconds())
    if seconds < 60:
        return t("刚刚", "just now")
    for size, zh, en in (
        (86400, "天前", "d ago"),
        (3600, "小时前", "h ago"),
        (60, "分钟前", "min ago"),
    ):
        if seconds >= size:
            return t(f"{seconds // size} {zh}", f"{seconds // size} {en}")
    raise AssertionError("unreachable")


def left(deadline: datetime, *, since: datetime | None = None) -> str:
    """What a clock shows before the browser takes it over: '剩 26:10', '已超时 2 小时 5 分'."""
    seconds = int((deadline - (since or now())).total_seconds())
    span = _span(abs(seconds))
    if seconds < 0:
        return t(f"已超时 {span}", f"{span} late")
    return t(f"剩 {span}", f"{span} left")


def _span(seconds: int) -> str:
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return t(f"{days} 天 {hours} 小时", f"{days} d {hours} h")
    if hours:
        return t(f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min")
    return f"{minutes}:{seconds % 60:02d}"


def groups(text: str, size: int = 4) -> list[str]:
    """A letter's number cut into its groups: ['3101', '4728', '0915', '3642']."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def shares(parts: Iterable[int]) -> list[float]:
    """Percentages of the parts of a bar, for drawing only; they add up to 100 (or to nothing)."""
    sizes = [max(part, 0) for part in parts]
    whole = sum(sizes)
    return [round(size * 100 / whole, 2) if whole else 0.0 for size in sizes]


FILTERS = {
    "yuan": yuan,
    "plain_yuan": lambda fen: plain_yuan(fen) if isinstance(fen, int) else "",
    "words": words,
    "named": named,
    "choices": choices,
    "shanghai": shanghai,
    "ago": ago,
    "left": left,
    "groups": groups,
}
