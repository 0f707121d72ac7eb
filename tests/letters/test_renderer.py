"""Letters printed by a process of their own: killed, hung or out of memory, none is lost."""

from __future__ import annotations

import os
import resource
import signal
import time

import pytest

from guarantee.letters import paper
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from guarantee.letters.renderer import NotPrinted, Renderer

KILLS = "3101882630417589"
HANGS = "3101472809153658"


def work(content):
    """Prints, but dies over one letter and never ends with another."""
    if content.number == KILLS:
        os.kill(os.getpid(), signal.SIGKILL)
    if content.number == HANGS:
        time.sleep(600)  # a font that never comes to an end, in the child
    return b"%PDF " + content.number.encode()


def without_room_for_fonts(content):
    """The real press, in a process that may not open another file: no font can be read."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    return paper.render(content)


def test_a_killed_renderer_is_replaced_and_the_pdf_is_byte_for_byte_the_same():
    renderer = Renderer()
    try:
        first = renderer.pdf_of(specimen())
        killed = renderer.pid
        os.kill(killed, signal.SIGKILL)
        again = renderer.pdf_of(specimen())
        assert renderer.pid != killed
        assert again == first == paper.render(specimen())
        with pytest.raises(NotPrinted) as refused:
            renderer.pdf_of(specimen(member_name="\U0001f600"))
        assert refused.value.reason == "characters_missing"
        assert renderer.pdf_of(specimen_top_up()) == paper.render(specimen_top_up())
    finally:
        renderer.stop()


def test_it_is_recycled_and_a_letter_that_kills_it_twice_is_told_and_stops_no_other():
    renderer, pids = Renderer(work=work, most=2), []
    try:
        for _ in range(3):
            assert renderer.pdf_of(specimen()) == b"%PDF 3101472809153641"
            pids.append(renderer.pid)
        assert pids[0] == pids[1] != pids[2]
        with pytest.raises(NotPrinted) as refused:
            renderer.pdf_of(specimen(number=KILLS))
        assert refused.value.reason == "renderer_crashed"
        assert renderer.pdf_of(specimen()) == b"%PDF 3101472809153641"
    finally:
        renderer.stop()


def test_a_renderer_that_never_answers_is_ended():
    renderer = Renderer(work=work, patience=2)
    try:
        with pytest.raises(NotPrinted) as refused:
            renderer.pdf_of(specimen(number=HANGS))
        assert refused.value.reason == "renderer_crashed"
        assert renderer.pid is None
    finally:
        renderer.stop()


def test_fonts_that_cannot_be_read_are_a_reason_and_no_crash():
    renderer = Renderer(work=without_room_for_fonts)
    try:
        with pytest.raises(NotPrinted) as refused:
            renderer.pdf_of(specimen())
        assert refused.value.reason != "renderer_crashed"
    finally:
        renderer.stop()
