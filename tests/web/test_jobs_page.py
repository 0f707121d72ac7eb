"""The page of jobs, and what Prometheus hears of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from guarantee.business_time import now
from guarantee.jobs.running import run_due
from guarantee.jobs.table import JOBS
from guarantee.roles import Role
from tests.factories import make_staff
from tests.jobs.situations import LAPSE, OVERDUE, Clock, overdue_letters, worker


@pytest.fixture
def admin(session, sign_in):
    return sign_in(make_staff(Role.ADMIN))


def test_before_anything_ran_the_page_says_so_and_what_to_do(admin):
    page = admin.get("/admin/jobs").text
    assert page.count("从未运行") == len(JOBS)
    assert "flask jobs work" in page
    assert "没有失败" in page


def test_a_job_shows_its_schedule_its_last_run_and_what_it_did(admin, session):
    overdue_letters(2, at=now() - OVERDUE)
    run_due(worker(Clock(now())))
    page = admin.get("/admin/jobs").text
    for told in ("每分钟", "每周一 06:00", "每天 03:30", "完成", "失效", "无事可做"):
        assert told in page
    assert "逾期" not in page.partition("<table")[2].replace("逾期未交医院", "")
    english = admin.get("/admin/jobs?lang=en").text
    for told in ("every minute", "Mondays at 06:00", "Done", "lapsed", "nothing to do"):
        assert told in english


def test_a_job_that_is_late_says_since_when_in_red(admin, session):
    run_due(worker(Clock(now())))
    with time_machine.travel(now() + timedelta(minutes=10), tick=True):
        page = admin.get("/admin/jobs").text
    assert page.count("逾期，应于") == 2  # the two that are due every minute
    assert "tone-bad" in page


def test_what_failed_is_named_with_its_reason(admin, session):
    letters = overdue_letters(2, at=now() - OVERDUE)
    number = letters[0].number
    session.execute(
        text("UPDATE cases SET state = 'verified', enrolment_id = NULL WHERE id = :c"),
        {"c": letters[0].case_id},
    )
    session.commit()
    run_due(worker(Clock(now()), "machine-7:1"), jobs=LAPSE)
    page = admin.get("/admin/jobs").text
    failures = page.partition("最近的失败")[2]
    for told in ("部分完成", f"{number[:4]} {number[4:8]}", "AssertionError", "machine-7:1"):
        assert told in failures


def test_the_auditor_reads_it_too_and_nobody_else(session, sign_in):
    assert sign_in(make_staff(Role.AUDITOR)).get("/admin/jobs").status_code == 200
    assert sign_in(make_staff(Role.HOTLINE)).get("/admin/jobs").status_code == 403


def test_the_metrics_tell_how_long_ago_each_job_succeeded(client, session):
    run_due(worker(Clock(now())), jobs=LAPSE)
    with time_machine.travel(now() + timedelta(seconds=90), tick=False):
        told = dict(
            line.rsplit(" ", 1)
            for line in client.get("/metrics").text.splitlines()
            if line.startswith("guarantee_job_seconds_since_success{")
        )
    assert 90 <= float(told['guarantee_job_seconds_since_success{job="letters-lapse"}']) < 120
    assert told['guarantee_job_seconds_since_success{job="tidy"}'] == "+Inf"
    assert client.get("/readyz").status_code == 200
