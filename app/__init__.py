"""The after-sales portal. `create_app` is the one place that wires everything."""

from __future__ import annotations

import hashlib
import logging
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

import config as settings_file

from .extensions import csrf, db, limiter, mail, migrate


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """A portal with its own configuration; `overrides` wins over the environment."""
    app = Flask(__name__)
    app.config.update(settings_file.load())
    app.config.update(overrides or {})
    _database(app)
    for extension in (db, mail, csrf, limiter):
        extension.init_app(app)
    migrate.init_app(app, db, directory=str(settings_file.BASE / "migrations"), render_as_batch=True)
    with app.app_context():
        _models()
        _fab(app)
    return app


def _database(app: Flask) -> None:
    from .core import clock

    clock.set_zone(app.config["PORTAL_TIMEZONE"])
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"connect_args": {"timeout": 20}})
    else:
        app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_pre_ping": True})


@event.listens_for(Engine, "connect")
def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    """SQLite: foreign keys checked, writers queue, readers never wait."""
    if type(connection).__module__.startswith("sqlite3"):
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=20000", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("portal_sha256", 1, _sha256, deterministic=True)


def _sha256(text: str | None) -> str | None:
    """PostgreSQL has it, SQLite learns it."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


TABLES = (  # in this order: what everything hangs on comes first
    *(
        f"core.{name}"
        for name in ("attachments", "audit", "awaited", "deadlines", "history", "idempotency", "numbers", "rights")
    ),
    *(f"core.{name}" for name in ("seeding", "turns", "workdays")),
    *(f"{name}.models" for name in ("organisation", "customers", "complaints", "corrective", "gm", "notifications")),
    *("public.models", "complaints.charges", "complaints.consultation"),
    *(f"{name}.searching" for name in ("customers", "complaints", "corrective")),
)


def _models() -> None:
    """Every table, known before the first query."""
    for name in TABLES:
        import_module(f".{name}", __name__)


def _fab(app: Flask) -> None:
    from . import menu, notifications
    from .core import lookups, names, web
    from .core.builder import PortalBuilder
    from .core.capitals import in_capitals
    from .core.security import PortalSecurityManager
    from .public.colleagues import blueprint as customers_links
    from .public.views import blueprint as customers_pages
    from .reports.dashboard import Dashboard

    logging.getLogger("flask_appbuilder.models.filters").setLevel(logging.ERROR)  # it knows no synonyms, and says so
    app.config["ASSET_VERSION"] = _assets(app)
    web.install(app)
    builder = PortalBuilder(
        app,
        db.session,
        security_manager_class=PortalSecurityManager,
        base_template="portal/base.html",
        indexview=Dashboard,
    )
    web.choose_locale()
    lookups.install(app)
    menu.register(builder)
    notifications.install(app)
    app.register_blueprint(customers_pages)
    app.register_blueprint(customers_links)
    app.jinja_env.globals.update(
        menu_groups=menu.groups, module=menu.module, name_of=names.name_of, capitals=in_capitals
    )


def _assets(app: Flask) -> str:
    """A mark of the static files, so that a browser keeps them until they change."""
    static = Path(str(app.static_folder))
    files = sorted(file for file in static.rglob("*") if file.is_file())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:10]
