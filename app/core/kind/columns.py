"""The columns of a kind's list: those every record has go by name, facts by attribute, the rest says how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from ..model import AnyModel
from ..pages.record_list import changed_column, deadline_column
from ..pages.show import tag
from ..pages.views import Column
from ..process.workflow import AnyWorkflow
from ..record.records import NUMBER
from ..rights.people import turn_label
from ..text.wording import lazy_gettext as _l
from .facts import Attribute, column_of, name_in_forms, relation_of, told_by
from .tells import Cell, exported, fact_of, shown

Listed = str | Attribute | Cell | tuple[str, Column]


def columns_of(
    model: AnyModel, workflow: AnyWorkflow | None, listed: Iterable[Listed], ordered: Iterable[Attribute] = ()
) -> dict[str, Column]:
    """The columns of a list, in its order; `ordered` are what it can be ordered by, or a key that follows it."""
    found, orders = {}, {column_of(each).info.get("follows", (each.key,))[0]: each for each in ordered}
    for item in listed:
        if isinstance(item, str):
            assert workflow is not None  # the columns that go by name are those of records
            found[item] = STANDARD[item](model, workflow)
        elif isinstance(item, tuple):
            found[item[0]] = item[1]
        else:
            fact = fact_of(item)
            found[name_in_forms(fact)] = fact_column(item, orders.get(fact.key))
    return found


def fact_column(item: Attribute | Cell, order: Attribute | None = None) -> Column:
    """A fact as a column of a list, told in its own way where it has one."""
    fact = fact_of(item)
    told, value = told_by(fact), item.value if isinstance(item, Cell) else lambda row: shown(row, fact)
    nullable = order is not None and bool(column_of(order).nullable)
    plain = partial(exported, attribute=fact)
    css, entry = "num" if told.code else "", None
    if told.lookup and not isinstance(item, Cell) and not hasattr(fact.class_, relation_of(fact)):
        entry = told.lookup, str(fact.key)
    return Column(told.label, value, order=order, css=css, plain=plain, nullable=nullable, entry=entry)


def state_column(workflow: AnyWorkflow) -> Column:
    """The state as a coloured word."""
    states = workflow.states
    return Column(
        _l("State"),
        lambda row: tag(states[row.state].label, states[row.state].tone),
        plain=lambda row: str(states[row.state].label),
    )


STANDARD: dict[str, Callable[[AnyModel, AnyWorkflow], Column]] = {
    "number": lambda model, _workflow: Column(_l("Number"), "number", order=NUMBER, css="num"),
    "title": lambda model, _workflow: Column(told_by(model.title).label, "title"),
    "state": lambda _model, workflow: state_column(workflow),
    "turn": lambda _model, _workflow: Column(_l("Whose turn"), lambda row: turn_label(row.owner)),
    "due_at": lambda model, workflow: deadline_column(workflow, model),
    "changed_at": lambda model, _workflow: changed_column(model),
}
