"""The journeys through a browser: the whole program served on a free port, Debian's Chromium.

SQLite only: what the engines do differently is tested below the pages.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from tests.live import chromium, serving, watch

REFUSED = ("422 (UNPROCESSABLE ENTITY)", "409 (CONFLICT)")
"""How Chromium's console mentions a form that came back with its mistake named."""
DESK = {"width": 1366, "height": 768}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the program answers. Take it after the situation has been made and committed."""
    with serving(app) as found:
        yield found


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    """Chromium. Started after the house stands: Playwright's loop would keep Flask from building
    it."""
    with chromium() as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A desk's browser. The journey fails when the console complained of anything but a refused
    form; axe may look (CSP is bypassed for it)."""
    made = browser.new_context(viewport=DESK, locale="zh-CN", bypass_csp=True)
    heard = watch(made)
    yield made
    made.close()
    assert [said for said in heard if not said.endswith(REFUSED)] == []
