"""Which differences are alike, so that one decision can serve many. Pure.

Alike are those of one kind in one part; where amounts differ, those that are the same sum apart
(a fee that rose by 20 yuan everywhere) stand together as soon as there are two of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from guarantee.settlement.differences import Kind
from guarantee.settlement.models import Difference

_ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Group:
    """Differences alike. `apart_fen`: the sum that all of them are apart, where it is one."""

    key: str
    kind: Kind
    part: str
    apart_fen: int | None
    members: tuple[Difference, ...]

    @property
    def open(self) -> int:
        """How many of them wait for a decision."""
        return sum(one.decision is None for one in self.members)

    @property
    def system_fen(self) -> int:
        return sum(one.system_fen or 0 for one in self.members)

    @property
    def report_fen(self) -> int:
        return sum(one.report_fen or 0 for one in self.members)


def apart(difference: Difference) -> int:
    """Report less system, in fen; a side that has nothing counts as 0."""
    return (difference.report_fen or 0) - (difference.system_fen or 0)


def gather_alike(differences: Sequence[Difference]) -> list[Group]:
    """The differences in groups, the heaviest kind first; inside a group in their own order."""
    same = Counter((d.part, apart(d)) for d in differences if d.kind == Kind.AMOUNT_DIFFERS)
    found: dict[tuple[Kind, str, int | None], list[Difference]] = {}
    for one in differences:
        kind = Kind(one.kind)
        together = kind == Kind.AMOUNT_DIFFERS and same[one.part, apart(one)] > 1
        found.setdefault((kind, one.part, apart(one) if together else None), []).append(one)
    order = sorted(found, key=lambda k: (_ORDER[k[0]], k[1], k[2] is None, k[2] or 0))
    return [
        Group(
            key=f"{kind}:{part}" + (f":{fen}" if fen is not None else ""),
            kind=kind,
            part=part,
            apart_fen=fen,
            members=tuple(found[kind, part, fen]),
        )
        for kind, part, fen in order
    ]
