"""What is open and major, unread or on the way is found along an index of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261129_most'
down_revision = "20261129_newest"
branch_labels = None
depends_on = None

INDEXES = (  # name, table, columns, condition
    ('ix_complaint_major', 'complaint', ['id'], 'is_major{yes}'),
    ('ix_complaint_charged', 'complaint', ['id'], 'charge > 0'),
    ('ix_assignment_running', 'assignment', ['technician_id', 'complaint_id'], 'ended_at IS NULL'),
    ('ix_gm_report_unread', 'gm_report', ['id'], 'read_at IS NULL'),
    ('ix_gm_report_read', 'gm_report', ['read_by_id', 'read_at'], None),
)


def upgrade() -> None:
    for name, table, columns, condition in INDEXES:
        where = {
            f'{dialect}_where': sa.text(condition.format(yes=yes))
            for dialect, yes in (('sqlite', ' = 1'), ('postgresql', ''))
            if condition
        }
        op.create_index(name, table, columns, **where)


def downgrade() -> None:
    for name, table, *_rest in INDEXES:
        op.drop_index(name, table)
