"""The pages' event stream: what must appear on a desk without anybody reloading it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user

from guarantee.edge.access import allow
from guarantee.edge.stream import event_stream

blueprint = Blueprint("live", __name__)


@blueprint.get("/events")
@allow()
def index() -> Response:
    """Server-sent events for whoever is signed in; `/api/v1/events` is the same for a token."""
    return event_stream(current_user)
