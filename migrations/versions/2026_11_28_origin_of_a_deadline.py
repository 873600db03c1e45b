"""A deadline inherited by merging names the record whose promise it is.

Revision ID: 20261128_origin
Revises: 20261124_letter
"""

import sqlalchemy as sa
from alembic import op

revision = '20261128_origin'
down_revision = '20261128_reading'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('deadline', sa.Column('origin', sa.String(length=32), nullable=False, server_default=''))
    # until now the number of the merged complaint stood as the reason of the change alone
    op.execute(
        "UPDATE deadline SET origin = change_reason WHERE EXISTS ("
        "SELECT 1 FROM record r JOIN complaint c ON c.id = r.id "
        "WHERE r.number = deadline.change_reason AND c.merged_into_id = deadline.record_id)"
    )
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('deadline', 'origin', server_default=None)


def downgrade() -> None:
    op.drop_column('deadline', 'origin')
