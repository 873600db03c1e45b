"""One record page for every kind: stepper, cards, timeline, buttons and dialogs, drawn from the workflow table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from markupsafe import Markup
from sqlalchemy.orm import Query, selectinload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption
from werkzeug.datastructures import CombinedMultiDict

from app.extensions import db

from ..fields.forms import Raw, StepForm, marked, received
from ..files import file_kinds, pending
from ..kind import own_forms, own_shown
from ..kind.by_word import Row
from ..kind.facts import Fact
from ..kind.registry import KINDS
from ..model import AnyRow
from ..process.admission import fields, hindrance, not_now
from ..process.answer import ANSWERED, Answer, answer_to
from ..process.whose_turn import due_at
from ..process.workflow import AnyStep, Transition
from ..record import attachments
from ..record.records import Record
from ..record.shelf import shelved
from ..rights.actor import Actor
from ..text.wording import get_locale
from ..text.wording import gettext as _
from ..time import clock, deadlines
from ..time.deadline_rules import DeadlineRule
from ..time.deadlines import Deadline
from ..types import Text, Values
from . import drafts, heading, printing, timeline
from .buttons import Way, buttons
from .locks import lock, lock_joined
from .record_bulk import BulkSteps
from .record_notes import NotesAndFiles
from .record_own import OwnFields
from .record_paper import PaperPages
from .record_rows import RecordRows
from .show import Badge
from .views import BaseView, one_or_404
from .words import Words


@dataclass(frozen=True)
class Card:
    """One block of the paper form: its fields, in the paper's order."""

    name: str
    title: Text
    rows: Callable[[AnyRow], list[Row]]  # label and value, empty ones left out by the page
    editable: bool = False
    partial: str = ""
    optional: bool = False  # not shown while it is empty
    clause: str = ""  # what of the regulation it answers


@dataclass(frozen=True)
class Hint:
    """A block in a step's dialog: its template, and what it tells."""

    template: str
    rows: object


