"""One step for several records at once, from the list: each in its own transaction, each with its own refusal."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from app.extensions import db

from .forms import StepForm
from .workflow import Forbidden, Invalid, Refused, Stale, Transition, Workflow

MOST = 100


class BulkSteps:
    """What the list of a kind of record offers for the ticked rows."""

    workflow: Workflow[Any]
    endpoint: Any
    bulk: tuple[str, ...] = ()  # names of the steps that make sense for many

    def bulk_steps(self) -> list[Transition[Any]]:
        """Those this person holds."""
        actor = self.actor()  # type: ignore[attr-defined]
        return [self.workflow.rows(name)[0] for name in self.bulk if actor.may(name)]

    @expose("/bulk/<name>", methods=["POST"])
    @has_access
    @permission_name("list")
    def take_bulk(self, name: str) -> Any:
        step = next((step for step in self.bulk_steps() if step.name == name), None)
        if step is None:
            abort(403 if name in self.bulk else 404)
        numbers = sorted(
            {int(value) for value in request.form.getlist("rowid")[:MOST] if value.isascii() and value.isdigit()}
        )
        if "go" not in request.form or not numbers:
            return self._bulk_dialog(step, step.form() if step.form else StepForm(), numbers)
        form = step.form.of(request.form) if step.form else StepForm()
        if not form.validate():
            return self._bulk_dialog(step, form, numbers), 422
        self._tell(step, [(number, self._one(number, name)) for number in numbers])
        there = url_for(f"{self.endpoint}.list")
        return ("", 204, {"X-Location": there}) if "X-Fragment" in request.headers else redirect(there)

    def _one(self, number: int, name: str) -> str:
        """Take the step on one record; the sentence when it was refused."""
        actor = self.actor()  # type: ignore[attr-defined]
        try:
            self.workflow.fire(db.session, self.locked(number), name, actor, request.form)  # type: ignore[attr-defined]
            db.session.commit()
            return ""
        except Invalid as wrong:
            sentence = " ".join(text for texts in wrong.errors.values() for text in texts)
        except Refused as refused:
            sentence = str(refused)
        except (Forbidden, Stale, HTTPException):
            sentence = _("This is not your step.")
        db.session.rollback()
        return sentence

    def _tell(self, step: Transition[Any], answers: list[tuple[int, str]]) -> None:
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

    def _bulk_dialog(self, step: Transition[Any], form: StepForm, numbers: list[int]) -> str:
        model = self.datamodel.obj  # type: ignore[attr-defined]
        records = self.scoped().filter(model.id.in_(numbers)).order_by(model.id).all()  # type: ignore[attr-defined]
        fragment = "X-Fragment" in request.headers
        return render_template(
            "portal/record/_bulk.html" if fragment else "portal/record/bulk_page.html",
            view=self,
            step=step,
            form=form,
            records=records,
            title=step.label,
            action=request.path,
        )
