"""Where the ambulance may drive: the network hospitals of the centre's city first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, case, or_, select

from guarantee.db import db
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital

MOST = 60


def destinations(center: Center, *, text: str = "", limit: int = MOST) -> Sequence[Hospital]:
    """Hospitals to choose from. Without `text` the network's in the centre's city; with it every
    hospital of the country whose name, English name, code or district it is, in the order a crew
    would want them: own city, network, accepting."""
    here = case((Hospital.city_code == center.city_code, 0), else_=1)
    network = case((Hospital.in_network, 0), else_=1)
    free = case((Hospital.accepting, 0), else_=1)
    query = select(Hospital).order_by(here, network, free, Hospital.name).limit(limit)
    return db.session.scalars(_asked(query, center, text.strip())).all()


def _asked(query: Select[Hospital], center: Center, text: str) -> Select[Hospital]:
    if not text:
        return query.where(Hospital.city_code == center.city_code, Hospital.in_network)
    columns = (Hospital.name, Hospital.name_en, Hospital.address)
    found = [column.icontains(text, autoescape=True) for column in columns]
    return query.where(or_(Hospital.code == text.upper(), *found))
