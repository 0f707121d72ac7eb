"""Whose an account is, and who moved it. The ledger's floor knows only their ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from guarantee.db import db
from guarantee.edge.language import t
from guarantee.ledger.models import Account, AccountKind, Entry
from guarantee.ledger.words import ACCOUNTS
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Insurer
from guarantee.parties.staff import SYSTEM, Staff
from guarantee.roles import ROLE_WORDS, Role
from guarantee.web.wording import named

Party = Center | Hospital | Insurer

PARTY: dict[AccountKind, type[Party]] = {
    AccountKind.COVER_GRANTED: Insurer,
    AccountKind.INSURER_RECEIVABLE: Insurer,
    AccountKind.CENTER_PAYABLE: Center,
    AccountKind.RESERVE_FUND: Center,
    AccountKind.HOSPITAL_PAYABLE: Hospital,
}
_PARTIES: tuple[type[Party], ...] = (Center, Hospital, Insurer)
_THE_ALLIANCES = (AccountKind.BANK, AccountKind.COURIER_EXPENSE)


@dataclass(frozen=True, slots=True)
class Name:
    """What an account is called in the reader's language. A cover has a number, never a name."""

    kind: str
    owner: str
    code: str = ""
    """The owner's own code, where it has one."""

    def __str__(self) -> str:
        return f"{self.kind} · {self.owner}" if self.owner else self.kind


@dataclass(frozen=True, slots=True)
class Person:
    """Who moved money: a name as colleagues know it, and the role; the system has none."""

    name: str
    role: str

    def __str__(self) -> str:
        return f"{self.name} · {self.role}" if self.role else self.name


def names_of(accounts: Iterable[Account]) -> dict[int, Name]:
    """The accounts' names, by id: one query for each kind of party among them."""
    known = list(accounts)
    parties: dict[tuple[type[Party], int], Party] = {}
    for model in _PARTIES:
        ids = {a.owner_id for a in known if PARTY.get(AccountKind(a.kind)) is model}
        if ids:
            found = db.session.scalars(select(model).where(model.id.in_(ids)))
            parties.update({(model, party.id): party for party in cast(Iterable[Party], found)})
    return {account.id: _name(account, parties) for account in known}


def _name(account: Account, parties: dict[tuple[type[Party], int], Party]) -> Name:
    kind = AccountKind(account.kind)
    said = t(ACCOUNTS[kind].words)
    if kind in _THE_ALLIANCES:
        return Name(said, "")
    model = PARTY.get(kind)
    if model is None:
        return Name(said, t("保额 {n}", "cover {n}", n=account.owner_id))
    party = parties.get((model, account.owner_id))
    return Name(said, named(party), party.code) if party else Name(said, str(account.owner_id))


def people_of(entries: Iterable[Entry]) -> dict[int | None, Person]:
    """Whoever moved the money, by `Entry.by_id`."""
    ids = {entry.by_id for entry in entries} - {None}
    query = select(Staff.id, Staff.username, Staff.display_name, Staff.role)
    people: dict[int | None, Person] = {
        staff_id: Person(t("系统", "system"), "")
        if username == SYSTEM
        else Person(name, t(ROLE_WORDS[Role(role)]))
        for staff_id, username, name, role in db.session.execute(query.where(Staff.id.in_(ids)))
    }
    people[None] = Person(t("系统", "system"), "")
    return people
