"""The whole house put together: settings, database, accounts, pages, API, commands."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_alembic import Alembic

from guarantee import api, commands, personal_data, web
from guarantee.config import ROOT, Settings, from_environment
from guarantee.db import Base, connect_arguments, db
from guarantee.demo.mark import refuse_real_data
from guarantee.edge.access import enforce
from guarantee.edge.accounts import init_accounts, protect_forms
from guarantee.edge.addresses import init_addresses
from guarantee.edge.logs import init_logs
from guarantee.edge.problems import init_problems
from guarantee.edge.transaction import House
from guarantee.letters import models as _tables  # noqa: F401  every table is known from here on
from guarantee.settlement import models as _more_tables  # noqa: F401

alembic = Alembic(run_mkdir=False, metadatas=Base.metadata)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (default: the environment's).

    Raises `config.MissingKey` without keys of its own outside demo mode.
    """
    settings = settings or from_environment()
    app = House(
        "guarantee",
        title="担保函 Guarantee letters",
        version="1.0",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "guarantee" / "static"),
        spec_path="/api/openapi.json",
        docs_path=None,
        json_errors=False,
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.key("secret_key"),
        SQLALCHEMY_ENGINES={
            "default": {
                "url": settings.database_url,
                "connect_args": connect_arguments(settings.database_url),
                **_pool(settings),
            }
        },
        ALEMBIC={"script_location": str(ROOT / "migrations")},
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 64 * 1024,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https"),
    )
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )
    personal_data.use_keys(
        encryption_key=settings.key("encryption_key"), signing_key=settings.key("signing_key")
    )
    db.init_app(app)
    if settings.demo and settings.database_url.startswith("postgresql"):
        with app.app_context(), db.engine.connect() as connection:
            refuse_real_data(connection)
    alembic.init_app(app)
    init_addresses(app)
    init_logs()
    init_accounts(app)
    app.before_request(enforce)
    app.before_request(protect_forms)
    init_problems(app)
    web.register(app)
    api.register(app)
    commands.register(app)
    return app


def _pool(settings: Settings) -> dict[str, int]:
    """A connection for each thread; a database in memory has one for all."""
    in_memory = settings.database_url in ("sqlite://", "sqlite:///:memory:")
    return {} if in_memory else {"pool_size": settings.threads}
