"""A page or a thing of the portal: said once, in its domain's `kind.py`; everything else walks these.

A thing is declared in Flask-AppBuilder's own words; its ModelView and ModelRestApi classes are made from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from flask_appbuilder import BaseView as FabView
from flask_appbuilder.api import BaseApi as FabApi
from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from ..fields.forms import StepForm
from ..pages.listing import Choice
from ..pages.views import BaseView
from ..record.finder import Finder
from ..rest.api import BaseApi
from ..rights.current import current_rights
from ..rights.filters import RowScope
from ..rights.rights import Rights
from ..rights.verbs import Verbs
from ..settings import Declared
from ..text.wording import lazy_gettext as _l
from ..types import Text, Values
from . import plain_making
from .asks import Ask, Asked
from .columns import Listed
from .facts import Attribute, code_of
from .tells import Cell, Told

M = TypeVar("M")


def everything(_rights: Rights) -> ColumnElement[bool]:
    """Every row, for whoever may list them at all."""
    return true()


@dataclass(frozen=True, kw_only=True, eq=False)
class Page:
    """One entry of the portal: a page or a REST resource, where it stands, and who may use it from the start."""

    thing: str  # what its rights are about
    label: Text
    view: type[FabView] | None = None
    api: type[FabApi] | None = None
    menu: str = ""  # the group it stands in; without one it is reached from `under`, or from the workbench
    under: str = ""
    icon: str = ""
    area: str = ""  # the tab of the access page, where that is not the menu's group
    rights: Verbs = field(default_factory=dict)
    verbs: Mapping[str, Text] = field(default_factory=dict)  # the words of rights no other thing has
    settings: tuple[Declared, ...] = ()
    scripts: tuple[str, ...] = ()  # what its pages run, beside what every page does

    @property
    def word(self) -> Text:
        """What the access page and the history call it."""
        return self.label

    @property
    def page(self) -> type[FabView] | None:
        """FAB's view class, where there is one."""
        return self.view

    @property
    def resource(self) -> type[FabApi] | None:
        """FAB's REST class, where there is one."""
        return self.api


@dataclass(frozen=True, kw_only=True, eq=False)
class Thing(Page, Generic[M]):
    """Something with a table of its own, and no process."""

    model: type[M]
    one: Text
    new: Text = ""
    edit: Text = ""  # what its form is called when one is changed, where that is not its own word
    path: str = ""  # its name in addresses and in REST, where that is not its table's
    visible: Callable[[Rights], ColumnElement[bool]] = everything
    add_columns: tuple[Asked, ...] = ()
    edit_columns: tuple[Asked, ...] = ()  # without any, what a new one is asked
    list_columns: tuple[Listed, ...] = ()  # without any, its pages are its own (`view`, `api`)
    show_columns: tuple[Told | Cell, ...] = ()  # without any, what is asked
    search_columns: tuple[Attribute, ...] = ()
    order_columns: tuple[Attribute, ...] = ()
    order: tuple[str, bool] = ("id", True)
    choices: tuple[Attribute | tuple[str, Choice], ...] = ()  # the drop-downs above its list
    filters: tuple[str, ...] = ()  # what REST finds by beside the facts
    find: Finder | None = None  # where it has a search of its own
    loads: tuple[Attribute | ORMOption, ...] = ()  # relations read with every list
    told: Mapping[str, Callable[[M], object]] = field(default_factory=dict)  # what REST tells beside the facts
    write: Callable[[Session, M | None, Values], M] | None = None  # where writing the answers does not do
    form: type[StepForm] = StepForm  # what is checked beside its fields
    deletable: bool = True
    search_hint: Text = ""
    empty_hint: Text = ""
    pages: type[BaseView] = BaseView  # the classes a thing adds pages or resources of its own in
    rest: type[BaseApi] = BaseApi

    @property
    def word(self) -> Text:
        return self.one

    @property
    def address(self) -> str:
        """Its name in addresses and in REST."""
        return self.path or code_of(self.model)

    @property
    def shown(self) -> tuple[Told | Cell, ...]:
        """What its page tells: else what is asked, as the list tells it."""
        cells = {each.attribute.key: each for each in self.list_columns if isinstance(each, Cell)}
        asked = [each.attribute for each in self.add_columns or self.edit_columns if isinstance(each, Ask)]
        return self.show_columns or tuple(cells.get(each.key, each) for each in asked)

    @cached_property
    def page(self) -> type[FabView] | None:
        return self.view or (plain_making.view_of(self) if self.list_columns else None)

    @cached_property
    def resource(self) -> type[FabApi] | None:
        return self.api or (plain_making.api_of(self) if self.list_columns else None)

    @property
    def is_scoped(self) -> bool:
        """Whether some see fewer of them than others."""
        return self.visible is not everything

    @cached_property
    def scope(self) -> type[RowScope]:
        """Its row rights, as FAB's views take them."""
        visible = self.visible

        class Scope(RowScope):
            name = _l("Visible records")

            def condition(self) -> ColumnElement[bool]:
                return visible(current_rights())

        return Scope


AnyThing = Thing[Any]  # of a table that is not known beforehand
