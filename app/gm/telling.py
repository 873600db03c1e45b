"""When the general manager is told of a matter: what is major at once, all else in one mail a day (4.4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, object_session

from app.core.process.turns import users_with_role
from app.core.time import clock
from app.notifications import outbox
from app.notifications.models import OutboxMail
from app.notifications.outbox import UNDER_WAY
from app.notifications.quiet import in_business_hours

from .models import GmReport

OF_THE_DAY = "gm_matters"


def told_at(record: GmReport) -> datetime:
    """When the mail about a new matter may go out: from then on the time for reading it runs."""
    session = object_session(record)
    assert session is not None  # the record was flushed by whoever begins it
    return clock.now() if record.is_urgent else next_mail(session)


def next_mail(session: Session) -> datetime:
    """When the general manager's next mail of the day goes out: in business hours, and not again the same day."""
    moment = in_business_hours(session, clock.now())
    if _gone(session, moment):
        moment = in_business_hours(session, clock.midnight_after(clock.local(moment).date()))
    return moment


def in_the_mail_of_the_day(session: Session, moment: datetime) -> int:
    """Owe the one mail of a day that lists every matter; answers how many persons it is owed to."""
    people = users_with_role(session, "gm")
    return outbox.owe(session, OF_THE_DAY, None, _day(moment), people, not_before=moment, bell=False)


def _gone(session: Session, moment: datetime) -> bool:
    """Whether that day's mail has left already; one that still waits takes further matters along."""
    of_that_day = OutboxMail.key.startswith(f"{OF_THE_DAY}:None:{_day(moment)}:")
    return bool(session.scalar(select(exists().where(of_that_day, OutboxMail.state.not_in(UNDER_WAY)))))


def _day(moment: datetime) -> str:
    return str(clock.local(moment).date())
