"""A record that is done: nobody looks at it any more, so it takes no files in silence."""

from __future__ import annotations

from markupsafe import Markup, escape

from ..process.refused import Refused
from ..process.workflow import WORKFLOWS
from ..text.wording import gettext as _
from .records import Record


class Shelved(Refused):
    """The record takes no files; `instead` is the one that goes on in its place, if there is one."""

    def __init__(self, sentence: str, instead: Record | None) -> None:
        super().__init__(sentence)
        self.number = instead.number if instead else ""
        self.address = f"/{instead.kind}/show/{instead.id}" if instead else ""

    @property
    def linked(self) -> Markup:
        """The sentence, and the way to the record that goes on."""
        link = Markup(' <a href="{}">{}</a>').format(self.address, self.number) if self.address else ""
        return escape(str(self)) + link


def shelved(record: Record) -> Shelved | None:
    """Why a record takes no files any more, and what to do; None while somebody works on it."""
    workflow = WORKFLOWS[record.kind]
    if workflow.is_open(record):
        return None
    state = workflow.states[record.state]
    instead = state.goes_on_as(record) if state.goes_on_as else None
    facts = {"number": record.number, "state": str(state.label)}
    if instead is not None:
        sentence = _("%(number)s goes on as %(other)s: attach the file there.", other=instead.number, **facts)
        return Shelved(sentence, instead)
    advice = _("Attach it to an open record.")
    if back := next((step for step in workflow.steps if record.state in step.source and step.granted_to), None):
        advice = _("“%(step)s” comes first.", step=str(back.label))
    return Shelved(_("%(number)s is “%(state)s”, nobody would see the file.", **facts) + " " + advice, None)


def refuse_files(record: Record) -> None:
    """Raises Shelved where nobody would see them."""
    if refusal := shelved(record):
        raise refusal
