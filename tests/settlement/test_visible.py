import pytest

from guarantee.db import db
from guarantee.roles import Role
from guarantee.settlement.totals import current_differences
from guarantee.settlement.visible import (
    UnknownBatch,
    UnknownDifference,
    batch_for,
    difference_for,
    visible_batches,
)
from tests import factories
from tests.settlement.scenes import Week


@pytest.fixture
def two(session):
    """Two centres with a batch each."""
    found = Week(), Week()
    for one in found:
        one.says(one.charged(30_000), 28_000)
        one.batch = one.opened()
        one.reported(one.batch)
    return found


def seen(viewer):
    return {batch.id for batch in db.session.scalars(visible_batches(viewer))}


def test_a_centre_sees_its_own_batches_and_a_supervisor_those_of_his_centres(two):
    mine, other = two
    assert seen(mine.finance) == {mine.batch.id}
    assert seen(mine.supervisor) == {mine.batch.id}
    both = factories.make_staff(Role.SUPERVISOR, supervised=[mine.center, other.center])
    assert seen(both) == {mine.batch.id, other.batch.id}


@pytest.mark.parametrize("role", [Role.ALLIANCE_FINANCE, Role.AUDITOR, Role.ADMIN])
def test_headquarters_sees_all(two, role):
    assert seen(factories.make_staff(role)) == {one.batch.id for one in two}


@pytest.mark.parametrize(
    "role", [Role.DISPATCHER, Role.CREW, Role.HOTLINE, Role.BILLING_DESK, Role.INSURER]
)
def test_others_see_none(two, role):
    more = {"center": two[0].center} if role in (Role.DISPATCHER, Role.CREW) else {}
    assert seen(factories.make_staff(role, **more)) == set()


def test_somebody_elses_batch_and_an_unknown_one_answer_alike(two):
    mine, other = two
    for batch_id in (other.batch.id, 10**9):
        with pytest.raises(UnknownBatch):
            batch_for(batch_id, mine.finance)
    (theirs,) = current_differences(other.batch)
    with pytest.raises(UnknownDifference):
        difference_for(theirs.id, mine.finance)
    assert batch_for(mine.batch.id, mine.finance) is mine.batch
