"""The four-copy letter of ours beside the plain recipe, Typst, ReportLab and Chromium.

The same texts on four A4 pages with four seals, in the same run: each recipe in a process of its
own, all taking turns letter by letter. What a recipe makes is read back before it is timed.
"""

from __future__ import annotations

import os
import statistics
from contextlib import ExitStack
from typing import Any

from bench.letters.processes import Process, Recipe
from bench.letters.reading import read_back
from bench.letters.sheet import content, sealed

ROUNDS = int(os.environ.get("BENCH_LETTER_ROUNDS", "15"))
LETTERS = int(os.environ.get("BENCH_LETTERS", "1000"))
"""Of the run that shows whether memory grows; 10 000 for the figure that counts."""
COLD_ROUNDS, BUSY_ROUNDS, BUSY_SECONDS, WEIGHED = 3, 3, 5.0, 50
OURS, PLAIN, TYPST, FIELDS = "ours", "plain recipe", "Typst", "Typst, fields on a form"
REPORTLAB, CHROMIUM = "ReportLab, with a form", "Chromium"
RECIPES = {
    OURS: Recipe("ours"),
    PLAIN: Recipe("plain"),
    TYPST: Recipe("typst"),
    FIELDS: Recipe("typst", "start_with_form"),
    REPORTLAB: Recipe("reportlab"),
    CHROMIUM: Recipe("chromium"),
}
IN_FULL = "ours, laid out in full"
GOALS = {PLAIN: 25.0, CHROMIUM: 4.5, TYPST: 0.75}
"""How many times faster than these ours shall be; than Typst 1.0 is aimed at."""
MOST_MB, MOST_TIMES_COLD = 120, 3
Times = dict[str, list[float]]


def run(rounds: int = ROUNDS, letters: int = LETTERS) -> dict[str, Any]:
    """Medians, ratios taken round by round, and the goals beside them."""
    sizes: dict[str, int] = {}
    letter, archived, others = _warm(rounds, sizes)
    cold, peaks = _cold(), _peaks()
    busy = {name: round(statistics.median(each), 1) for name, each in _busy().items()}
    warm, first = statistics.median(letter[OURS]), cold[OURS]["first_letter_ms"]
    return {
        "what": "four-copy letter with its four seals, by recipe, each in its own process",
        "rounds": rounds,
        "goals": {
            **_goals("letter", _ratios(letter)),
            **_goals("letter and PAdES", _ratios(archived)),
            "first letter at most 3 x warm": _at_most(first / warm, MOST_TIMES_COLD),
            "peak memory at most 120 MB": _at_most(peaks[OURS], MOST_MB),
        },
        "warm, seals and letter, ms": _medians(letter),
        "warm, seals, letter and PAdES, ms": _medians(archived),
        "also warm, ms": _medians(others),
        "times as fast: ours, seals and letter": _ratios(letter),
        "times as fast: ours, with PAdES": _ratios(archived),
        "cold, ms": cold,
        "letters a second, two processes": busy,
        "bytes": sizes,
        f"peak memory over {WEIGHED} letters, MB": peaks,
        f"memory of one process of ours over {letters} letters, MB": _growth(letters),
    }


def _warm(rounds: int, sizes: dict[str, int]) -> tuple[Times, Times, Times]:
    """All recipes in turn, letter by letter; before the first, what each makes is read back."""
    letter: Times = {name: [] for name in RECIPES}
    archived: Times = {name: [] for name in RECIPES}
    others: Times = {IN_FULL: [], "ours, exclusions never seen": [], "seals alone": []}
    with ExitStack() as ends:
        recipes = {**RECIPES, IN_FULL: Recipe("ours", "start_in_full")}
        running = {name: ends.enter_context(Process(one)) for name, one in recipes.items()}
        for name, process in running.items():
            pdf = process.ask("pdf", 1)
            read_back(name, pdf, sealed(content(1)))
            sizes[name] = len(pdf)
            process.ask("letter", 2)
            process.ask("archived", 2)
        for n in range(3, rounds + 3):
            for name in RECIPES:
                letter[name].append(running[name].ask("letter", n))
                archived[name].append(running[name].ask("archived", n))
            others[IN_FULL].append(running[IN_FULL].ask("letter", n))
            others["ours, exclusions never seen"].append(running[OURS].ask("letter", n, f"Z{n}"))
            others["seals alone"].append(running[OURS].ask("seals", n))
    return letter, archived, others


def _cold() -> dict[str, dict[str, float]]:
    """From nothing: until a fresh process can take a letter, and how long its first one takes."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in RECIPES}
    for n in range(COLD_ROUNDS):
        for name, recipe in RECIPES.items():
            with Process(recipe) as fresh:
                times[name].append((fresh.ready_ms, fresh.ask("letter", n)))
    return {
        name: {
            "ready_ms": round(statistics.median(ready for ready, _ in each)),
            "first_letter_ms": round(statistics.median(first for _, first in each), 1),
        }
        for name, each in times.items()
    }


def _busy() -> Times:
    """Letters a second of two processes at once, all recipes in turn."""
    rates: Times = {name: [] for name in RECIPES}
    with ExitStack() as ends:
        running = {
            name: [ends.enter_context(Process(recipe)) for _ in range(2)]
            for name, recipe in RECIPES.items()
        }
        for pair in running.values():
            for process in pair:
                process.ask("letter", 1)
        for n in range(BUSY_ROUNDS):
            for name, pair in running.items():
                for half, process in enumerate(pair):
                    process.tell("many", BUSY_SECONDS, 100_000 * (2 * n + half + 1))
                rates[name].append(sum(process.answer() for process in pair))
    return rates


def _peaks() -> dict[str, float]:
    """The highest memory of a fresh process each. All have the house's own code in them."""
    peaks = {}
    for name, recipe in {**RECIPES, "the house's code alone": Recipe("idle")}.items():
        with Process(recipe) as fresh:
            for n in range(WEIGHED):
                fresh.ask("letter", n)
                if n % 10 == 9:
                    fresh.now_mb()  # looks at Chromium's processes
            peaks[name] = fresh.peak_mb()
    return peaks


def _growth(letters: int) -> dict[str, float]:
    """The memory of one process after each thousand letters (a tenth of all where they are few)."""
    step = min(1000, max(letters // 10, 1))
    with Process(RECIPES[OURS]) as one:
        sizes = {"0": one.now_mb()}
        for made in range(0, letters, step):
            one.ask("run of", made, step)
            sizes[str(made + step)] = one.now_mb()
        sizes["highest"] = one.peak_mb()
    return sizes


def _medians(times: Times) -> dict[str, float]:
    return {name: round(statistics.median(each), 1) for name, each in times.items()}


def _ratios(times: Times) -> dict[str, float]:
    """How many times faster ours is: the median of the rounds' ratios, which stood side by side."""
    return {
        name: round(statistics.median(a / b for a, b in zip(each, times[OURS], strict=True)), 2)
        for name, each in times.items()
        if name != OURS
    }


def _goals(what: str, ratios: dict[str, float]) -> dict[str, str]:
    return {
        f"{what}, at least {goal} x {name}": f"{ratios[name]} {_met(ratios[name] >= goal)}"
        for name, goal in GOALS.items()
    }


def _at_most(figure: float, most: float) -> str:
    return f"{figure:.1f} {_met(figure <= most)}"


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"
