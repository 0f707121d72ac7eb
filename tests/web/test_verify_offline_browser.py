"""The offline check in real Chromium: opened once, then the server is gone and the network off."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import cbor2
import pytest
from playwright.sync_api import Browser

from guarantee.business_time import now
from guarantee.db import db
from guarantee.letters import base45, number, paper
from guarantee.letters.keys import known_keys, rotate_keys, signing_key
from guarantee.letters.seal import PREFIX, SigningKey, open_seal, sign
from guarantee.letters.seal_claims import SealClaims
from guarantee.letters.snapshot import content_of
from guarantee.parties.staff import system
from guarantee.personal_data import use_keys
from guarantee.refusals import Refusal
from tests import factories as make
from tests.live import chromium, serving, watch
from tests.web.seal_device import PHONE, Device, first_seal, flipped, picture_of, sealed


@pytest.fixture(scope="module")
def browser(houses) -> Iterator[Browser]:
    """Started after the house stands: Playwright's loop would keep Flask from building it."""
    assert houses["sqlite"]
    with chromium() as found:
        yield found


@dataclass
class CutOff:
    """A device whose server is gone, and what there is to be read."""

    device: Device
    heard: list[str]
    letter: str
    texts: list[str]
    pdf: bytes
    ended: str
    before_rotation: str
    after_rotation: str
    claims: SealClaims
    key: SigningKey
    keys: dict[str, object]

    def reads(self, key: int, value: object) -> str:
        """The verdict on the letter's claims with one of them changed, signed with our key."""
        short = {**self.claims.to_map(), key: value}
        return self.device.read(sealed(short, self.key))


@pytest.fixture(scope="module")
def cut_off(houses, browser) -> Iterator[CutOff]:
    house = houses["sqlite"]
    house.empty_it()
    settings = house.app.config["SETTINGS"]
    use_keys(encryption_key=settings.key("encryption_key"), signing_key=settings.key("signing_key"))
    with house.app.app_context():
        ended = make.make_letter(at=now() - timedelta(days=5))
        old = make.make_letter()
        rotate_keys(by=system(), at=now())
        letter = make.make_letter()
        db.session.commit()
        content = content_of(letter)
        key = signing_key(at=now())
        context = browser.new_context(viewport=PHONE, locale="zh-CN")
        heard = watch(context)
        with serving(house.app) as address:
            device = Device(context, address)
        device.off()
        known = known_keys()
        rotate_keys(by=system(), at=now())  # what the device can't have heard of any more
        later = make.make_letter()
        db.session.commit()
        yield CutOff(
            device=device,
            heard=heard,
            letter=letter.number,
            texts=[copy.qr_text for copy in content.copies],
            pdf=paper.render(content),
            ended=first_seal(ended),
            before_rotation=first_seal(old),
            after_rotation=first_seal(later),
            claims=SealClaims.of(content, 1),
            key=key,
            keys=known,
        )
        context.close()
        db.session.rollback()


# ── without a network ─────────────────────────────────────────────────────────────────────────


def test_a_seal_is_genuine_as_of_signing_and_every_claim_is_told(cut_off) -> None:
    assert cut_off.device.read(cut_off.texts[1]) == "genuine"
    said = cut_off.device.said
    claims = cut_off.claims
    for told in (
        "印章真实，截至签署时",
        "离线核验：截至签署时",
        "只有联网才知道",
        number.grouped(cut_off.letter),
        "首次担保函",
        "已出函",
        claims.center_code,
        claims.hospital,
        claims.holder,
        "1,000.00",
        "5,000.00",
        "第二联 · 患者",
    ):
        assert told in said
    assert "联网核验：现状" not in said


def test_each_copy_read_from_a_picture_of_the_paper_says_which_copy_it_is(cut_off) -> None:
    for copy_no, name in ((1, "第一联"), (4, "第四联")):
        assert cut_off.device.photograph(picture_of(cut_off.pdf, copy_no)) == "genuine"
        assert name in cut_off.device.said


def test_a_photograph_taken_askew_is_read(cut_off) -> None:
    photograph = cut_off.device.askew(picture_of(cut_off.pdf, 1, dpi=220))
    assert cut_off.device.photograph(photograph) == "genuine"


def test_a_picture_without_a_code_says_so(cut_off) -> None:
    blank = cut_off.device.page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 40})
    assert cut_off.device.photograph(blank) == "unreadable"


@pytest.mark.parametrize("place", [-1, -100, 40], ids=["signature", "a claim", "another claim"])
def test_one_bit_changed_is_altered(cut_off, place) -> None:
    assert cut_off.device.read(flipped(cut_off.texts[0], place)) == "altered"
    assert "内容被改动或损坏" in cut_off.device.said


def test_an_amount_raised_under_the_old_signature_is_altered(cut_off) -> None:
    head, _, _, signature = cbor2.loads(base45.decode(cut_off.texts[0][4:])).value
    raised = dataclasses.replace(cut_off.claims, total_in_hospital_fen=9_000_000)
    body = cbor2.dumps(raised.to_map(), canonical=True)
    forged = cbor2.dumps(cbor2.CBORTag(18, [head, {}, body, signature]))
    assert cut_off.device.read(PREFIX + base45.encode(forged)) == "altered"


def test_a_key_that_nobody_published_proves_nothing(cut_off) -> None:
    assert cut_off.device.read(sign(cut_off.claims, SigningKey.generate())) == "unknown"
    assert "密钥未知，不能证明" in cut_off.device.said
    assert cut_off.claims.holder not in cut_off.device.said


def test_another_algorithm_is_altered_though_the_key_is_ours(cut_off) -> None:
    kid = cbor2.loads(cbor2.loads(base45.decode(cut_off.texts[0][4:])).value[0])[4]
    for algorithm in (-7, -19, 5):
        text = sealed(cut_off.claims.to_map(), cut_off.key, {1: algorithm, 4: kid})
        assert cut_off.device.read(text) == "altered"


