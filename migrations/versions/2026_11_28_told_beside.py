"""Whom the administrator has told of a step beside those the regulation names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_beside'
down_revision = '20261128_reaches'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'told_beside',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('step', sa.String(length=60), nullable=False),
        sa.Column('roles', sa.JSON(), nullable=False),
        sa.Column('followers', sa.Boolean(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('kind', 'step', name='uq_told_beside_kind_step'),
    )


def downgrade() -> None:
    op.drop_table('told_beside')
