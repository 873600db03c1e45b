"""What fields are called is the administrator's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_labels'
down_revision = '20261128_choices'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'label',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('thing', sa.String(length=60), nullable=False),
        sa.Column('field', sa.String(length=60), nullable=False),
        sa.Column('label_zh', sa.String(length=60), nullable=False),
        sa.Column('label_en', sa.String(length=60), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('thing', 'field', name='uq_label_thing_field'),
    )


def downgrade() -> None:
    op.drop_table('label')
