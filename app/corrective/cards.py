"""What the rounds of a notice wrote, as its page shows it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from app.core.kind.part_cards import written_by
from app.core.pages.show import tag
from app.core.rights.people import name_of
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.core.time.when import stamp

from . import codes
from .models import Action, Analysis, EffectivenessCheck
from .sheets import words

Told = tuple[Any, Any]


def analysed(item: Analysis) -> Told:
    return written_by(item, f"{codes.METHODS[item.method]} ·")


def method(item: Analysis) -> Any:
    return codes.METHODS[item.method]


def sheet(item: Analysis) -> Markup | None:
    """The way to the root cause: the whys one below the other, the branches, the disciplines."""
    if not item.steps:
        return None
    rows = Markup("").join(Markup("<li>{}</li>").format(words(row)) for row in item.steps)
    numbered = item.method == "five_why"
    return Markup("<ol>{}</ol>").format(rows) if numbered else Markup("<ul>{}</ul>").format(rows)


def action(item: Action) -> Told:
    """An action in two lines, with how far it is."""
    if item.done_at:
        state = tag(_("done %(at)s", at=stamp(item.done_at, "%m-%d")), "ok")
    else:
        state = tag(_("due %(at)s", at=item.due), "bad" if item.due < clock.today() else "warn")
    return (
        Markup("{} · {}").format(_("Round %(n)s", n=item.round), codes.ACTIONS[item.type]),
        Markup("{} {}<br>{} {}").format(item.description, state, name_of(item.owner_id), item.evidence or ""),
    )


def checked(item: EffectivenessCheck) -> Told:
    return written_by(item, tag(codes.RESULTS[item.result], "ok" if item.result == codes.EFFECTIVE else "bad"))
