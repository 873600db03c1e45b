"""How far a missed deadline reaches, and after how many days, is said by its rule; until now as far as the top."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_reaches'
down_revision = '20261128_logo'
branch_labels = None
depends_on = None

COLUMNS = ('reaches', 'leader_after', 'gm_after')


def upgrade() -> None:
    op.add_column('deadline_rule', sa.Column('reaches', sa.String(length=10), nullable=False, server_default='gm'))
    op.add_column('deadline_rule', sa.Column('leader_after', sa.Integer(), nullable=False, server_default='1'))
    op.add_column('deadline_rule', sa.Column('gm_after', sa.Integer(), nullable=False, server_default='3'))
    if op.get_bind().dialect.name == 'postgresql':
        for column in COLUMNS:
            op.alter_column('deadline_rule', column, server_default=None)


def downgrade() -> None:
    for column in reversed(COLUMNS):
        op.drop_column('deadline_rule', column)
