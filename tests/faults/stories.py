"""What happens to a case, told from outside: each step is a request, and what was answered is all
that its teller knows. From the answers follows what the database must hold, to the fen."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from guarantee.business_time import business_day, now

FIRST = {"pre_hospital": 100_000, "in_hospital": 500_000}
"""The first guarantee, in fen."""


@dataclass
class Step:
    """One request: who sends it, what, under which key; and the answer, once there is one."""

    kind: str
    role: str
    path: str
    body: dict[str, Any]
    key: str
    status: int = 0
    answer: str = ""


@dataclass
class Told:
    """What the answers say of a case; the same can be read from the database's rows."""

    state: str = "verified"
    letters: dict[str, tuple[str, str, int, int]] = field(default_factory=dict)
    """number: kind, state, pre-hospital and in-hospital fen"""
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    """line id: part, fen"""
    captured: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIRST, 0))
    requests: dict[int, tuple[str, int, str | None]] = field(default_factory=dict)
    """id: state, fen asked for, the top-up's number"""
    bill: tuple[int, int, int] | None = None
    """total, guaranteed, patient's share"""
    audit: Counter[str] = field(default_factory=Counter)
    """How often each thing was done, by its word in the audit trail."""

    @property
    def number(self) -> str:
        """The initial letter that stands, or the last that stood."""
        return [number for number, letter in self.letters.items() if letter[0] == "initial"][-1]

    def turn(self, number: str, state: str) -> None:
        kind, _, pre, within = self.letters[number]
        self.letters[number] = kind, state, pre, within

    def top_ups(self) -> list[str]:
        return [n for n, letter in self.letters.items() if letter[:2] == ("top_up", "issued")]

    def waiting(self) -> int | None:
        return next((i for i, request in self.requests.items() if request[0] == "asked"), None)

    def charged(self, part: str) -> int:
        return sum(fen for of, fen in self.lines.values() if of == part)

    def guaranteed(self, part: str) -> int:
        at = {"pre_hospital": 2, "in_hospital": 3}[part]
        return sum(letter[at] for letter in self.letters.values() if letter[1] != "voided")

    def capture(self, part: str) -> int:
        """The guarantee takes all it can; answers how much more than before, in fen."""
        before = self.captured[part]
        self.captured[part] = min(self.charged(part), self.guaranteed(part))
        return self.captured[part] - before


class Story:
    """One case, from its verification to its final bill, with detours."""

    def __init__(self, case_id: int, hospital: str, random: Random) -> None:
        self.case_id, self.hospital, self.random = case_id, hospital, random
        self.told = Told()
        self.done: list[Step] = []
        self.open: Step | None = None
        """Sent, and not answered yet."""
        self._detours = {"void", "handback", "late ride", "grant", "deny", "bill first"}
        self._day = business_day(now()).isoformat()

    def next_step(self) -> Step | None:
        """The step that waits for its answer, or the next one; None when the story is over."""
        self.open = self.open or self._next()
        return self.open

    def answered(self, status: int, answer: str) -> None:
        """Take the answer to the open step: what does not fit what was asked fails the test."""
        step = self.open
        assert step is not None
        assert status in (200, 201), (step, status, answer)
        self.told = self.if_answered(answer)
        step.status, step.answer, self.open = status, answer, None
        self.done.append(step)

    def if_answered(self, answer: str) -> Told:
        """What would be told, were this the answer to the open step."""
        step = self.open
        assert step is not None
        told = copy.deepcopy(self.told)
        _TELLING[step.kind](told, step.body, json.loads(answer))
        return told

    def _next(self) -> Step | None:
        told = self.told
        untouched = not any(told.captured.values())
        if told.state == "closed":
            late = self._takes("late ride")
            return self._charges("pre_hospital", "center_finance") if late else None
        if told.state == "verified":
            body = {"hospital": self.hospital, "channel": "center"}
            return self._step("letters", "dispatcher", f"/cases/{self.case_id}/letters", body)
        if told.letters[told.number][1] == "issued":
            if untouched and self._takes("void"):
                return self._on_letter("void", "dispatcher", reason="姓名有误")
            if self.random.random() < 0.25:
                return self._charges("pre_hospital", "center_finance")
            return self._on_letter("presentation", "billing_desk", accepted=True)
        if told.waiting() and not self._takes("bill first"):
            return self._decision()
        if told.waiting() or (len(told.lines) > 4 and self.random.random() < 0.3):
            return self._on_letter("final-bill", "billing_desk")
        if untouched and self._takes("handback"):
            return self._on_letter("handback", "billing_desk", reason="转院")
        if self._detours & {"grant", "deny"} and self.random.random() < 0.4:
            fen = self.random.randint(1, 30) * 10_000
            return self._on_letter("top-up-requests", "billing_desk", amount_fen=fen, reason="手术")
        return self._charges("in_hospital", "billing_desk")

    def _takes(self, detour: str) -> bool:
        """Each detour is thought of once in a story, and taken in every other one."""
        if detour not in self._detours:
            return False
        self._detours.discard(detour)
        return self.random.random() < 0.5

    def _decision(self) -> Step:
        way = "grant" if "grant" in self._detours else "deny"
        self._detours.discard(way)
        body = {"approve": way == "grant", "reason": "" if way == "grant" else "材料不全"}
        path = f"/top-up-requests/{self.told.waiting()}/decision"
        return self._step("decision", "hotline", path, body)

    def _charges(self, part: str, role: str) -> Step:
        lines = []
        for n in range(len(self.told.lines), len(self.told.lines) + self.random.randint(1, 3)):
            fen = self.random.randint(1, 150) * 1_000
            lines.append(
                {
                    "line_id": f"{self.case_id}-{n}",
                    "part": part,
                    "charged_on": self._day,
                    "name": "治疗",
                    "quantity": 1,
                    "unit_price_fen": fen,
                    "amount_fen": fen,
                    "in_scope": True,
                }
            )
        return self._on_letter("charges", role, lines=lines)

    def _on_letter(self, kind: str, role: str, **body: Any) -> Step:
        return self._step(kind, role, f"/letters/{self.told.number}/{kind}", body)

    def _step(self, kind: str, role: str, path: str, body: dict[str, Any]) -> Step:
        return Step(kind, role, path, body, key=f"case-{self.case_id}-step-{len(self.done)}")


