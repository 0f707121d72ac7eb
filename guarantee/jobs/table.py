"""Every job there is, in one place: its name, its words, when it is due, what it does.

The worker, the commands, the page and the metrics are drawn from these rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from guarantee.jobs import work
from guarantee.jobs.errand import Errand
from guarantee.jobs.printing import print_letters
from guarantee.jobs.schedule import Schedule
from guarantee.refusals import NotFound, Words


class UnknownJob(NotFound):
    code = "unknown_job"
    words = Words("没有名为“{name}”的任务。", "There is no job named “{name}”.")


@dataclass(frozen=True)
class Job:
    name: str
    words: Words
    does: Words
    schedule: Schedule
    grace: timedelta
    """Not done so long after its slot, it is late."""
    work: Callable[[Errand], None]


JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        Job(
            "letters-lapse",
            Words("担保函失效", "Letters lapse"),
            Words(
                "逾期未交医院的担保函失效，冻结的保额退回",
                "Letters not presented in time lapse; what they held goes back to the cover",
            ),
            Schedule("* * * * *", Words("每分钟", "every minute")),
            timedelta(minutes=5),
            work.lapse_letters,
        ),
        Job(
            "letters-print",
            Words("生成担保函 PDF", "Print letters ahead"),
            Words(
                "为新出的担保函生成 PDF；生成失败的稍后重试",
                "Makes the PDFs of new letters; those that failed are tried again later",
            ),
            Schedule("* * * * *", Words("每分钟", "every minute")),
            timedelta(minutes=5),
            print_letters,
        ),
        Job(
            "settlement-open",
            Words("建立周结算批次", "Open the week's batches"),
            Words(
                "为每个急救中心和医院建立上周的结算批次",
                "Opens the batches of the week before, for every centre and hospital",
            ),
            Schedule("0 6 * * 1", Words("每周一 06:00", "Mondays at 06:00")),
            timedelta(minutes=30),
            work.open_weeks,
        ),
        Job(
            "tidy",
            Words("清理", "Tidy"),
            Words(
                "清除过期的幂等应答、任务记录、页面消息和无人确认的上传文件",
                "Forgets kept answers, old runs, what pages were told, and files nobody decided on",
            ),
            Schedule("30 3 * * *", Words("每天 03:30", "every night at 03:30")),
            timedelta(hours=1),
            work.forget,
        ),
    )
}

COUNTS: dict[str, Words] = {
    "lapsed": Words("失效", "lapsed"),
    "printed": Words("已生成", "printed"),
    "batches": Words("中心批次", "centres' batches"),
    "hospital_batches": Words("医院批次", "hospitals' batches"),
    "answers": Words("应答", "answers"),
    "runs": Words("任务记录", "runs"),
    "events": Words("页面消息", "events"),
    "files": Words("待确认文件", "files"),
    "failed": Words("失败", "failed"),
}
"""What a run counts."""


def job_named(name: str) -> Job:
    """The job of this name. Refuses `unknown_job`."""
    if name not in JOBS:
        raise UnknownJob(name=name)
    return JOBS[name]
