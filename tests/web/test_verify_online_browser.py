"""The offline check with a network: it adds how the letter stands now, and says which it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from guarantee.business_time import now
from guarantee.letters import number, paper
from guarantee.letters.keys import published_keys, rotate_keys, signing_key
from guarantee.letters.lifecycle import void
from guarantee.letters.seal import SigningKey, sign
from guarantee.letters.seal_claims import SealClaims
from guarantee.letters.snapshot import content_of
from guarantee.parties.staff import system
from guarantee.roles import Role
from tests import factories as make
from tests.letters.reading import images_of
from tests.live import chromium, complaints, serving, watch
from tests.web.seal_device import PHONE, SOME, Device, first_seal, flipped

DESK = {"width": 1366, "height": 768}
on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def browser(houses) -> Iterator[Browser]:
    """Started after the house stands: Playwright's loop would keep Flask from building it."""
    assert houses["sqlite"]
    with chromium() as found:
        yield found


@pytest.fixture
def address(app, session) -> Iterator[str]:
    make.make_letter()
    session.commit()
    with serving(app) as found:
        yield found


@pytest.fixture
def context(browser):
    with browser.new_context(viewport=PHONE, locale="zh-CN") as found:
        yield found


@on_sqlite
def test_with_a_network_the_state_of_now_is_added_and_a_void_shows_at_once(
    address, context, session
) -> None:
    letter = make.make_letter()
    session.commit()
    seal = first_seal(letter)
    device = Device(context, address)
    assert device.read(seal) == "online-issued"
    assert "联网核验：现状" in device.said
    assert letter.hospital.name in device.said
    assert "离线核验" not in device.said
    void(letter=letter, reason="写错医院", by=make.make_staff(Role.HOTLINE), at=now())
    session.commit()
    assert device.read(seal) == "online-voided"
    assert "已作废" in device.said
    assert "写错医院" not in device.said
    context.set_offline(True)
    assert device.read(seal) == "genuine"
    assert "离线核验：截至签署时" in device.said
    context.set_offline(False)  # and what was answered offline is asked again by itself
    expect(device.page.locator("[data-answer=online-voided]")).to_be_visible()


@on_sqlite
def test_nothing_but_the_number_is_sent_and_only_to_us(address, context, session) -> None:
    letter = make.make_letter()
    session.commit()
    device = Device(context, address)  # whole: what it fetches to keep is no part of the check
    sent: list[str] = []
    context.on("request", lambda asked: sent.append(f"{asked.method} {asked.url}"))
    assert device.read(first_seal(letter)) == "online-issued"
    sent = [one for one in sent if "/static/" not in one]  # these the device has
    assert sent == [f"GET {address}/api/v1/verify/{letter.number}"]


@on_sqlite
def test_a_network_that_does_not_answer_leaves_the_offline_answer_and_says_so(
    address, context, session
) -> None:
    letter = make.make_letter()
    session.commit()
    device = Device(context, address, whole=False)
    context.route("**/api/v1/verify/**", lambda route: route.abort())
    assert device.read(first_seal(letter)) == "genuine"
    assert "没有联网查到现状" in device.said


@on_sqlite
def test_an_unknown_key_is_looked_for_among_the_keys_of_now(address, context, session) -> None:
    """Two rotations on, the device knows neither key; with a network it asks, then is sure."""
    device = Device(context, address, whole=False)
    for _ in range(2):
        rotate_keys(by=system(), at=now())
    letter = make.make_letter()
    session.commit()
    context.set_offline(True)
    assert device.read(first_seal(letter)) == "unknown"
    context.set_offline(False)
    device.page.wait_for_function("navigator.onLine")
    assert device.read(first_seal(letter)) == "online-issued"
    forged = sign(SealClaims.of(content_of(letter), 1), SigningKey.generate())
    assert device.read(forged) in ("unknown", "unknown-fresh")
    expect(device.page.locator("[data-answer=unknown-fresh]")).to_be_visible()
    assert "不是联盟公布的密钥" in device.said


@on_sqlite
def test_a_genuine_seal_of_a_number_that_is_not_there_is_not_ours(
    address, context, session
) -> None:
    device = Device(context, address, whole=False)
    assert device.read(sign(SOME, signing_key(at=now()))) == "online-not-ours"


