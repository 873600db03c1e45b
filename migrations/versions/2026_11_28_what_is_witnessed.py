"""What the portal wrote of a record is witnessed; a block keeps how many blocks were noted outside.

`portal init` fills the witness of the records that are there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_witness'
down_revision = '20261128_counting'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'record_witness',
        sa.Column('record_id', sa.Integer(), nullable=False),
        sa.Column('marks', sa.Text(), nullable=False),
        sa.Column('code', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['record_id'], ['record.id']),
        sa.PrimaryKeyConstraint('record_id'),
    )
    op.add_column('history_block', sa.Column('noted', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('history_block', 'noted')
    op.drop_table('record_witness')
