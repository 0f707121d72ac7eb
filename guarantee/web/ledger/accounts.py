"""The accounts that have a name, and one account: what moved it, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, request
from sqlalchemy import select

from guarantee.business_time import now, start_of
from guarantee.db import db
from guarantee.edge.access import allow
from guarantee.edge.language import t
from guarantee.ledger.models import Account, AccountKind
from guarantee.ledger.reading import (
    Asked,
    Line,
    Page,
    account_by_id,
    accounts_of,
    movements_of,
)
from guarantee.ledger.words import ACCOUNTS, ENTRIES, UNIT_AND_SIGN, entry_words
from guarantee.sheets.writing import Heading, Sheet, workbook
from guarantee.web import forms
from guarantee.web.ledger.books import READERS, blueprint
from guarantee.web.ledger.causes import causes_of
from guarantee.web.ledger.names import PARTY, names_of, people_of
from guarantee.web.listing import EXPORT_ROWS, XLSX, Listing, as_workbook, download
from guarantee.web.wording import words


@blueprint.get("/accounts")
@allow(*READERS)
def accounts() -> Any:
    """Every account but the covers', largest first: filter by kind, search by whose it is."""
    listing = Listing.asked(filters=("kind",))
    kind = listing.filters.get("kind")
    known = (*PARTY, AccountKind.BANK, AccountKind.COURIER_EXPENSE)
    found = accounts_of([one for one in known if kind in (None, one)])
    names = names_of(found)
    if asked := listing.q.casefold():
        found = [a for a in found if asked in f"{names[a.id].code} {names[a.id]}".casefold()]
    listing.total = len(found)
    listing.page = min(listing.page, listing.page_count)
    listing.items = found[max(listing.first - 1, 0) : listing.last]
    if listing.export:
        headings = [
            Heading(t("科目号", "Account"), "count"),
            Heading(t("科目", "Kind")),
            Heading(t("代码", "Code")),
            Heading(t("名称", "Whose")),
            Heading(t("余额", "Balance"), "fen"),
        ]
        rows = [
            (a.id, names[a.id].kind, names[a.id].code, names[a.id].owner, a.balance_fen)
            for a in found
        ]
        return as_workbook(t("科目余额", "balances"), headings, rows, at=now())
    return render_template(
        "ledger/accounts.html",
        listing=listing,
        names=names,
        kinds=[(one, words(ACCOUNTS[one].words)) for one in known],
        said=ACCOUNTS[AccountKind(kind)] if kind in known else None,
        sum_fen=sum(account.balance_fen for account in found),
        unit_and_sign=UNIT_AND_SIGN,
    )


@blueprint.get("/accounts/<int:account_id>")
@allow(*READERS)
def account(account_id: int) -> Any:
    """One account's movements with the balance after each: filter by kind and days."""
    shown = account_by_id(account_id)
    listing = Listing.asked(filters=("kind", "from", "to"))
    first = forms.day_in(listing.filters.get("from", ""))
    last = forms.day_in(listing.filters.get("to", ""))
    asked = Asked(
        kind=listing.filters.get("kind", ""),
        since=start_of(first) if first else None,
        until=start_of(last + timedelta(days=1)) if last else None,
    )
    before = request.args.get("before", "")
    page = movements_of(
        shown,
        asked,
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        rows=EXPORT_ROWS if listing.export else listing.per_page,
    )
    siblings = _siblings(shown)
    names = names_of([shown, *siblings, *(line.other for line in page.lines)])
    told = {
        "names": names,
        "causes": causes_of(line.entry.cause for line in page.lines),
        "people": people_of(line.entry for line in page.lines),
    }
    if listing.export:
        return _export(shown, page, **told)
    return render_template(
        "ledger/account.html",
        account=shown,
        siblings=siblings,
        listing=listing,
        page=page,
        older_than=before,
        said=ACCOUNTS[AccountKind(shown.kind)],
        unit_and_sign=UNIT_AND_SIGN,
        kinds=[(kind, words(said.words)) for kind, said in ENTRIES.items()],
        entry_words=entry_words,
        with_balance=not asked.kind,
        **told,
    )


def _siblings(account: Account) -> Sequence[Account]:
    """The other accounts of the same owner: a cover's three, a centre's two, an insurer's two."""
    kind = AccountKind(account.kind)
    party = PARTY.get(kind)
    if party is not None:
        kin = [one for one, model in PARTY.items() if model is party]
    elif kind.startswith("cover_"):
        kin = [one for one in AccountKind if one.startswith("cover_") and one not in PARTY]
    else:
        return []
    query = select(Account).where(Account.kind.in_(kin), Account.owner_id == account.owner_id)
    return db.session.scalars(query.order_by(Account.id)).all() if len(kin) > 1 else []


def _export(account: Account, page: Page, *, names: Any, causes: Any, people: Any) -> Any:
    def row(line: Line) -> tuple[object, ...]:
        entry = line.entry
        return (
            entry.id,
            entry.at,
            words(entry_words(entry.kind)),
            causes[entry.cause].text,
            str(names[line.other.id]),
            str(people[entry.by_id]),
            line.fen if line.fen > 0 else None,
            -line.fen if line.fen < 0 else None,
            line.balance_fen,
            entry.key or "",
            entry.idempotency_key or "",
            entry.reverses_id,
        )

    headings = [
        Heading(t("分录", "Entry"), "count"),
        Heading(t("时间", "When"), "moment"),
        Heading(t("事项", "What")),
        Heading(t("事由", "For what")),
        Heading(t("对方科目", "Other account")),
        Heading(t("经办", "Who")),
        Heading(t("借方", "Debit"), "fen"),
        Heading(t("贷方", "Credit"), "fen"),
        Heading(t("余额", "Balance after it"), "fen"),
        Heading(t("业务唯一键", "Natural key")),
        Heading("Idempotency-Key"),
        Heading(t("冲正分录", "Reverses"), "count"),
    ]
    title = [str(names[account.id]), words(UNIT_AND_SIGN)]
    if page.older is not None:
        title.append(t("只含最新 {n} 行。", "Only the newest {n} rows.", n=f"{len(page.lines):,}"))
    name = t("分户账", "account")
    sheet = Sheet(name, headings, [row(line) for line in page.lines], title=tuple(title))
    at = now()
    made = workbook([sheet], made_at=at)
    return download(made, f"{name}-{account.id}-{at:%Y%m%d}.xlsx", XLSX)