@on_sqlite
def test_old_keys_warn_beside_the_answer_and_beside_their_age(address, context, session) -> None:
    letter = make.make_letter()
    session.commit()
    device = Device(context, address)
    expect(device.page.locator("[data-keys]")).to_contain_text("刚刚")
    expect(device.page.locator("[data-keys]")).to_contain_text(str(len(published_keys())))
    context.clock.set_fixed_time(now() + timedelta(days=9))
    device.off()
    expect(device.page.locator("[data-keys].warned")).to_contain_text("9 天前")
    assert device.read(first_seal(letter)) == "ended"
    assert "本机密钥已 9 天没有更新" in device.said


@on_sqlite
def test_a_browser_without_ed25519_checks_by_the_library_and_says_so(
    address, context, session
) -> None:
    letter = make.make_letter()
    session.commit()
    context.add_init_script("SubtleCrypto.prototype.importKey = async () => { throw new Error(); }")
    device = Device(context, address)
    device.off()
    assert device.read(first_seal(letter)) == "genuine"
    device.page.locator(".signed-how summary").click()
    assert "本页附带的程序库" in device.said
    assert device.read(flipped(first_seal(letter), -1)) == "altered"


@on_sqlite
def test_a_browser_that_can_not_check_calls_nothing_genuine(address, context, session) -> None:
    letter = make.make_letter()
    session.commit()
    for broken in ("async () => true", "async () => { throw new Error(); }"):
        with context.browser.new_context(viewport=PHONE) as other:
            other.add_init_script(f"SubtleCrypto.prototype.verify = {broken};")
            other.route("**/noble-ed25519/**", lambda route: route.abort())
            device = Device(other, address, whole=False)
            assert device.read(first_seal(letter)) == "cannot"
            assert "不能核验签名" in device.said


@on_sqlite
@pytest.mark.parametrize(
    ("size", "light", "lang"), [(PHONE, "dark", "en"), (DESK, "light", "zh")], ids=["phone", "desk"]
)
def test_the_page_fits_and_axe_finds_nothing(address, browser, session, size, light, lang) -> None:
    letter = make.make_letter(hospital=make.make_hospital("新疆维吾尔自治区" * 15))
    session.commit()
    seal = first_seal(letter)
    with browser.new_context(viewport=size, color_scheme=light, bypass_csp=True) as context:
        heard = watch(context)
        device = Device(context, address, lang=lang, whole=False)
        for text in (seal, flipped(seal, -1)):
            device.read(text)
            wide = device.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert (text[:20], wide <= 0) == (text[:20], True)
            assert (text[:20], complaints(device.page)) == (text[:20], [])
        assert heard == []


@on_sqlite
def test_the_camera_reads_the_code_and_is_let_go(address, browser, session, tmp_path) -> None:
    letter = make.make_letter()
    session.commit()
    film = film_of(paper.render(content_of(letter), (1,)), tmp_path / "film.y4m")
    args = [
        "--no-sandbox",
        "--disable-gpu",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    seeing = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=args)
    try:
        context = seeing.new_context(viewport=PHONE, permissions=["camera"])
        device = Device(context, address)
        device.off()
        device.page.get_by_role("button", name="用摄像头扫描").click()
        assert device.verdict() == "genuine"
        assert number.grouped(letter.number) in device.said
        expect(device.page.locator("video")).to_be_hidden()
        assert device.page.evaluate("document.querySelector('video').srcObject") is None
    finally:
        seeing.close()


def film_of(pdf: bytes, path: Path) -> Path:
    """A camera's view of the upper right of a copy, where the code is: one frame, for ever."""
    grey = images_of(pdf, dpi=150)[0]
    side = 640
    frame = np.full((side, side), 255, np.uint8)
    part = grey[60 : 60 + side, -side:]
    frame[: part.shape[0], : part.shape[1]] = part
    colourless = np.full(side * side // 2, 128, np.uint8).tobytes()
    head = f"YUV4MPEG2 W{side} H{side} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + frame.tobytes() + colourless) * 3)
    return path
