"""What administrators decided: which thing, what it was and what it is now, who and when. Only ever added to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from ..model import Model
from ..text.wording import gettext as _
from ..text.wording import lazy_gettext as _l
from ..time import clock
from ..types import Json, UtcDateTime

MOST = 100
NOTHING = "—"
RESTORED = "@restored"
REASONS = {RESTORED: _l("Back to the original")}  # what the portal gives as the reason, told in the reader's words
WORDS: dict[str, Mapping[str, object] | Callable[[str], object]] = {}  # thing → what its parts are called
NAMES: dict[str, Callable[[str], object]] = {}  # thing → what one of it is called, by its key
VALUES: dict[str, Callable[[str, str, object], object]] = {}  # thing → a value of a part in words, where it is a code


class Decision(Model):
    """更改: one change of how the portal works; without a person it was made where the portal was set up."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_which", "thing", "key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    thing: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(160))
    before: Mapped[Json] = mapped_column(JSON, default=dict)  # of what changed, the rest is not repeated
    after: Mapped[Json] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[User | None] = relationship()

    def __repr__(self) -> str:
        return f"{self.thing} {self.key}"


def note(
    session: Session,
    thing: str,
    key: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    by_id: int | None,
    reason: str = "",
) -> bool:
    """Write a change down, in the change's own transaction; False when nothing differs."""
    moved = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if not moved:
        return False
    facts = {"before": _of(before, moved), "after": _of(after, moved)}
    session.add(Decision(thing=thing, key=key, by_id=by_id or None, reason=reason, at=clock.now(), **facts))
    return True


def of(session: Session, thing: str, key: str = "") -> list[Decision]:
    """What was decided about one thing, or all of its sort, newest first."""
    query = select(Decision).where(Decision.thing == thing).options(joinedload(Decision.by))
    query = query.where(Decision.key == key) if key else query
    return list(session.scalars(query.order_by(Decision.id.desc()).limit(MOST)))


def name_of(decision: Decision) -> str:
    """What was decided about, in words."""
    tell = NAMES.get(decision.thing)
    return str(tell(decision.key)) if tell else decision.key


def reason_of(decision: Decision) -> str:
    """Why, as the administrator wrote it or in the portal's own words."""
    return str(REASONS.get(decision.reason, decision.reason))


def moves(decision: Decision) -> list[tuple[str, str, str]]:
    """Word, before and after of everything that changed."""
    words = WORDS.get(decision.thing, {})
    tell = words if callable(words) else lambda name: words.get(name, name)
    names = dict.fromkeys((*decision.before, *decision.after))
    before, after = decision.before, decision.after
    told = (
        (str(tell(name)), _told(decision, name, before.get(name)), _told(decision, name, after.get(name)))
        for name in names
    )
    return [(word, was, now) for word, was, now in told if (was, now) != (NOTHING, NOTHING)]


def in_words(words: Mapping[str, object], value: object) -> object:
    """A code, or several, by the words for them."""
    if isinstance(value, list):
        return [words.get(each, each) for each in value]
    return words.get(value, value) if isinstance(value, str) else value


def _told(decision: Decision, name: str, value: object) -> str:
    if value is None or value in ("", []):
        return NOTHING
    if (tell := VALUES.get(decision.thing)) is not None:
        value = tell(decision.key, name, value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _of(values: Mapping[str, object], names: set[str]) -> Json:
    return {name: values[name] for name in sorted(names) if name in values}
