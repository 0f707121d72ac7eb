"""The page at /api/docs: the document to read and to try, by the swagger-ui kept with us."""

from __future__ import annotations

from flask import Blueprint, render_template

from guarantee.edge.access import public

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/api/docs")
@public
def page() -> str:
    """The API's documentation."""
    return render_template("api/docs.html")
