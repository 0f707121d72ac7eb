"""The same calls as JSON, a file a resource, under /api/v1."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Hang the API into the application."""
