"""Changing a deadline rule: a new version, applied to what is running; shown before it is saved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.core.process.refused import Refused
from app.core.record import decisions
from app.core.rights.actor import Actor
from app.core.rights.people import in_locale
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import deadline_rules
from app.core.time.deadline_rules import ESCALATION, KEPT, DeadlineRule
from app.core.time.periods import Unit
from app.core.time.recompute import Move, recompute_open, would_move

from .codes import REACHES, UNITS

THING = "DeadlineRule"
decisions.WORDS[THING] = {
    "name_zh": _l("Name (Chinese)"),
    "name_en": _l("Name (English)"),
    "quantity": _l("Quantity"),
    "unit": _l("Unit"),
    "roll": _l("Rolled forward to a working day"),
    "warn_at": _l("Warn on the last day at"),
    "warn_minutes_before": _l("Warn so many minutes before"),
    "reaches": _l("A missed deadline reaches"),
    "leader_after": _l("The Leader hears of it after (days)"),
    "gm_after": _l("The General Manager hears of it after (days)"),
}
CODES = {"unit": UNITS, "reaches": REACHES}


def named(code: str) -> str:
    """A rule as the changes by administrators call it."""
    known = deadline_rules.DEFAULTS.get(code)
    return in_locale(known.name_zh, known.name_en) if known else code


decisions.NAMES[THING] = named
decisions.VALUES[THING] = lambda _key, name, value: decisions.in_words(CODES.get(name, {}), value)


@dataclass(frozen=True)
class Preview:
    """What a change would do to the clocks that run."""

    open: int
    moved: list[Move]

    @property
    def seal(self) -> str:
        """By which exactly this is confirmed; empty when nothing moves."""
        facts = [(move.record.number, move.old, move.new) for move in self.moved]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16] if facts else ""


def facts_of(rule: DeadlineRule, values: dict[str, Any]) -> dict[str, Any]:
    """The fields of the form as a rule keeps them; an escalation that is not filled in stays."""
    kept = {name: values[name] for name in KEPT if name in values and name not in ESCALATION}
    kept |= {"unit": Unit(values["unit"]), "quantity": values["quantity"] or 0, "roll": bool(values["roll"])}
    return kept | {name: getattr(rule, name) if values.get(name) is None else values[name] for name in ESCALATION}


def preview(session: Session, rule: DeadlineRule, values: dict[str, Any]) -> Preview:
    """How many clocks run by the rule, and which the change would move; nothing is written."""
    same = {name: getattr(rule, name) for name in KEPT}
    tried = DeadlineRule(code=rule.code, **(same | facts_of(rule, values)))
    return Preview(*would_move(session, tried))


def change(session: Session, rule: DeadlineRule, values: dict[str, Any], actor: Actor) -> tuple[DeadlineRule, int]:
    """A new version, and how many running deadlines moved by it. Raises Refused; the caller commits."""
    if not rule.active:
        raise Refused(_("This version is no longer in force. Open the rule again from the list and change that one."))
    facts = facts_of(rule, values)
    before = {name: getattr(rule, name) for name in facts}
    if facts == before:
        raise Refused(_("Nothing was changed."))
    decisions.note(session, THING, rule.code, _plain(before), _plain(facts), actor.user_id, values["reason"])
    new = deadline_rules.new_version(session, rule, **facts)
    return new, recompute_open(session, values["reason"], actor, codes=[new.code])


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """As a decision is kept."""
    return {name: getattr(value, "value", value) for name, value in facts.items()}
