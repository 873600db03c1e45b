"""What the database knows of its own tables, by which it chooses the way to an answer."""

from __future__ import annotations

import sqlalchemy as sa

SAMPLE = 1_000  # rows of an index that SQLite looks at; PostgreSQL takes a sample by itself


def refresh(engine: sa.Engine) -> None:
    """Count anew; some seconds at a million records. Nobody waits for it but other writers of SQLite."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA analysis_limit={SAMPLE}")
        connection.exec_driver_sql("ANALYZE")
