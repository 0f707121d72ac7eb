"""The worklist: each difference with both sides' figures, decided one by one or many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.letters.number import grouped
from guarantee.refusals import Invalid, Refusal, Words
from guarantee.settlement import resolution
from guarantee.settlement.differences import NAMES, SUGGESTIONS, Alike, Kind
from guarantee.settlement.models import Batch, BatchLine, Difference, Report, Resolution
from guarantee.settlement.totals import current_differences, decided_fen, totals_of
from guarantee.settlement.visible import batch_for, difference_for
from guarantee.settlement.wording import PART_WORDS
from guarantee.sheets.writing import Heading
from guarantee.tables import BATCH
from guarantee.web import forms
from guarantee.web.finance.gathered import Group, apart, gather_alike
from guarantee.web.finance.monday import READERS, blueprint
from guarantee.web.listing import Listing, as_workbook
from guarantee.web.wording import words

SHOWN = 300
"""Rows drawn at once; the groups' boxes reach the rest, and deciding brings it up."""
KEYS = {"take_center": "1", "take_system": "2", "leave_out": "3", "carry": "4"}


class NothingChosen(Invalid):
    code = "nothing_chosen"
    words = Words("请先选择要处理的差异。", "Choose the differences to decide first.")
    field = "difference"


@blueprint.get("/batches/<int:batch_id>/differences")
@allow(*READERS)
def differences(batch_id: int) -> Any:
    """The batch's differences, those alike together; open ones first."""
    batch = batch_for(batch_id, current_user)
    if request.args.get("export") == "xlsx":
        return _export(batch, _loaded(batch))
    return _page(batch, {})


def _loaded(batch: Batch) -> list[Difference]:
    """The differences that count, with what a row shows beside them."""
    ids = [one.id for one in current_differences(batch)]
    query = (
        select(Difference)
        .where(Difference.id.in_(ids))
        .order_by(Difference.id)
        .options(
            selectinload(Difference.line).selectinload(BatchLine.letter),
            selectinload(Difference.row),
            selectinload(Difference.suggested_line).selectinload(BatchLine.letter),
            selectinload(Difference.history).selectinload(Resolution.by),
            selectinload(Difference.decided_by),
        )
    )
    return list(db.session.scalars(query))


def _page(batch: Batch, errors: Mapping[str, Refusal]) -> str:
    listing = Listing.asked(filters=("show", "kind"))
    everything = _loaded(batch)
    shown = _narrowed(everything, listing)
    totals = totals_of(batch)
    report = db.session.scalar(
        select(Report).where(Report.batch_id == batch.id, Report.replaced_at.is_(None))
    )
    groups, left = _cut(gather_alike(shown))
    drawn = [one for _, members in groups for one in members]
    return render_template(
        "finance/differences.html",
        batch=batch,
        listing=listing,
        groups=groups,
        hidden=left,
        shown=len(shown),
        open=sum(one.decision is None for one in everything),
        decided=sum(one.decision is not None for one in everything),
        kinds=sorted({Kind(one.kind) for one in everything}, key=list(Kind).index),
        names=NAMES,
        parts=PART_WORDS,
        suggestions={str(key): said for key, said in SUGGESTIONS.items()},
        alike=Alike,
        by_line={one.line_id: one for one in drawn if one.line_id is not None},
        decisions={key: resolution.DECISION_WORDS[key] for key in KEYS},
        decision_words=resolution.DECISION_WORDS,
        keys=KEYS,
        apart=apart,
        decided_fen=decided_fen,
        totals=totals,
        system_fen=sum(line.amount_fen for line in batch.lines if not line.added),
        report_fen=report.total_fen if report else None,
        may_decide="resolve" in BATCH.events_from(batch.state, current_user.role),
        ticked=set(request.form.getlist("difference")),
        ticked_groups=set(request.form.getlist("group")),
        errors=errors,
    )


def _narrowed(everything: Sequence[Difference], listing: Listing) -> list[Difference]:
    show, kind = listing.filters.get("show", "open"), listing.filters.get("kind")
    if show == "open" and not any(one.decision is None for one in everything):
        show = "all"  # nothing is open any more: show what was decided rather than nothing
        listing.filters = {**listing.filters, "show": show}
    digits = "".join(listing.q.upper().split())
    return [
        one
        for one in everything
        if (show == "all" or (one.decision is None) == (show == "open"))
        and (not kind or one.kind == kind)
        and (not digits or digits in f"{one.letter_number} {one.number_text} {one.receipts}")
    ]


