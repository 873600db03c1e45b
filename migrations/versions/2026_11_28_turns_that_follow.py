"""Open records follow whoever holds their steps: how far they have, and who is to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_turns'
down_revision = '20261128_witness'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'turn_followed',
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('state', sa.String(length=32), nullable=False),
        sa.Column('rights', sa.Integer(), nullable=False),
        sa.Column('holding', sa.String(length=64), nullable=False),
        sa.Column('upto', sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint('kind', 'state'),
    )
    op.create_table(
        'turn_news',
        sa.Column('owner', sa.String(length=40), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('owner'),
    )


def downgrade() -> None:
    op.drop_table('turn_news')
    op.drop_table('turn_followed')
