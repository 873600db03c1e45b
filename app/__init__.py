"""The after-sales portal. `create_app` is the one place that wires everything."""

from __future__ import annotations

import hashlib
import logging
from importlib import import_module
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

import config as settings_file

from .core.text.templates import Spoken
from .extensions import compress, csrf, db, limiter, mail, migrate

PRAGMAS = (
    *("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=20000", "synchronous=FULL"),
    "cache_size=-4000",  # 4 MB of each thread of a worker: the system keeps the rest of the file in its own memory
    "mmap_size=0",  # what a connection maps would count as memory of the worker, once for every connection
)


class Portal(Flask):
    """Flask, with templates in the languages of its readers."""

    jinja_environment = Spoken


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """A portal with its own configuration; `overrides` wins over the environment."""
    app = Portal(__name__)
    app.config.update(settings_file.load())
    app.config.update(overrides or {})
    _database(app)
    import_module(".core.rights.counting", __name__)  # where the limiter counts
    for extension in (db, mail, csrf, limiter, compress):
        extension.init_app(app)
    from . import domains

    migrate.init_app(app, db, directory=str(settings_file.BASE / "migrations"), render_as_batch=True)
    with app.app_context():
        domains.load()
        _fab(app)
    return app


def _database(app: Flask) -> None:
    from app.core.time import clock

    clock.set_zone(app.config["PORTAL_TIMEZONE"])
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"connect_args": {"timeout": 20}})
    else:
        app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_pre_ping": True})


@event.listens_for(Engine, "connect")
def _begun(connection: Any, _record: Any) -> None:
    """SQLite: foreign keys checked, writers queue, readers never wait. PostgreSQL compiles no short questions."""
    if type(connection).__module__.startswith("psycopg2"):
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
        connection.commit()
    if type(connection).__module__.startswith("sqlite3"):
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("portal_sha256", 1, _sha256, deterministic=True)


def _sha256(text: str | None) -> str | None:
    """PostgreSQL has it, SQLite learns it."""
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


def _fab(app: Flask) -> None:
    from app.core.fields import lookups
    from app.core.pages import assets, looking, web
    from app.core.pages.builder import PortalBuilder
    from app.core.rights import people
    from app.core.rights.security import PortalSecurityManager
    from app.core.text.capitals import in_capitals

    from . import menu, notifications
    from .public.colleagues import blueprint as customers_links
    from .public.views import blueprint as customers_pages
    from .reports.dashboard import Dashboard

    logging.getLogger("flask_appbuilder.models.filters").setLevel(logging.ERROR)  # it knows no synonyms, and says so
    assets.install(app)
    web.install(app)
    looking.install(app)
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
        menu_groups=menu.groups, module=menu.module, name_of=people.name_of, capitals=in_capitals
    )
