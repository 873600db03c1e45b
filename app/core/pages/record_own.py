"""The company's own fields in the dialogs of a record."""

from __future__ import annotations

from dataclasses import replace

from app.extensions import db

from ..kind import own_forms
from ..process.workflow import AnyStep, AnyWorkflow


class OwnFields:
    """A step's dialog asks for them beside the fields of the process."""

    workflow: AnyWorkflow

    def asking(self, step: AnyStep) -> AnyStep:
        """A step with the company's own fields in its form."""
        return replace(step, form=own_forms.asked(db.session, step.form, self.workflow.name, step.name))
