"""What a state table is: rows of state, event, next state, who may, and what it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from guarantee.refusals import Conflict, Words
from guarantee.roles import Role


class WrongState(Conflict):
    code = "wrong_state"
    words = Words(
        "当前状态为“{state}”，不能进行“{event}”。",
        "The state is “{state_en}”: “{event_en}” is not possible now.",
    )


@dataclass(frozen=True)
class Move:
    source: str
    event: str
    target: str
    who: frozenset[Role]
    does: Words


@dataclass(frozen=True)
class StateTable:
    name: str
    words: Words
    states: dict[str, Words]
    events: dict[str, Words]
    moves: tuple[Move, ...]
    means: dict[str, Words] = field(default_factory=dict)
    """What a state means, where its word alone does not say it."""

    def move(self, state: str, event: str) -> str:
        """The state after `event`. Refuses (`WrongState`) what no row allows."""
        for row in self.moves:
            if (row.source, row.event) == (state, event):
                return row.target
        said, done = self.states[state], self.events[event]
        raise WrongState(state=said.zh, state_en=said.en, event=done.zh, event_en=done.en)

    def who(self, event: str) -> tuple[Role, ...]:
        """The roles that may ever cause `event`: what a page or call is open to."""
        return tuple(role for role in Role if any(role in m.who for m in self._of(event)))

    def anyone(self) -> tuple[Role, ...]:
        """The roles that may cause any event at all."""
        return tuple(role for role in Role if any(role in m.who for m in self.moves))

    def _of(self, event: str) -> list[Move]:
        return [m for m in self.moves if m.event == event]

    def events_from(self, state: str, role: Role | None = None) -> list[str]:
        """The events possible in `state`, for one role or for anyone: what buttons to show."""
        return [
            m.event for m in self.moves if m.source == state and (role is None or role in m.who)
        ]


def chart(table: StateTable) -> str:
    """The table as a Mermaid state diagram, for docs/states.md."""
    lines = ["stateDiagram-v2", f"    [*] --> {next(iter(table.states))}"]
    lines += [f"    {name} : {words.zh} {words.en}" for name, words in table.states.items()]
    for move in table.moves:
        words = table.events[move.event]
        lines.append(f"    {move.source} --> {move.target} : {words.zh} {words.en}")
    ends = set(table.states) - {m.source for m in table.moves if m.source != m.target}
    lines += [f"    {name} --> [*]" for name in table.states if name in ends and table.moves]
    return "\n".join(lines)


def table_of(
    name: str,
    words: Words,
    states: dict[str, Words],
    events: dict[str, Words],
    rows: Iterable[tuple[str, str, str, tuple[Role, ...], Words]],
    means: dict[str, Words] | None = None,
) -> StateTable:
    moves = tuple(Move(s, e, t, frozenset(who), does) for s, e, t, who, does in rows)
    for m in moves:
        assert m.source in states, m
        assert m.target in states, m
        assert m.event in events, m
    assert means is None or means.keys() == states.keys(), name
    return StateTable(name, words, states, events, moves, means or {})
