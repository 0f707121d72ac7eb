"""Runs every benchmark, prints a table, keeps the results: python -m bench [name …]

A benchmark is a module of this folder with `run() -> dict`. Only its ratios mean something: its
reference is measured in the same run on the same machine. One that says `ONLY_WHEN_NAMED = True`
takes too long for a run without names.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
_LIBRARIES = (
    *("weasyprint", "pydyf", "fonttools", "cryptography", "cbor2", "zxing-cpp", "Flask"),
    *("SQLAlchemy", "pandas", "psycopg", "gunicorn"),
)


def machine() -> dict[str, Any]:
    """Where and with what the figures came about."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "versions": {name: metadata.version(name) for name in _LIBRARIES},
    }


def main(wanted: list[str]) -> int:
    """Run the benchmarks named (all without a name); 1 when one of them is not there."""
    found = sorted(p.stem for p in HERE.glob("*.py") if not p.stem.startswith("_"))
    if missing := set(wanted) - set(found):
        print(f"no such benchmark: {', '.join(sorted(missing))}; there are: {', '.join(found)}")
        return 1
    RESULTS.mkdir(exist_ok=True)
    for name in wanted or found:
        module = importlib.import_module(f"bench.{name}")
        if not hasattr(module, "run"):
            continue
        if not wanted and getattr(module, "ONLY_WHEN_NAMED", False):
            print(f"{name}: only when asked for by name\n")
            continue
        about = machine()
        result = module.run()
        about["load_after"] = round(os.getloadavg()[0], 2)
        kept = RESULTS / f"{name}.json"
        kept.write_text(json.dumps({**about, **result}, ensure_ascii=False, indent=2) + "\n")
        _show(name, result)
        print(f"  → {kept.relative_to(HERE.parent)}\n")
    return 0


def _show(name: str, result: dict[str, Any]) -> None:
    print(f"{name}: {result.get('what', '')}")
    _show_figures({key: value for key, value in result.items() if key != "what"}, "  ")


def _show_figures(figures: dict[str, Any], margin: str) -> None:
    for label, figure in figures.items():
        if isinstance(figure, dict) and any(isinstance(each, dict) for each in figure.values()):
            print(f"{margin}{label}")
            _show_figures(figure, margin + "  ")
        elif isinstance(figure, dict) and len(figure) > 4 and len(margin) > 2:
            print(f"{margin}{label}: " + ", ".join(f"{k} {v}" for k, v in figure.items()))
        elif isinstance(figure, dict):
            print(f"{margin}{label}")
            _show_figures(figure, margin + "  ")
        elif isinstance(figure, list):
            print(f"{margin}{label}")
            for each in figure:
                print(f"{margin}  {each}")
        else:
            print(f"{margin}{label:<46} {figure!s:>12}")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
