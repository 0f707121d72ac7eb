"""What may stand in an address: ids that a row can have, codes that an institution can have.

Anything else is not found at once, without asking the database (which would choke on an id
of thirty digits).
"""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """`<int:case_id>`: from 1 to the largest id a table can hold."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, min=1, max=LARGEST_ID)


class CodeConverter(BaseConverter):
    """`<code:insurer>`: an institution's code."""

    regex = "[A-Za-z0-9_-]{1,20}"


def init_addresses(app: Flask) -> None:
    """Before any route is registered."""
    app.url_map.converters.update(int=IdConverter, code=CodeConverter)
