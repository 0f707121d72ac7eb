"""A table out of a file that someone sent: columns found by name, rows numbered as they see them.

The header may stand below title lines, columns come in any order, other sheets, blank rows and
rows of totals are passed over. Either the whole file can be read or it is refused with a sentence
that says what to change; what a row means is for whoever asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from guarantee.refusals import Invalid, Words
from guarantee.sheets.containers import CorruptedWorkbook, EmptyFile, kind_of
from guarantee.sheets.texts import readings
from guarantee.sheets.workbooks import EMPTY, Cell, Grid, read_workbook

__all__ = ["Cell", "Column", "Row", "Table", "read_table"]

HEADER_WITHIN = 30  # rows from the top in which a header is looked for
MOST_COLUMNS = 256

_BRACKETS = str.maketrans("【】〔〕[]{}《》", "()()()()()")
_TOTAL = re.compile(r"(合计|总计|小计|共计)[:：]?")
_AMOUNT = re.compile(r"[¥￥]?-?[\d,]+(\.\d+)?[元人条笔行件份%]?|[-—/]+")


class NoHeader(Invalid):
    code = "no_header"
    words = Words(
        "没有找到表头。前 30 行内应有一行列名，例如：{example}。",
        "No header was found. One of the first 30 rows should hold the column names, "
        "for example: {example}.",
    )
    field = "file"


class MissingColumn(Invalid):
    code = "missing_column"
    words = Words("表头缺少必填列：{columns}。", "The header lacks a mandatory column: {columns}.")
    field = "file"


class TooManyColumns(Invalid):
    code = "too_many_columns"
    words = Words(
        "表格列数过多（最多 {most} 列）。请删除多余的列后重新发送。",
        "The table has too many columns ({most} at most). Delete what is not needed "
        "and send it again.",
    )
    field = "file"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the reader knows: our `field`, the `headers` it may carry (best first)."""

    field: str
    headers: tuple[str, ...]
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `cells` has every known column, found or not; `original` the texts of all cells
    as they stood, as wide as the header at least."""

    number: int  # 1-based, as the spreadsheet program shows it
    cells: dict[str, Cell]
    original: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet understood. `columns`: field → header found; `ignored`: headers nobody knows."""

    sheet: str
    header_row: int
    headers: tuple[str, ...]
    columns: dict[str, str]
    ignored: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)


def read_table(data: bytes, *, filename: str, columns: Sequence[Column]) -> Table:
    """The table in `data` (.xlsx; .csv in UTF-8, UTF-16 or GB18030), by the `columns` known.

    Refuses the file as a whole: `NotAWorkbook`, `EncryptedWorkbook`, `CorruptedWorkbook`,
    `FileTooLarge`, `FileTooCostly`, `TooManyColumns`, `EmptyFile`, `BadEncoding`, `NoHeader`,
    `MissingColumn` (which names the column).
    """
    kind = kind_of(data, filename=filename)
    broken = False
    if kind == "xlsx":
        grids = read_workbook(data)
    else:
        read = readings(data)
        grids, broken = read.grids, read.broken
    usable = [grid for grid in grids if max(map(len, grid.rows), default=0) <= MOST_COLUMNS]
    if grids and all(_is_blank(row) for grid in grids for row in grid.rows):
        raise EmptyFile()

    best: tuple[int, Grid, int, dict[str, int]] | None = None
    for grid in usable:
        for index, row in enumerate(grid.rows[:HEADER_WITHIN]):
            places = _places(row, columns)
            if best is None or len(places) > best[0]:
                best = (len(places), grid, index, places)
    if best is None or best[0] < min(2, len(columns)):
        if broken:
            raise CorruptedWorkbook()
        if len(usable) < len(grids):
            raise TooManyColumns(most=MOST_COLUMNS)
        raise NoHeader(example="、".join(column.headers[0] for column in columns[:4]))
    _, grid, index, places = best
    if lacking := [c.headers[0] for c in columns if c.mandatory and c.field not in places]:
        raise MissingColumn(columns="、".join(lacking))
    return _table(grid, index, places, columns)


def header_key(text: str) -> str:
    """What two spellings of one column name share: width, case, spaces, kinds of bracket and
    the marks of a mandatory column do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_BRACKETS)
    return "".join(plain.split()).strip("*:")


def _places(row: Sequence[Cell], columns: Sequence[Column]) -> dict[str, int]:
    """Field → index of its column, by the best of its names; leftmost among equals."""
    seen: dict[str, int] = {}
    for index, cell in enumerate(row):
        if cell.kind == "text":
            seen.setdefault(header_key(cell.text), index)
    places: dict[str, int] = {}
    for column in columns:
        found = [seen[key] for key in map(header_key, column.headers) if key in seen]
        if found:
            places[column.field] = found[0]
    return places


def _table(grid: Grid, index: int, places: dict[str, int], columns: Sequence[Column]) -> Table:
    headers = tuple(cell.text.strip() for cell in grid.rows[index])
    taken = set(places.values())
    rows = []
    for offset, cells in enumerate(grid.rows[index + 1 :], start=index + 1):
        if _is_blank(cells) or _is_total(cells):
            continue
        padded = [*cells, *[EMPTY] * (len(headers) - len(cells))]
        rows.append(
            Row(
                number=grid.first_row + offset,
                cells={
                    c.field: padded[places[c.field]] if c.field in places else EMPTY
                    for c in columns
                },
                original=tuple(cell.text for cell in padded),
            )
        )
    return Table(
        sheet=grid.sheet,
        header_row=grid.first_row + index,
        headers=headers,
        columns={name: headers[at] for name, at in places.items()},
        ignored=tuple(h for at, h in enumerate(headers) if h and at not in taken),
        rows=tuple(rows),
    )


def _is_blank(cells: Sequence[Cell]) -> bool:
    return all(cell.kind == "empty" for cell in cells)


def _is_total(cells: Sequence[Cell]) -> bool:
    """合计, 总计, 小计, and beside it nothing but amounts: a person of that name has more."""
    filled = ["".join(cell.text.split()) for cell in cells if cell.kind != "empty"]
    return bool(_TOTAL.fullmatch(filled[0])) and all(map(_AMOUNT.fullmatch, filled[1:]))
