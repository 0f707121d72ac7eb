"""Chromium over its debugging port: one page kept open, our cut font in place of all of Noto."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable

from playwright.sync_api import sync_playwright

from bench.letters.html_page import page_of
from bench.letters.sheet import FONTS, qr_svg, sheet_of
from guarantee.letters.content import LetterContent


def start() -> Callable[[LetterContent], bytes]:
    browser = (
        sync_playwright()
        .start()
        .chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
    )
    page = browser.new_page()
    font = base64.b64encode((FONTS / "LetterSans.ttf").read_bytes()).decode()
    # Loaded once into the page that stays; only the body changes from letter to letter.
    page.set_content("<!doctype html><title>letter</title>")
    page.evaluate(
        """async font => {
            const face = new FontFace('Letter Sans', `url(data:font/ttf;base64,${font})`)
            document.fonts.add(await face.load())
        }""",
        font,
    )

    def letter(of: LetterContent) -> bytes:
        markup = page_of(sheet_of(of), "'Letter Sans'", qr_svg)
        page.evaluate("markup => { document.documentElement.innerHTML = markup }", markup)
        return page.pdf(prefer_css_page_size=True, tagged=False, outline=False)

    return letter
