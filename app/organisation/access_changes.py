"""Who gave or took which right, and what became of the roles: written down among what administrators decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.record import decisions
from app.core.rights import seeing
from app.core.rights.current import current_rights
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time.when import stamp
from app.extensions import db

from . import roles
from .plain_words import Grant, deed, things

THING = seeing.THING
NAMES = {"name": _l("Name"), "copy_of": _l("Copy of"), **seeing.WORDS}


def note(session: Session, more: set[Grant], less: set[Grant]) -> None:
    """What was granted and taken away, a line for each role; the caller commits."""
    for key, role, _words in roles.known(session):
        mine = {grant for grant in more | less if grant[0] == role.id}
        now = {f"{thing}.{permission}": grant in more for grant in mine for _role, permission, thing in [grant]}
        was = {name: not given for name, given in now.items()}
        decisions.note(session, THING, key, was, now, current_rights().user_id)


def note_role(session: Session, key: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """What became of a role itself; what was known of the roles is asked anew."""
    roles.forget()
    decisions.note(session, THING, key, dict(before), dict(after), current_rights().user_id)


def word_of(name: str) -> str:
    """What a change is about, in words: a right, or the role's name."""
    thing, _dot, permission = name.partition(".")
    if not permission:
        return str(NAMES.get(name, name))
    return f"{things().get(thing, thing)}{_(': ')}{deed(permission, thing)}"


def role_of(key: str) -> str:
    """A role in words; one that is gone, by the name it had."""
    return next((words for known, _role, words in roles.known(db.session) if known == key), key)


decisions.WORDS[THING] = word_of


def told(_key: str, name: str, value: Any) -> Any:
    """A moment as the wall clock shows it, another role by its name."""
    if name in seeing.WORDS:
        return stamp(datetime.fromisoformat(value))
    return role_of(value) if name == "copy_of" else value


decisions.NAMES[THING] = role_of
decisions.VALUES[THING] = told
