"""All the books on one page: promised, owed, to be recovered, reserve funds, bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request

from guarantee.edge.access import allow
from guarantee.edge.problems import status_of
from guarantee.ledger.holds import COVER_ACCOUNTS
from guarantee.ledger.models import Account, AccountKind
from guarantee.ledger.reading import accounts_of, totals
from guarantee.ledger.words import ACCOUNTS, UNIT_AND_SIGN
from guarantee.refusals import Refusal
from guarantee.roles import Role
from guarantee.web.ledger.finding import sought
from guarantee.web.ledger.names import names_of
from guarantee.web.listing import LONGEST_SEARCH

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")

READERS = (Role.ALLIANCE_FINANCE, Role.AUDITOR)
SHOWN = 8
"""Accounts of one kind on the first page; the others are a click away."""

_PROMISED = (AccountKind.COVER_GRANTED, *COVER_ACCOUNTS)
_NAMED = tuple(kind for kind in AccountKind if kind not in COVER_ACCOUNTS)


@blueprint.get("")
@allow(*READERS)
def index() -> Any:
    """The books; with `q`, straight to the entries it names."""
    q = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    if not q:
        return _page()
    try:
        return redirect(sought(q))
    except Refusal as refusal:
        return _page(q=q, missed=refusal), status_of(refusal)


def _page(*, q: str = "", missed: Refusal | None = None) -> str:
    summed = totals()
    accounts = accounts_of(_NAMED)
    by_kind: dict[AccountKind, Sequence[Account]] = {
        kind: [a for a in accounts if a.kind == kind] for kind in _NAMED
    }
    shown = {kind: some[:SHOWN] for kind, some in by_kind.items()}
    return render_template(
        "ledger/index.html",
        q=q,
        missed=missed,
        unit_and_sign=UNIT_AND_SIGN,
        promised=_PROMISED,
        totals=summed,
        covers=summed[AccountKind.COVER_AVAILABLE].accounts,
        shown=shown,
        names=names_of(account for some in shown.values() for account in some),
        account_words=ACCOUNTS,
        kinds=AccountKind,
        all_fen=sum(total.balance_fen for total in summed.values()),
    )
