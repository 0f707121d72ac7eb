"""What is in a parcel or has arrived is not out any more, scanned on its way or not."""

from __future__ import annotations

from guarantee.business_time import business_day, week_of
from guarantee.db import db
from guarantee.settlement.copies_out import copies_out
from tests.settlement.test_originals import paid, post
from tests.settlement.test_originals import week as week  # a paid batch of one letter


def out_of(week, letter):
    issued_in = week_of(business_day(letter.issued_at))
    return [copy.code for copy in db.session.scalars(copies_out(week.finance, issued_in))]


def test_a_copy_that_was_mailed_without_a_scan_is_not_waited_for(week):
    paid(week)
    letter = week.batch.lines[0].letter
    third, fourth = letter.copies[2:]
    assert out_of(week, letter) == [third.code, fourth.code]
    post(week, codes=[third.code])
    assert third.state == "printed"  # nobody scanned it: the parcel is what tells
    assert out_of(week, letter) == [fourth.code]
