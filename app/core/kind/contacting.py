"""登记联系 on a record of any kind: a step in its table, a card of its page, an array in REST."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar, Unpack

from markupsafe import Markup

from ..pages.record_views import Card
from ..pages.show import tag
from ..process.workflow import AnyWorkflow, Transition, allowed
from ..record.contacts import CHANNELS, ContactLog
from ..record.records import Record
from ..rights.actor import Actor
from ..text.wording import gettext as _
from ..text.wording import lazy_gettext as _l
from ..time.when import stamp
from .asks import need
from .by_word import Row
from .steps import Shown, step

R = TypeVar("R", bound=Record)
LOG_CONTACT = "log_contact"
CONTACT = (need(ContactLog.channel), need(ContactLog.content), need(ContactLog.reached))


def log_contact(
    source: Iterable[StrEnum],
    by: tuple[str, ...],
    clause: str,
    *,
    whose: Callable[[R, Actor], bool] | None = None,
    **more: Unpack[Shown],
) -> Transition[R]:
    """登记联系, at any time of these states. Whoever may do so also looks after the customer's links."""
    shown: Shown = {"tone": "side", "icon": "fa-phone", **more}
    label, kept = _l("Log a contact"), Record.contacts
    return step(LOG_CONTACT, label, source, None, by, clause, asks=CONTACT, adds=kept, whose=whose, **shown)


def speaks_with_customer(workflow: AnyWorkflow, record: Record, actor: Actor) -> bool:
    """Whether a person may log a contact on a record, in whatever state it is."""
    return any(allowed(row, record, actor) for row in workflow.rows(LOG_CONTACT))


def contacts(record: Record) -> list[Row]:
    """When, how, whether the customer was reached, and what was said."""
    return [
        (
            stamp(item.at, "%m-%d %H:%M"),
            Markup("{} {} {}").format(
                CHANNELS.get(item.channel, item.channel),
                tag(_("reached") if item.reached else _("not reached"), "ok" if item.reached else "mut"),
                item.content,
            ),
        )
        for item in record.contacts
    ]


CONTACTS = Card("contact", _l("Contacts with the customer"), contacts, optional=True)
