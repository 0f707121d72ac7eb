"""The form of the verification at the scene, the same at the call desk, on the crew's phone and
at the hotline: what was typed, handed to the domain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request
from flask_login import current_user

from guarantee.business_time import now
from guarantee.cases.models import Case, Condition, Method, Verification
from guarantee.cases.verification import exclusions_of, verify
from guarantee.members.identity import DOCUMENT_WORDS
from guarantee.refusals import Words
from guarantee.roles import Role
from guarantee.web import forms
from guarantee.web.shell import settings

CONDITIONS: dict[str, Words] = {
    Condition.ACCIDENT: Words("意外伤害", "Accidental injury"),
    Condition.ACUTE_ILLNESS: Words("急性病", "Acute illness"),
}
EXAMPLES: dict[str, Words] = {
    Condition.ACCIDENT: Words(
        "车祸、跌落、烫伤、溺水、动物咬伤", "traffic, fall, burn, drowning, animal bite"
    ),
    Condition.ACUTE_ILLNESS: Words(
        "胸痛、中风、急腹症、高热惊厥", "chest pain, stroke, acute abdomen, febrile convulsion"
    ),
}
IN_SCOPE: dict[str, Words] = {
    "yes": Words("属于", "In scope"),
    "no": Words("不属于", "Not in scope"),
}


def condition() -> Condition:
    """The condition chosen. Refuses `missing`, `not_a_choice`."""
    try:
        return Condition(forms.text("condition", most=20, required=True))
    except ValueError:
        raise forms.NotAChoice(field="condition") from None


def record_verification(case: Case) -> Verification:
    """Hand what the form says to the domain, with its refusals."""
    answers = {
        name.removeprefix("exclusion-"): value == "yes"
        for name, value in request.form.items()
        if name.startswith("exclusion-") and value in ("yes", "no")
    }
    method = Method.PROVISIONAL if forms.ticked("provisional") else Method.DOCUMENT
    in_scope = forms.text("condition_in_scope", most=10, required=True)
    if in_scope not in IN_SCOPE:
        raise forms.NotAChoice(field="condition_in_scope")
    return verify(
        case=case,
        method=method,
        document_type_text=forms.text("document_type", most=30),
        document_number=forms.text("document_number", most=60),
        condition_in_scope=in_scope == "yes",
        answers=answers,
        exclusions_version=forms.text("exclusions_version", most=60),
        by=current_user,
        at=now(),
        provisional_for=timedelta(hours=settings().provisional_hours),
    )


def about_verification(case: Case) -> dict[str, Any]:
    """What the form's template needs."""
    clauses = exclusions_of(case, at=now())
    return {
        "clauses": clauses.clauses if clauses else [],
        "exclusions_version": clauses.label if clauses else "",
        "document_types": [("", Words("请选择", "Choose")), *DOCUMENT_WORDS.items()],
        "in_scope": IN_SCOPE,
        "conditions": CONDITIONS,
        "examples": EXAMPLES,
        "may_be_provisional": current_user.role == Role.HOTLINE,
    }
