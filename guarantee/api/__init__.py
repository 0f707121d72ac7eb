"""The same calls as JSON, a file a resource, under /api/v1. `register` finds them all.

A file here with a `blueprint` is a resource: its schemas stand beside its calls, its calls ask
the domain's functions and hold no rule of their own.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import cast

from apiflask import APIFlask
from flask import Blueprint, Flask

from guarantee.api.document import init_document


def register(app: Flask) -> None:
    """Hang the API into the application."""
    init_document(cast(APIFlask, app))
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        resource = getattr(importlib.import_module(found.name), "blueprint", None)
        if isinstance(resource, Blueprint):
            app.register_blueprint(resource)
