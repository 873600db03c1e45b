"""2.2: when a place lies in another zone now, the arrival clocks that run there follow; met ones never move."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.core.record import history
from app.core.rights.actor import Actor
from app.core.text.wording import gettext as _
from app.core.time import clock, deadlines
from app.core.time.deadlines import Deadline
from app.organisation.regions import ZONE_CHANGED, zone_of

from .models import Complaint
from .rules import ARRIVAL

SPECIAL = "ARRIVE_SPECIAL"  # its end was typed; a zone does not change it


def follow(session: Session, adcodes: Sequence[str] | None, actor: Actor) -> int:
    """Compute the running arrival clocks of these regions (None: of all) again; answers how many moved."""
    query = select(Complaint).where(
        Complaint.deadlines.any(
            Deadline.code.in_(ARRIVAL.values()) & Deadline.met_at.is_(None) & Deadline.cancelled_at.is_(None)
        )
    )
    if adcodes is not None:
        query = query.where(Complaint.site_region_code.in_(adcodes))
    found = session.scalars(query.options(selectinload(Complaint.deadlines), selectinload(Complaint.site_region)))
    return sum(_moved(session, record, actor) for record in found.all())


def _moved(session: Session, record: Complaint, actor: Actor) -> bool:
    zone = zone_of(record.site_region)
    clocks = [
        item for item in record.deadlines if item.is_running and item.code in ARRIVAL.values() and item.code != SPECIAL
    ]
    reason, changes = _("The region lies in another zone now."), {}
    for item in clocks:
        before = item.code
        if ARRIVAL[zone] not in (SPECIAL, before) and (
            ends := deadlines.recompute(session, item, reason, code=ARRIVAL[zone])
        ):
            changes[before] = [moment.isoformat() for moment in ends]
    if record.assignment and clocks:
        record.assignment.zone = zone
    if changes:
        record.version += 1
        history.append(session, record, clock.now(), step="recompute", source=record.state, target=record.state,
                       actor_id=actor.user_id, clause="2.2", comment=reason, changes=changes)  # fmt: skip
    return bool(changes)


ZONE_CHANGED.append(follow)
