"""Database triggers: rights are versioned, history is append-only. Alembic never sees them; this lays them anew."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from ..tally import marks
from .history import APPEND_ONLY

WATCHED: dict[str, tuple[str, ...]] = {  # table: the columns whose update matters (none: all)
    "ab_user_role": (),
    "ab_user_group": (),
    "ab_group_role": (),
    "ab_permission_view_role": (),
    "ab_permission_view": (),
    "ab_role": (),
    "ab_group": (),
    "function": (),
    "department": (),
    "ab_user": ("active", "first_name", "last_name", "username", "email", "password"),
    "employee_profile": ("department_id", "locale", "absent_from", "absent_to", "deputy_id", "leader_id"),
}
BUMP = "UPDATE rights_version SET n = {} WHERE id = 1"  # drawn, not counted: what was rolled back never comes again
DRAWN = {"sqlite": "1 + abs(random() % 2147483646)", "postgresql": "1 + floor(random() * 2147483646)::int"}
END_SESSIONS = "UPDATE employee_profile SET session_epoch = session_epoch + 1 WHERE user_id = NEW.id"


def install_triggers(connection: Connection) -> None:
    """Lay every trigger; safe to call again."""
    if not connection.execute(text("SELECT 1 FROM rights_version WHERE id = 1")).scalar():
        connection.execute(text("INSERT INTO rights_version (id, n) VALUES (1, 1)"))
    statements = _postgresql() if connection.dialect.name == "postgresql" else _sqlite()
    for statement in (*statements, *marks.triggers(connection.dialect.name)):
        connection.exec_driver_sql(statement)


LAID = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger",
}


def missing(connection: Connection) -> set[str]:
    """The triggers that should be laid and are not."""
    dialect = connection.dialect.name
    return expected(dialect) - set(connection.execute(text(LAID[dialect])).scalars())


def expected(dialect: str) -> set[str]:
    """The names of all triggers."""
    lines = _postgresql() if dialect == "postgresql" else _sqlite()
    every = (*lines, *marks.triggers(dialect))
    return {line.split()[2] for line in every if line.startswith("CREATE TRIGGER")}


def _sqlite() -> Iterator[str]:
    bump = BUMP.format(DRAWN["sqlite"])
    for table, columns in WATCHED.items():
        for verb in ("insert", "update", "delete"):
            of = f" OF {', '.join(columns)}" if verb == "update" and columns else ""
            yield f"DROP TRIGGER IF EXISTS bump_{table}_{verb}"
            yield f"CREATE TRIGGER bump_{table}_{verb} AFTER {verb.upper()}{of} ON {table} BEGIN {bump}; END"
    yield "DROP TRIGGER IF EXISTS end_sessions"
    yield (
        "CREATE TRIGGER end_sessions AFTER UPDATE OF active, password ON ab_user "
        "WHEN OLD.active IS NOT NEW.active OR OLD.password IS NOT NEW.password "
        f"BEGIN {END_SESSIONS}; END"
    )
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            yield f"DROP TRIGGER IF EXISTS {table}_no_{verb}"
            yield (
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        yield f"DROP TRIGGER IF EXISTS {table}_no_replace"
        known = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 (our own table names)
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {known} {refusal}"


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE OR REPLACE FUNCTION bump_rights() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {BUMP.format(DRAWN['postgresql'])}; RETURN NULL; END $$"
    )
    yield (
        "CREATE OR REPLACE FUNCTION end_sessions() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {END_SESSIONS}; RETURN NULL; END $$"
    )
    yield (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table, columns in WATCHED.items():
        of = f" OF {', '.join(columns)}" if columns else ""
        yield f"DROP TRIGGER IF EXISTS bump_{table} ON {table}"
        yield (
            f"CREATE TRIGGER bump_{table} AFTER INSERT OR DELETE OR UPDATE{of} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bump_rights()"
        )
    yield "DROP TRIGGER IF EXISTS end_sessions ON ab_user"
    yield (
        "CREATE TRIGGER end_sessions AFTER UPDATE OF active, password ON ab_user FOR EACH ROW "
        "WHEN (OLD.active IS DISTINCT FROM NEW.active OR OLD.password IS DISTINCT FROM NEW.password) "
        "EXECUTE FUNCTION end_sessions()"
    )
    for table in APPEND_ONLY:
        yield f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        yield f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}"
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
