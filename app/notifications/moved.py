"""Rights were given or taken: the open records follow, and whoever has got some is told in one mail."""

from __future__ import annotations

from collections import Counter

from sqlalchemy.orm import Session

from app.core.process import holding, moving
from app.core.process.turns import holders
from app.core.time import clock

from . import outbox
from .quiet import in_business_hours

EVENT = "turns_moved"


def follow_rights(session: Session) -> int:
    """The next slice of the records that follow; when all have, the mails. Commits."""
    if not moving.is_due(session):
        return 0
    outbox.begin(session)
    asked = moving.follow(session)
    if asked is None:
        _tell(session)
    session.commit()
    return asked or 1


def _tell(session: Session) -> None:
    """“12 records wait for you now”: one mail to each of the new holders, in business hours."""
    mine: Counter[int] = Counter()
    for owner, n in moving.news(session).items():
        mine.update(dict.fromkeys(holders(session, owner), n))
    occurrence, begin = str(session.scalar(holding.VERSION)), in_business_hours(session, clock.now())
    for person, n in sorted(mine.items()):
        outbox.owe(session, EVENT, None, occurrence, [person], not_before=begin, payload={"count": n})