# ── what an answer tells ──────────────────────────────────────────────────────────────────────────


def _issued(told: Told, _: Any, said: dict[str, Any]) -> None:
    figures = said["pre_hospital_fen"], said["in_hospital_fen"]
    assert (*figures, said["state"]) == (*FIRST.values(), "issued")
    told.letters[said["number"]] = "initial", "issued", *figures
    told.state = "guaranteed"
    told.audit["letter issued"] += 1


def _presented(told: Told, _: Any, said: dict[str, Any]) -> None:
    assert said["state"] == "presented"
    told.turn(said["number"], "presented")
    told.audit["letter presented"] += 1


def _voided(told: Told, _: Any, said: dict[str, Any]) -> None:
    assert said["state"] == "voided"
    told.turn(said["number"], "voided")
    told.state = "verified"
    told.audit["letter voided"] += 1


def _handed_back(told: Told, _: Any, said: dict[str, Any]) -> None:
    assert said["state"] == "issued"
    for number in told.top_ups():
        told.turn(number, "voided")
        told.audit["letter voided"] += 1
    told.turn(said["number"], "issued")
    told.audit["letter handed back"] += 1


def _charged(told: Told, sent: dict[str, Any], said: dict[str, Any]) -> None:
    part = sent["lines"][0]["part"]
    told.lines |= {one["line_id"]: (part, one["amount_fen"]) for one in sent["lines"]}
    told.capture(part)
    assert (said["guaranteed_fen"], said["captured_fen"], said["patient_fen"]) == (
        told.guaranteed(part),
        told.captured[part],
        told.charged(part) - told.captured[part],
    )
    assert said["duplicates"] == 0
    told.audit["charges posted"] += 1


def _asked(told: Told, sent: dict[str, Any], said: dict[str, Any]) -> None:
    assert (said["state"], said["asked_fen"]) == ("asked", sent["amount_fen"])
    told.requests[said["id"]] = "asked", said["asked_fen"], None
    told.audit["top-up asked"] += 1


def _decided(told: Told, sent: dict[str, Any], said: dict[str, Any]) -> None:
    assert said["state"] == ("granted" if sent["approve"] else "denied")
    asked = told.requests[said["id"]][1]
    told.requests[said["id"]] = said["state"], asked, said["number"]
    told.audit[f"top-up {said['state']}"] += 1
    if sent["approve"]:
        assert said["granted_fen"] == asked
        told.letters[said["number"]] = "top_up", "issued", 0, asked
        assert said["total_in_hospital_fen"] == told.guaranteed("in_hospital")
        told.audit["letter issued"] += 1
        if told.capture("in_hospital"):
            told.audit["excess taken up"] += 1


def _billed(told: Told, _: Any, said: dict[str, Any]) -> None:
    total, guaranteed = told.charged("in_hospital"), told.captured["in_hospital"]
    told.bill = said["total_fen"], said["guaranteed_fen"], said["patient_fen"]
    assert told.bill == (total, guaranteed, total - guaranteed)
    if waiting := told.waiting():
        told.requests[waiting] = "withdrawn", told.requests[waiting][1], None
        told.audit["top-up withdrawn"] += 1
    for number in (told.number, *told.top_ups()):
        told.turn(number, "closed")
    told.state = "closed"
    told.audit["letter closed"] += 1


_TELLING = {
    "letters": _issued,
    "presentation": _presented,
    "void": _voided,
    "handback": _handed_back,
    "charges": _charged,
    "top-up-requests": _asked,
    "decision": _decided,
    "final-bill": _billed,
}
