"""Who hears of a matter beside those whose turn it is (4.4)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.process.told import Told, Who, may, told
from app.core.process.turns import users_with_role

from .models import GmReport

major_mail = may("read_major_mail", "Complaint")


def all_but_the_gm(who: Who) -> Who:
    """Those beside the general manager, who is told in a mail of his own."""
    return lambda session, record: sorted(set(who(session, record)) - set(users_with_role(session, "gm")))


def urgent_to_the_gm(session: Session, record: GmReport) -> list[int]:
    """What is not urgent stands in the general manager's mail of the day."""
    return users_with_role(session, "gm") if record.is_urgent else []


def at_once(record: GmReport) -> bool:
    """Brought to the general manager at any hour; of a major complaint the marking itself tells."""
    return bool(record.reason != "major_complaint" and record.is_urgent)


def by_day(record: GmReport) -> bool:
    """What is not major waits for the day, and a customer's wish for the week's list."""
    return record.reason != "major_complaint" and not record.is_urgent and not record.is_weekly


TELL: dict[str, tuple[Told, ...]] = {
    "register": (
        told(major_mail, urgent=True, when=lambda fired: at_once(fired.record)),  # type: ignore[arg-type]
        told(all_but_the_gm(major_mail), when=lambda fired: by_day(fired.record)),  # type: ignore[arg-type]
    ),
}
QUIET = frozenset({"read", "unread"})
