"""The words of a record's fields: the timeline says them as the forms do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.extensions import db

from . import clock
from .forms import StepForm
from .lookups import LOOKUPS
from .workflow import Workflow

SILENT = ("signature", "row_version", "confirm_negative")


class Words:
    """Labels and values of the fields a kind of record knows, gathered from its forms."""

    def __init__(
        self, workflow: Workflow[Any], forms: Iterable[type[StepForm] | None], more: Mapping[str, Any]
    ) -> None:
        self.labels: dict[str, Any] = {}
        self.choices: dict[str, Mapping[str, Any]] = {}
        self.lookups: dict[str, str] = {}
        for form in (*forms, *(step.form for step in workflow.steps)):
            for field in form() if form else ():
                self.labels.setdefault(field.name, field.label.text)
                if hasattr(field, "choices"):
                    self.choices.setdefault(field.name, field.choices)
                if hasattr(field, "lookup"):
                    self.lookups.setdefault(field.name, field.lookup)
        self.labels.update(more)

    def label(self, name: str) -> str:
        """What a field is called; a form's question without its mark."""
        return str(self.labels.get(_plain(name), name)).rstrip("?？")

    def tells(self, name: str, pair: Any) -> bool:
        """Whether a change is told: what has a word, and only if it says something."""
        known = _plain(name) in self.labels and name not in SILENT
        return (
            known and isinstance(pair, list) and len(pair) == 2 and any(value not in (None, "", []) for value in pair)
        )

    def say(self, name: str, value: Any) -> str:
        """A value as the history kept it, in the reader's words."""
        if isinstance(value, list):
            return ", ".join(self.say(name, item) for item in value) or "—"
        if value is None or value == "":
            return "—"
        if isinstance(value, bool):
            return str(_("Yes") if value else _("No"))
        if (label := self.choices.get(_plain(name), {}).get(str(value))) is not None:
            return str(label)
        if (lookup := LOOKUPS.get(self.lookups.get(_plain(name), ""))) is not None:
            found = lookup.find(db.session, str(value))
            return found[1] if found else str(value)
        return _moment(str(value))[:300]


def _plain(name: str) -> str:
    """The field of a column: `product_id`, `site_region_code`."""
    return name.removesuffix("_id").removesuffix("_code")


def _moment(text: str) -> str:
    """A moment with its offset as the wall clock shows it; other text as it is."""
    if len(text) < 20 or text[10:11] != "T":
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return clock.local(moment).strftime("%Y-%m-%d %H:%M") if moment.tzinfo else text
