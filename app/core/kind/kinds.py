"""A kind of record, said once: pages, REST, paper, rights, mails, deadlines and lists come out of this declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.extensions import db

from ..pages.printing import PaperForm
from ..pages.record_list import Chip
from ..pages.record_views import Card, RecordView
from ..process.told import Told, Who
from ..process.workflow import Workflow
from ..record import finding, numbers
from ..record.attachments import Category
from ..record.finder import Finder
from ..record.records import Record
from ..record.signatures import Signed
from ..record.ways import Text as Written
from ..rest.record_api import RecordApi
from ..rights.actor import Actor
from ..rights.current import current_rights
from ..text.wording import lazy_gettext as _l
from ..time.deadline_rules import Default
from ..types import Text, Values
from . import making, tells
from .asks import written
from .by_word import Row
from .contacting import LOG_CONTACT
from .customer_page import CustomerPage
from .facts import Attribute
from .part_cards import PartCard
from .things import Thing

R = TypeVar("R", bound=Record)
NUMBER_OR_SUBJECT = _l("Number or subject")


@dataclass(frozen=True)
class Fieldset:
    """A card of the page, and a box of the plain paper form: facts, or words (or a fact) and how they are told."""

    name: str
    title: Text
    parts: tuple[tells.Told, ...]
    editable: bool = False
    optional: bool = False  # not shown while it is empty
    clause: str = ""  # where it is not the kind's own

    def rows(self, record: object) -> list[Row]:
        """Label and value of each part; of no record the labels alone."""
        return tells.rows(record, self.parts)


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind(Thing[R]):
    """A kind of record: what a newcomer reads first in a folder. FAB's view and REST classes are made from it.

    `pages` and `rest` are the classes a kind with pages or resources of its own adds them in.
    """

    workflow: Workflow[R]
    clause: str
    prefix: str = ""  # of its number: ZD-2026-001
    number: str = ""  # the pattern of its number, where that is another
    create: Callable[[Session, Values, Actor], R] | None = None  # where writing the answers does not do
    show_fieldsets: tuple[Fieldset | PartCard | Card, ...] = ()
    editable: Callable[[R, Actor], bool] = lambda record, actor: False
    correct: Callable[[Session, R, Values], Values] | None = None  # else what is asked is written
    parts: tuple[Attribute, ...] = ()  # relations to the rows its steps append, told in REST as arrays
    untold: tuple[str, ...] = ()  # what its page alone tells
    search_hint: Text = NUMBER_OR_SUBJECT
    order: tuple[str, bool] = ("due_at", False)
    customer_page: CustomerPage[R] | None = None  # reached by link
    signs: Signed | None = None  # what its customer puts a name under
    files: tuple[Category, ...] = ()  # what its files may be, beside what any record's are
    papers: tuple[PaperForm, ...] = ()  # without one of its own it prints its cards
    deadlines: tuple[Default, ...] = ()
    beside: Mapping[str, Text] = field(default_factory=dict)  # the words of what is written beside the steps
    chips: Mapping[str, Chip] = field(default_factory=dict)
    tell: Mapping[str, tuple[Told, ...]] = field(default_factory=dict)  # step → who hears of it beside
    quiet: frozenset[str] = frozenset()  # steps after which the next person's turn is not news
    tell_of_deadlines: tuple[Who, ...] = ()  # who hears of any deadline that comes near or lapses
    tell_long_overdue: tuple[Who, ...] = ()
    tell_customer: Mapping[str, str] = field(default_factory=dict)  # step → the customer's mail
    to_customer: Callable[[R], Values] = lambda record: {}  # kept with the customer's mail when it is owed
    in_mails: Callable[[R], Values] = lambda record: {}  # what its mails may say beside …
    mails_read: tuple[Attribute, ...] = ()  # … and the relations that reads
    urgent: Callable[[R], bool] = lambda record: False  # its deadlines are told at any hour
    pages: type[RecordView] = RecordView
    rest: type[RecordApi] = RecordApi

    @property
    def code(self) -> str:
        """Its name in addresses, in REST and in the table of records."""
        return self.workflow.name

    @cached_property
    def finder(self) -> Finder:
        """Its search: one of its own, or by what stands on its records."""
        return self.find or Finder(self.model, self._ways)

    def _ways(self, word: str) -> Iterable[Written]:
        return finding.ways(word, current_rights().may("see_contact", self.thing))

    # ---- what is made of it

    @cached_property
    def page(self) -> type[RecordView]:
        return self.view or making.view_of(self)

    @cached_property
    def resource(self) -> type[RecordApi]:
        return self.api or making.api_of(self)

    @property
    def logs_contacts(self) -> bool:
        """Whether its table lets somebody log a contact with the customer."""
        return LOG_CONTACT in self.workflow.step_names

    @property
    def all_parts(self) -> tuple[Attribute, ...]:
        """Its parts, and those of every record that its table uses."""
        return (*self.parts, *([self.model.contacts] if self.logs_contacts else []))

    @property
    def printed(self) -> tuple[PaperForm, ...]:
        """Its paper forms: those of the regulation, else the plain one of its cards."""
        return self.papers or (making.paper_of(self),)

    @property
    def number_pattern(self) -> str:
        """How its records are numbered until the administrator decides otherwise; empty where others lend theirs."""
        return self.number or (self.prefix and f"{self.prefix}-{{YYYY}}-{{N:03d}}")

    @property
    def creates(self) -> bool:
        """Whether people bring it into being; else other records do."""
        return self.create is not None or bool(self.number_pattern and self.add_columns)

    def created(self, values: Values, actor: Actor) -> R:
        """A new record by its own `create`, or as it was asked for; the caller commits."""
        if self.create is not None:
            return self.create(db.session, values, actor)
        record = self.model(**written(self.add_columns, values, self.model))
        record.number = numbers.next_for(db.session, self.code)
        self.workflow.begin(db.session, record, actor, values, clause=self.clause)
        return record

    def corrected(self, record: R, values: Values) -> Values:
        """The attributes a correction writes, by its own `correct`, or as it was asked for."""
        if self.correct is not None:
            return self.correct(db.session, record, values)
        return written(self.edit_columns, values, self.model)


AnyKind = Kind[Any]  # of a record that is not known beforehand
