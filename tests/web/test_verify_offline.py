"""What the server gives the offline check: the same page for everybody, and a whole list of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from guarantee.letters.keys import rotate_keys
from guarantee.parties.staff import system
from guarantee.roles import Role
from guarantee.tables import TABLES
from tests.factories import NOW, make_letter, make_staff

STATIC = Path(__file__).parents[2] / "guarantee" / "static"
MODULES = sorted((STATIC / "js" / "verify").glob("*.js"))


def kept(client) -> tuple[str, dict[str, str], list[str]]:
    """What the worker was told: version, pages, files."""
    code = client.get("/verify/offline.js").text
    told = dict(re.findall(r"^const ([A-Z]+) = (.+);$", code, re.MULTILINE))
    version, pages, files = (json.loads(told[name]) for name in ("VERSION", "PAGES", "FILES"))
    return version, pages, files


def test_the_page_is_the_same_for_everybody_so_that_a_device_may_keep_it(
    client, session, sign_in
) -> None:
    make_letter()
    somebody = sign_in(make_staff(Role.BILLING_DESK, language="zh", display_name="周收费"))
    pages = [one.get("/verify/offline") for one in (client, somebody)]
    assert pages[0].text == pages[1].text
    assert "csrf" not in pages[0].text
    assert "周收费" not in pages[1].text
    assert "Set-Cookie" not in pages[0].headers


def test_the_public_check_leads_there(client, session) -> None:
    assert 'href="/verify/offline"' in client.get("/verify").text


def test_everything_that_the_page_asks_for_is_kept_and_there(client, session) -> None:
    _, pages, files = kept(client)
    asked: set[str] = set()
    for address in pages.values():
        text = client.get(address).text
        asked |= set(re.findall(r'(?:src|href)="(/[^"#]+)[^"]*"', text))
    of_modules = {
        f"/static/{(module.parent / found).resolve().relative_to(STATIC).as_posix()}"
        for module in MODULES
        for found in re.findall(r'(?:from |import\()"(\.[^"]+)"', module.read_text("utf-8"))
    }
    assert len(of_modules) > 8
    left_out = {"/verify", *pages.values()}
    assert (asked | of_modules) - left_out - set(files) == set()
    for address in (*pages.values(), *files):
        with client.get(address) as answer:
            assert (address, answer.status_code) == (address, 200)
            assert "Location" not in answer.headers


def test_a_changed_word_is_a_new_version_and_an_issued_letter_is_none(
    client, session, monkeypatch
) -> None:
    before = kept(client)[0]
    make_letter()
    rotate_keys(by=system(), at=NOW())
    session.commit()
    assert kept(client)[0] == before
    monkeypatch.setitem(client.application.config, "SETTINGS", other_hotline(client.application))
    assert kept(client)[0] != before


def other_hotline(app):
    return app.config["SETTINGS"].model_copy(update={"hotline_phone": "400-000-0000"})


def test_the_worker_is_asked_for_anew_each_time_and_its_scope_is_its_own(client, session) -> None:
    answer = client.get("/verify/offline.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"
    page = client.get("/verify/offline").text
    assert 'data-worker="/verify/offline.js" data-scope="/verify/offline"' in page


@pytest.mark.parametrize(("lang", "name"), [("zh", "离线验函"), ("en", "Letter check")])
def test_a_phone_can_put_the_page_on_its_home_screen(client, session, lang, name) -> None:
    told = json.loads(client.get(f"/verify/offline.webmanifest?lang={lang}").text)
    assert (told["short_name"], told["start_url"]) == (name, "/verify/offline")
    assert told["display"] == "standalone"
    sizes = {(icon["sizes"], icon["purpose"]) for icon in told["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in told["icons"]:
        with client.get(icon["src"]) as answer:
            width = int.from_bytes(answer.data[16:20])
            assert (answer.data[:4], f"{width}x{width}") == (b"\x89PNG", icon["sizes"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_answer_and_every_state_has_its_words(client, session, lang) -> None:
    page = client.get(f"/verify/offline?lang={lang}").text
    code = "".join(module.read_text("utf-8") for module in MODULES)
    verdicts = set(re.findall(r'end\(mine, "([\w-]+)"\)', code)) | {"genuine", "ended", "number"}
    verdicts |= {f"online-{state}" for state in TABLES["letter"].states}
    verdicts |= set(re.findall(r'"(online-[\w-]+)"', code))
    assert len(verdicts) > 12
    for name in verdicts:
        assert page.count(f'data-verdict="{name}"') == 1, name
    said = set(re.findall(r'(?:said|note|sentence|wait)\("([\w-]+)"', code))
    said |= {f"state-{state}" for state in TABLES["letter"].states}
    said |= {f"copy-{n}" for n in (1, 2, 3, 4)} | {"by-browser", "by-library"}
    for name in said:
        assert page.count(f'data-said="{name}"') == 1, name


def test_no_two_answers_offline_look_the_same(client, session) -> None:
    page = client.get("/verify/offline").text
    looks = re.findall(
        r'data-verdict="(genuine|ended|altered|unknown|foreign)">'
        r'\s*<section class="verdict (\w+)".*?#([\w-]+)"',
        page,
        re.DOTALL,
    )
    assert len(looks) == 5
    assert len({colour for _, colour, _ in looks}) == 5
    assert len({icon for _, _, icon in looks}) == 5