def _cut(groups: list[Group]) -> tuple[list[tuple[Group, tuple[Difference, ...]]], int]:
    """Each group with the members that are drawn, and how many are not."""
    room, cut = SHOWN, []
    for group in groups:
        cut.append((group, group.members[:room]))
        room -= len(cut[-1][1])
    return cut, sum(len(group.members) - len(drawn) for group, drawn in cut)


@blueprint.post("/batches/<int:batch_id>/resolutions")
@allow(*BATCH.who("resolve"))
def decide(batch_id: int) -> Any:
    """One decision for those ticked, and for all open ones of the groups ticked."""
    batch = batch_for(batch_id, current_user)

    def work() -> str:
        reason = forms.text("reason", most=resolution.LONGEST_REASON)
        chosen = _chosen(batch)
        decided = resolution.resolve_many(
            differences=chosen,
            decision=request.form.get("decision", ""),
            reason=reason,
            by=current_user,
            at=now(),
        )
        said = words(resolution.DECISION_WORDS[request.form["decision"]])
        flash(t("{n} 项：{said}", "{n} decided: {said}").format(n=len(decided), said=said), "ok")
        return _here(batch_id)

    return forms.attempt(
        work, again=lambda errors: _page(batch_for(batch_id, current_user), errors)
    )


def _chosen(batch: Batch) -> list[Difference]:
    """The differences of this batch that the form names, singly or by their group. Refuses
    `nothing_chosen`."""
    ids = {int(text) for text in request.form.getlist("difference") if text.isdecimal()}
    keys = set(request.form.getlist("group"))
    everything = current_differences(batch)
    for group in gather_alike(everything):
        if group.key in keys:
            ids |= {one.id for one in group.members if one.decision is None}
    chosen = [one for one in everything if one.id in ids]
    if not chosen:
        raise NothingChosen()
    return chosen


@blueprint.post("/batches/<int:batch_id>/undoing")
@allow(*BATCH.who("resolve"))
def undo(batch_id: int) -> Any:
    """Open a decided difference again."""
    batch_for(batch_id, current_user)

    def work() -> str:
        asked = request.form.get("undo", "")
        difference = difference_for(int(asked) if asked.isdecimal() else 0, current_user)
        resolution.undo(difference=difference, by=current_user, at=now())
        flash(t("已撤销，可重新处理。", "Undone; it is open again."), "move")
        return _here(batch_id)

    return forms.attempt(
        work, again=lambda errors: _page(batch_for(batch_id, current_user), errors)
    )


def _here(batch_id: int) -> str:
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("show", "kind", "q") if name in request.args
    }
    return url_for("finance.differences", batch_id=batch_id, **kept)


def _export(batch: Batch, found: Sequence[Difference]) -> Response:
    headings = [
        Heading(t("差异", "Kind")),
        Heading(t("担保函号", "Letter")),
        Heading(t("项目", "Part")),
        Heading(t("上报行号", "Row"), "count"),
        Heading(t("系统（元）", "System"), "fen"),
        Heading(t("上报（元）", "Report"), "fen"),
        Heading(t("相差（元）", "Apart"), "fen"),
        Heading(t("票据号", "Receipts")),
        Heading(t("说明", "Why")),
        Heading(t("处理", "Decision")),
        Heading(t("理由", "Reason")),
        Heading(t("处理人", "By")),
        Heading(t("处理时间", "When"), "moment"),
    ]
    rows = [
        (words(NAMES[Kind(d.kind)]), grouped(d.letter_number) if d.letter_number else d.number_text,
         words(PART_WORDS[d.part]), d.row.row if d.row else None, d.system_fen, d.report_fen,
         apart(d), d.receipts, t(d.why_zh, d.why_en),
         words(resolution.DECISION_WORDS[d.decision]) if d.decision else "", d.reason,
         d.decided_by.display_name if d.decided_by else "", d.decided_at)
        for d in found
    ]  # fmt: skip
    name = f"{batch.center.code}-{batch.week}-{t('差异', 'differences')}"
    return as_workbook(name, headings, rows, at=now())
