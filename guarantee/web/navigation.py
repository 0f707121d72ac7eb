"""The lanes at the top of a page: which desks a role has, and which of them is its own."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for

from guarantee.edge.access import access_of
from guarantee.refusals import Words
from guarantee.roles import Role
from guarantee.tables import COPY

_ALLIANCE = (Role.HOTLINE, Role.ALLIANCE_FINANCE, Role.ADMIN, Role.AUDITOR)


@dataclass(frozen=True)
class Lane:
    """One entry: its endpoint (`blueprint.view`), its words, and who has it."""

    endpoint: str
    words: Words
    roles: tuple[Role, ...]
    also: tuple[str, ...] = ()
    """Other blueprints whose pages belong to this lane."""

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def here(self) -> bool:
        """Whether the page shown belongs to this lane."""
        return request.blueprint in (self.endpoint.partition(".")[0], *self.also)


# In reading order; the first lane a role has is its desk, where `/` sends it.
LANES = (
    Lane("dispatch.index", Words("接警台", "Call desk"), (Role.DISPATCHER,), also=("letters",)),
    Lane("crew.index", Words("车组", "Crew"), (Role.CREW,)),
    Lane("hotline.index", Words("联盟坐席", "Hotline"), (Role.HOTLINE,), also=("letters",)),
    Lane("dispatch.index", Words("接警台", "Call desk"), (Role.HOTLINE,)),
    Lane("supervisor.index", Words("督导", "Supervisor"), (Role.SUPERVISOR,)),
    Lane("hospital.index", Words("收费处", "Billing desk"), (Role.BILLING_DESK,)),
    Lane(
        "finance.index",
        Words("周结算", "Settlement"),
        (Role.CENTER_FINANCE, Role.ALLIANCE_FINANCE, Role.SUPERVISOR),
    ),
    Lane(
        "hospital_weeks.index",
        Words("医院结算", "Hospital weeks"),
        (Role.ALLIANCE_FINANCE, Role.AUDITOR),
    ),
    Lane("copies.index", Words("联次", "Copies"), COPY.anyone()),
    Lane("ledger.index", Words("账簿", "Ledger"), (Role.ALLIANCE_FINANCE, Role.AUDITOR)),
    Lane("insurer.index", Words("我的案例", "Our cases"), (Role.INSURER,)),
    Lane("recovery.index", Words("追偿", "Recovery"), (Role.ALLIANCE_FINANCE, Role.INSURER)),
    Lane(
        "members.index",
        Words("会员", "Members"),
        (Role.ADMIN, Role.AUDITOR, Role.HOTLINE),
        also=("imports",),
    ),
    Lane("insurers.index", Words("保险公司", "Insurers"), (Role.ADMIN, Role.AUDITOR)),
    Lane("centers.index", Words("急救中心", "Centres"), (Role.ADMIN, Role.AUDITOR)),
    Lane(
        "hospitals.index",
        Words("医院", "Hospitals"),
        (Role.ADMIN, Role.AUDITOR, Role.HOTLINE, Role.SUPERVISOR),
    ),
    Lane("staff.index", Words("人员", "Staff"), (Role.ADMIN, Role.AUDITOR)),
    Lane("overview.index", Words("总览", "Overview"), _ALLIANCE),
    Lane("finance.index", Words("周结算", "Settlement"), (Role.AUDITOR,)),
    Lane(
        "public.index",
        Words("验函", "Verify"),
        (Role.HOTLINE, Role.SUPERVISOR, Role.CENTER_FINANCE, Role.ALLIANCE_FINANCE),
    ),
    Lane("jobs.index", Words("定时任务", "Jobs"), (Role.ADMIN, Role.AUDITOR)),
    Lane("audit.index", Words("审计", "Audit"), (Role.AUDITOR, Role.ADMIN)),
)


def lanes_for(role: Role | None) -> list[Lane]:
    """The lanes of a role, without desks that are not served or would not let it in."""
    if role is None:
        return []
    return [
        lane
        for lane in LANES
        if role in lane.roles
        and lane.endpoint in current_app.view_functions
        and _lets_in(lane, role)
    ]


def _lets_in(lane: Lane, role: Role) -> bool:
    roles = access_of(current_app, lane.endpoint)
    return roles is None or role in roles


def home_of(role: Role) -> str:
    """Where `/` sends somebody of this role: to their desk, or to their account page."""
    lanes = lanes_for(role)
    return lanes[0].url if lanes else url_for("account.index")
