"""The only place that talks to WeasyPrint: HTML in, a laid out document back.

Nothing is ever fetched. While the style sheet is read, the fetcher hands out the letter's own
fonts from memory; for a letter it raises at the first address, whatever stands in a field.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from guarantee.letters.paper import fonts
from guarantee.letters.paper.geometry import MEASURES

TEMPLATES = Path(__file__).parents[3] / "templates" / "letter"
PIXELS_PER_MM = 96 / 25.4
SLACK = 0.05  # millimetres, for what rounding does to a position


class ClosedFetcher(URLFetcher):
    """Hands out the letter's fonts, or nothing at all; anything else ends the rendering."""

    def __init__(self, *, fonts_allowed: bool = False) -> None:
        super().__init__(fail_on_errors=True)
        self._fonts_allowed = fonts_allowed

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        found = fonts.font_bytes(url) if self._fonts_allowed else None
        if found is None:
            raise FatalURLFetchingError(f"a letter fetches nothing: {url[:80]}")
        return URLFetcherResponse(url, found, {"Content-Type": "font/ttf"})


@dataclass(frozen=True)
class Press:
    """What is made once for a worker and used for every letter: fonts, templates, styles."""

    templates: Environment
    font_config: FontConfiguration
    styles: dict[str, CSS]


@functools.cache
def press() -> Press:
    """The worker's press; the first call takes a second or two."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    font_config = FontConfiguration()
    opener = ClosedFetcher(fonts_allowed=True)
    CSS(string=fonts.font_faces(), font_config=font_config, url_fetcher=opener)
    stacks = {"TEXT_STACK": fonts.TEXT_STACK, "BOLD_STACK": fonts.BOLD_STACK}
    styles = {
        name: CSS(
            string=templates.get_template(f"{name}.css").render(**MEASURES, **stacks),
            font_config=font_config,
            url_fetcher=ClosedFetcher(),
        )
        for name in ("form", "fields")
    }
    return Press(templates, font_config, styles)


def lay_out(template: str, *, style: str, **values: Any) -> Document:
    """The laid out pages of a template of the letter, filled with these values."""
    tools = press()
    markup = tools.templates.get_template(template).render(**MEASURES, **values)
    page = HTML(string=markup, base_url=None, url_fetcher=ClosedFetcher())
    return page.render(font_config=tools.font_config, stylesheets=[tools.styles[style]])


def position_of(document: Document, anchor: str) -> float:
    """How far down the first page (in mm) the element with this id came to stand; infinitely far
    if it fell off the page."""
    place = document.pages[0].anchors.get(anchor)
    return float(place[1]) / PIXELS_PER_MM if place else math.inf
