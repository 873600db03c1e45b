"""A list finds its page along an index

Revision ID: 20261129_lists
Revises: 20261129_tell
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261129_lists"
down_revision = "20261129_tell"
branch_labels = None
depends_on = None

RUNNING = sa.text("due_at IS NOT NULL")
TURN = sa.text("owner IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_record_due", "record")
    for name, columns in (("due", ["kind", "due_at", "id"]), ("stage", ["kind", "state", "due_at", "id"])):
        op.create_index(f"ix_record_{name}", "record", columns, sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_index("ix_record_changed", "record", ["kind", "changed_at", "id"])
    columns = ["kind", "owner", "due_at", "id"]
    op.create_index("ix_record_turn", "record", columns, sqlite_where=TURN, postgresql_where=TURN)


def downgrade() -> None:
    for name in ("turn", "changed", "stage", "due"):
        op.drop_index(f"ix_record_{name}", "record")
    op.create_index("ix_record_due", "record", ["kind", "due_at"])
