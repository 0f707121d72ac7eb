"""The frame around every page: language, theme, headers, lanes, words and figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, g, render_template_string
from flask.testing import FlaskClient
from markupsafe import Markup
from sqlalchemy.orm import Session

from guarantee.parties.staff import Staff
from guarantee.roles import Role
from guarantee.tables import TABLES
from guarantee.web import wording
from guarantee.web.audit_words import ACTIONS
from guarantee.web.navigation import lanes_for
from guarantee.web.shell import back_to
from tests.factories import make_staff

ROOT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
Browser = Callable[[Staff], FlaskClient]


def said(app: Flask, source: str, **facts: object) -> str:
    """What a template with the macros says."""
    with app.test_request_context():
        return render_template_string('{% import "macros/ui.html" as ui %}' + source, **facts)


def test_a_page_is_chinese_until_somebody_says_english(client: FlaskClient) -> None:
    assert 'lang="zh-CN"' in client.get("/login").get_data(as_text=True)
    page = client.get("/login?lang=en").get_data(as_text=True)
    assert '<html lang="en"' in page
    assert "Sign in" in page
    assert "Sign in" in client.get("/login").get_data(as_text=True)  # remembered


def test_one_click_changes_the_language_and_stays_on_the_page(client: FlaskClient) -> None:
    answer = client.post("/language", data={"lang": "en", "next": "/login?lang=zh&next=/x"})
    assert answer.status_code == 303
    assert answer.location == "/login?next=/x"
    assert "Sign in" in client.get("/login").get_data(as_text=True)


def test_a_theme_is_remembered_and_nonsense_is_not(client: FlaskClient) -> None:
    assert 'data-theme="auto"' in client.get("/login").get_data(as_text=True)
    client.post("/theme", data={"theme": "dark", "next": "/login"})
    assert 'data-bs-theme="dark"' in client.get("/login").get_data(as_text=True)
    client.post("/theme", data={"theme": "<script>", "next": "/login"})
    assert 'data-bs-theme="dark"' in client.get("/login").get_data(as_text=True)


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/account", "/account"),
        ("/a?b=1", "/a?b=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        (None, "/"),
    ],
)
def test_no_redirect_leads_out_of_the_house(asked: str | None, led: str) -> None:
    assert back_to(asked) == led


@pytest.mark.parametrize("path", ["/login", "/nothing-here", "/static/css/house.css"])
def test_every_answer_carries_the_strict_policy(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_pages_are_not_kept_by_browsers_and_marked_assets_are(client: FlaskClient) -> None:
    page = client.get("/login")
    assert page.headers["Cache-Control"] == "no-store"
    asset = re.search(r'href="(/static/css/house\.css\?v=\w+)"', page.get_data(as_text=True))
    assert asset is not None
    with client.get(asset[1]) as kept:
        assert "immutable" in kept.headers["Cache-Control"]


def markup_of(template: Path) -> str:
    """A template's own markup, without what Jinja puts in."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b", text), template
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "…", text, flags=re.DOTALL)


def test_no_template_has_what_the_policy_forbids() -> None:
    forbidden = re.compile(
        r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|hx-on|\|\s*safe\b"
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "templates").rglob("*.html")
        if "letter" not in path.parts  # paper, made by WeasyPrint, never sent to a browser
        for match in [forbidden.search(markup_of(path))]
        if match
    ]
    assert found == []


def test_nothing_is_fetched_from_a_third_party() -> None:
    folders = (
        ROOT / "templates",
        ROOT / "guarantee" / "static" / "css",
        ROOT / "guarantee" / "static" / "js",
    )
    remote = re.compile(r"(?:src|href|url\()\s*=?\s*[\"'(]?https?://")
    found = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in folder.rglob("*.*")
        if remote.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (ROOT / "guarantee/static/vendor/tabler-icons/sprite.svg").read_text(encoding="utf-8")
    have = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    named = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'(?<!\w)icon\("([\w-]+)"', text))
        named |= set(re.findall(r'icon_name="([\w-]+)"', text))
    assert named - have == set()


def test_a_role_has_only_lanes_that_let_it_in(app: Flask) -> None:
    with app.test_request_context():
        for role in Role:
            for lane in lanes_for(role):
                access = app.view_functions[lane.endpoint].access
                assert access is None or role in access, (role, lane.endpoint)


def test_an_administrator_sees_the_lanes_and_a_stranger_none(
    session: Session, client: FlaskClient, sign_in: Browser
) -> None:
    assert 'aria-current="page"' not in client.get("/login").get_data(as_text=True)
    page = sign_in(make_staff(Role.ADMIN)).get("/admin/staff").get_data(as_text=True)
    assert 'href="/admin/hospitals"' in page
    assert 'aria-current="page"' in page


def test_money_is_written_with_two_decimals_and_nothing_as_a_dash(app: Flask) -> None:
    assert ">1,234.56<" in said(app, "{{ ui.money(123456) }}")
    assert "negative" in said(app, "{{ ui.money(-100) }}")
    assert "—" in said(app, "{{ ui.money(none) }}")


