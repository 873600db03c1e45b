"""The list of a kind of record: its tabs and chips, and the way in which a person's rows are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Query

from app.extensions import db

from ..model import AnyColumn, AnyRow
from ..process.workflow import AnyWorkflow
from ..record.records import NUMBER, Record
from ..record.ways import one_of
from ..remembered import once_a_request
from ..rights.filters import whole
from . import record_list
from .listing import Listing
from .views import BaseView


class RecordRows(BaseView):
    """The rows of one kind of record among all records."""

    workflow: AnyWorkflow
    chips: Mapping[str, record_list.Chip] = {}
    list_template = "portal/record/list.html"

    def scoped(self) -> Query[Record]:
        return super().scoped().filter(self.datamodel.obj.kind == self.workflow.name)  # the indexes begin with it

    def few(self) -> dict[int, str] | None:
        """The records this person sees, with their states, where they are few."""
        conditions = [each for each in (scope.condition() for scope in self.scopes()) if not whole(each)]
        if len(conditions) != 1:
            return None
        model, ask = self.datamodel.obj, record_list.seen_few
        return once_a_request(("few", model), lambda: ask(db.session, model, conditions[0]))

    def reached(self) -> Query[Record]:
        if (few := self.few()) is None:
            return self.scoped()
        model = self.datamodel.obj
        found: Query[Record] = db.session.query(model).select_from(model)
        return found.filter(one_of(db.session, self.number_column, list(few)))

    @property
    def number_column(self) -> AnyColumn:
        return NUMBER

    def narrowed(self, query: Query[Record], apart: bool) -> Query[Record]:
        return record_list.narrowed(query, self.datamodel.obj, self.workflow, self.chips, apart)

    def parts(self) -> Sequence[ColumnElement[bool]]:
        return record_list.parts(self.datamodel.obj, self.workflow, self.chips)

    def page(self, count: int | None = None) -> Listing:
        tabs = self.tabs()
        found = super().page(record_list.count(tabs, self.workflow))
        found.tabs = tabs
        return found

    def learn(self, rows: Sequence[AnyRow]) -> None:
        from ..rights.people import learn_turns

        super().learn(rows)
        learn_turns(db.session, [record.owner for record in rows])

    def tabs(self) -> list[record_list.Tab]:
        """The counted tabs; for whoever sees every row the table of all records is enough."""
        if (few := self.few()) is not None:
            return record_list.tabs_of(few.values(), self.workflow)
        if self.limited():
            return record_list.tabs(self.scoped(), self.datamodel.obj, self.workflow)
        every = db.session.query(Record).filter(Record.kind == self.workflow.name)
        return record_list.tabs(every, Record, self.workflow)
