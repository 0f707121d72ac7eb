"""Setting up and changing hospitals: above all whether they are in the network and accept."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from guarantee import audit
from guarantee.db import db
from guarantee.parties.center_changes import checked_account
from guarantee.parties.hospitals import Hospital
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Words


class HospitalCodeTaken(Conflict):
    code = "hospital_code_taken"
    words = Words("已有医院使用此代码。", "Another hospital has this code.")
    field = "code"


class NotInNetwork(Conflict):
    code = "not_in_network"
    words = Words(
        "非网络医院没有“暂停接收”状态。", "Only a network hospital can be full for the time being."
    )


def add_hospital(*, code: str, by: Staff, at: datetime, **details: str) -> Hospital:
    """A new hospital, outside the network until `set_network`; `details` are columns of
    `Hospital`. Refuses `hospital_code_taken`, `bad_bank_account`."""
    if db.session.scalar(select(Hospital.id).where(Hospital.code == code)):
        raise HospitalCodeTaken()
    details["bank_account_number"] = checked_account(details.get("bank_account_number", ""))
    made = Hospital(code=code, **details)
    db.session.add(made)
    db.session.flush()
    audit.record(by=by, at=at, action="hospital created", subject=f"hospital:{made.id}", code=code)
    return made


def change_hospital(*, hospital: Hospital, by: Staff, at: datetime, **details: str) -> list[str]:
    """Change a hospital's details. Returns the columns changed. Refuses `bad_bank_account`."""
    details["bank_account_number"] = checked_account(details.get("bank_account_number", ""))
    changed = [name for name, value in details.items() if getattr(hospital, name) != value]
    for name in changed:
        setattr(hospital, name, details[name])
    if changed:
        audit.record(
            by=by, at=at, action="hospital changed", subject=f"hospital:{hospital.id}",
            fields=changed,
        )  # fmt: skip
    return changed


def set_network(
    *, hospital: Hospital, in_network: bool, since: date, by: Staff, at: datetime
) -> None:
    """Take a hospital into the network from `since`, or out of it.

    Letters presented there before stay what they are: irrevocable.
    """
    hospital.in_network = in_network
    hospital.network_since = since if in_network else None
    hospital.accepting = True
    action = "hospital joined the network" if in_network else "hospital left the network"
    audit.record(by=by, at=at, action=action, subject=f"hospital:{hospital.id}")


def set_accepting(*, hospital: Hospital, accepting: bool, by: Staff, at: datetime) -> None:
    """Say that a network hospital is full for now, or accepts again. Refuses `not_in_network`."""
    if not hospital.in_network:
        raise NotInNetwork()
    hospital.accepting = accepting
    action = "hospital accepts again" if accepting else "hospital is full"
    audit.record(by=by, at=at, action=action, subject=f"hospital:{hospital.id}")
