"""Tries are counted where all workers see them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_counting'
down_revision = '20261128_origin'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'rate_count',
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('hits', sa.Integer(), nullable=False),
        sa.Column('until', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('key'),
    )
    op.create_index('ix_rate_count_until', 'rate_count', ['until'])
    op.create_table(
        'sign_in_tries',
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('failed', sa.Integer(), nullable=False),
        sa.Column('until', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('name'),
    )
    op.create_index('ix_sign_in_tries_until', 'sign_in_tries', ['until'])


def downgrade() -> None:
    op.drop_table('sign_in_tries')
    op.drop_table('rate_count')
