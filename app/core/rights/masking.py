"""Which fields are not for every reader of a record: one declaration, asked by the record and by its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..record.records import Record

Visible = Callable[[Any], bool]  # asks a record of the kind it is declared for


@dataclass(frozen=True)
class Mask:
    """How a field looks to whoever may not read it in full, and who may."""

    look: Callable[[str | None], str]
    visible: Visible


MASKS: dict[str, dict[str, Mask]] = {}  # kind of record → field
RIGHTS: dict[str, str] = {}  # a thing by its table → what the right to see how to reach people is about


def declare(kind: str, name: str, look: Callable[[str | None], str], visible: Visible) -> None:
    """A field of a kind of record that is masked for some."""
    MASKS.setdefault(kind, {})[name] = Mask(look, visible)


def shown(record: Record, name: str) -> str:
    """A field of a record as this reader may see it."""
    value, mask = getattr(record, name), MASKS[record.kind][name]
    return value if not value or mask.visible(record) else mask.look(value)


def seen(row: object, name: str) -> Any:
    """A field of whatever row: masked where it is declared so, in full otherwise."""
    value, mask = getattr(row, name), masked_of(getattr(row, "kind", "")).get(name)
    return value if mask is None or not value or mask.visible(row) else mask.look(value)


def masked_of(kind: str) -> Mapping[str, Mask]:
    """The fields of a kind of record that are masked for some."""
    return MASKS.get(kind, {})


def changes(record: Record, told: Mapping[str, object]) -> dict[str, object]:
    """Old and new values of the history, masked as the fields themselves are."""
    masks = masked_of(record.kind)
    hidden = {name for name in told if name in masks and not masks[name].visible(record)}
    return {name: _masked(pair, masks[name].look) if name in hidden else pair for name, pair in told.items()}


def _masked(value: object, look: Callable[[str | None], str]) -> object:
    if isinstance(value, list):
        return [_masked(item, look) for item in value]
    return look(str(value)) if value else value
