"""A phone with the offline check on it, for the tests, and codes that are wrong on purpose."""

from __future__ import annotations

import base64
import subprocess
from typing import Any

import cbor2
from playwright.sync_api import BrowserContext, Page

from guarantee.letters import base45
from guarantee.letters.models import Letter
from guarantee.letters.paper.specimen import specimen
from guarantee.letters.seal import PREFIX, SigningKey, sign
from guarantee.letters.seal_claims import SealClaims
from guarantee.letters.snapshot import content_of

SOME = SealClaims.of(specimen(), 1)
"""What a seal of a letter that was never issued would state."""
PHONE = {"width": 390, "height": 844}
_VERDICT = "[data-answer-place] .verdict"


class Device:
    """A browser that opened the page once; `page` is the page. `whole`: wait until all is kept."""

    def __init__(
        self, context: BrowserContext, address: str, *, lang: str = "zh", whole: bool = True
    ) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.page.goto(f"{address}/verify/offline?lang={lang}")
        self._ready()
        kept = {"zh": "已存入本机", "en": "Kept on this device"}[lang]
        if whole:
            self.page.get_by_text(kept).wait_for()

    def off(self) -> None:
        """No network any more, and the page opened afresh."""
        self.context.set_offline(True)
        self.page.reload()
        self._ready()

    def read(self, text: str) -> str:
        """The name of the verdict on a code's text."""
        self._wipe()
        self.page.fill("#text", text)
        self.page.locator("[data-text] button").click()
        return self.verdict()

    def photograph(self, picture: bytes) -> str:
        """The name of the verdict on a picture."""
        self._wipe()
        file = {"name": "letter.png", "mimeType": "image/png", "buffer": picture}
        self.page.set_input_files("#picture", file)  # type: ignore[arg-type]
        return self.verdict()

    def verdict(self) -> str:
        """What stands there once the network has answered or there is none."""
        self.page.wait_for_selector(_VERDICT)
        self.page.wait_for_selector(".asking", state="detached")
        return str(self.page.locator(_VERDICT).get_attribute("data-answer"))

    def askew(self, picture: bytes) -> bytes:
        """The picture as somebody in a hurry photographs it: turned, from further away, blurred."""
        found: str = self.page.evaluate(
            """async (given) => {
              const bytes = Uint8Array.from(atob(given), (c) => c.charCodeAt(0));
              const image = await createImageBitmap(new Blob([bytes]));
              const canvas = document.createElement("canvas");
              canvas.width = image.width * 1.5; canvas.height = image.height * 1.3;
              const context = canvas.getContext("2d");
              context.fillStyle = "#555"; context.fillRect(0, 0, canvas.width, canvas.height);
              context.translate(canvas.width * 0.3, canvas.height * 0.03);
              context.rotate(0.16); context.transform(1, 0.03, -0.04, 1, 0, 0);
              context.filter = "blur(1.2px) brightness(0.7)"; context.drawImage(image, 0, 0);
              return canvas.toDataURL("image/jpeg", 0.7).split(",")[1];
            }""",
            base64.b64encode(picture).decode(),
        )
        return base64.b64decode(found)

    @property
    def said(self) -> str:
        return self.page.locator("[data-answer-place]").inner_text()

    def open_all(self, texts: list[str], keys: dict[str, str]) -> list[str]:
        """The verdicts of the page's own module on many texts; `keys`: kid → the key in hex."""
        found: Any = self.page.evaluate(
            """async ([texts, keys]) => {
              const { open } = await import("/static/js/verify/seal.js");
              const { signatureCheck } = await import("/static/js/verify/ed25519.js");
              const bytes = (hex) => Uint8Array.from(hex.match(/../g), (two) => parseInt(two, 16));
              const known = new Map(Object.entries(keys).map(([kid, hex]) => [kid, bytes(hex)]));
              const check = await signatureCheck(), found = [];
              for (const text of texts) found.push((await open(text, known, check)).verdict);
              return found;
            }""",
            [texts, keys],
        )
        return list(found)

    def _ready(self) -> None:
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def _wipe(self) -> None:
        self.page.evaluate("document.querySelector('[data-answer-place]').replaceChildren()")


def picture_of(pdf: bytes, copy_no: int, *, dpi: int = 110) -> bytes:
    """A copy of the letter as a picture (PNG)."""
    page = ["-f", str(copy_no), "-l", str(copy_no)]
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-png", *page, "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


def sealed(claims: Any, key: SigningKey, header: Any = None) -> str:
    """A seal put together by hand, so that each part can be wrong on purpose: claims and header
    as maps, or as the bytes that are to stand there."""
    kid = cbor2.loads(cbor2.loads(base45.decode(sign(SOME, key)[4:])).value[0])[4]
    head, body = (
        part if isinstance(part, bytes) else cbor2.dumps(part, canonical=True)
        for part in (header or {1: -8, 4: kid}, claims)
    )
    signature = key.private.sign(cbor2.dumps(["Signature1", head, b"", body]))
    return PREFIX + base45.encode(cbor2.dumps(cbor2.CBORTag(18, [head, {}, body, signature])))


def flipped(text: str, place: int) -> str:
    """The same code with one bit of its bytes the other way; a negative place from behind."""
    raw = bytearray(base45.decode(text.removeprefix(PREFIX)))
    raw[place] ^= 1
    return PREFIX + base45.encode(bytes(raw))


def first_seal(letter: Letter) -> str:
    """The text of the code on copy 1."""
    return content_of(letter).copies[0].qr_text
