"""What a server needs to have loaded before it can answer: imported by the fork server alone, so
that a server that is started for the tenth time does not load it for the tenth time."""

import tempfile

import gunicorn.app.wsgiapp  # noqa: F401

from guarantee import create_app
from guarantee.config import Settings
from guarantee.letters.paper import warm

nowhere = f"sqlite:///{tempfile.gettempdir()}/nobody-connects.sqlite3"
create_app(Settings(demo=True, database_url=nowhere))
warm()
