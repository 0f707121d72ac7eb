"""The domain function as its callers know it: who issues and for which hospital is known, the case
is read, the letter is issued and committed."""

from __future__ import annotations

import os

from flask import Flask
from flask.ctx import AppContext
from sqlalchemy import bindparam, select

from bench.floor.seeding import Seeds
from guarantee.business_time import now
from guarantee.cases.models import Case
from guarantee.db import db
from guarantee.edge.transaction import committed
from guarantee.letters.issue import Issued, issue
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff

_CASE = select(Case).where(Case.id == bindparam("case_id"))


class Issuer:
    """`issuer(n)` issues for the n-th prepared case; each process in a context of its own."""

    def __init__(self, app: Flask, seeds: Seeds) -> None:
        self.app, self.seeds = app, seeds
        self._at_work_in = 0
        self._context: AppContext
        self._staff: Staff
        self._hospital: Hospital

    def __call__(self, n: int) -> Issued:
        if self._at_work_in != os.getpid():
            self._begin()
        return committed(
            lambda: issue(
                case=db.session.scalars(_CASE, {"case_id": self.seeds.case_id(n)}).one(),
                hospital=self._hospital,
                channel="center",
                by=self._staff,
                at=now(),
                settings=self.app.config["SETTINGS"],
            )
        )

    def _begin(self) -> None:
        self._context = self.app.app_context()
        self._context.push()
        self._staff = db.session.get_one(Staff, self.seeds.staff_id)
        self._hospital = db.session.get_one(Hospital, self.seeds.hospital_id)
        db.session.commit()
        self._at_work_in = os.getpid()

    def end(self) -> None:
        """In the process that called it; forked ones end with themselves."""
        if self._at_work_in == os.getpid():
            self._context.pop()
            self._at_work_in = 0
