"""Contact log, signature and customer's link belong to the record, of whatever kind.

The rows stay as they are: only the columns that lead from them are called otherwise and lead to `record`. What
witnesses them keeps calling the columns as before, so every mark holds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '20261129_parts'
down_revision = '20261128_own'
branch_labels = None
depends_on = None

NAMES = {'fk': '%(table_name)s_%(column_0_name)s_fkey'}  # as PostgreSQL calls them; SQLite has no names of its own
INDEXES = {  # by table: of which columns beside the one that leads to the record
    'contact_log': ('ix_contact_log_{}', ()),
    'confirmation': ('ix_confirmation_{}', ()),
    'public_link': ('ix_public_link_record', ('purpose',)),
}


def upgrade() -> None:
    _lead('complaint_id', 'complaint', 'record_id', 'record')
    with op.batch_alter_table('confirmation', naming_convention=NAMES) as table:
        table.drop_constraint('confirmation_service_id_fkey', type_='foreignkey')
        table.alter_column('service_id', new_column_name='subject_id', existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    """What other kinds have written meanwhile has no place in the tables of the version before."""
    for name in INDEXES:
        op.execute(f'DELETE FROM {name} WHERE record_id NOT IN (SELECT id FROM complaint)')
    with op.batch_alter_table('confirmation', naming_convention=NAMES) as table:
        table.alter_column('subject_id', new_column_name='service_id', existing_type=sa.Integer(), existing_nullable=False)
    with op.batch_alter_table('confirmation', naming_convention=NAMES) as table:
        table.create_foreign_key('confirmation_service_id_fkey', 'site_service', ['service_id'], ['id'])
    _lead('record_id', 'record', 'complaint_id', 'complaint')


def _lead(before: str, from_there: str, now: str, there: str) -> None:
    """The column that leads to the record gets its new name, and leads to the other table."""
    for name, (index, more) in INDEXES.items():
        op.drop_index(index.format(before), name)
        with op.batch_alter_table(name, naming_convention=NAMES) as table:
            table.drop_constraint(f'{name}_{before}_fkey', type_='foreignkey')
            table.alter_column(before, new_column_name=now, existing_type=sa.Integer(), existing_nullable=False)
        with op.batch_alter_table(name, naming_convention=NAMES) as table:
            table.create_foreign_key(f'{name}_{now}_fkey', there, [now], ['id'])
        op.create_index(index.format(now), name, [now, *more])
