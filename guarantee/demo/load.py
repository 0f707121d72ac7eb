"""`flask demo load`: three centres, two insurers, hundreds of members and cases, twelve weeks."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from guarantee.business_time import bounds_of_week, business_day
from guarantee.cases.first_guarantee import set_first_guarantee
from guarantee.cases.intake import open_case, take_call
from guarantee.cases.models import Case, Condition
from guarantee.config import Settings
from guarantee.db import db
from guarantee.demo.calendar import Calendar, minutes
from guarantee.demo.hospital_money import plan_hospital_money
from guarantee.demo.mark import mark_as_demo
from guarantee.demo.mondays import Mondays, last_weeks
from guarantee.demo.people import CALLER_IN_TROUBLE, PASSWORD, import_people, make_staff_of
from guarantee.demo.places import make_places
from guarantee.demo.products import make_products
from guarantee.demo.story import Cast, Story
from guarantee.letters.lifecycle import lapse_due
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.letters.top_up import ask
from guarantee.members.models import Enrolment, Member
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.sessions import create_token
from guarantee.parties.staff import Staff, system
from guarantee.refusals import Conflict, Words
from guarantee.roles import Role
from guarantee.settlement.reserve_fund import fund
from guarantee.tickets import open_ticket

WEEKS = 12
MEMBERS = (420, 160)
SEED = 120
CASES_A_DAY = (1.9, 1.4, 0.9)
"""On average, at each of the three centres."""
OUTCOMES = {
    # how far the last weeks' batches have come, newest last, for each centre
    "3101": ["mailed", "remitted", "reconciled"],
    "4201": ["paid", "approved", "open"],
    "3501": ["mailed", "paid", "reported"],
}


class NotEmpty(Conflict):
    code = "database_not_empty"
    words = Words(
        "数据库不是空的，演示数据只装入空库。", "The database is not empty; demo data needs one."
    )


@dataclass(frozen=True)
class DemoLogin:
    """A way into the demo, as `flask demo load --json` prints it."""

    role: str
    username: str
    password: str
    token: str
    center: str | None = None
    hospital: str | None = None
    insurer: str | None = None


def is_empty() -> bool:
    """Whether nobody works here yet."""
    return not db.session.scalar(select(func.count(Center.id)))


def load(
    *,
    at: datetime,
    settings: Settings,
    weeks: int = WEEKS,
    members: tuple[int, int] = MEMBERS,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Fill an empty database with the last `weeks` (at least 3) and so many members of the two
    insurers. Commits as it goes. Refuses `database_not_empty`."""
    if not is_empty():
        raise NotEmpty()
    chance = random.Random(SEED)  # noqa: S311  the demo shall be the same each time
    names = last_weeks(at, weeks)
    first_moment, _ = bounds_of_week(names[0])
    dawn = first_moment - timedelta(days=3)
    by = system()
    mark_as_demo(at=dawn)
    set_first_guarantee(
        valid_from=business_day(dawn),
        pre_hospital_fen=100_000,
        in_hospital_fen=500_000,
        by=by,
        at=dawn,
    )
    centers = make_places(by=by, at=dawn)
    insurers = make_products(by=by, at=dawn)
    network = list(db.session.scalars(select(Hospital).where(Hospital.in_network)))
    make_staff_of(centers, network, insurers, by=by, at=dawn)
    db.session.commit()
    tell("会员导入 importing members")
    for insurer, count in zip(insurers, members, strict=True):
        import_people(insurer, count=count, chance=chance, by=by, at=dawn)
    db.session.commit()
    tell(f"{weeks} 周的案例 {weeks} weeks of cases")
    calendar = Calendar(until=at)
    for center, rate in zip(centers, CASES_A_DAY, strict=True):
        _play(center, rate, calendar, chance, settings, names)
    _lapse(calendar, first_moment, at)
    plan_hospital_money(
        calendar=calendar,
        weeks=names,
        preparer=_staff("finance"),
        approver=_staff("finance2"),
    )
    calendar.run(on_day=lambda moment: tell(f"{business_day(moment):%m-%d}"))
    _tonight(centers[0], at, settings)
    db.session.commit()


def logins(*, at: datetime) -> list[DemoLogin]:
    """Every account with a fresh API token, the first of each role first in its role."""
    accounts = select(Staff).where(Staff.password_hash != "").order_by(Staff.id)
    return [
        DemoLogin(
            role=staff.role,
            username=staff.username,
            password=PASSWORD,
            token=create_token(staff=staff, name="demo", at=at, by=None),
            center=staff.center.code if staff.center else None,
            hospital=staff.hospital.code if staff.hospital else None,
            insurer=staff.insurer.code if staff.insurer else None,
        )
        for staff in db.session.scalars(accounts)
    ]


