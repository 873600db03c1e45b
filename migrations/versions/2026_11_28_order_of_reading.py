"""Customers, contacts and colleagues stand in the order of reading."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261128_reading'
down_revision = '20261128_same'
branch_labels = None
depends_on = None

TABLES = ('customer', 'contact', 'employee_profile')
NAMES = {
    'customer': 'SELECT id, name FROM customer',
    'contact': 'SELECT id, name FROM contact',
    'employee_profile': 'SELECT id, first_name, last_name FROM ab_user',
}
KEYS = {'customer': 'id', 'contact': 'id', 'employee_profile': 'user_id'}


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column('reading', sa.String(length=240), nullable=False, server_default=''))
        _fill(table)
    op.create_index('ix_customer_reading', 'customer', ['reading', 'id'])
    op.create_index('ix_contact_reading', 'contact', ['reading', 'id'])


def _fill(table: str) -> None:
    """What is there already gets its place."""
    from app.core.rights.people import full_name
    from app.core.text.reading import reading

    connection = op.get_bind()
    rows = connection.execute(sa.text(NAMES[table])).all()
    words = [{'key': row.id, 'words': reading(full_name(row) if table == 'employee_profile' else row.name)} for row in rows]
    if words:
        connection.execute(sa.text(f'UPDATE {table} SET reading = :words WHERE {KEYS[table]} = :key'), words)


def downgrade() -> None:
    op.drop_index('ix_contact_reading', 'contact')
    op.drop_index('ix_customer_reading', 'customer')
    for table in TABLES:
        op.drop_column(table, 'reading')
