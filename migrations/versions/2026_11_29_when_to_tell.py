"""A deadline says when somebody must be told next, so that the engine reads only what is due; cases by code and day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261129_tell'
down_revision = '20261129_parts'
branch_labels = None
depends_on = None

OPEN = 'met_at IS NULL AND cancelled_at IS NULL'
BEFORE = {'ix_deadline_warn': ('warn_at', 'told = 0'), 'ix_deadline_escalate': ('due_at', 'told < 4')}


def upgrade() -> None:
    """Nobody need be told before the warning, or the end; the engine then writes the moment itself."""
    for name in BEFORE:
        op.drop_index(name, 'deadline')
    op.add_column('deadline', sa.Column('tell_at', sa.DateTime(timezone=True), nullable=True))
    first = 'CASE WHEN told = 0 AND warn_at IS NOT NULL THEN warn_at ELSE due_at END'
    op.execute(f'UPDATE deadline SET tell_at = {first} WHERE {OPEN}')
    _index('ix_deadline_tell', 'tell_at', OPEN)
    op.create_index('ix_deadline_case', 'deadline', ['code', 'started_at'])


def downgrade() -> None:
    for name in ('ix_deadline_case', 'ix_deadline_tell'):
        op.drop_index(name, 'deadline')
    op.drop_column('deadline', 'tell_at')
    for name, (column, condition) in BEFORE.items():
        _index(name, column, f'{OPEN} AND {condition}')


def _index(name: str, column: str, condition: str) -> None:
    op.create_index(name, 'deadline', [column], sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
