"""One idea of sameness: stored keys of names, numbers and phones, filled; the search over those keys, to be refilled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.record.shadows import empty_search, lay_search, lift_search

revision = '20261128_same'
down_revision = '20261124_letter'
branch_labels = None
depends_on = None

BEFORE = ('complaint', 'customer', 'corrective_action')
SEARCHED = {  # shadow: whose rows it stands for
    'customer_phone_search': 'customer',
    'contact_search': 'contact',
    'contact_phone_search': 'contact',
    'complaint_phone_search': 'complaint',
    'product_search': 'product',
    'product_unit_search': 'product_unit',
    'consultation_search': 'consultation',
    'gm_report_search': 'gm_report',
}
WIDER = (('customer', 'phone'), ('customer', 'fax'), ('contact', 'mobile'), ('complaint', 'contact_phone'))
KEYS = (  # table, what is written, its key, once only
    ('customer', 'name', 'name_key', False),
    ('customer', 'phone', 'phone_digits', False),
    ('contact', 'mobile', 'phone_digits', False),
    ('complaint', 'contact_phone', 'phone_digits', False),
    ('complaint', 'batch_no', 'batch_key', False),
    ('product', 'model', 'model_key', True),
    ('product_unit', 'serial_no', 'serial_key', True),
)
INDEXES = (
    ('ix_customer_name_key', 'customer', ['name_key'], False),
    ('ix_complaint_batch', 'complaint', ['product_id', 'batch_key', 'received_at'], False),
    ('ix_product_model_key', 'product', ['model_key'], True),
    ('ix_product_unit_serial_key', 'product_unit', ['serial_key'], True),
)
LONGEST = {'name_key': 120, 'phone_digits': 80, 'batch_key': 60, 'model_key': 60, 'serial_key': 60}


def upgrade() -> None:
    op.drop_index('ix_complaint_phone', table_name='complaint')
    _resize(40, 80)
    with op.batch_alter_table('customer') as batch:
        batch.alter_column('phone_digits', type_=sa.String(80), existing_type=sa.String(40), existing_nullable=False)
        batch.add_column(sa.Column('name_key', sa.String(120), nullable=False, server_default=''))
    with op.batch_alter_table('contact') as batch:
        batch.alter_column('phone_digits', type_=sa.String(80), existing_type=sa.String(40), existing_nullable=False)
    op.add_column('complaint', sa.Column('phone_digits', sa.String(80), nullable=False, server_default=''))
    op.add_column('complaint', sa.Column('batch_key', sa.String(60), nullable=True))
    op.add_column('product', sa.Column('model_key', sa.String(60), nullable=True))
    op.add_column('product_unit', sa.Column('serial_key', sa.String(60), nullable=True))
    for line in KEYS:
        _fill(*line)
    _initials()
    for name, table, columns, unique in INDEXES:
        op.create_index(name, table, columns, unique=unique)
    for name in BEFORE:  # indexed by another key: indexed anew by `portal init`
        empty_search(op, f'{name}_search')
    for shadow, table in SEARCHED.items():
        lay_search(op, shadow, table)


def downgrade() -> None:
    for shadow in SEARCHED:
        lift_search(op, shadow)
    for name in BEFORE:
        empty_search(op, f'{name}_search')
    for name, table, _columns, _unique in INDEXES:
        op.drop_index(name, table_name=table)
    for table, column in (('product_unit', 'serial_key'), ('product', 'model_key'), ('customer', 'name_key')):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
    with op.batch_alter_table('complaint') as batch:
        batch.drop_column('batch_key')
        batch.drop_column('phone_digits')
    _resize(80, 40)
    for table in ('customer', 'contact'):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                'phone_digits', type_=sa.String(40), existing_type=sa.String(80), existing_nullable=False,
                postgresql_using='left(phone_digits, 40)',
            )  # fmt: skip
    op.create_index('ix_complaint_phone', 'complaint', ['contact_phone'])


def _resize(before: int, after: int) -> None:
    """Two numbers with their extensions need more room than one."""
    for table, column in WIDER:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column, type_=sa.String(after), existing_type=sa.String(before), existing_nullable=True,
                postgresql_using=f'left({column}, {after})',
            )  # fmt: skip


# ---- keys


def _key(column: str) -> Callable[[str | None], str | None]:
    """A stored key must be what the program itself says."""
    from app.core.text.phones import digits
    from app.core.text.sameness import code_key, folded

    return {'phone_digits': digits, 'name_key': lambda text: folded(text or '')}.get(column, code_key)


def _fill(table: str, source: str, column: str, once: bool) -> None:
    """The key of every row; where a number stands twice in other spellings, the older row keeps it."""
    key, seen = _key(column), set()
    rows = sa.table(table, sa.column('id', sa.Integer), sa.column(source, sa.String), sa.column(column, sa.String))
    change = rows.update().where(rows.c.id == sa.bindparam('row')).values({column: sa.bindparam('key')})
    for batch in _batches(rows, source):
        keys = []
        for row in batch:
            value = key(row[1])
            value = value[: LONGEST[column]] if value else value
            if not (once and value in seen):
                keys.append({'row': row[0], 'key': value})
                seen.add(value)
        if keys:
            op.get_bind().execute(change, keys)


def _batches(rows: Any, source: str) -> Iterator[list[Any]]:
    last = 0
    query = sa.select(rows.c.id, rows.c[source]).order_by(rows.c.id).limit(2000)
    while found := op.get_bind().execute(query.where(rows.c.id > last)).all():
        last = found[-1].id
        yield found


def _initials() -> None:
    """Brackets and dashes of a name are no initials."""
    rows = sa.table('customer', sa.column('id', sa.Integer), sa.column('pinyin', sa.String))
    for batch in _batches(rows, 'pinyin'):
        for number, pinyin in batch:
            plain = ''.join(char for char in pinyin or '' if char.isalnum())
            if plain != pinyin:
                op.get_bind().execute(rows.update().where(rows.c.id == number).values(pinyin=plain))
