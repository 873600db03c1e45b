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


def run() -> None:
    options = dict(current_app.extensions["migrate"].configure_args)
    options.setdefault("process_revision_directives", refuse_empty)
    with database.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=database.metadata, compare_type=True, **options)
        with context.begin_transaction():
            context.run_migrations()


run()
