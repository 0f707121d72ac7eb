"""Reads one .xlsx in a process of its own, under a limit of memory and time.

Run by file path (`python -I worker.py MEMORY_BYTES SECONDS`), so that starting it imports
calamine and nothing of the house. The workbook comes in on stdin; on stdout goes one JSON object:
`{"sheets": [{"name", "row", "rows": [[cell, …], …]}]}`, or `{"refused": CODE}`. A cell is a
string, a number, a boolean, null, or `{"day" | "moment" | "clock": ISO text}`. When the memory
limit strikes, the process dies; whoever started it reads that as "too costly".
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine as calamine

MOST_CELLS = 2_000_000


class TooManyCells(Exception):
    pass


def as_json(value: object) -> Any:
    """One cell as calamine gives it, in what JSON can carry."""
    if isinstance(value, datetime):
        return {"moment": value.isoformat(" ", "seconds")}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time):
        return {"clock": value.isoformat("seconds")}
    if isinstance(value, timedelta):
        return {"clock": str(value)}
    return None if value == "" else value


def read(data: bytes) -> list[dict[str, Any]]:
    """Every visible worksheet, its rows without their empty tails."""
    book = calamine.CalamineWorkbook.from_object(io.BytesIO(data))
    sheets: list[dict[str, Any]] = []
    cells = 0
    for facts in book.sheets_metadata:
        if facts.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if facts.visible != calamine.SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(facts.name)
        rows: list[list[Any]] = []
        for found in sheet.to_python(skip_empty_area=True):
            row = [as_json(value) for value in found]
            while row and row[-1] is None:
                row.pop()
            cells += len(row)
            if cells > MOST_CELLS:
                raise TooManyCells
            rows.append(row)
        first = sheet.start[0] if sheet.start else 0
        sheets.append({"name": facts.name, "row": first + 1, "rows": rows})
    return sheets


def main() -> None:
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: dict[str, Any]
    try:
        answer = {"sheets": read(sys.stdin.buffer.read())}
    except (MemoryError, TooManyCells):
        answer = {"refused": "file_too_costly"}
    except BaseException as problem:  # calamine's Rust panics are no Exception
        encrypted = type(problem).__name__ == "PasswordError"
        answer = {"refused": "encrypted_workbook" if encrypted else "corrupted_workbook"}
    sys.stdout.write(json.dumps(answer, ensure_ascii=True))


if __name__ == "__main__":
    main()
