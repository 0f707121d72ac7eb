"""Our program in processes of its own, on the test's database: what a signal ends is real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parents[2]


def started(app: Flask, *arguments: str) -> subprocess.Popen[str]:
    """A Python of its own with the settings of `app`."""
    settings = app.config["SETTINGS"]
    keys = {
        name.upper(): getattr(settings, name).get_secret_value()
        for name in ("secret_key", "encryption_key", "signing_key")
    }
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | keys | {"DATABASE_URL": settings.database_url},
        stdout=subprocess.PIPE,
        text=True,
    )