def _play(
    center: Center,
    rate: float,
    calendar: Calendar,
    chance: random.Random,
    settings: Settings,
    weeks: list[str],
) -> None:
    cast = _cast(center)
    story = Story(cast=cast, calendar=calendar, chance=chance, settings=settings)
    mondays = Mondays(
        center=center,
        finance=cast.finance,
        preparer=_staff("finance"),
        approver=_staff("finance2"),
        supervisor=_staff("supervisor") if center.code != "3501" else None,
        calendar=calendar,
        chance=chance,
    )
    ends = ["closed"] * (len(weeks) - 3) + OUTCOMES[center.code]
    moment, _ = bounds_of_week(weeks[0])
    calendar.at(moment, lambda t: _fund(cast, t))
    for week, end in zip(weeks, ends, strict=True):
        mondays.plan(week, until_step=end)
    while moment < calendar.until:
        moment += timedelta(hours=chance.expovariate(rate) * 24)
        calendar.at(moment, story.begin)


def _cast(center: Center) -> Cast:
    def at_center(role: Role) -> Staff:
        return db.session.scalars(
            select(Staff).where(Staff.center_id == center.id, Staff.role == role)
        ).one()

    here = db.session.scalars(
        select(Hospital).where(Hospital.city_code == center.city_code).order_by(Hospital.id)
    ).all()
    desks = db.session.scalars(select(Staff).where(Staff.role == Role.BILLING_DESK)).all()
    members = db.session.scalars(
        select(Member).join(Enrolment).order_by(Member.id).distinct()
    ).all()
    city = int(center.code[:2])
    return Cast(
        center=center,
        dispatcher=at_center(Role.DISPATCHER),
        crew=at_center(Role.CREW),
        finance=at_center(Role.CENTER_FINANCE),
        hotline=_staff("hotline"),
        desks={desk.hospital_id: desk for desk in desks if desk.hospital_id},
        network=[h for h in here if h.in_network and h.accepting],
        others=[h for h in here if not h.in_network][:6],
        members=[m for i, m in enumerate(members) if i > 3 and i % 3 == city % 3],
    )


def _fund(cast: Cast, at: datetime) -> None:
    fund(
        center=cast.center,
        amount_fen=5_000_000,
        key=f"demo:{cast.center.code}",
        by=_staff("finance"),
        at=at,
    )


def _lapse(calendar: Calendar, moment: datetime, at: datetime) -> None:
    while moment < at:
        calendar.at(moment, _lapse_due)
        moment += timedelta(hours=6)


def _lapse_due(at: datetime) -> None:
    lapse_due(at=at, by=system())


def _tonight(center: Center, at: datetime, settings: Settings) -> None:
    """What waits when somebody opens a desk: a family's call, an open case, a queue."""
    dispatcher = _cast(center).dispatcher
    call, candidates = take_call(
        call_id="demo-call-1",
        center=center,
        extension="8001",
        caller=CALLER_IN_TROUBLE,
        at=at - minutes(2),
    )
    take_call(
        call_id="demo-call-2",
        center=center,
        extension="8001",
        caller="02166664400",
        at=at - minutes(7),
    )
    case = open_case(
        center=center,
        caller=CALLER_IN_TROUBLE,
        condition=Condition.ACCIDENT,
        by=dispatcher,
        at=at - minutes(1),
        member=candidates[0],
        location="上海市世纪大道地铁站2号口",
        call=call,
    )
    for letter in _nearly_used(center):
        ask(
            letter=letter,
            amount_fen=600_000,
            reason="术后并发症，需延长住院",
            setting="inpatient",
            by=_desk(letter.hospital),
            at=at - minutes(11),
            settings=settings,
        )
    open_ticket(
        kind="question",
        by=dispatcher,
        at=at - minutes(40),
        center_id=center.id,
        note="家属询问转院是否需要重新出函",
    )
    open_ticket(
        kind="hand_over",
        by=dispatcher,
        at=at - minutes(3),
        center_id=center.id,
        case_id=case.id,
        note="患者讲英语，请协助沟通",
    )


def _nearly_used(center: Center) -> list[Letter]:
    """One letter in hospital whose patient will need more, for the hotline to decide on."""
    query = (
        select(Letter)
        .join(Letter.case)
        .where(Letter.state == "presented", Letter.kind == "initial", Case.center_id == center.id)
        .where(~exists().where(TopUpRequest.letter_id == Letter.id, TopUpRequest.state == "asked"))
        .order_by(Letter.id)
    )
    return list(db.session.scalars(query.limit(1)))


def _desk(hospital: Hospital) -> Staff:
    return db.session.scalars(select(Staff).where(Staff.hospital_id == hospital.id)).one()


def _staff(username: str) -> Staff:
    return db.session.scalars(select(Staff).where(Staff.username == username)).one()
