"""The fields of each step of a corrective action notice, declared once."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field

from app.core.field_base import attributes
from app.core.fields import (
    ChoiceField,
    DayField,
    LongTextField,
    PersonField,
    RemoteSelectField,
    RowsField,
    WholeNumberField,
)
from app.core.forms import StepForm

from . import codes


class Notice(StepForm):
    """The head of 纠正措施通知单."""

    complaints = RemoteSelectField(_l("Complaints"), lookup="complaint", multiple=True)
    source = ChoiceField(_l("Source"), choices=codes.SOURCES)
    responsible_department = RemoteSelectField(_l("Responsible department"), lookup="department", required=True)
    problem = LongTextField(_l("Nonconformity"), required=True)
    requirement = LongTextField(_l("Requirement"))
    due = DayField(_l("Due"))
    product = RemoteSelectField(_l("Product"), lookup="product")
    failure_mode = RemoteSelectField(_l("Failure mode"), lookup="failure_mode")


class Correction(Notice):
    """The head as long as it is a draft; afterwards the complaints it is for, and nothing else."""


class Reason(StepForm):
    reason = LongTextField(_l("Reason"), required=True)


class OtherDepartment(Reason):
    responsible_department = RemoteSelectField(_l("Responsible department"), lookup="department", required=True)


class Why(StepForm):
    why = LongTextField(_l("Why?"), required=True)


class Branch(StepForm):
    branch = ChoiceField(_l("Branch"), choices=codes.BRANCHES, required=True)
    cause = LongTextField(_l("Possible cause"))


class Discipline(StepForm):
    discipline = ChoiceField(_l("Discipline"), choices=codes.DISCIPLINES, required=True)
    result = LongTextField(_l("What was found or done"))


class Analyse(StepForm):
    """The method's own sheet leads to the root cause; the sheets of the other methods are not looked at."""

    method = ChoiceField(_l("Method"), choices=codes.METHODS, required=True)
    whys = RowsField(
        _l("5 Why"),
        row=Why,
        blank=codes.WHYS,
        when="method:five_why",
        description=_l("Each answer is asked about again."),
    )
    branches = RowsField(_l("Fishbone diagram"), row=Branch, when="method:fishbone")
    disciplines = RowsField(_l("8D report"), row=Discipline, when="method:eight_d")
    root_cause = LongTextField(_l("Root cause"), required=True)
    escape_cause = LongTextField(_l("Escape cause"), description=_l("Why nobody noticed before the customer did."))


class PlanRow(StepForm):
    """One action of the plan."""

    type = ChoiceField(_l("Kind of action"), choices=codes.ACTIONS, required=True)
    description = LongTextField(_l("What is done"), required=True)
    owner = PersonField(_l("Owner"), lookup="employee", required=True)
    due = DayField(_l("Due"), required=True)


class Plan(StepForm):
    actions = RowsField(_l("Actions"), row=PlanRow, required=True)


class ActionField(WholeNumberField):
    """One of the person's own unfinished actions, by its number."""

    def widget(self, field: Field, **kw: Any) -> Markup:
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                item.id, Markup(" selected") if str(item.id) == self._value() else "", item.description[:80]
            )
            for item in getattr(self, "offered", ())
        )
        return Markup("<select {}>{}</select>").format(attributes(field, kw), options)


class FinishAction(StepForm):
    action = ActionField(_l("Action"), required=True, min=1)
    evidence = LongTextField(_l("Evidence"), required=True, description=_l("What proves it; attach files below."))

    def bind(self, record: Any) -> None:
        super().bind(record)
        self.action.offered = record.open_actions if record is not None else ()


class Verify(StepForm):
    result = ChoiceField(_l("Result"), choices=codes.RESULTS, required=True)
    method = LongTextField(_l("How it was verified"), required=True)
    sample = LongTextField(_l("Sample"), required=True)
    early_reason = LongTextField(_l("Reason for verifying early"))
