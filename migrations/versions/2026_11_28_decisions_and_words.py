"""What administrators decide is written down, and the words of mails are theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_decisions'
down_revision = '20261128_search'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'decision',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=True),
        sa.Column('thing', sa.String(length=60), nullable=False),
        sa.Column('key', sa.String(length=160), nullable=False),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.Column('after', sa.JSON(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['ab_user.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_decision_which', 'decision', ['thing', 'key', 'id'])
    op.create_table(
        'mail_text',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('event', sa.String(length=60), nullable=False),
        sa.Column('lang', sa.String(length=8), nullable=False),
        sa.Column('subject', sa.String(length=300), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('event', 'lang', name='uq_mail_text_event_lang'),
    )


def downgrade() -> None:
    op.drop_table('mail_text')
    op.drop_table('decision')
