"""Lists: what the reader asked for (search, filter, sort, page, export) and the rows that answer.

A page names its columns once; the macros in templates/macros/lists.html draw the rest. Paging is
by number because people jump about in registers; the API pages by cursor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Response, request
from sqlalchemy import ColumnElement, Select, func, select

from guarantee.db import db
from guarantee.sheets.writing import Heading, Sheet, workbook

PAGE_ROWS = 50
EXPORT_ROWS = 20_000
LONGEST_SEARCH = 80


@dataclass
class Listing:
    """One list as it was asked for. `items` and `total` are there after `fetch`."""

    q: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1
    filters: Mapping[str, str] = field(default_factory=dict)
    export: bool = False
    per_page: int = PAGE_ROWS
    items: Sequence[Any] = ()
    total: int = 0

    @classmethod
    def asked(
        cls, *, filters: Sequence[str] = (), sort: str = "", per_page: int = PAGE_ROWS
    ) -> Listing:
        """Read the request's query: q, sort (`-column` for descending), page, the named filters.

        `sort` is the order when none is asked for. What makes no sense is as if not asked.
        """
        args = request.args
        order = args.get("sort") or sort
        page = args.get("page", "1")
        return cls(
            q=args.get("q", "").strip()[:LONGEST_SEARCH],
            sort=order.removeprefix("-"),
            descending=order.startswith("-"),
            page=int(page) if page.isdecimal() and 0 < int(page) < 10**6 else 1,
            filters={name: args[name][:LONGEST_SEARCH] for name in filters if args.get(name)},
            export=args.get("export") == "xlsx",
            per_page=per_page,
        )

    def fetch(self, query: Select[Any], columns: Mapping[str, ColumnElement[Any] | Any]) -> Listing:
        """Sort `query` by one of `columns`, count it, and take the page (or all, to export).

        An order is made complete by the last of `columns`, so that no row falls between pages.
        """
        plain = query.order_by(None)
        self.total = db.session.scalar(select(func.count()).select_from(plain.subquery())) or 0
        if not self.export:
            self.page = min(self.page, self.page_count)
        if self.sort not in columns:
            self.sort = next(iter(columns))
        wanted = columns[self.sort]
        order = [wanted.desc() if self.descending else wanted.asc(), list(columns.values())[-1]]
        query = query.order_by(*order)
        if self.export:
            query = query.limit(EXPORT_ROWS)
        else:
            query = query.limit(self.per_page).offset((self.page - 1) * self.per_page)
        self.items = db.session.scalars(query).unique().all()
        return self

    @property
    def page_count(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        return (self.page - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * self.per_page, self.total)

    @property
    def narrowed(self) -> bool:
        """Whether a search or a filter hides rows: an empty answer then says so."""
        return bool(self.q or self.filters)

    @property
    def sort_text(self) -> str:
        return f"-{self.sort}" if self.descending else self.sort

    def url(self, **changes: object) -> str:
        """This list's address with `changes`; None leaves a part out."""
        asked: dict[str, object] = {
            "q": self.q or None,
            "sort": self.sort_text or None,
            "page": self.page if self.page > 1 else None,
            **self.filters,
            **changes,
        }
        parts = [
            f"{name}={quote(str(value))}" for name, value in asked.items() if value is not None
        ]
        return f"{request.path}?{'&'.join(parts)}" if parts else request.path

    def sort_url(self, column: str) -> str:
        """The address that sorts by `column`; by the same one, the other way round."""
        flip = self.sort == column and not self.descending
        return self.url(sort=f"-{column}" if flip else column, page=None)


def download(content: bytes, filename: str, mimetype: str) -> Response:
    """`content` as a file to keep; Chinese names are written as RFC 6266 asks."""
    plain = filename.encode("ascii", "ignore").decode() or "download"
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename)}"
    )
    return answer


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_workbook(
    name: str, headings: Sequence[Heading], rows: Sequence[Sequence[object]], *, at: datetime
) -> Response:
    """A list as an Excel file named after it and the day."""
    made = workbook([Sheet(name=name, headings=headings, rows=rows)], made_at=at)
    return download(made, f"{name}-{at:%Y%m%d}.xlsx", XLSX)


def like(text: str) -> str:
    """`text` as a LIKE pattern that finds it anywhere; backslash escapes its own % and _."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"
