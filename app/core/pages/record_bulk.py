"""One step for several records at once, from the list: each in its own transaction, each with its own refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy.orm.interfaces import ORMOption
from werkzeug.exceptions import HTTPException

from app.extensions import db

from ..fields.forms import StepForm, placed
from ..process.admission import hindrance, looked_at, not_now
from ..process.answer import ANSWERED, answer_to
from ..process.workflow import AnyStep, AnyWorkflow, allowed
from ..text.wording import gettext as _
from ..types import PREFIX, Values
from . import drafts

if TYPE_CHECKING:
    from ..record.records import Record

MOST = 100


class BulkSteps:
    """What the list of a kind of record offers for the ticked rows."""

    workflow: AnyWorkflow
    endpoint: str
    bulk: tuple[str, ...] = ()  # names of the steps that make sense for many
    eager: Sequence[ORMOption] = ()

    def bulk_steps(self) -> list[AnyStep]:
        """Those this person holds."""
        actor = self.actor()  # type: ignore[attr-defined]
        return [self.workflow.rows(name)[0] for name in self.bulk if actor.may(name)]

    @expose("/bulk/<name>", methods=["POST"])
    @has_access
    @permission_name("list")
    def take_bulk(self, name: str) -> ResponseReturnValue:
        step = next((step for step in self.bulk_steps() if step.name == name), None)
        if step is None:
            abort(403 if name in self.bulk else 404)
        step = self.asking(step)  # type: ignore[attr-defined]
        numbers = sorted(
            {int(value) for value in request.form.getlist("rowid")[:MOST] if value.isascii() and value.isdigit()}
        )
        if "go" not in request.form or not numbers:
            return self._bulk_dialog(step, step.form().prefill() if step.form else StepForm(), numbers)
        form = step.form.of(request.form) if step.form else StepForm()
        if not form.validate():
            return self._bulk_dialog(step, placed(form), numbers), 422
        self._tell(step, [(number, self._one(number, name)) for number in numbers])
        drafts.done()
        there = url_for(f"{self.endpoint}.list")
        return ("", 204, {"X-Location": there}) if "X-Fragment" in request.headers else redirect(there)

    def _one(self, number: int, name: str) -> str:
        """Take the step on one record; the sentence when it was refused."""
        actor = self.actor()  # type: ignore[attr-defined]
        try:
            record = self.locked(number)  # type: ignore[attr-defined]
            self.workflow.fire(db.session, record, name, actor, _filled_in(), own=True)
            db.session.commit()
            return ""
        except HTTPException:
            sentence = _("This is not your step.")
        except ANSWERED as error:
            sentence = answer_to(error).sentence
        db.session.rollback()
        return sentence

    def _tell(self, step: AnyStep, answers: list[tuple[int, str]]) -> None:
        done = sum(not sentence for _number, sentence in answers)
        if done:
            flash(_("%(title)s: done for %(n)s records.", title=str(step.label), n=done), "success")
        if len(answers) > done:
            model = self.datamodel.obj  # type: ignore[attr-defined]
            refused = [number for number, sentence in answers if sentence]
            visible = self.scoped().filter(model.id.in_(refused)).with_entities(model.id, model.number)  # type: ignore[attr-defined]
            names = {row[0]: row[1] for row in visible}
            for number, sentence in answers:
                if sentence:
                    flash(f"{names.get(number, number)}: {sentence}", "danger")

    def _refused_one(self, record: Record, name: str) -> str:
        """Why the step can't succeed on one of the ticked records; empty when it may."""
        actor, step = self.actor(), self.workflow.row(name, record.state)  # type: ignore[attr-defined]
        rows = [step] if step else self.workflow.rows(name)
        if not any(allowed(row, record, actor) for row in rows):
            return _("This is not your step.")
        return hindrance(db.session, record, step, actor) if step else not_now(self.workflow, record, rows[0])

    def _bulk_dialog(self, step: AnyStep, form: StepForm, numbers: list[int]) -> str:
        model = self.datamodel.obj  # type: ignore[attr-defined]
        seen = self.scoped().filter(model.id.in_(numbers)).order_by(model.id)  # type: ignore[attr-defined]
        rows = self.workflow.rows(step.name)
        records = seen.options(*self.eager, *looked_at(model, rows, rows)).all()
        refused = {record.id: self._refused_one(record, step.name) for record in records}
        form.bind_all([record for record in records if not refused[record.id]])
        fragment = "X-Fragment" in request.headers
        return render_template(
            "portal/record/_bulk.html" if fragment else "portal/record/bulk_page.html",
            view=self,
            step=step,
            form=form,
            records=[record for record in records if not refused[record.id]],
            refused=[(record.number, refused[record.id]) for record in records if refused[record.id]],
            title=step.label,
            action=request.path,
        )


def _filled_in() -> Values:
    """What was filled in for all; a field of the company's own that was left blank stays as each record has it."""
    sent = request.form.to_dict(flat=False)
    blank = {name for name, values in sent.items() if name.startswith(PREFIX) and not any(map(str.strip, values))}
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items() if name not in blank}
