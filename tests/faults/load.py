"""A load of people at their desks: stories told step by step over HTTP, from several threads, until
something strikes. Whoever gets no answer sends the same again with the same key."""

from __future__ import annotations

import http.client
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Lock

from tests.faults.gunicorn_server import GunicornServer
from tests.faults.stories import Step, Story

PEOPLE = 8
NO_ANSWER = (OSError, http.client.HTTPException)


class Desk:
    """One person's connection to the server, kept open as browsers do."""

    def __init__(self, server: GunicornServer, tokens: Mapping[str, str]) -> None:
        self._tokens = tokens
        self._line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def ask(self, step: Step) -> tuple[int, str, bool]:
        """The answer, and whether it is one that was given before. Raises one of NO_ANSWER."""
        headers = {
            "Authorization": f"Bearer {self._tokens[step.role]}",
            "Content-Type": "application/json",
            "Idempotency-Key": step.key,
        }
        try:
            self._line.request("POST", f"/api/v1{step.path}", json.dumps(step.body), headers)
            answer = self._line.getresponse()
            text = answer.read().decode()
        except NO_ANSWER:
            self._line.close()
            raise
        return answer.status, text, "Idempotent-Replayed" in answer.headers


class Load:
    """`strikes` says what happens when the n-th answer arrives: at once, by whoever got it."""

    def __init__(self, server: GunicornServer, tokens: Mapping[str, str], stories: Iterable[Story]):
        self.server, self.tokens = server, tokens
        self.stories = deque(stories)
        self.answers = 0
        self._over, self._counting = Event(), Lock()

    def run(self, strikes: Mapping[int, Callable[[], None]]) -> None:
        """Work until the last strike has fallen and nobody waits for an answer any more."""
        self.answers, self._strikes, self._last = 0, strikes, max(strikes)
        self._over.clear()
        with ThreadPoolExecutor(PEOPLE) as people:
            for done in [people.submit(self._work) for _ in range(PEOPLE)]:
                done.result()

    def _work(self) -> None:
        with Desk(self.server, self.tokens) as desk:
            while not self._over.is_set():
                story = self.stories.popleft()
                try:
                    if story.next_step() is not None:
                        self._tell(story, desk)
                finally:
                    self.stories.append(story)

    def _tell(self, story: Story, desk: Desk) -> None:
        step = story.open
        assert step is not None
        with suppress(*NO_ANSWER):
            status, answer, _ = desk.ask(step)
            if not to_ask_again(status, answer):
                story.answered(status, answer)
                self._count()

    def _count(self) -> None:
        with self._counting:
            self.answers += 1
            answers = self.answers
            if answers >= self._last:
                self._over.set()
        if strike := self._strikes.get(answers):
            strike()

    def ask_what_was_not_answered(self) -> None:
        """Every open step once more, all at the same moment, until each has its answer."""

        def insist(story: Story) -> None:
            assert story.open is not None
            with Desk(self.server, self.tokens) as desk:
                status, answer = 0, ""
                while not status or to_ask_again(status, answer):
                    status, answer, _ = desk.ask(story.open)
                story.answered(status, answer)

        waiting = [story for story in self.stories if story.open]
        with ThreadPoolExecutor(max(len(waiting), 1)) as people:
            list(people.map(insist, waiting))


def to_ask_again(status: int, answer: str) -> bool:
    """The same request is still at work (its sender is dead, its transaction not yet), or the
    database could not do it, or nobody knows."""
    return status == 503 or (status == 409 and "idempotency_in_progress" in answer)
