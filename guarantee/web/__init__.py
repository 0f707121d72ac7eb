"""The pages. Each file (or folder) here with a `blueprint` is a desk; `register` finds them all.

A desk's blueprint carries the desk's name, its first page is the view `index`, and its templates
stand in the folder of that name. `navigation.py` says which role has which desk.
"""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint, Flask

from guarantee.web import shell


def register(app: Flask) -> None:
    """Give `app` the frame of its pages and every desk of this folder."""
    shell.install(app)
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        module = importlib.import_module(found.name)
        desks = getattr(module, "blueprints", None) or [getattr(module, "blueprint", None)]
        for desk in desks:
            if isinstance(desk, Blueprint):
                app.register_blueprint(desk)