def test_a_letters_number_stands_in_groups_of_four(app: Flask) -> None:
    text = re.sub(r"<[^>]+>", "", said(app, '{{ ui.number("3101472809153642") }}'))
    assert text == "3101 4728 0915 3642"


def test_a_bar_tells_its_figures_in_words_too(app: Flask) -> None:
    drawn = said(app, "{{ ui.bar(150000, 350000, 20000) }}")
    assert 'aria-label="已用 1,500.00，剩余 3,500.00，患者自付 200.00"' in drawn
    assert 'width="28.85"' in drawn


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_state_is_a_word_with_a_colour_and_a_shape(app: Flask, table: str) -> None:
    for state, words in TABLES[table].states.items():
        drawn = said(app, "{{ ui.state(table, state) }}", table=table, state=state)
        assert words.zh in drawn
        assert "<use" in drawn
        assert "tone-" in drawn


def test_two_states_of_a_letter_never_look_the_same(app: Flask) -> None:
    looks = {
        re.sub(r">[^<]*</span>", "", said(app, '{{ ui.state("letter", state) }}', state=state))
        for state in TABLES["letter"].states
    }
    assert len(looks) == len(TABLES["letter"].states)


@pytest.mark.parametrize(
    ("past", "zh", "en"),
    [
        (timedelta(seconds=20), "刚刚", "just now"),
        (timedelta(minutes=3, seconds=59), "3 分钟前", "3 min ago"),
        (timedelta(hours=23, minutes=59), "23 小时前", "23 h ago"),
        (timedelta(days=2), "2 天前", "2 d ago"),
        (timedelta(days=30), "2026-10-19", "2026-10-19"),
    ],
)
def test_the_past_is_told_as_people_tell_it(app: Flask, past: timedelta, zh: str, en: str) -> None:
    for lang, told in (("zh", zh), ("en", en)):
        with app.test_request_context("/"):
            g.language = lang
            assert wording.ago(NOW - past, since=NOW) == told


def test_a_clock_runs_down_and_says_when_it_is_late(app: Flask) -> None:
    with app.test_request_context("/"):
        assert wording.left(NOW + timedelta(minutes=26, seconds=10), since=NOW) == "剩 26:10"
        assert wording.left(NOW - timedelta(hours=2, minutes=5), since=NOW) == "已超时 2 小时 5 分"
    late = said(app, "{{ ui.clock(at) }}", at=datetime(2020, 1, 1, tzinfo=UTC))
    assert "late" in late


def test_what_a_person_wrote_is_escaped_and_a_figure_is_not(app: Flask) -> None:
    with app.test_request_context("/"):
        text = wording.t("{who} 剩 {sum}", "", who="<b>x</b>", sum=Markup("<i>1.00</i>"))
    assert text == "&lt;b&gt;x&lt;/b&gt; 剩 <i>1.00</i>"
    assert "&lt;script&gt;" in said(app, '{{ ui.notice("<script>", "bad") }}')


def test_a_refused_field_shows_its_sentence_and_code_and_is_tied_to_it(app: Flask) -> None:
    drawn = said(
        app,
        '{{ ui.field("amount", "金额", kind="yuan", error=error) }}',
        error=wording.Words("太大", ""),
    )
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="f-amount-error"' in drawn
    assert "太大" in drawn


def test_a_dangerous_button_asks_back_without_scripts_too(app: Flask) -> None:
    drawn = said(app, '{{ ui.ask("作废", "作废 3101？", "/void") }}')
    assert "<details" in drawn
    assert 'name="csrf_token"' in drawn
    assert 'name="request_key"' in drawn
    assert "作废 3101？" in drawn


def test_every_action_that_is_audited_has_words() -> None:
    written = set()
    for path in (ROOT / "guarantee").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        written |= set(re.findall(r'\baction="([^"]+)"', text))
        for pair in re.findall(r'\baction = "([^"]+)" if [^"]+ else "([^"]+)"', text):
            written |= set(pair)
    assert written - ACTIONS.keys() == set()


def test_an_error_page_says_what_to_do_now_in_both_languages(client: FlaskClient) -> None:
    page = client.get("/nothing-here")
    assert page.status_code == 404
    assert "请核对地址或编号" in page.get_data(as_text=True)
    assert "Check the address" in client.get("/nothing-here?lang=en").get_data(as_text=True)


def test_a_form_without_its_token_changes_nothing(
    app: Flask, session: Session, sign_in: Browser
) -> None:
    browser = sign_in(make_staff(Role.ADMIN))
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        refused = browser.post("/account/language", data={"language": "en"})
        page = browser.get("/account").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        header = re.search(r"hx-headers='{\"X-CSRFToken\": \"([^\"]+)\"}'", page)
        assert header is not None
        form = {"language": "en", "csrf_token": token[1]}
        taken = browser.post("/account/language", data=form)
        by_script = browser.post("/account/language", headers={"X-CSRFToken": header[1]})
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert refused.status_code == 400
    assert "csrf" in refused.get_data(as_text=True)
    assert taken.status_code == by_script.status_code == 303
