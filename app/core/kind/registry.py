"""Everything the portal consists of, as the domains declare it. Whatever needs all kinds walks these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import selectin_polymorphic

from .. import settings
from ..record import attachments, numbers, signatures, witness
from ..record.records import Record
from ..rights import masking
from ..rights.filters import whole
from ..time import deadline_rules
from . import facts, overrides

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from sqlalchemy.orm.strategy_options import _AbstractLoad as Loading

    from ..rights.rights import Rights
    from ..types import Text
    from .kinds import AnyKind
    from .things import AnyThing, Page

PAGES: list[Page] = []  # pages, things and kinds, in the order of the domains
KINDS: dict[str, AnyKind] = {}  # kinds of record by their code
AREAS: dict[str, Text] = {}  # the tabs of the access page: code → words


class Undeclared(Exception):
    """Something is named that no domain declares: str(e) says what, and where it belongs. The portal does not start."""


def of_every_kind() -> Loading:
    """How records of several kinds are loaded together: each with what stands in its own table."""
    return selectin_polymorphic(Record, [kind.model for kind in KINDS.values()])


def register(declared: Iterable[Page]) -> None:
    """What a domain declares belongs to the portal; said twice it is there once."""
    from ..pages import printing
    from . import customer_page
    from .kinds import Kind
    from .things import Thing

    for page in declared:
        if page not in PAGES:
            PAGES.append(page)
            settings.declare(*page.settings)
        if isinstance(page, Thing):
            witness.THINGS[page.model.__tablename__] = page.one
            overrides.CODES[page.thing] = code_of(page)
            masking.RIGHTS[code_of(page)] = page.thing
        if isinstance(page, Kind):
            KINDS[page.code] = page
            if page.signs is not None:
                signatures.SIGNED[page.code] = page.signs
            for step in page.workflow.steps:
                if step.stamps and not hasattr(page.model, f"{step.stamps}_at"):
                    raise Undeclared(f"{page.thing} has no {step.stamps}_at, which its step {step.name} stamps.")
            deadline_rules.declare(page.deadlines)
            attachments.declare(page.files)
            if page.number_pattern:
                numbers.declare(page.code, page.number_pattern, page.one)
            if page.customer_page is not None:
                customer_page.declare(page.code, page.customer_page)
            for form in page.printed:
                printing.register(form)


def without_a_rule() -> list[str]:
    """The deadlines that processes name and no kind declares, each with the kind that names it."""
    found = []
    for kind in KINDS.values():
        flow = kind.workflow
        named = {code for stage in flow.stages for code in stage.deadlines}
        named |= {code for step in flow.steps for code in (*step.meets, *step.cancels, *step.late)}
        named |= {code for step in flow.steps for code in step.starts if isinstance(code, str)}
        named |= {code for code in flow.begins if isinstance(code, str)}
        found += [f"{code} ({kind.code})" for code in sorted(named - set(deadline_rules.DEFAULTS))]
    return found


def things() -> Iterator[AnyThing]:
    """Every thing that has a table, records included."""
    from .things import Thing

    return (page for page in PAGES if isinstance(page, Thing))


def code_of(page: AnyThing) -> str:
    """A thing's name in its table: what its fields are known under."""
    return facts.code_of(page.model)


def place_forms() -> None:
    """Every form of a thing knows where it is asked, so that its fields are called as the administrator says."""
    from ..fields.forms import at

    for page in things():
        for holder in filter(None, (page.page, page.resource)):
            for name, place in (("form", "create"), ("correction", "edit")):
                if getattr(holder, name, None) is not None:
                    setattr(holder, name, at(getattr(holder, name), code_of(page), place))


def visible_ids(rights: Rights) -> ColumnElement[bool]:
    """Every record of every kind this person may list: one condition for history, search and a customer's page."""
    return or_(false(), *(_seen(kind, rights) for kind in KINDS.values() if rights.may("can_list", kind.thing)))


def sees(session: Session, rights: Rights, record: Record) -> bool:
    """Whether a person may open this very record."""
    kind = KINDS[record.kind]
    if not rights.may("can_show", kind.thing):
        return False
    condition, here = kind.visible(rights), kind.model.id == record.id
    return whole(condition) or session.scalar(select(kind.model.id).where(here, condition)) is not None


def _seen(kind: AnyKind, rights: Rights) -> ColumnElement[bool]:
    condition = kind.visible(rights)
    mine = Record.kind == kind.code
    return mine if whole(condition) else mine & Record.id.in_(select(kind.model.id).where(condition))
