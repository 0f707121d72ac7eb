"""Who uses the system. What each role may call stands on the routes (edge/access.py)."""

from __future__ import annotations

from enum import StrEnum

from guarantee.refusals import Words


class Role(StrEnum):
    DISPATCHER = "dispatcher"
    CREW = "crew"
    CENTER_FINANCE = "center_finance"
    HOTLINE = "hotline"
    SUPERVISOR = "supervisor"
    BILLING_DESK = "billing_desk"
    ALLIANCE_FINANCE = "alliance_finance"
    INSURER = "insurer"
    ADMIN = "admin"
    AUDITOR = "auditor"


ROLE_WORDS: dict[Role, Words] = {
    Role.DISPATCHER: Words("坐席", "Dispatcher"),
    Role.CREW: Words("车组", "Crew"),
    Role.CENTER_FINANCE: Words("急救中心财务", "Centre finance"),
    Role.HOTLINE: Words("联盟坐席", "Hotline"),
    Role.SUPERVISOR: Words("督导", "Supervisor"),
    Role.BILLING_DESK: Words("医院收费处", "Billing desk"),
    Role.ALLIANCE_FINANCE: Words("联盟财务", "Alliance finance"),
    Role.INSURER: Words("保险公司", "Insurer"),
    Role.ADMIN: Words("管理员", "Administrator"),
    Role.AUDITOR: Words("审计", "Auditor"),
}

AT_A_CENTER = frozenset({Role.DISPATCHER, Role.CREW, Role.CENTER_FINANCE})
"""These belong to one emergency centre and see nothing of another."""

EVERYWHERE = frozenset({Role.HOTLINE, Role.ALLIANCE_FINANCE, Role.ADMIN, Role.AUDITOR})
"""These see every centre's cases and letters."""
