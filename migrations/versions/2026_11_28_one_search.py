"""One search for all records in place of one for each kind; what was found before is found afterwards."""

from __future__ import annotations

from alembic import op

from app.core.record.shadows import lay_search, lift_search, move_search

revision = '20261128_search'
down_revision = '20261128_turns'
branch_labels = None
depends_on = None

MOVED = (  # the shadow of one kind, the shadow of all, the kind
    ('complaint_search', 'record_search', 'complaint'),
    ('corrective_action_search', 'record_search', 'corrective_action'),
    ('consultation_search', 'record_search', 'consultation'),
    ('gm_report_search', 'record_search', 'gm_report'),
    ('complaint_phone_search', 'record_phone_search', 'complaint'),
)
LAID = ('record_search', 'record_phone_search')


def upgrade() -> None:
    for shadow in LAID:
        lay_search(op, shadow, 'record')
    for before, now, kind in MOVED:
        move_search(op, before, now, kind)
        lift_search(op, before)


def downgrade() -> None:
    for before, now, kind in MOVED:
        lay_search(op, before, kind)
        move_search(op, now, before, kind)
    for shadow in LAID:
        lift_search(op, shadow)
