"""Callers, so many processes of their own, all starting at one moment.

For the domain function each client has an application context and a connection of its own, as a
worker of gunicorn has. (Threads share one interpreter: whoever waits for its lock goes on holding
the cover's and the audit chain's. See docs/decisions/0112-issuing-against-pgbench.md.)
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from bench.floor.costs import Costs, Meter
from bench.floor.figures import WARM_CALLS, Run, measured
from guarantee.collector import pass_over_what_stays

Call = Callable[[int], object]
_fork = multiprocessing.get_context("fork")


def run_clients(call: Call, *, meter: Meter, clients: int, seconds: float, first: int) -> Run:
    """`call(n)` over and over by so many clients, n from `first` on, each n once. The caller has
    closed its connections before: a forked one can't be shared."""
    pass_over_what_stays()  # as a worker of gunicorn does; here, before there are copies to make
    barrier = _fork.Barrier(clients + 1)
    pipes, children = [], []
    for client in range(clients):
        ours, theirs = _fork.Pipe(duplex=False)
        child = _fork.Process(
            target=_client, args=(call, barrier, theirs, seconds, first + client, clients)
        )
        child.start()
        theirs.close()
        pipes.append(ours)
        children.append(child)
    try:
        barrier.wait(300)
        since, before = time.time(), meter.read()
        answers = [pipe.recv() for pipe in pipes]
        costs = meter.since(before)
    except (EOFError, threading.BrokenBarrierError):
        raise RuntimeError("a client ended before its time") from None
    finally:
        for child in children:
            child.join()
    callers = sum(used for _, used in answers)
    calls = [one for each, _ in answers for one in each]
    costs = Costs(callers, costs.workers, costs.server)
    return measured(calls, since=since, costs=costs, paid=len(calls))


def _client(
    call: Call, barrier: Barrier, answer: Connection, seconds: float, first: int, step: int
) -> None:
    os.setsid()  # Linux shares out its processors by session; each backend of the server is one
    try:
        for n in range(first, first + WARM_CALLS * step, step):
            call(n)
    except BaseException:
        barrier.abort()
        raise
    barrier.wait()
    calls: list[tuple[float, float]] = []
    used = time.process_time()
    end = time.perf_counter() + seconds
    n = first + WARM_CALLS * step
    while (start := time.perf_counter()) < end:
        call(n)
        done = time.perf_counter()
        calls.append((time.time(), (done - start) * 1000))
        n += step
    answer.send((calls, time.process_time() - used))
    answer.close()
