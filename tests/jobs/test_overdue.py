"""A missing document is due in 24 hours: then the hotline has it before its eyes, late in red."""

from __future__ import annotations

from datetime import timedelta

from guarantee.business_time import now
from guarantee.cases.models import Method
from guarantee.jobs.running import run_due
from guarantee.tickets import open_ticket
from tests import factories as make
from tests.cases.test_verification import report
from tests.jobs.situations import LAPSE, OVERDUE, Clock, worker


def test_an_overdue_document_stands_first_and_late_also_when_its_letter_has_lapsed(
    session, sign_in
):
    hotline, long_ago = make.make_staff("hotline"), now() - OVERDUE
    case = make.make_case(at=long_ago)
    proof = {"method": Method.PROVISIONAL, "document_type_text": "家属口述", "by": hotline}
    report(case, long_ago, document_number="户口本", **proof)
    letter = make.make_letter(case=case, at=long_ago)
    asked = open_ticket(kind="question", by=hotline, at=now() - timedelta(hours=1))
    session.commit()
    desk = sign_in(hotline)
    for _ in range(2):
        queue = desk.get("/hotline").text.partition('id="queue"')[2].partition("</section>")[0]
        first = queue.partition("</a>")[0]
        assert f"/dispatch/cases/{case.id}" in first
        assert 'class="clock late"' in first
        assert "已超时" in first
        assert f"ticket={asked.id}" in queue
        run_due(worker(Clock(now())), jobs=LAPSE)
    session.refresh(letter)
    assert (letter.provisional, letter.state) == (True, "lapsed")