def test_past_its_date_is_told_apart_from_genuine(cut_off) -> None:
    assert cut_off.device.read(cut_off.ended) == "ended"
    assert "印章真实，但已过期限" in cut_off.device.said


@pytest.mark.parametrize("text", ["https://example.org/GL1:", "HC1:6BF+70790T9WJWG"])
def test_another_code_is_said_to_be_another_code(cut_off, text) -> None:
    assert cut_off.device.read(text) == "foreign"


def test_a_number_typed_here_is_led_to_the_connected_check(cut_off) -> None:
    assert cut_off.device.read(number.grouped(cut_off.letter)) == "number"
    link = cut_off.device.page.locator("[data-number-link]")
    assert link.get_attribute("href") == f"/verify/{cut_off.letter}"


def test_letters_sealed_before_and_after_a_rotation_hold(cut_off) -> None:
    """The key that signs next was known to the device before it signed anything."""
    assert cut_off.device.read(cut_off.before_rotation) == "genuine"
    assert cut_off.device.read(cut_off.after_rotation) == "genuine"


def test_an_unknown_state_or_markup_in_a_claim_is_shown_as_text(cut_off) -> None:
    assert cut_off.reads(7, "<img src=x onerror=alert(1)>") == "genuine"
    assert "<img src=x" in cut_off.device.said
    assert cut_off.device.page.locator("[data-answer-place] img").count() == 0


def test_the_page_opens_offline_in_the_other_language_too(cut_off) -> None:
    page = cut_off.device.page
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("html[lang=en][data-ready]", state="attached")
    assert cut_off.device.read(cut_off.texts[0]) == "genuine"
    assert "Genuine, as of signing" in cut_off.device.said
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("html[lang=zh-CN][data-ready]", state="attached")


def test_the_page_and_the_program_say_the_same_of_every_altered_byte(cut_off) -> None:
    """Every single bit of a seal, and every way of writing it that is not ours."""
    text, key, short = cut_off.texts[0], cut_off.key, cut_off.claims.to_map()
    raw = base45.decode(text.removeprefix(PREFIX))
    kid = cbor2.loads(cbor2.loads(raw).value[0])[4]
    good = {1: -8, 4: kid}
    flips = []
    for place in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        flips.append(PREFIX + base45.encode(bytes(changed)))
    head, _, body, signature = cbor2.loads(raw).value
    long_head = b"\xb8" + bytes([2]) + head[1:]
    tagged = [
        cbor2.CBORTag(18, [head, {7: 1}, body, signature]),
        cbor2.CBORTag(17, [head, {}, body, signature]),
        cbor2.CBORTag(18, [head, {}, body]),
        cbor2.CBORTag(18, [head, {}, body, signature[:-1]]),
        cbor2.CBORTag(18, [long_head, {}, body, signature]),
        [head, {}, body, signature],
    ]
    claims = [{k: v for k, v in short.items() if k != gone} for gone in short]
    claims += [{**short, k: v} for k, v in WRONG]
    texts = [
        text,
        f"\r\n{text}\t",
        f" {text}",
        text.lower(),
        text[:-1],
        text + "0",
        PREFIX,
        PREFIX + "0" * 3000,
        *flips,
        *(PREFIX + base45.encode(cbor2.dumps(tag)) for tag in tagged),
        PREFIX + base45.encode(raw + b"\x00"),
        *(sealed(one, key) for one in (*claims, *written_otherwise(short))),
        sealed(short, key, {**good, 2: []}),
        sealed(short, key, {1: -8}),
        sealed(short, key, {1: -8, 4: "text"}),
        sealed({**short, 14: True}, key),
    ]
    hexed = {kid: known.public_bytes_raw().hex() for kid, known in cut_off.keys.items()}
    by_page = cut_off.device.open_all(texts, hexed)
    assert by_page == [verdict_of(one, cut_off.keys) for one in texts]
    assert by_page.count("genuine") == 3  # the seal, with a line's end around it, and provisional
    assert {"altered", "unknown", "foreign"} < set(by_page)


def written_otherwise(short) -> list[bytes]:
    """The same claims as other bytes: none of them is how a seal is written."""
    whole = cbor2.dumps(short, canonical=True)
    turned = cbor2.dumps(dict(reversed(short.items())))
    last = cbor2.dumps(13) + cbor2.dumps(short[13])
    return [
        turned,
        whole + b"\x00",
        whole[:-1],
        b"\xb8\x0d" + whole[1:],
        b"\xbf" + whole[1:] + b"\xff",
        b"\xae" + whole[1:] + last,
        b"\xad" + whole[1:].replace(last, b"\x18\x0d" + cbor2.dumps(short[13])),
        cbor2.dumps(list(short.values())),
        b"",
    ]


WRONG = [
    (1, 10**16),
    (2, 2),
    (3, b"issued"),
    (4, 2**62),
    (6, -1),
    (9, -1),
    (9, 1.5),
    (9, True),
    (11, 2**64),
    (12, 0),
    (12, 5),
    (13, b"short"),
    (14, False),
    (99, 1),
    ("1", 1),
]


def verdict_of(text, keys) -> str:
    """What the program says, in the page's words."""
    names = {"not_a_seal": "foreign", "seal_altered": "altered", "seal_unknown_key": "unknown"}
    try:
        open_seal(text, keys)
    except Refusal as refused:
        return names[refused.code]
    return "genuine"


def test_nothing_was_refused_or_missed_while_offline(cut_off) -> None:
    assert [line for line in cut_off.heard if "ERR_INTERNET_DISCONNECTED" not in line] == []
