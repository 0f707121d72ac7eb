"""Commands of an operator: `flask --app wsgi …`. Each has `--json`.

Exit codes: 0 done; 1 looked and found something wrong (ledger, audit, an unknown number);
2 refused, nothing was changed. `register` finds every group of this folder.
"""

from __future__ import annotations

import importlib
import pkgutil

import click
from flask import Flask


def register(app: Flask) -> None:
    """Hang the commands into the application."""
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        for command in getattr(importlib.import_module(found.name), "COMMANDS", ()):
            assert isinstance(command, click.Command)
            app.cli.add_command(command)
