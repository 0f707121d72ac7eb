"""The cells of an .xlsx, read by `worker.py` in a process that may fail without harm."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from guarantee.refusals import Invalid, Words
from guarantee.sheets.containers import CorruptedWorkbook, EncryptedWorkbook

MEMORY_BYTES = 768 * 1024 * 1024
SECONDS = 30
_WORKER = str(Path(__file__).with_name("worker.py"))

# A double holds 15 significant decimal digits for certain; beyond that Excel itself has rounded.
_EXACT = 10**15


class FileTooCostly(Invalid):
    code = "file_too_costly"
    words = Words(
        "读取该文件所需的内存或时间过多。请只保留数据区域，拆分后另存为新的 .xlsx 再发送。",
        "Reading this file takes too much memory or time. Keep only the area with data, "
        "save it as a new .xlsx, in parts if need be, and send that.",
    )
    field = "file"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: as a person reads it, what the spreadsheet stored, and the stored value.

    `kind` "number" with more than 15 digits means that a long identifier lost its end. `value` is
    a str, int, float, bool, date, datetime or None to match `kind`; a time of day is text.
    """

    text: str
    kind: Literal["text", "number", "date", "bool", "empty"]
    value: object


EMPTY = Cell("", "empty", None)


@dataclass(frozen=True, slots=True)
class Grid:
    """A worksheet before anyone has looked for its header: rows of cells, counted from
    spreadsheet row `first_row` (1-based)."""

    sheet: str
    first_row: int
    rows: list[list[Cell]]


def read_workbook(data: bytes) -> list[Grid]:
    """The visible worksheets of an .xlsx whose container was checked before.

    Refuses `FileTooCostly` when the limits of memory or time strike, `CorruptedWorkbook`,
    `EncryptedWorkbook`.
    """
    try:
        run = subprocess.run(  # noqa: S603 (our own file, no shell)
            [sys.executable, "-I", _WORKER, str(MEMORY_BYTES), str(SECONDS)],
            input=data,
            capture_output=True,
            timeout=SECONDS * 2,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FileTooCostly() from None
    if run.returncode != 0:  # killed by a limit: the worker catches everything else
        raise FileTooCostly()
    answer: dict[str, Any] = json.loads(run.stdout)
    refused = {r.code: r for r in (FileTooCostly, CorruptedWorkbook, EncryptedWorkbook)}
    if "refused" in answer:
        raise refused[answer["refused"]]()
    return [
        Grid(
            sheet=sheet["name"],
            first_row=sheet["row"],
            rows=[[cell_from_json(value) for value in row] for row in sheet["rows"]],
        )
        for sheet in answer["sheets"]
    ]


def cell_from_json(value: Any) -> Cell:
    """A cell out of the worker's JSON (see `worker.as_json`)."""
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE", "bool", value)
    if isinstance(value, int | float):
        return Cell(number_as_read(value), "number", value)
    if "day" in value:
        return Cell(value["day"], "date", date.fromisoformat(value["day"]))
    if "moment" in value:
        return Cell(value["moment"], "date", datetime.fromisoformat(value["moment"]))
    return text_cell(value["clock"])


def text_cell(text: str) -> Cell:
    """A cell that holds text; blank text is an empty cell."""
    return Cell(text, "text", text) if text.strip() else EMPTY


def number_as_read(value: int | float) -> str:
    """A stored number as Excel shows it: '1', '0.3', and '3.10101E+17' when digits are lost."""
    if abs(value) >= _EXACT:
        return f"{value:.5E}"
    if float(value).is_integer():
        return str(int(value))
    text = f"{value:.15g}"
    return f"{value:.12f}".rstrip("0") if "e" in text else text
