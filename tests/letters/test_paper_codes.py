"""The printed codes, read back as a camera would."""

from dataclasses import replace

import pytest
import segno
import zxingcpp

from guarantee.letters import paper
from guarantee.letters.content import COPY_NUMBERS, CopySeal
from guarantee.letters.paper.geometry import CODE_LEFT, CODE_SIDE, CODE_TOP
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from guarantee.letters.seal import SigningKey, open_seal, sign
from guarantee.letters.seal_claims import SealClaims
from tests.letters.reading import images_of, picture_of

KEY = SigningKey.from_seed(b"\x07" * 32)


def sealed(content):
    seals = (sign(SealClaims.of(content, n), KEY) for n in COPY_NUMBERS)
    copies = [
        CopySeal(n, f"K{n}7M-Q2XR", text) for n, text in zip(COPY_NUMBERS, seals, strict=True)
    ]
    return replace(content, copies=tuple(copies))


@pytest.mark.parametrize(
    "content",
    [
        specimen(),
        specimen_top_up(),
        specimen(provisional=True),
        specimen(hospital_zh="新疆维吾尔自治区" * 15, member_name="古丽娜尔·艾合买提"),
    ],
    ids=["initial", "top-up", "provisional", "long"],
)
def test_each_copys_code_opens_to_that_copys_seal(content):
    letter = sealed(content)
    for number, page in enumerate(images_of(paper.render(letter), dpi=200), 1):
        found = zxingcpp.read_barcodes(picture_of(page))
        assert len(found) == 1
        claims = open_seal(found[0].text, {KEY.kid: KEY.public})
        assert claims == SealClaims.of(content, number)
        assert claims.content_digest == content.body_digest()


def test_the_code_is_of_level_q_and_at_least_35_millimetres_wide():
    page = images_of(paper.render(sealed(specimen()), (1,)), dpi=200)[0]
    code = zxingcpp.read_barcodes(picture_of(page))[0]
    assert code.ec_level == "Q"
    corner, other = code.position.top_left, code.position.top_right
    assert (other.x - corner.x) / 200 * 25.4 >= 34.8  # to the middles of the corner points
    assert segno.make(code.text, error="q", boost_error=False).version <= 16


def test_the_code_survives_a_fax_and_a_stain():
    """100 × 200 dots an inch, black and white only, and a corner of it dirty."""
    page = images_of(paper.render(sealed(specimen()), (1,)), dpi=200)[0].copy()
    page[230:262, 1330:1362] = 0
    faxed = ((page > 128) * 255).astype("uint8")
    found = zxingcpp.read_barcodes(picture_of(faxed))
    assert [open_seal(one.text, {KEY.kid: KEY.public}).copy_no for one in found] == [1]


def test_a_quiet_zone_of_four_modules_surrounds_the_code():
    page = images_of(paper.render(sealed(specimen()), (1,)), dpi=200)[0]
    code = zxingcpp.read_barcodes(picture_of(page))[0]
    side = segno.make(code.text, error="q", boost_error=False).symbol_size(border=0)[0]
    per_mm = 200 / 25.4
    left, top, width = (int(mm * per_mm) for mm in (CODE_LEFT, CODE_TOP, CODE_SIDE))
    gap = int(width / side * 4)
    around = page[top - gap : top + width + gap, left - gap : left + width + gap].copy()
    around[gap - 2 : -gap + 2, gap - 2 : -gap + 2] = 255
    assert around.min() > 200
