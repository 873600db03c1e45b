"""A part of a record as a resource of its own: seen with its record, written by that one's steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from flask_appbuilder.api import BaseApi as FabApi
from sqlalchemy import ColumnElement

from ..rights.current import current_rights
from ..rights.filters import RowScope, hung_on
from . import making, registry
from .facts import Attribute, whole_of
from .parts import Part
from .things import Thing

P = TypeVar("P", bound=Part)


@dataclass(frozen=True, kw_only=True, eq=False)
class PartThing(Thing[P]):
    """A part that REST tells by itself; `of` is the column with its record's number."""

    of: Attribute
    untold: tuple[str, ...] = ()  # what the page of the record alone tells

    @cached_property
    def scope(self) -> type[RowScope]:
        """Its rows are those of the records one may see."""
        of, whole = self.of, whole_of(self.model)

        class Scope(RowScope):
            def condition(self) -> ColumnElement[bool]:
                kind = registry.KINDS[whole.__mapper__.polymorphic_identity]
                return hung_on(of, whole.id, kind.visible(current_rights()))

        return Scope

    @cached_property
    def resource(self) -> type[FabApi]:
        return self.api or making.part_api_of(self)


AnyPart = PartThing[Any]  # of a record that is not known beforehand
