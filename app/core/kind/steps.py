"""One row of a process table as it is read: what is asked is written, who did it is stamped; the rest is free code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypedDict, TypeVar, Unpack

from ..fields.forms import StepForm
from ..process.deeds import Deed
from ..process.workflow import Guard, Starts, Transition
from ..record.records import Record
from ..rights.actor import Actor
from ..types import Text
from . import parts
from .asks import Ask, Asked, form_of, of_model, written
from .facts import Attribute, relation_of

R = TypeVar("R", bound=Record)


class Shown(TypedDict, total=False):
    """What else a row may say."""

    meets: tuple[str, ...]
    cancels: tuple[str, ...]
    tone: str
    icon: str
    late: tuple[str, ...]
    moment: str
    joins: str
    fades: bool


def step(
    name: str,
    label: Text,
    source: StrEnum | Iterable[StrEnum],
    target: StrEnum | Callable[[R], StrEnum] | None,
    by: tuple[str, ...],
    clause: str,
    *,
    asks: tuple[Asked, ...] = (),
    adds: Attribute | None = None,
    stamps: str = "",
    form: type[StepForm] = StepForm,
    effect: Callable[[Deed[R]], None] | None = None,
    guards: tuple[Guard[R], ...] = (),
    checks: tuple[Guard[R], ...] = (),
    starts: tuple[Starts[R], ...] = (),
    whose: Callable[[R, Actor], bool] | None = None,
    **more: Unpack[Shown],
) -> Transition[R]:
    """`asks` become the dialog and are written to the record; `stamps` fills `…_at` and `…_by_id`.

    `form` is what the dialog does beside asking: a class that knows of a second question, or of a picker.
    `adds` is the part a step appends to: one row of its facts that are asked or, where they are asked as `rows`,
    this round's rows anew. The effect runs afterwards, in the same transaction, and finds what was appended in
    `deed.added`; `by` are the functions that get the step in a new portal.
    """

    def whole(deed: Deed[R]) -> None:
        deed.set(**written(asks, deed.data, type(deed.record)))
        _look_again(deed, of_model(asks, type(deed.record)))
        if adds is not None:
            deed.added = parts.add(deed, adds, asks)
        if stamps:
            setattr(deed.record, f"{stamps}_at", deed.at)
            if hasattr(deed.record, f"{stamps}_by_id"):
                setattr(deed.record, f"{stamps}_by_id", deed.actor.user_id)
        if effect:
            effect(deed)

    states = frozenset({source}) if isinstance(source, StrEnum) else frozenset(source)
    made = form_of(asks, form) if asks or form is not StepForm else None
    return Transition(
        name, label, states, target, by, clause, made, guards, checks, whole, starts, whose=whose, stamps=stamps, **more
    )


def _look_again(deed: Deed[R], asks: list[Ask]) -> None:
    """What was chosen out of a table is read anew where it is needed next."""
    known = set(deed.record.__mapper__.relationships.keys())
    chosen = {relation_of(ask.attribute) for ask in asks} - {str(ask.attribute.key) for ask in asks}
    if known & chosen:
        deed.session.expire(deed.record, known & chosen)
