"""The types that the calls' bodies and answers are made of: bounded, strict, and said in OpenAPI.

What can't be stored or shown (control characters), what can't be meant (a trillion yuan, the year
1) is refused with the field's name before any rule is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Protocol, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from guarantee.business_time import SHANGHAI
from guarantee.edge.addresses import LARGEST_ID
from guarantee.money import LARGEST_FEN


class HasId(Protocol):
    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=HasId)

_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


class In(BaseModel):
    """A body or a query: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer: exactly what the document says."""

    model_config = ConfigDict(extra="forbid")


class Named(Out):
    """Something with a code and a name; the name in the caller's language."""

    id: int
    code: str
    name: str


Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Fen = Annotated[int, Field(ge=0, le=LARGEST_FEN, description="fen (1 yuan = 100 fen)")]
PositiveFen = Annotated[int, Field(ge=1, le=LARGEST_FEN, description="fen, above zero")]
SignedFen = Annotated[
    int, Field(ge=-LARGEST_FEN, le=LARGEST_FEN, description="fen; negative: a refund")
]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=_ONE_LINE)]
Line = Annotated[str, Field(max_length=200, pattern=_ONE_LINE)]
"""One line of text."""
Typed = Annotated[str, Field(max_length=120, pattern=_ONE_LINE)]
"""What somebody typed into a search field: a number, a name."""
Reason = Annotated[str, Field(max_length=300, pattern=_LINES)]

Moment = Annotated[
    datetime, PlainSerializer(lambda at: at.astimezone(SHANGHAI).isoformat(), return_type=str)
]
"""A moment in an answer: ISO 8601 with the offset of Shanghai."""
MomentIn = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC))]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class Page(In):
    """Which part of a list: `next_cursor` of the part before, and how many at most."""

    cursor: Annotated[str, Field(pattern="^[1-9][0-9]{0,17}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def cut(rows: Sequence[Row], page: Page) -> tuple[Sequence[Row], str | None]:
    """The part asked for, of rows read one beyond it, and the cursor of the next."""
    part = rows[: page.limit]
    return part, str(part[-1].id) if len(rows) > page.limit else None
