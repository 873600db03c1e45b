"""The values of the choice lists are the administrator's, and one row says which edition is in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_choices'
down_revision = '20261128_beside'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'override_version',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('edition', sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_table(
        'choice',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('list', sa.String(length=60), nullable=False),
        sa.Column('code', sa.String(length=20), nullable=False),
        sa.Column('label_zh', sa.String(length=60), nullable=False),
        sa.Column('label_en', sa.String(length=60), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('list', 'code', name='uq_choice_list_code'),
    )


def downgrade() -> None:
    op.drop_table('choice')
    op.drop_table('override_version')
