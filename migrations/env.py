"""Runs the migrations on the portal's own engine, in one transaction."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def refuse_empty(_context: Any, _revision: Any, directives: Any) -> None:
    """No revision is written when nothing has changed."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def render_item(kind: str, item: Any, autogen_context: Any) -> Any:
    """The portal's own column types as the plain types they store: a migration imports nothing of the program."""
    if kind == "type" and type(item).__module__.startswith("app."):
        autogen_context.imports.add("import sqlalchemy as sa")
        return f"sa.{item.impl!r}" if isinstance(item.impl, type) else f"sa.{item.impl_instance!r}"
    return False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """The indexes of the search are each database's own: FTS5 tables on SQLite, GIN on PostgreSQL."""
    return not (name and ("_search_fts" in name or name.endswith("_search_grams")))


def run() -> None:
    options = dict(current_app.extensions["migrate"].configure_args)
    options.setdefault("process_revision_directives", refuse_empty)
    options.setdefault("render_item", render_item)
    options.setdefault("include_name", include_name)
    with database.engine.connect() as connection:
        _check_references(connection, False)  # SQLite rebuilds a table by dropping it: its children must not mind
        context.configure(connection=connection, target_metadata=database.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()
        _check_references(connection, True)


def _check_references(connection: Any, on: bool) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
        connection.commit()


run()
