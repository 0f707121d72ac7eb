"""The check that works without a network: one page that a device keeps, and what keeps it.

The page is the same for everybody, so that a device may keep it: no session, no form, nothing of
a person. A worker of the browser keeps it in both languages with every file it needs; the keys it
checks with are the published ones, fetched by the page itself.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from flask import Blueprint, Response, current_app, g, render_template, url_for

from guarantee.edge.access import public
from guarantee.edge.language import LANGUAGES, language
from guarantee.letters.admission import MISTYPED, NOT_OURS, admission
from guarantee.letters.paper.wording import COPIES
from guarantee.letters.seal import NotASeal, SealAltered, SealUnknownKey
from guarantee.tables import TABLES
from guarantee.web.shell import asset, settings
from guarantee.web.wording import t

blueprint = Blueprint("offline", __name__, url_prefix="/verify")

STYLES = (
    "vendor/tabler-core/tabler.min.css",
    "css/house.css",
    "css/parts.css",
    "css/forms.css",
    "css/hospital.css",
    "css/verify.css",
)
SCRIPTS = ("js/theme.js", "js/verify/page.js")
PICTURES = ("icons/mark.svg", "icons/shapes.svg", "vendor/tabler-icons/sprite.svg")
ICONS = {192: "icons/verify-192.png", 512: "icons/verify-512.png"}
"""For a phone's home screen: a square that may be cut round, its side in dots."""
_IMPORTED = ("js/verify/*.js", "vendor/noble-ed25519/index.js", "vendor/qr/*.js")
_WORKER = "js/verify/worker.js"


@blueprint.get("/offline")
@public
def page() -> str:
    """The page; once seen, it is there without a network too."""
    return _page()


@blueprint.get("/offline.webmanifest")
@public
def manifest() -> Response:
    """What a phone needs to put the page on its home screen."""
    told = {
        "name": t("担保函离线核验", "Guarantee letters: offline check"),
        "short_name": t("离线验函", "Letter check"),
        "lang": "en" if language() == "en" else "zh-CN",
        "start_url": url_for("offline.page"),
        "scope": url_for("offline.page"),
        "display": "standalone",
        "background_color": "#0c3b2d",
        "theme_color": "#0c3b2d",
        "icons": [
            {"src": asset(name), "sizes": f"{side}x{side}", "type": "image/png", "purpose": use}
            for side, name in ICONS.items()
            for use in ("any", "maskable")
        ],
    }
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/offline.js")
@public
def worker() -> Response:
    """The worker that keeps the page: its code after the list of what to keep."""
    pages = {lang: url_for("offline.page", lang=lang) for lang in LANGUAGES}
    files = _files()
    known = {"VERSION": _version(files), "PAGES": pages, "FILES": files}
    lines = [f"const {name} = {json.dumps(value)};\n" for name, value in known.items()]
    code = (_static() / _WORKER).read_text(encoding="utf-8")
    answer = Response("".join(lines) + code, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _page(lang: str = "") -> str:
    if lang:
        g.language = lang
    states = TABLES["letter"].states
    return render_template(
        "public/offline.html",
        styles=STYLES,
        scripts=SCRIPTS,
        icons=ICONS,
        hotline=settings().hotline_phone,
        copies=COPIES,
        states=states,
        standing={state: admission(state=state, in_hospital_fen=1) for state in states},
        nothing=admission(state="issued", in_hospital_fen=0),
        refusals={"altered": SealAltered, "unknown": SealUnknownKey, "foreign": NotASeal},
        mistyped=MISTYPED,
        not_ours=NOT_OURS,
    )


def _files() -> list[str]:
    """The address of every file the page needs, as the page and its modules ask for it."""
    marked = [asset(name) for name in (*STYLES, *SCRIPTS, *PICTURES, *ICONS.values())]
    imported = [
        url_for("static", filename=path.relative_to(_static()).as_posix())
        for pattern in _IMPORTED
        for path in sorted(_static().glob(pattern))
        if path.relative_to(_static()).as_posix() not in (_WORKER, *SCRIPTS)
    ]
    manifests = [url_for("offline.manifest", lang=lang) for lang in LANGUAGES]
    return [*marked, *imported, *manifests]


def _version(files: list[str]) -> str:
    """A digest of all that is kept: it differs as soon as a word or a file of it does."""
    digest = hashlib.sha256(json.dumps(files).encode())
    for pattern in _IMPORTED:
        for path in sorted(_static().glob(pattern)):
            digest.update(path.read_bytes())
    reading = language()
    for lang in LANGUAGES:
        digest.update(_page(lang).encode())
    g.language = reading
    return digest.hexdigest()[:16]


def _static() -> Path:
    return Path(current_app.static_folder or "")
