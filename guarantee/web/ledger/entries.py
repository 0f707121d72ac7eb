"""The journal, the entries of one cause or one request, and one entry with all it moved."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy import select

from guarantee.business_time import now
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.ledger.models import Entry
from guarantee.ledger.tracing import Traced, entries, entry_by_id, reversal_of
from guarantee.ledger.words import ENTRIES, PARTS, UNIT_AND_SIGN, entry_words
from guarantee.letters.models import Letter
from guarantee.sheets.writing import Heading
from guarantee.web.ledger.books import READERS, blueprint
from guarantee.web.ledger.causes import causes_of
from guarantee.web.ledger.names import names_of, people_of
from guarantee.web.listing import EXPORT_ROWS, Listing, as_workbook
from guarantee.web.wording import words


@blueprint.get("/entries")
@allow(*READERS)
def journal() -> Any:
    """Entries newest first: all of them, those of `cause`, or those of one `request_key`."""
    listing = Listing.asked(filters=("cause", "request_key"))
    before = request.args.get("before", "")
    page = entries(
        cause=listing.filters.get("cause", ""),
        request_key=listing.filters.get("request_key", ""),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        rows=EXPORT_ROWS if listing.export else listing.per_page,
    )
    asked_cause = listing.filters.get("cause", "")
    causes = causes_of(
        [*([asked_cause] if asked_cause else []), *(traced.entry.cause for traced in page.entries)]
    )
    people = people_of(traced.entry for traced in page.entries)
    names = names_of(
        account for one in page.entries for m in one.moves for account in (m.source, m.target)
    )
    if listing.export:
        return _export(page.entries, causes=causes, people=people, names=names)
    return render_template(
        "ledger/journal.html",
        listing=listing,
        page=page,
        older_than=before,
        cause=causes.get(asked_cause),
        request_key=listing.filters.get("request_key", ""),
        causes=causes,
        people=people,
        names=names,
        entry_words=entry_words,
    )


@blueprint.get("/entries/<int:entry_id>")
@allow(*READERS)
def entry(entry_id: int) -> str:
    """One entry: what, for what, who, when, its keys, its postings, what it mends or mended it."""
    traced = entry_by_id(entry_id)
    shown = traced.entry
    accounts = {account.id: account for m in traced.moves for account in (m.source, m.target)}
    letter_ids = {move.hold.letter_id for move in traced.moves if move.hold}
    query = select(Letter.id, Letter.number).where(Letter.id.in_(letter_ids))
    return render_template(
        "ledger/entry.html",
        traced=traced,
        entry=shown,
        said=ENTRIES.get(shown.kind),
        entry_words=entry_words,
        cause=causes_of([shown.cause])[shown.cause],
        who=people_of([shown])[shown.by_id],
        names=names_of(accounts.values()),
        part_words=PARTS,
        letters={row[0]: row[1] for row in db.session.execute(query)},
        reverses=db.session.get(Entry, shown.reverses_id) if shown.reverses_id else None,
        reversed_by=reversal_of(traced),
        unit_and_sign=UNIT_AND_SIGN,
    )


def _export(found: tuple[Traced, ...], *, causes: Any, people: Any, names: Any) -> Any:
    headings = [
        Heading(t("分录", "Entry"), "count"),
        Heading(t("时间", "When"), "moment"),
        Heading(t("事项", "What")),
        Heading(t("事由", "For what")),
        Heading(t("经办", "Who")),
        Heading(t("借方科目", "Debited")),
        Heading(t("贷方科目", "Credited")),
        Heading(t("金额", "Amount"), "fen"),
        Heading(t("业务唯一键", "Natural key")),
        Heading("Idempotency-Key"),
        Heading(t("冲正分录", "Reverses"), "count"),
    ]
    rows = [
        (
            one.entry.id,
            one.entry.at,
            words(entry_words(one.entry.kind)),
            causes[one.entry.cause].text,
            str(people[one.entry.by_id]),
            str(names[move.target.id]),
            str(names[move.source.id]),
            move.fen,
            one.entry.key or "",
            one.entry.idempotency_key or "",
            one.entry.reverses_id,
        )
        for one in found
        for move in one.moves
    ]
    return as_workbook(t("分录", "entries"), headings, rows, at=now())
