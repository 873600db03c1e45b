"""What is asked of a field beyond the process is the administrator's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_field_rules'
down_revision = '20261128_labels'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'field_rule',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('asked_in', sa.String(length=60), nullable=False),
        sa.Column('field', sa.String(length=60), nullable=False),
        sa.Column('required', sa.Boolean(), nullable=False),
        sa.Column('default', sa.String(length=200), nullable=False),
        sa.Column('help_zh', sa.String(length=200), nullable=False),
        sa.Column('help_en', sa.String(length=200), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('kind', 'asked_in', 'field', name='uq_field_rule_place'),
    )


def downgrade() -> None:
    op.drop_table('field_rule')
