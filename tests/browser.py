"""The test client, made as forgetful as a real server.

The tests keep the application's context open, so that they and the requests share a database
session; what else a request left in `g` (who was signed in, in which language) must not reach
the next one.
"""

from __future__ import annotations

from typing import Any

from flask import g, has_app_context
from flask.testing import FlaskClient

_KEPT = ("_sqlalchemy",)


class Browser(FlaskClient):
    """A browser: from one request to the next it keeps its cookies, and nothing else is kept."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        _forget()
        try:
            return super().open(*args, **kwargs)
        finally:
            _forget()


def _forget() -> None:
    if has_app_context():
        for name in list(vars(g)):
            if not name.startswith(_KEPT):
                g.pop(name)
