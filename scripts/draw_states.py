"""Write docs/states.md from guarantee/tables/: `make docs`."""

from pathlib import Path

from guarantee.roles import ROLE_WORDS
from guarantee.states import StateTable, chart
from guarantee.tables import TABLES

TARGET = Path(__file__).resolve().parent.parent / "docs" / "states.md"


def page() -> str:
    """The whole page: a chart for each table, and who may do what."""
    parts = [
        "# States\n\nDrawn from `guarantee/tables/` by `make docs`; a test keeps the two alike.\n"
    ]
    parts += [_section(table) for table in TABLES.values()]
    return "\n".join(parts)


def _section(table: StateTable) -> str:
    lines = [f"## {table.words.zh} {table.words.en} (`{table.name}`)\n"]
    lines += ["```mermaid", chart(table), "```\n", "| from | event | to | who | what it does |"]
    lines.append("|---|---|---|---|---|")
    for move in table.moves:
        who = ", ".join(ROLE_WORDS[r].en for r in sorted(move.who)) or "the system"
        event = table.events[move.event]
        lines.append(
            f"| {move.source} | {event.zh} {event.en} | {move.target} | {who} | {move.does.en} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
