"""The company's logo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_logo'
down_revision = '20261128_decisions'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'company_logo',
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('digest'),
    )


def downgrade() -> None:
    op.drop_table('company_logo')
