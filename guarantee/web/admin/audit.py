"""The audit trail: who did what to which thing, when; and whether the chain is whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select

from guarantee.audit import AuditHead, AuditRecord, verify_chain
from guarantee.business_time import now, start_of
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.sheets.writing import Heading
from guarantee.web import forms
from guarantee.web.audit_words import ACTIONS, SUBJECTS, action_words, fact_words, subject_words
from guarantee.web.listing import Listing, as_workbook, like
from guarantee.web.wording import words

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")


@blueprint.get("")
@allow(Role.ADMIN, Role.AUDITOR)
def index() -> Any:
    """The records, newest first: filter by what, who, on which thing, and when."""
    listing = Listing.asked(filters=("action", "kind", "who", "from", "to"), sort="-id")
    query = select(AuditRecord)
    asked = listing.filters
    if listing.q:
        number = listing.q.replace(" ", "")
        query = query.where(AuditRecord.subject.like(like(number), escape="\\"))
    if action := asked.get("action"):
        query = query.where(AuditRecord.action == action)
    if kind := asked.get("kind"):
        query = query.where(AuditRecord.subject.like(f"{kind}:%"))
    if who := asked.get("who"):
        query = query.where(AuditRecord.staff_id.in_(select(Staff.id).where(Staff.username == who)))
    if first := forms.day_in(asked.get("from", "")):
        query = query.where(AuditRecord.at >= start_of(first))
    if last := forms.day_in(asked.get("to", "")):
        query = query.where(AuditRecord.at < start_of(last + timedelta(days=1)))
    listing.fetch(query, {"at": AuditRecord.at, "id": AuditRecord.id})
    people = _people({r.staff_id for r in listing.items})
    if listing.export:
        return _export(listing, people)
    return render_template(
        "admin/audit.html",
        listing=listing,
        people=people,
        head=db.session.get(AuditHead, 1),
        verdict=verify_chain() if request.args.get("check") == "1" else None,
        actions=sorted(((a, words(w)) for a, w in ACTIONS.items()), key=lambda pair: pair[1]),
        kinds=[(kind, words(w)) for kind, w in SUBJECTS.items()],
        action_words=action_words,
        subject_words=subject_words,
        fact_words=fact_words,
    )


def _people(ids: set[int | None]) -> dict[int | None, Staff]:
    known = db.session.scalars(select(Staff).where(Staff.id.in_([i for i in ids if i])))
    return {person.id: person for person in known}


def _export(listing: Listing, people: dict[int | None, Staff]) -> Any:
    headings = [
        Heading(t("序号", "No."), "count"),
        Heading(t("时间", "When"), "moment"),
        Heading(t("何人", "Who")),
        Heading(t("做了什么", "What")),
        Heading(t("对象", "On what")),
        Heading(t("详情", "Facts")),
        Heading(t("校验值", "Hash")),
    ]
    rows = [
        (
            r.id,
            r.at,
            people[r.staff_id].username if r.staff_id in people else t("系统", "system"),
            action_words(r.action),
            subject_words(r.subject),
            "; ".join(f"{label}: {value}" for label, value in fact_words(r.facts)),
            r.hash,
        )
        for r in listing.items
    ]
    return as_workbook(t("审计", "audit"), headings, rows, at=now())
