"""Sums of the cases are kept by hour, day and month; what changes marks its hour; one index for each moment of a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261129_tally'
down_revision = '20261129_most'
branch_labels = None
depends_on = None

MOMENTS = (
    ('complaint', 'closed_at'), ('complaint', 'handed_over_at'), ('complaint', 'major_at'), ('disposition', 'issued_at'),
    ('assignment', 'at'), ('site_service', 'completed_at'), ('quote', 'answered_at'), ('confirmation', 'at'),
    ('effectiveness_check', 'at'), ('corrective_action', 'issued_at'),
)
FOUND = "size = 'h' AND (breached > 0 OR apart > 0)"
RUNNING = 'met_at IS NULL AND cancelled_at IS NULL'
ARRIVALS = "code IN ('ARRIVE_IN', 'ARRIVE_OUT', 'ARRIVE_REMOTE', 'ARRIVE_SPECIAL')"
OF_DEADLINES = (
    ('ix_deadline_late', ['told', 'due_at'], RUNNING),
    ('ix_deadline_arrival', ['due_at'], ARRIVALS),
    ('ix_deadline_started', ['started_at'], None),
)


def upgrade() -> None:
    """The sums themselves are made by the engine, the triggers are laid by `portal init`."""
    numbers = [sa.Column(name, sa.Integer(), nullable=False) for name in ('cases', 'breached', 'apart')]
    op.create_table(
        'tally',
        sa.Column('source', sa.String(32), nullable=False),
        sa.Column('size', sa.String(1), nullable=False),
        sa.Column('span', sa.String(13), nullable=False),
        sa.Column('code', sa.String(32), nullable=False),
        sa.Column('by', sa.Integer(), autoincrement=False, nullable=False),
        *numbers,
        sa.PrimaryKeyConstraint('source', 'size', 'span', 'code', 'by'),
    )
    op.create_index('ix_tally_found', 'tally', ['source', 'code', 'span'], **_where(FOUND))
    op.create_table(
        'tally_kept',
        sa.Column('source', sa.String(32), primary_key=True),
        sa.Column('shape', sa.String(64), nullable=False),
        sa.Column('since', sa.Date(), nullable=True),
    )
    op.create_table(
        'tally_stale',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), primary_key=True),
        sa.Column('source', sa.String(32), nullable=False),
        sa.Column('hour', sa.String(13), nullable=False),
    )
    op.create_index('ix_tally_stale', 'tally_stale', ['source', 'hour'])
    for table, column in MOMENTS:
        op.create_index(f'ix_{table}_{column}', table, [column])
    for name, columns, condition in OF_DEADLINES:
        op.create_index(name, 'deadline', columns, **(_where(condition) if condition else {}))


def downgrade() -> None:
    """The triggers first: without their table nothing could be written any more."""
    for drop in _triggers(op.get_bind()):
        op.execute(drop)
    for name, *_rest in OF_DEADLINES:
        op.drop_index(name, 'deadline')
    for table, column in MOMENTS:
        op.drop_index(f'ix_{table}_{column}', table)
    for table in ('tally_stale', 'tally_kept', 'tally'):
        op.drop_table(table)


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {f'{dialect}_where': sa.text(condition) for dialect in ('sqlite', 'postgresql')}


def _triggers(connection: sa.Connection) -> list[str]:
    if connection.dialect.name == 'postgresql':
        named = "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'tally\\_%'"
        return [f'DROP FUNCTION {name}() CASCADE' for name in connection.execute(sa.text(named)).scalars()]
    named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'tally\\_%' ESCAPE '\\'"
    return [f'DROP TRIGGER {name}' for name in connection.execute(sa.text(named)).scalars()]
