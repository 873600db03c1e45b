"""The company's own fields: their declarations, and where records and things keep the values.

Revision ID: 20261128_own
Revises: 20261128_beside
"""

import sqlalchemy as sa
from alembic import op

revision = '20261128_own'
down_revision = '20261128_field_rules'
branch_labels = None
depends_on = None

HOLDERS = ('record', 'customer', 'contact', 'product', 'product_unit')


def upgrade() -> None:
    op.create_table(
        'custom_field',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('type', sa.String(length=20), nullable=False),
        sa.Column('label_zh', sa.String(length=60), nullable=False),
        sa.Column('label_en', sa.String(length=60), nullable=False),
        sa.Column('help_zh', sa.String(length=200), nullable=False),
        sa.Column('help_en', sa.String(length=200), nullable=False),
        sa.Column('choices', sa.JSON(), nullable=False),
        sa.Column('asked_in', sa.JSON(), nullable=False),
        sa.Column('required', sa.Boolean(), nullable=False),
        sa.Column('in_list', sa.Boolean(), nullable=False),
        sa.Column('in_search', sa.Boolean(), nullable=False),
        sa.Column('on_paper', sa.Boolean(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('kind', 'code', name='uq_custom_field_kind_code'),
    )
    op.create_table(
        'custom_field_version',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    for table in HOLDERS:
        op.add_column(table, sa.Column('extra', sa.JSON(), nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    for table in HOLDERS:
        op.drop_column(table, 'extra')
    op.drop_table('custom_field_version')
    op.drop_table('custom_field')
