"""Commands of an operator: `flask --app wsgi …`. Each has `--json`."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Hang the commands into the application."""
