"""One record page for every kind: stepper, cards, timeline, buttons and dialogs, drawn from the workflow table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Query, selectinload
from werkzeug.datastructures import CombinedMultiDict

from app.extensions import db

from . import attachments, clock, deadlines, printing, record_list, stepper
from .checks import fields
from .deadlines import Deadline
from .forms import StepForm, marked
from .listing import Listing
from .locking import queue_writers
from .record_bulk import BulkSteps
from .record_notes import NotesAndFiles
from .record_paper import PaperPages
from .records import Record
from .show import Badge
from .views import BaseView, one_or_404
from .words import Words
from .workflow import Actor, Forbidden, Invalid, Refused, Stale, Transition, Workflow


@dataclass(frozen=True)
class Card:
    """One block of the paper form: its fields, in the paper's order."""

    name: str
    title: Any
    rows: Callable[[Any], list[tuple[Any, Any]]]  # label and value, empty ones left out by the page
    editable: bool = False
    partial: str = ""
    optional: bool = False  # not shown while it is empty
    clause: str = ""  # what of the regulation it answers


@dataclass(frozen=True)
class Hint:
    """A block in a step's dialog: its template, and what it tells."""

    template: str
    rows: Any


class RecordView(BulkSteps, PaperPages, NotesAndFiles, BaseView):
    """The pages of a kind of record. A kind declares workflow, cards and columns; it needs no template."""

    workflow: Workflow[Any]
    cards: tuple[Card, ...] = ()
    aside: tuple[str, ...] = ()
    correction: type[StepForm] | None = None
    chips: Mapping[str, Any] = {}
    labels: Mapping[str, Any] = {}  # words of fields no form has
    clause = ""  # of the kind as a whole, shown over its list
    show_template = "portal/record/page.html"
    list_template = "portal/record/list.html"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_export", "can_comment", "can_attach"]
    exclude_route_methods = BaseView.exclude_route_methods | {"delete", "edit"}

    # ---- what a kind supplies

    def headline(self, record: Any) -> Any:
        return record.title

    def editable(self, record: Any, actor: Actor) -> bool:
        return False

    def corrected(self, record: Any, values: dict[str, Any]) -> dict[str, Any]:
        return values

    def as_correction(self, record: Any) -> dict[str, Any]:
        return {}

    def loaded(self, query: Query[Any]) -> Query[Any]:
        """The record with what its page shows, in few questions."""
        return query

    # ---- rows

    def scoped(self) -> Query[Any]:
        return super().scoped().filter(self.datamodel.obj.kind == self.workflow.name)  # the indexes begin with it

    def for_page(self, pk: int) -> Any:
        clocks = selectinload(self.datamodel.obj.deadlines).joinedload(Deadline.rule)
        return one_or_404(self.loaded(self.scoped()).options(clocks), self.pk_column, pk)

    def locked(self, pk: int) -> Any:
        """A visible record, locked until the end of the transaction."""
        return lock(self.scoped(), self.pk_column, pk)

    def filtered(self) -> Query[Any]:
        return record_list.narrowed(super().filtered(), self.datamodel.obj, self.workflow)

    def page(self) -> Listing:
        from .names import learn_turns

        found = super().page()
        learn_turns(db.session, [record.owner for record in found.rows])
        return found

    def tabs(self) -> list[record_list.Tab]:
        return record_list.tabs(self.scoped(), self.datamodel.obj, self.workflow)

    @cached_property
    def words(self) -> Words:
        """How the timeline names fields and values."""
        return Words(self.workflow, (self.form, self.correction), self.labels)

    def badge(self, record: Record) -> Any:
        """The time left, and on hover why it ends then."""
        clocks = (item for item in record.deadlines if item.is_running and item.due_at == record.due_at)
        why = next((item.explanation(str(get_locale() or "zh")) for item in clocks), "")
        return Badge.of_record(record, self.workflow, why)

    # ---- the page

    @expose("/show/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        record = self.for_page(pk)
        return self.record_page(record)

    def record_page(self, record: Any) -> str:
        actor = self.actor()
        offered = self.workflow.offered(record, actor)
        lines = stepper.lines_of(db.session, record)
        stepper.learn_names(db.session, record, lines)
        main = stepper.foremost(offered)
        page: str = self.render_template(
            self.show_template,
            view=self,
            record=record,
            title=record.number,
            main=main,
            others=[step for step in offered if step is not main and step.tone in ("main", "side")],
            more=[step for step in offered if step is not main and step.tone in ("more", "danger")],
            beads=stepper.beads(self.workflow, record, lines),
            timeline=stepper.timeline(db.session, record, lines),
            state=self.workflow.states[record.state],
            can_edit=self.correction and self.editable(record, actor),
            forms=printing.forms_of(self.workflow.name),
            categories=attachments.CATEGORIES,
        )
        return page

    # ---- steps

    @expose("/<int:pk>/step/<name>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def take_step(self, pk: int, name: str) -> Any:
        rows = self.workflow.rows(name) or abort(404)
        record = self.get_or_404(pk) if request.method == "GET" else self.locked(pk)
        step = self.workflow.row(name, record.state) or rows[0]
        actor = self.actor()
        if not self._mine(record, rows, actor):
            abort(403)
        if request.method == "GET":
            form = step.form(data=self.suggested(record, step)) if step.form else StepForm()
            return self._dialog(record, step, form)
        return self._do(
            record,
            step,
            lambda version: self.workflow.fire(db.session, record, name, actor, self._sent(), version=version),
        )

    def _mine(self, record: Any, rows: list[Transition[Any]], actor: Actor) -> bool:
        from .workflow import allowed

        return any(allowed(row, record, actor) for row in rows)

    def hint(self, record: Any, step: Transition[Any]) -> Hint | None:
        """What a person should see beside the fields of a step."""
        return None

    def suggested(self, record: Any, step: Transition[Any]) -> dict[str, Any]:
        """What a step's form may already know."""
        return {}

    @expose("/<int:pk>/correct", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def correct(self, pk: int) -> Any:
        form_class = self.correction or abort(404)
        record = self.get_or_404(pk) if request.method == "GET" else self.locked(pk)
        actor = self.actor()
        if not self.editable(record, actor):
            abort(403)
        step: Transition[Any] = Transition("edit", _("Correct the form"), frozenset(), None, (), form=form_class)
        if request.method == "GET":
            return self._dialog(record, step, form_class(data=self.as_correction(record)))
        return self._do(
            record,
            step,
            lambda version: self.workflow.edit(
                db.session, record, actor, self.corrected(record, fields(step, record, self._sent())), version=version
            ),
        )

    def _sent(self) -> Any:
        return CombinedMultiDict([request.form, request.files])

    def _do(self, record: Any, step: Transition[Any], act: Callable[[int | None], Any]) -> Any:
        """204 with the way back, or 409/422 with the form again: what was typed is never lost."""
        number, version = record.id, request.form.get("row_version", type=int)
        form = step.form.of(self._sent()) if step.form else StepForm()
        try:
            act(version)
            db.session.commit()
        except Forbidden:
            db.session.rollback()
            abort(403)
        except Invalid as wrong:
            db.session.rollback()
            return self._dialog(self.get_or_404(number), step, marked(form, wrong.errors)), 422
        except Refused as refused:
            db.session.rollback()
            return self._dialog(self.get_or_404(number), step, form, refused=str(refused)), 409
        except Stale as stale:
            lines = [stepper.Line.of(line, self.workflow) for line in stale.lines]
            db.session.rollback()
            return self._dialog(self.get_or_404(number), step, form, stale=lines), 409
        flash(_("%(title)s: done.", title=str(step.label)), "success")
        there = url_for(f"{self.endpoint}.show", pk=number)
        return ("", 204, {"X-Location": there}) if "X-Fragment" in request.headers else redirect(there)

    def _dialog(self, record: Any, step: Transition[Any], form: StepForm, *, refused: str = "", stale: Any = ()) -> str:
        form.bind(record)
        version = (
            record.version if stale or request.method == "GET" else request.form.get("row_version", record.version)
        )
        facts = {
            "view": self,
            "record": record,
            "step": step,
            "form": form,
            "refused": refused,
            "stale": stale,
            "version": version,
            "previews": self.previews(record, step),
            "title": step.label,
            "action": request.path,
        }
        if "X-Fragment" in request.headers:
            return render_template("portal/record/_dialog.html", **facts)
        page: str = self.render_template("portal/record/dialog_page.html", **facts)
        return page

    def previews(self, record: Any, step: Transition[Any]) -> list[tuple[Any, deadlines.Preview]]:
        """The deadlines a step would start, computed before it is saved."""
        found = []
        for code in step.codes_started(record):
            try:
                rule = deadlines.current_rule(db.session, code)
                found.append((rule, deadlines.preview(db.session, code, clock.now())))
            except ValueError:
                continue  # its end is typed in the form itself
        return found


def lock(query: Query[Any], column: Any, pk: Any) -> Any:
    """A visible record under a row lock; its version is read under the lock."""
    queue_writers(query.session, pk)
    return one_or_404(query.populate_existing().with_for_update(of=Record), column, pk)
