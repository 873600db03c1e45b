"""The fields of a thing as people meet them: what each is called, and where it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..fields.field_base import BusinessField
from ..fields.forms import StepForm
from ..types import Text
from .facts import facts_of, facts_of_parts, name_in_forms, told_by, whole_of
from .kinds import Kind
from .overrides import Worded, plain_name
from .registry import code_of, things
from .things import AnyThing


@dataclass
class Field:
    """One field: the program's word, the word in force, and the fields of the forms by place."""

    name: str
    label: Text
    asked: dict[str, BusinessField] = field(default_factory=dict)

    @property
    def original(self) -> Text:
        return _original(self.label)

    @property
    def words(self) -> list[Text]:
        """What the program calls it, here and there."""
        return [self.original, *(_original(each.label.text) for each in self.asked.values())]


def _original(label: Text) -> Text:
    return label.original if isinstance(label, Worded) else label


def thing_of(code: str) -> AnyThing | None:
    """A thing by the name its rights or its addresses have."""
    found = next((page for page in things() if code in (page.thing, code_of(page))), None)
    whole = whole_of(found.model) if found else None
    return (
        found
        if found is None or whole is found.model
        else next((page for page in things() if page.model is whole), found)
    )


def forms_of(page: AnyThing) -> Iterator[tuple[str, type[StepForm]]]:
    """Where something is asked about a thing, and with which form."""
    for holder in filter(None, (page.page, page.resource)):
        for name, place in (("form", "create"), ("correction", "edit")):
            if (form := getattr(holder, name, None)) is not None:
                yield place, form
    if isinstance(page, Kind):
        yield from ((step.name, step.form) for step in page.workflow.steps if step.form is not None)


def fields_of(page: AnyThing) -> dict[str, Field]:
    """Every field of a thing by name: those of its forms in their order, then what only its page tells."""
    found: dict[str, Field] = {}
    for place, form in forms_of(page):
        for each in form():
            if isinstance(each, BusinessField) and each.kind != "hidden":
                name = plain_name(each.name)
                found.setdefault(name, Field(name, each.label.text)).asked.setdefault(place, each)
    for attribute in (*facts_of(page.model), *facts_of_parts(page.model)):
        name = plain_name(name_in_forms(attribute))
        found.setdefault(name, Field(name, told_by(attribute).label))
    return found


def called(thing: str, name: str) -> str:
    """“Thing · Field”, in the words in force."""
    page = thing_of(thing)
    known = fields_of(page).get(name) if page else None
    return f"{page.one} · {known.label}" if page and known else f"{thing} · {name}"
