"""The code on each of the four sheets of a letter that was really issued: its own, large enough
and redundant enough to be read from a fax, a stain or an old telephone."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from guarantee.letters import paper
from guarantee.letters.keys import known_keys
from guarantee.letters.seal import open_seal
from guarantee.letters.seal_claims import SealClaims
from guarantee.letters.snapshot import content_of
from tests.factories import make_letter
from tests.letters.reading import images_of, picture_of

DPI = 300
pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def content(session):
    return content_of(make_letter())


@pytest.fixture
def sheets(content) -> list[np.ndarray]:
    return images_of(paper.render(content), dpi=DPI)


def width_mm(sheet: np.ndarray, code: zxingcpp.Barcode) -> float:
    """From the code's first dark dot to its last, along the line through its upper corners."""
    middle = (code.position.top_left.x + code.position.top_right.x) // 2
    line = code.position.top_left.y + 6
    dark = np.flatnonzero(sheet[line] < 128)
    near = dark[np.abs(dark - middle) < 25 / 25.4 * DPI]
    return float((near.max() - near.min() + 1) / DPI * 25.4)


def test_each_copy_carries_one_code_of_its_own_that_says_which_copy_it_is(content, sheets) -> None:
    texts = []
    for copy_no, sheet in enumerate(sheets, 1):
        (code,) = zxingcpp.read_barcodes(picture_of(sheet))
        assert open_seal(code.text, known_keys()) == SealClaims.of(content, copy_no)
        texts.append(code.text)
    assert texts == [copy.qr_text for copy in content.copies]
    assert len(set(texts)) == 4


def test_each_code_is_of_level_q_and_35_millimetres_wide_or_more(sheets) -> None:
    assert len(sheets) == 4
    for sheet in sheets:
        (code,) = zxingcpp.read_barcodes(picture_of(sheet))
        assert code.ec_level == "Q"
        assert 35.0 <= width_mm(sheet, code) <= 45.0