class RecordView(OwnFields, BulkSteps, PaperPages, NotesAndFiles, RecordRows):
    """The pages of a kind of record. A kind declares workflow, cards and columns; it needs no template."""

    cards: tuple[Card, ...] = ()
    aside: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = {}  # of the kind, by every name a history line may know them
    page_loads: tuple[ORMOption, ...] = ()  # what the record page shows, loaded with the record
    clause = ""  # of the kind as a whole, shown over its list
    show_template = "portal/record/page.html"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_export", "can_comment", "can_attach"]
    exclude_route_methods = BaseView.exclude_route_methods | {"delete", "edit"}

    # ---- what a kind supplies

    def headline(self, record: AnyRow) -> Text:
        title: str = record.title
        return title

    def editable(self, record: AnyRow, actor: Actor) -> bool:
        return False

    def corrected(self, record: AnyRow, values: Values) -> Values:
        return values

    def as_correction(self, record: AnyRow) -> Values:
        return {}

    def ways(self, record: AnyRow, steps: frozenset[str]) -> list[Way]:
        """What is offered beside the steps that can succeed (their names)."""
        return []

    def whose_first(self, record: AnyRow) -> str:
        """Whose turn it is before the record's own, where its main step waits for something done elsewhere."""
        return ""

    def afterwards(self, record: AnyRow) -> str:
        """What follows when the record waits for nobody any more."""
        return _("Nothing more is to be done.")

    def loaded(self, query: Query[Record]) -> Query[Record]:
        """The record with what its page shows, in few questions."""
        return query.options(*self.page_loads)

    def for_page(self, pk: int) -> Record:
        clocks = selectinload(self.datamodel.obj.deadlines).joinedload(Deadline.rule)
        return one_or_404(self.loaded(self.scoped()).options(clocks), self.pk_column, pk)

    def locked(self, pk: int) -> Record:
        """A visible record, locked until the end of the transaction."""
        return lock(self.scoped(), self.pk_column, pk)

    @cached_property
    def words(self) -> Words:
        """How the timeline names fields and values."""
        return Words(self.workflow, (self.form, self.correction), self.facts)

    def badge(self, record: Record) -> Markup:
        """The time left, and on hover why it ends then."""
        until = due_at(self.workflow, record)
        clocks = (item for item in record.deadlines if item.is_running and item.due_at == until)
        why = next((item.explanation(str(get_locale() or "zh")) for item in clocks), "")
        return Badge.until(until, why)

    # ---- the page

    @expose("/show/<int:pk>")
    @has_access
    def show(self, pk: int) -> ResponseReturnValue:
        record = self.for_page(pk)
        return self.record_page(record)

    def record_page(self, record: Record) -> str:
        actor, lines = self.actor(), timeline.lines_of(db.session, record)
        set_committed_value(record, "history", lines[::-1])
        beside = heading.others(db.session, self.workflow, record)
        timeline.learn_names(db.session, record, lines, beside)
        told = timeline.timeline(db.session, record, lines)
        self.words.learn(db.session, told)
        own_shown.learn_changes(self.workflow.name, (line.changes for line in told))
        page: str = self.render_template(
            self.show_template,
            view=self,
            record=record,
            own=self.own(record),
            title=record.number,
            awaiting=heading.awaiting(db.session, self.workflow, record, beside),
            beads=timeline.beads(self.workflow, record, lines),
            timeline=told,
            state=self.workflow.states[record.state],
            can_edit=self.correction and self.editable(record, actor),
            forms=printing.forms_of(self.workflow.name),
            categories=attachments.CATEGORIES,
            file_kinds=attachments.offered(KINDS[self.workflow.name].files),
            shelved=shelved(record),
            pictures=attachments.IMAGES,
            endings=file_kinds.CHOSEN,
            **buttons(self.workflow, record, actor, self.ways),
        )
        return page

    # ---- steps

    @expose("/<int:pk>/step/<name>", methods=["GET", "POST"])
    @has_access
    @permission_name("show")
    def take_step(self, pk: int, name: str) -> ResponseReturnValue:
        rows = self.workflow.rows(name) or abort(404)
        sent = self._sent(*(self.asking(row).form for row in rows)) if request.method == "POST" else {}
        if request.method == "POST":
            lock_joined(rows, request.form, pk)
        record = self.get_or_404(pk) if request.method == "GET" else self.locked(pk)
        step = self.asking(self.workflow.row(name, record.state) or rows[0])
        actor = self.actor()
        if not self._mine(record, rows, actor):
            abort(403)
        if request.method == "GET":
            refused = self._refused(record, step, actor)
            known = {**own_forms.standing(db.session, record), **self.suggested(record, step)}
            form = step.form(data=known).prefill() if step.form and not refused else StepForm()
            return self._dialog(record, step, form, refused=refused, over=bool(refused))
        return self._do(
            record,
            step,
            sent,
            lambda version: self.workflow.fire(db.session, record, name, actor, sent, version=version, own=True),
        )

    def _refused(self, record: Record, step: AnyStep, actor: Actor) -> str:
        """Why the step can't succeed whatever is typed into its form."""
        if record.state not in step.source:
            return not_now(self.workflow, record, step)
        return hindrance(db.session, record, step, actor)

    def _mine(self, record: Record, rows: list[AnyStep], actor: Actor) -> bool:
        from ..process.workflow import allowed

        return any(allowed(row, record, actor) for row in rows)

    def hint(self, record: AnyRow, step: AnyStep) -> Hint | None:
        """What a person should see beside the fields of a step."""
        return None

    def suggested(self, record: AnyRow, step: AnyStep) -> Values:
        """What a step's form may already know."""
        return {}

    @expose("/<int:pk>/correct", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def correct(self, pk: int) -> ResponseReturnValue:
        if self.correction is None:
            abort(404)
        label = _("Correct the form")
        step: AnyStep = self.asking(Transition("edit", label, frozenset(), None, (), form=self.correction))
        sent = self._sent(step.form) if request.method == "POST" else {}
        record = self.get_or_404(pk) if request.method == "GET" else self.locked(pk)
        actor = self.actor()
        if not self.editable(record, actor):
            abort(403)
        if request.method == "GET":
            known = {**own_forms.standing(db.session, record), **self.as_correction(record)}
            return self._dialog(record, step, step.form(data=known) if step.form else StepForm())
        return self._do(record, step, sent, lambda version: self._correct(record, step, actor, sent, version))

    def _correct(self, record: Record, step: AnyStep, actor: Actor, sent: Raw, version: int | None) -> None:
        values, own = own_forms.parted(fields(db.session, step.form, record, sent))
        values = self.corrected(record, values)
        self.workflow.edit(db.session, record, actor, values, version=version, own=own)

    def _sent(self, *forms: type[StepForm] | None) -> Raw:
        """The filled-in form; its files are looked at now, before anything is locked."""
        return received(CombinedMultiDict([request.form, request.files]), forms)

    def _do(self, record: Record, step: AnyStep, sent: Raw, act: Callable[[int | None], object]) -> ResponseReturnValue:
        """204 with the way back, or 409/422 with the form again: what was typed is never lost."""
        number, version = record.id, request.form.get("row_version", type=int)
        try:
            act(version)
            db.session.commit()
        except ANSWERED as error:
            problem = answer_to(error)
            lines = [timeline.Line.of(line, self.workflow, record) for line in problem.lines]
            db.session.rollback()
            self.words.learn(db.session, lines)
            form = step.form.of(sent) if step.form else StepForm()
            return self._refused_dialog(number, step, form, problem, lines)
        pending.forget(request.form)
        drafts.done()
        flash(_("%(title)s: done.", title=str(step.label)), "success")
        there = url_for(f"{self.endpoint}.show", pk=number)
        return ("", 204, {"X-Location": there}) if "X-Fragment" in request.headers else redirect(there)

    def _refused_dialog(
        self, number: int, step: AnyStep, form: StepForm, problem: Answer, lines: list[timeline.Line]
    ) -> ResponseReturnValue:
        """The dialog as it was typed, with what is wrong."""
        if problem.status == 403:
            abort(403)
        record = self.get_or_404(number)
        if problem.fields:
            return self._dialog(record, step, marked(form, problem.fields)), problem.status
        refused = "" if lines else problem.sentence
        return self._dialog(record, step, form, refused=refused, stale=lines), problem.status

    def _dialog(
        self,
        record: Record,
        step: AnyStep,
        form: StepForm,
        *,
        refused: str = "",
        stale: Sequence[timeline.Line] = (),
        over: bool = False,
    ) -> str:
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
            "over": over,
            "version": version,
            "previews": self.previews(record, step),
            "title": step.label,
            "action": request.path,
        }
        if "X-Fragment" in request.headers:
            return render_template("portal/record/_dialog.html", **facts)
        page: str = self.render_template("portal/record/dialog_page.html", **facts)
        return page

    def previews(self, record: Record, step: AnyStep) -> list[tuple[DeadlineRule, deadlines.Preview]]:
        """The deadlines a step would start, computed before it is saved."""
        found = []
        for code in step.codes_started(record):
            try:
                rule = deadlines.current_rule(db.session, code)
                found.append((rule, deadlines.preview(db.session, code, clock.now())))
            except ValueError:
                continue  # its end is typed in the form itself
        return found
