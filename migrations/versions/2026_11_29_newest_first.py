"""Searches are read from the newest row on, kind by kind: texts are signed with their kind, grams scattered over blocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.record.grams import BLOCK, sign, signed
from app.core.record.shadows import index_anew, is_shadow, mask_of

revision = '20261129_newest'
down_revision = "20261129_lists"
branch_labels = None
depends_on = None

SIGNED = ('record_search', 'record_phone_search')
SCATTERED = f"ARRAY(SELECT gram # {mask_of(f'(id >> {BLOCK})')} FROM unnest(grams) AS gram)"  # and back again


def upgrade() -> None:
    _by_product('product_id', 'id')
    if op.get_bind().dialect.name == 'sqlite':
        for shadow in SIGNED:
            _each_kind(f"UPDATE {shadow} SET text = rtrim(:sign || ' ' || text) WHERE {{mine}}")
            index_anew(op, shadow)
        return
    with_sign = "text = rtrim(:sign || ' ' || text), grams = array_append(grams, CAST(:gram AS integer))"
    for shadow in _shadows():
        op.drop_index(f'ix_{shadow}_grams', shadow)
        if shadow in SIGNED:
            _each_kind(f'UPDATE {shadow} SET {with_sign} WHERE {{mine}}')
        _scatter(shadow)


def downgrade() -> None:
    _by_product('product_id')
    if op.get_bind().dialect.name == 'sqlite':
        for shadow in SIGNED:
            op.execute(f'UPDATE {shadow} SET text = substr(text, 3)')
            index_anew(op, shadow)
        return
    without_sign = 'text = substr(text, 3), grams = array_remove(grams, CAST(:gram AS integer))'
    for shadow in _shadows():
        op.drop_index(f'ix_{shadow}_grams', shadow)
        _scatter(shadow)
        if shadow in SIGNED:
            _each_kind(f'UPDATE {shadow} SET {without_sign} WHERE {{mine}}')


def _by_product(*columns: str) -> None:
    op.drop_index('ix_complaint_product', 'complaint')
    op.create_index('ix_complaint_product', 'complaint', list(columns))


def _shadows() -> list[str]:
    return [name for name in sa.inspect(op.get_bind()).get_table_names() if is_shadow(name)]


def _each_kind(statement: str) -> None:
    connection, mine = op.get_bind(), 'id IN (SELECT id FROM record WHERE kind = :kind)'
    for kind in connection.scalars(sa.text('SELECT DISTINCT kind FROM record')).all():
        (gram,) = signed(kind)
        values = {'kind': kind, 'sign': sign(kind), 'gram': gram}
        text = sa.text(statement.format(mine=mine))
        connection.execute(text, {name: values[name] for name in text.compile().params})


def _scatter(shadow: str) -> None:
    op.execute(f'UPDATE {shadow} SET grams = {SCATTERED} WHERE id >= {1 << BLOCK}')
    op.create_index(f'ix_{shadow}_grams', shadow, ['grams'], postgresql_using='gin')
