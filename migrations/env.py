"""Runs the migrations on the portal's own engine, in one transaction."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.autogenerate import renderers
from alembic.operations import ops
from flask import current_app

from app.core.record.shadows import in_no_model, is_shadow

database = current_app.extensions["migrate"].db


class Shadow(ops.MigrateOperation):
    """A search is laid and lifted by its own words: they know what each database adds to it."""

    def __init__(self, words: str, *facts: str) -> None:
        self.words, self.facts = words, facts

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return (self.words, *self.facts)

    @classmethod
    def instead_of(cls, operation: Any) -> Any:
        """What stands for an operation on the table of a search; any other operation as it is."""
        if isinstance(operation, ops.CreateTableOp) and is_shadow(operation.table_name):
            of = next(iter(operation.to_table().c.id.foreign_keys)).target_fullname.partition(".")[0]
            return cls("lay_search", operation.table_name, of)
        if isinstance(operation, ops.DropTableOp) and is_shadow(operation.table_name):
            return cls("lift_search", operation.table_name)
        return operation


@renderers.dispatch_for(Shadow)
def render_shadow(autogen_context: Any, operation: Shadow) -> str:
    autogen_context.imports.add("from app.core.record.shadows import lay_search, lift_search")
    return f"{operation.words}(op, {', '.join(map(repr, operation.facts))})"


def directives(_context: Any, _revision: Any, scripts: Any) -> None:
    """No revision is written when nothing has changed; the tables of a search are laid by their own words."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and scripts[0].upgrade_ops.is_empty():
        scripts[:] = []
    for script in scripts:
        for side in (script.upgrade_ops, script.downgrade_ops):
            side.ops = [Shadow.instead_of(operation) for operation in side.ops]


def render_item(kind: str, item: Any, _autogen_context: Any) -> Any:
    """The portal's own column types as the plain types they store: a migration imports no model of the program."""
    if kind == "type" and type(item).__module__.startswith("app."):
        return f"sa.{item.impl!r}" if isinstance(item.impl, type) else f"sa.{item.impl_instance!r}"
    return False


def include_name(name: str | None, _kind: str, _parents: Any) -> bool:
    """What a database adds to a search is its own: FTS5 tables on SQLite, GIN on PostgreSQL."""
    return not (name and in_no_model(name))


def run() -> None:
    options = dict(current_app.extensions["migrate"].configure_args)
    options.setdefault("process_revision_directives", directives)
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
