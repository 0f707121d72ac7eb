"""Monday: weeks as columns, centres as rows, each cell a state and an amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import BadWeek, days_of_week, now, week_before, week_of
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.parties.centers import Center
from guarantee.roles import Role
from guarantee.settlement.batch import run_week
from guarantee.settlement.models import Batch
from guarantee.settlement.totals import totals_of
from guarantee.settlement.visible import visible_batches, visible_centers
from guarantee.sheets.writing import Heading
from guarantee.tables import BATCH
from guarantee.web import forms
from guarantee.web.finance import path
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.shell import settings
from guarantee.web.wording import named, words

blueprint = Blueprint("finance", __name__, url_prefix="/finance")

READERS = (Role.CENTER_FINANCE, Role.ALLIANCE_FINANCE, Role.SUPERVISOR, Role.AUDITOR)
OPENERS = BATCH.who("report")
WEEKS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A centre's week: what it comes to, what is open in it, what clock runs, whose turn it is."""

    batch: Batch
    total_fen: int
    open_differences: int
    clock: path.Clock | None
    mine: bool


def cell_of(batch: Batch) -> Cell:
    """What a batch shows on Monday's page to whoever reads it."""
    if batch.approved_fen is not None:
        total, still_open = batch.approved_fen, 0
    else:
        totals = totals_of(batch)
        total, still_open = totals.total_fen, totals.open_differences
    mine = path.is_mine(batch, still_open, current_user.role)
    return Cell(batch, total, still_open, path.clock_of(batch), mine)


@blueprint.get("")
@allow(*READERS)
def index() -> Any:
    """The weeks of every centre that the reader may see."""
    listing = Listing.asked(sort="code", per_page=60)
    query = visible_centers(current_user)
    if listing.q:
        found = like(listing.q)
        query = query.where(
            or_(
                Center.name_zh.like(found, escape="\\"),
                Center.name_en.ilike(found, escape="\\"),
                Center.code.like(found, escape="\\"),
            )
        )
    export, listing.export = listing.export, False
    listing.fetch(query, {"code": Center.code, "id": Center.id})
    if export:
        return _export()
    last = week_before(now())
    weeks = _weeks(request.args.get("until", ""), last)
    cells = _cells(listing.items, weeks)
    return render_template(
        "finance/monday.html",
        listing=listing,
        weeks=[(week, days_of_week(week)) for week in weeks],
        cells=cells,
        waiting=_waiting(),
        last=last,
        unopened=_unopened(last) if current_user.role in OPENERS else [],
        newer=_shifted(weeks[0], WEEKS) if weeks[0] < last else None,
        older=_shifted(weeks[-1], -1),
    )


@blueprint.post("/weeks")
@allow(*OPENERS)
def open_week() -> Any:
    """Open last week's batch of every centre of the caller that has none. Twice changes nothing."""

    def work() -> str:
        at = now()
        week = week_before(at)
        mine = _unopened(week)
        run_week(
            week=week,
            by=current_user,
            at=at,
            centers=mine or db.session.scalars(visible_centers(current_user)).all(),
            remittance_days=settings().remittance_days,
        )
        said = t("已开立 {n} 个批次（{week}）。", "{n} batches opened ({week}).")
        flash(said.format(n=len(mine), week=week), "ok" if mine else "move")
        return url_for("finance.index")

    return forms.attempt(work, again=lambda errors: str(index()))


def _weeks(until: str, last: str) -> list[str]:
    """The weeks shown, newest first. What is no week, or lies ahead, is as if not asked."""
    try:
        newest = min(week_of(days_of_week(until)[0]), last) if until else last
    except BadWeek:
        newest = last
    return [_shifted(newest, -n) for n in range(WEEKS)]


def _shifted(week: str, by: int) -> str:
    return week_of(days_of_week(week)[0] + timedelta(days=7 * by))


def _cells(centers: Sequence[Center], weeks: Sequence[str]) -> dict[tuple[int, str], Cell]:
    query = visible_batches(current_user).where(
        Batch.center_id.in_([one.id for one in centers]), Batch.week.in_(weeks)
    )
    return {
        (batch.center_id, batch.week): cell_of(batch)
        for batch in db.session.scalars(query.options(selectinload(Batch.lines)))
    }


def _waiting() -> list[Cell]:
    """Every batch that waits for this reader's role, the one whose clock ends first on top."""
    states = path.states_of(current_user.role)
    query = visible_batches(current_user).where(Batch.state.in_(states))
    query = query.options(selectinload(Batch.center)).order_by(Batch.remit_by, Batch.id).limit(200)
    mine = [cell for cell in map(cell_of, db.session.scalars(query)) if cell.mine]
    return sorted(mine, key=lambda cell: (cell.clock is None, cell.batch.remit_by))


def _unopened(week: str) -> list[Center]:
    """The reader's centres without a batch of this week."""
    opened = select(Batch.center_id).where(Batch.week == week)
    query = visible_centers(current_user).where(Center.id.not_in(opened)).order_by(Center.code)
    return list(db.session.scalars(query))


def _export() -> Response:
    headings = [
        Heading(t("周", "Week")),
        Heading(t("中心代码", "Code")),
        Heading(t("急救中心", "Centre")),
        Heading(t("状态", "State")),
        Heading(t("应付（元）", "To pay"), "fen"),
        Heading(t("未处理差异", "Open differences"), "count"),
        Heading(t("汇款期限", "Pay by"), "day"),
        Heading(t("到账日", "Paid on"), "day"),
        Heading(t("寄出期限", "Mail by"), "day"),
        Heading(t("关闭时间", "Closed"), "moment"),
    ]
    query = visible_batches(current_user).order_by(Batch.week.desc(), Batch.center_id)
    query = query.options(selectinload(Batch.center), selectinload(Batch.lines)).limit(5000)
    cells = [cell_of(batch) for batch in db.session.scalars(query)]
    rows = [
        (c.batch.week, c.batch.center.code, named(c.batch.center),
         words(BATCH.states[c.batch.state]), c.total_fen, c.open_differences, c.batch.remit_by,
         c.batch.paid_on, c.batch.mail_by, c.batch.closed_at)
        for c in cells
    ]  # fmt: skip
    return as_workbook(t("周结算", "settlement"), headings, rows, at=now())
