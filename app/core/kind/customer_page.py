"""What a customer sees of a record by link, and is asked for there: declared by its kind, for every kind alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from ..fields.forms import StepForm
from ..process.workflow import Fired, after
from ..record import links
from ..record.links import TRACK, PublicLink
from ..record.records import Record
from ..rights.actor import Actor
from ..types import Text, Values

R = TypeVar("R", bound=Record)
Milestones = list[tuple[Text, datetime | None]]  # what happens, and when it did


@dataclass(frozen=True, kw_only=True)
class Act(Generic[R]):
    """One thing the customer is asked for, and does once."""

    label: Text
    form: type[StepForm]
    template: str
    after: tuple[str, ...]  # the steps after which there is one
    waits: Callable[[R], int | None]  # the row it is about while the customer is asked; None: not now
    do: Callable[[Session, R, Values], None]
    thanks: Callable[[R], Text]
    mail: str = ""  # which brings the link
    reads: Callable[[R], str] = lambda record: ""  # the fingerprint of the text, where what is read must not change
    shows: Callable[[R], Values] = lambda record: {}  # what its template needs beside the record
    photos: bool = False  # the photos of the site belong to what is read
    by_the_way: bool = False  # no duty: its mail says something else and goes out in any case


@dataclass(frozen=True, kw_only=True)
class CustomerPage(Generic[R]):
    """How a kind of record looks to its customer."""

    title: Text
    follow: Text  # the words of the link to it
    status: Callable[[R], Text]
    story: Callable[[R], Milestones]
    mail: str = ""  # which brings that link
    after: tuple[str, ...] = ("register",)
    acts: Mapping[str, Act[R]] = field(default_factory=dict)
    signer: Callable[[R], str | None] = lambda record: None  # whose name stands in the form already
    paper: str = ""  # the paper form that carries the signature, once there is one

    def asked(self, record: R) -> dict[str, int]:
        """What the customer is asked for now, and about which row."""
        found = {name: act.waits(record) for name, act in self.acts.items()}
        return {name: number for name, number in found.items() if number is not None}

    def open(self, record: R) -> dict[str, int]:
        """What there can be a link for now."""
        return {TRACK: 0, **self.asked(record)}

    def label_of(self, purpose: str) -> Text:
        return self.follow if purpose == TRACK else self.acts[purpose].label

    def mail_of(self, purpose: str) -> str:
        return self.mail if purpose == TRACK else self.acts[purpose].mail

    def text_of(self, link: PublicLink, record: R) -> str:
        """The fingerprint of what the customer reads before acting."""
        return self.acts[link.purpose].reads(record) or str(link.subject_id)

    def asked_by(self, mail: str) -> Iterator[tuple[str, Act[R]]]:
        """The act that a mail asks for."""
        return ((name, act) for name, act in self.acts.items() if mail and act.mail == mail)


AnyAct = Act[Any]  # of a kind that is not known beforehand
AnyPage = CustomerPage[Any]
PAGES: dict[str, AnyPage] = {}  # kind → what its customers see, as kinds are registered


def declare(kind: str, page: AnyPage) -> None:
    """Records of this kind have a page for their customer, and links to it are given out by themselves."""
    PAGES[kind] = page
    steps = {*page.after, *(step for act in page.acts.values() for step in act.after)}
    after(kind, *sorted(steps))(give_out)


def give_out(fired: Fired) -> None:
    """The links that follow from a step."""
    record, page = fired.record, PAGES[fired.record.kind]
    if fired.step in page.after:
        links.issue(fired.session, record, TRACK)
    for name, act in page.acts.items():
        if fired.step in act.after and (number := act.waits(record)) is not None:
            links.issue(fired.session, record, name, number)


def still_due(link: PublicLink) -> bool:
    """Whether the record still waits for this very act."""
    page: AnyPage = PAGES[link.record.kind]
    return page.asked(link.record).get(link.purpose) == link.subject_id


def by_link(*steps: str) -> Actor:
    """The customer, who may take no other step than those he is asked for."""
    return Actor(None, "customer", lambda step: step in steps, is_system=True, via="link")


def asked_of_customer(kind: str, mail: str) -> tuple[str, AnyAct] | None:
    """What a mail to the customer asks for."""
    return next(PAGES[kind].asked_by(mail), None) if kind in PAGES else None
