"""The words of a record's fields: the timeline says them as the step's form did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.extensions import db

from ..fields import lookups
from ..fields.forms import StepForm
from ..kind import by_word, own_shown
from ..kind.facts import Fact
from ..process.workflow import AnyWorkflow
from ..rights.people import in_locale
from ..text.wording import gettext as _
from ..time.deadline_rules import DEFAULTS
from ..time.when import FULL, due_stamp, stamp
from ..types import Text

if TYPE_CHECKING:
    from .timeline import Line

SILENT = ("signature", "row_version", "confirm_negative")


@dataclass(frozen=True)
class Word:
    """What a field is called, and how its values are read."""

    label: Text
    choices: Mapping[str, Text] | None = None
    lookup: str = ""


@dataclass(frozen=True)
class Said:
    """One change, in the reader's words."""

    label: str
    old: str
    new: str


class Words:
    """Labels and values of the fields a kind of record knows: as the step's form has them, else as any form or fact."""

    def __init__(
        self,
        workflow: AnyWorkflow,
        forms: Iterable[type[StepForm] | None],
        facts: Mapping[str, Fact],
    ) -> None:
        self.kind = workflow.name
        self.of_step: dict[str, dict[str, Word]] = {}
        for step in workflow.steps:
            known = self.of_step.setdefault(step.name, {})
            known.update({name: word for name, word in _words(step.form) if name not in known})
        told = {name: _word(fact) for name, fact in facts.items()}
        every = (*(_words(form) for form in forms), *(known.items() for known in self.of_step.values()))
        for name, word in (pair for words in every for pair in words):
            told.setdefault(name, word)
        self.every = told

    def word(self, step: str, name: str) -> Word | None:
        """What is known of a field in a line of the history."""
        tables = (self.of_step.get(step, {}), self.every)
        return next((table[key] for table in tables for key in (name, _plain(name)) if key in table), None)

    def label(self, step: str, name: str) -> str:
        """What a field is called; a form's question without its mark."""
        if (clock := DEFAULTS.get(name)) is not None:
            return in_locale(clock.name_zh, clock.name_en)
        if (own := own_shown.named(self.kind, name)) is not None:
            return str(own.label)
        word = self.word(step, name)
        return str(by_word.called(self.kind, word.label) if word else name).rstrip("?？")

    def tells(self, step: str, name: str, pair: object) -> bool:
        """Whether a change is told: what has a word, and only if it says something."""
        known = name in DEFAULTS or (name not in SILENT and self.word(step, name) is not None)
        known = known or own_shown.named(self.kind, name) is not None
        return (
            known and isinstance(pair, list) and len(pair) == 2 and any(value not in (None, "", []) for value in pair)
        )

    def told(self, line: Line) -> list[Said]:
        """The changes of a line that are told."""
        step = line.step
        return [
            Said(self.label(step, name), self.say(step, name, pair[0]), self.say(step, name, pair[1]))
            for name, pair in line.changes.items()
            if self.tells(step, name, pair) and not self._is_the_line(line, name, pair[1])
        ]

    def _is_the_line(self, line: Line, name: str, value: object) -> bool:
        """What is read already: why, when and by whom it was done."""
        word = self.word(line.step, name)
        who = word is not None and word.lookup == "user" and value == line.who
        return who or value in (line.comment, line.at.isoformat())

    def learn(self, session: Session, lines: Iterable[Line]) -> None:
        """The names of everything these lines tell, in one question."""
        asked: dict[str, set[str]] = {}
        for line in lines:
            for name, pair in line.changes.items():
                word = self.word(line.step, name)
                if word is not None and word.lookup and self.tells(line.step, name, pair):
                    asked.setdefault(word.lookup, set()).update(_texts(pair))
        lookups.learn(session, asked)

    def say(self, step: str, name: str, value: object) -> str:
        """A value as the history kept it, in the reader's words."""
        if (own := own_shown.named(self.kind, name)) is not None:
            found = own_shown.said(own, value)
            return "—" if found is None else str(found)
        if isinstance(value, list):
            return ", ".join(self.say(step, name, item) for item in value) or "—"
        if value is None or value == "":
            return "—"
        if isinstance(value, bool):
            return str(_("Yes") if value else _("No"))
        word = self.word(step, name)
        if word and word.choices and (label := word.choices.get(str(value))) is not None:
            return str(label)
        if word and word.lookup:
            return lookups.told(db.session, word.lookup, str(value))
        return _moment(str(value), _due if name in DEFAULTS or name == "due_at" else stamp)[:300]


def _word(fact: Fact) -> Word:
    return Word(fact.label, fact.choices, fact.lookup or ("user" if fact.person else ""))


def _words(form: type[StepForm] | None) -> Iterator[tuple[str, Word]]:
    """The fields of a form, by their own names and by those of what the record keeps."""
    if form is None:
        return
    words = {
        field.name: Word(field.label.text, getattr(field, "choices", None), getattr(field, "lookup", ""))
        for field in form()
    }
    yield from words.items()
    yield from ((key, words[name]) for key, name in form.kept_as.items())


def _texts(value: object) -> Iterator[str]:
    """The values of a change, however deep they are listed."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value not in (None, ""):
        yield str(value)


def _plain(name: str) -> str:
    """The field of a column: `product_id`, `region_code`."""
    return name.removesuffix("_id").removesuffix("_code")


def _due(moment: datetime) -> str:
    return due_stamp(moment, FULL)


def _moment(text: str, said: Callable[[datetime], str]) -> str:
    """A moment with its offset as the wall clock shows it, a deadline in its own words; other text as it is."""
    if len(text) < 20 or text[10:11] != "T":
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return said(moment) if moment.tzinfo else text
