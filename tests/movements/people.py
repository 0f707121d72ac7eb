"""The institutions of a run and their people, the clock, and how a movement is made: in a session
and a transaction of its own, as a request has them, or through the API with an Idempotency-Key."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

from flask import Flask

from guarantee.business_time import SHANGHAI
from guarantee.db import db
from guarantee.edge.transaction import committed
from guarantee.parties.insurers import Product
from guarantee.parties.sessions import create_token
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from tests import factories

T = TypeVar("T")
TUESDAY = datetime(2026, 11, 17, 10, tzinfo=SHANGHAI)


class ApiRefused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Call:
    """A call of the API that was accepted: what was asked, by whom, and what was answered."""

    staff: int
    path: str
    body: dict[str, Any]
    key: str
    status: int
    answer: bytes
    at: datetime

    def __repr__(self) -> str:
        return f"{self.key} to {self.path}"


class Clock:
    """Where the wall clock stands. Put in place of `business_time`'s look at the real one."""

    def __init__(self) -> None:
        self.reset()
        self.stand_in = SimpleNamespace(
            now=lambda zone: self.at.astimezone(zone), combine=datetime.combine
        )

    def reset(self) -> None:
        self.at = TUESDAY

    def pass_by(self, time: timedelta) -> None:
        self.at += time


class People:
    """Two centres, two network hospitals and one outside, two insurers; whoever works there.

    Everything is known by the ids of its rows, since each movement has a session of its own.
    """

    def __init__(self, app: Flask, clock: Clock) -> None:
        self.app, self.clock = app, clock
        self.client = app.test_client()
        self.calls: list[Call] = []
        self._keys = itertools.count(1)
        self._tokens: dict[int, str] = {}
        self.do(self._settle_in)

    @property
    def at(self) -> datetime:
        return self.clock.at

    def _settle_in(self) -> None:
        centers = [factories.make_center() for _ in range(2)]
        accounts = {"bank_account_name": "医院", "bank_account_number": "6228", "bank_name": "中行"}
        network = [factories.make_hospital(**accounts) for _ in range(2)]
        outside = factories.make_hospital(network=False)
        capped = {"inpatient_cap_fen": 800_000, "outpatient_cap_fen": 550_000}
        products = [factories.make_product(), factories.make_product(**capped)]
        self.centers = [one.id for one in centers]
        self.center_codes = {one.id: one.code for one in centers}
        self.network, self.outside = [one.id for one in network], outside.id
        self.hospital_codes = {one.id: one.code for one in [*network, outside]}
        self.products = {one.id: (one.insurer_id, _caps(one)) for one in products}
        self.dispatcher = {c.id: self._hired(Role.DISPATCHER, center=c) for c in centers}
        self.finance = {c.id: self._hired(Role.CENTER_FINANCE, center=c) for c in centers}
        self.desk = {h.id: self._hired(Role.BILLING_DESK, hospital=h) for h in network}
        self.hotline = self._hired(Role.HOTLINE)
        self.clerk = self._hired(Role.ALLIANCE_FINANCE)
        self.chief = self._hired(Role.ALLIANCE_FINANCE)

    def _hired(self, role: Role, **place: Any) -> int:
        staff = factories.make_staff(role, **place)
        self._tokens[staff.id] = create_token(staff=staff, name="tests", at=self.at, by=None)
        return staff.id

    def do(self, work: Callable[[], T]) -> T:
        """As a request or a job does it: a session of its own, committed or rolled back."""
        with self.app.app_context():
            return committed(work)

    def read(self, look: Callable[[], T]) -> T:
        with self.app.app_context():
            return look()

    def ask(self, staff: int, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The same through the API, remembered so that it can be asked again."""
        key = f"key-{next(self._keys)}"
        answer = self.send(staff, path, body, key)
        if answer.status_code >= 400:
            raise ApiRefused(answer.json["code"])
        self.calls.append(
            Call(staff, path, body, key, answer.status_code, answer.data, self.clock.at)
        )
        found: dict[str, Any] = answer.json
        return found

    def send(self, staff: int, path: str, body: dict[str, Any], key: str) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[staff]}", "Idempotency-Key": key}
        return self.client.post(f"/api/v1{path}", headers=headers, json=body)


def get(table: type[T], row_id: int) -> T:
    """The row, in this movement's own session."""
    return db.session.get_one(table, row_id)


def staff(staff_id: int) -> Staff:
    return get(Staff, staff_id)


def _caps(product: Product) -> dict[str, int | None]:
    return {"outpatient": product.outpatient_cap_fen, "inpatient": product.inpatient_cap_fen}
