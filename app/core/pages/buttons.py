"""The steps as they stand in a record's head: one filled, others outlined or greyed, the rest in the menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.extensions import db

from ..model import AnyRow
from ..process.admission import offers
from ..process.workflow import AnyWorkflow
from ..rights.actor import Actor
from ..types import Text
from .timeline import foremost

if TYPE_CHECKING:
    from ..record.records import Record


@dataclass(frozen=True)
class Way:
    """A link beside the buttons: another way on than a step of this record."""

    label: Text
    url: str
    icon: str
    main: bool = False  # what can be done next where no step can: it gets the filled button


Ways = Callable[[AnyRow, frozenset[str]], list[Way]]


def buttons(workflow: AnyWorkflow, record: Record, actor: Actor, ways: Ways) -> dict[str, object]:
    """What a person is offered, sorted by place; what cannot succeed goes along with its sentence, or fades."""
    found = offers(workflow, db.session, record, actor)
    able = frozenset(offer.step.name for offer in found if offer.open)
    main = foremost([offer.step for offer in found], lambda step: step.name in able)
    rest = [offer for offer in found if offer.step is not main and (offer.open or not offer.step.fades)]
    return {
        "main": main,
        "others": [offer for offer in rest if offer.step.tone in ("main", "side")],
        "more": [offer for offer in rest if offer.step.tone in ("more", "danger")],
        "ways": ways(record, able),
    }
