"""The template as a script of pgbench, and what pgbench says when it runs it.

The statements keep the text the driver was given; each value becomes a variable that pgbench sends
as a parameter (`-M prepared`: psycopg prepares too). Constants of any size are variables as well,
so that they travel as they do for us.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bench.floor.costs import Meter
from bench.floor.figures import WARM_CALLS, Run, measured
from bench.floor.template import Answered, Constant, Drawn, OfCase, Source, Step, Template

_MARK = re.compile(r"%(?:%|\((\w+)\)s)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_SHORTEST_DRAWN = 10
JOBS = 2
_TO_GET_WARM = 3
"""Seconds more, since pgbench's clients connect and get warm while its clock runs."""


@dataclass
class Script:
    """The text of the script, the variables it is started with, and where it says something else
    than the recorded transaction."""

    text: str
    defined: dict[str, str]
    statements: int
    """Between BEGIN and COMMIT."""
    otherwise: list[str] = field(default_factory=list)


def script_of(template: Template) -> Script:
    writer = _Writer(template)
    body = [writer.statement(at, step) for at, step in enumerate(template.steps)]
    head = ["\\set n :first + :client_id + :clients * :i", "\\set i :i + 1", *writer.sets]
    text = "\n".join([*head, "BEGIN;", *body, "COMMIT;", ""])
    return Script(text, writer.defined, len(template.steps), writer.otherwise)


class _Writer:
    def __init__(self, template: Template) -> None:
        self.template = template
        self.sets: list[str] = []
        self.defined: dict[str, str] = {}
        self.otherwise: list[str] = []
        self.names: dict[str, str] = {}

    def statement(self, at: int, step: Step) -> str:
        before: list[str] = []

        def mark(found: re.Match[str]) -> str:
            if found[1] is None:
                return "%"
            return self._said(step.values[found[1]], before, at)

        sql = _MARK.sub(mark, step.text)
        if not step.wanted:
            return "\n".join([*before, f"{sql};"])
        plain = step.answers == 1 and all(_NAME.fullmatch(c) for c in step.columns)
        if not plain:
            titles = ", ".join(
                f"(array_agg(said.{step.columns[column]}))[{row + 1}] AS {_place(row, column)}"
                for row, column in sorted(step.wanted)
            )
            sql = f"WITH said AS ({sql}) SELECT {titles} FROM said"
            self.otherwise.append(
                f"statement {at + 1} answers {step.answers} rows, which pgbench can't keep: its "
                f"rows are put into arrays by WITH … AS ({' '.join(step.text.split())[:40]}…)"
            )
        return "\n".join([*before, f"{sql} \\gset s{at}_"])

    def _said(self, source: Source, before: list[str], at: int) -> str:
        if isinstance(source, Constant) and source.value is None:
            return "NULL"
        if isinstance(source, Constant) and source.value == "":
            return "''"  # pgbench can't be given an empty variable
        if isinstance(source, Answered) and source.plus:
            name = f"p{at}_{source.statement}_{source.column}"
            before.append(f"\\set {name} {self._answered(source)} + {source.plus}")
            return f":{name}"
        if isinstance(source, Answered):
            return self._answered(source)
        known = repr(source)  # 0 and False are equal, and two different values
        if known not in self.names:
            self.names[known] = self._set(source)
        return self.names[known]

    def _answered(self, source: Answered) -> str:
        step = self.template.steps[source.statement]
        plain = step.answers == 1 and all(_NAME.fullmatch(c) for c in step.columns)
        column = step.columns[source.column] if plain else _place(source.row, source.column)
        return f":s{source.statement}_{column}"

    def _set(self, source: Source) -> str:
        name = f"v{len(self.names)}"
        if isinstance(source, Constant):
            value = source.value
            said = str(value).lower() if isinstance(value, bool) else str(value)
            self.defined[name] = said
        elif isinstance(source, OfCase):
            self.sets.append(f"\\set {name} {source.start} + {source.step} * :n")
        elif isinstance(source, Drawn):
            return self._drawn(source, name)
        return f":{name}"

    def _drawn(self, source: Drawn, name: str) -> str:
        """pgbench knows no texts: a scattered number of as many digits, filled up when the text is
        longer than a number gets."""
        digits = min(max(source.length, _SHORTEST_DRAWN), 18)
        low = 10 ** (digits - 1)
        each = f":n * {self.template.drawn} + {source.serial}"
        self.sets.append(f"\\set {name} {low} + permute({each}, {9 * low}, {source.serial + 1})")
        if source.length <= digits:
            return f":{name}"
        filled = f"rpad(:{name}::text, {source.length}, '0123456789abcdef')"
        if not any(each.startswith("texts longer") for each in self.otherwise):
            self.otherwise.append(
                "texts longer than a number are filled up by rpad() in the statement"
            )
        return filled


def _place(row: int, column: int) -> str:
    return f"r{row}c{column}"


def program() -> str:
    """pgbench of the newest server installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), key=_version)
    if not found:
        raise FileNotFoundError("pgbench is not there: it comes with Debian's postgresql")
    return str(found[-1])


def _version(path: Path) -> float:
    return float(path.parts[4])


def run_pgbench(
    script: Script, *, database: str, meter: Meter, clients: int, seconds: float, first: int
) -> Run:
    """Run `script` with so many clients for the cases from number `first` on."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "issue.pgbench"
        file.write_text(script.text)
        variables = {**script.defined, "first": str(first), "clients": str(clients), "i": "0"}
        command = [
            program(),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={clients}",
            f"--jobs={min(JOBS, clients)}",
            f"--time={seconds + _TO_GET_WARM:.0f}",
            f"--file={file}",
            "--log",
            f"--log-prefix={folder}/log",
            *(f"--define={name}={value}" for name, value in variables.items()),
            database,
        ]
        before = meter.read()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or "aborted" in done.stderr:
            raise RuntimeError(f"pgbench: {done.stderr[-3000:]}")
        costs = meter.since(before)
        calls = []
        for log in Path(folder).glob("log.*"):
            for line in log.read_text().splitlines():
                _, _, micros, _, at, rest = line.split()[:6]
                calls.append((int(at) + int(rest) / 1e6, int(micros) / 1000))
    ends = sorted(end for end, _ in calls)
    # of all clients together, since a lock may pass one of them by; half of few calls must do
    warm = min(clients * WARM_CALLS, len(ends) // 2)
    return measured(calls, since=ends[max(warm - 1, 0)], costs=costs, paid=len(calls))
