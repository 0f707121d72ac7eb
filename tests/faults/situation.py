"""A letter about to be issued, and how to see that it was issued wholly, once, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from guarantee.audit import verify_chain
from guarantee.cases.models import Case
from guarantee.db import Base, db
from guarantee.edge.database_faults import Unavailable
from guarantee.ledger.check import check_ledger
from guarantee.ledger.models import Account
from guarantee.letters.models import Letter
from guarantee.parties.hospitals import Hospital
from guarantee.parties.sessions import create_token
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from tests import factories as make
from tests.conftest import ApiCaller
from tests.databases import ENGINES

only_on_postgresql = pytest.mark.parametrize(
    "engine_name", [name for name in ENGINES if name == "postgresql"]
)
only_on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"])


@dataclass
class Situation:
    """A verified case, its dispatcher, and the hospital: all that issuing needs."""

    case: Case = field(default_factory=make.make_verified_case)
    hospital: Hospital = field(default_factory=make.make_hospital)
    others: int = 1
    """Letters there are already, so that keys, accounts and the trail are there."""

    def __post_init__(self) -> None:
        self.dispatcher: Staff = make.make_staff(Role.DISPATCHER, center=self.case.center)
        self.token = create_token(staff=self.dispatcher, name="test", at=make.NOW(), by=None)
        for _ in range(self.others):
            make.make_letter()
        db.session.commit()
        self.path = f"/cases/{self.case.id}/letters"
        self.body = {"hospital": self.hospital.code, "channel": "center"}
        self.cover_account = db.session.scalar(
            select(Account.id).where(
                Account.kind == "cover_available", Account.owner_id == self.case.enrolment.cover.id
            )
        )
        db.session.rollback()

    def issue(self, app: Flask, key: str | None = "k-1", **more: Any) -> Any:
        """The dispatcher's call to `app`, which is not always the app of this test."""
        return ApiCaller(app, self.token).post(self.path, json=self.body, key=key, **more)

    def letters(self) -> int:
        db.session.rollback()
        return db.session.scalar(
            select(func.count(Letter.id)).where(Letter.case_id == self.case.id)
        )


def rows() -> dict[str, int]:
    """How many rows each table has. What is half written, shows here."""
    db.session.rollback()
    counted = {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return counted


def assert_sound() -> None:
    """The books and the trail hold."""
    db.session.rollback()
    assert check_ledger().faults == []
    assert verify_chain().reason == ""
    db.session.rollback()


def assert_told(answer: Any, fault: type[Unavailable]) -> None:
    """`answer` is this fault's problem, in Chinese, free of SQL and of what drivers say."""
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, answer.json["code"]) == (503, fault.code)
    assert answer.json["title"] == fault.words.zh
    assert answer.json.keys() == {"type", "status", "code", "title"}
    after = None if fault.retry_after is None else str(fault.retry_after)
    assert answer.headers.get("Retry-After") == after
