"""What is asked of departments, people, competences, regions and rules: one declaration for pages and REST."""

from __future__ import annotations

import re
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from wtforms.widgets import PasswordInput

from app.core.fields import (
    BusinessField,
    ChoiceField,
    DayField,
    LongTextField,
    RemoteSelectField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from app.core.forms import StepForm
from app.core.periods import Unit
from app.extensions import db

from .codes import DEPARTMENT_KINDS, LANGUAGES, LINES, UNITS
from .models import Department
from .people import check_password
from .roles import RolesField

ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]{2,}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def blame(field: BusinessField, sentence: str) -> bool:
    """Say what is wrong beside a field; False, so that `validate` may return it."""
    field.errors = [*field.errors, sentence]
    return False


class CodeField(TextField):
    """A short code or login."""

    def clean(self, raw: Any, text: str) -> Any:
        text = super().clean(raw, text)
        if not CODE.fullmatch(text):
            raise ValueError(_("It is made of letters, digits, point, hyphen and underscore."))
        return text


class EmailField(TextField):
    """One e-mail address."""

    def clean(self, raw: Any, text: str) -> Any:
        text = super().clean(raw, text)
        if not ADDRESS.fullmatch(text):
            raise ValueError(_("Type an e-mail address such as name@example.com."))
        return text


class TimeField(TextField):
    """A time of day."""

    def clean(self, raw: Any, text: str) -> Any:
        text = super().clean(raw, text)
        if not CLOCK.fullmatch(text):
            raise ValueError(_("Type a time such as 08:30."))
        return text


class PasswordField(TextField):
    """A new password; never shown again."""

    widget = PasswordInput(hide_value=True)

    def clean(self, raw: Any, text: str) -> Any:
        if not isinstance(raw, str) or len(raw) > self.max_length:
            raise ValueError(_("At most %(n)s characters fit here.", n=self.max_length))
        check_password(raw)
        return raw

    def json_schema(self) -> dict[str, Any]:
        return {**super().json_schema(), "writeOnly": True}


class DepartmentForm(StepForm):
    """部门: its names, its people's roles."""

    code = CodeField(_l("Code"), required=True, max_length=30)
    name_zh = TextField(_l("Name (Chinese)"), required=True, max_length=60)
    name_en = TextField(_l("Name (English)"), required=True, max_length=60)
    kind = ChoiceField(_l("Kind of department"), choices=DEPARTMENT_KINDS)
    line = ChoiceField(_l("Business line"), choices=LINES)
    parent = RemoteSelectField(_l("Part of"), lookup="department")
    manager = RemoteSelectField(_l("Manager"), lookup="user")
    email = EmailField(_l("E-mail"), max_length=120)
    roles = RolesField(_l("Roles of everybody in the department"))
    active = YesNoField(_l("Active"))

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        code, parent = self["code"], self["parent"]
        if self.record is not None and code.data and code.data != self.record.code:
            fine = blame(code, _("The code stays as it was given: records refer to it."))
        if (
            self.record is None
            and code.data
            and db.session.scalar(select(Department.id).where(Department.code == code.data))
        ):
            fine = blame(code, _("There is already a department with this code."))
        if self.record is not None and parent.data and _is_above(self.record.id, parent.data):
            fine = blame(parent, _("A department can't be part of itself."))
        return fine


def _is_above(department_id: int, parent_id: int) -> bool:
    seen: set[int] = set()
    above: int | None = parent_id
    while above is not None and above not in seen:
        if above == department_id:
            return True
        seen.add(above)
        above = db.session.scalar(select(Department.parent_id).where(Department.id == above))
    return False


class EmployeeForm(StepForm):
    """员工档案: the person, the login, the place in the company."""

    username = CodeField(_l("Login name"), required=True, max_length=64)
    last_name = TextField(_l("Family name"), required=True, max_length=60)
    first_name = TextField(_l("Given name"), required=True, max_length=60)
    email = EmailField(_l("E-mail"), required=True, max_length=120)
    password = PasswordField(
        _l("New password"),
        max_length=200,
        description=_l("At least 10 characters of three kinds. Left empty: it stays as it is."),
    )
    department = RemoteSelectField(_l("Department"), lookup="department")
    position = TextField(_l("Position"), max_length=60)
    employee_no = TextField(_l("Employee number"), max_length=30)
    mobile = TextField(_l("Mobile"), max_length=30)
    roles = RolesField(_l("Own roles, beside those of the department"))
    locale = ChoiceField(_l("Language"), choices=LANGUAGES)
    leader = RemoteSelectField(_l("Responsible executive"), lookup="user")
    is_dedicated_intake = YesNoField(_l("Dedicated person for complaints (2.1)"))
    is_dedicated_feedback = YesNoField(_l("Dedicated person for customer information (4.3)"))
    absent_from = DayField(_l("Absent from"))
    absent_to = DayField(_l("Absent until"))
    deputy = RemoteSelectField(
        _l("Deputy"), lookup="user", description=_l("Gets the steps and the mails while the person is absent.")
    )
    active = YesNoField(_l("Active"))

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        return all([fine, self._login(), self._unused("email", User.email), self._first_password(), self._absence()])

    def _login(self) -> bool:
        login = self["username"]
        if self.record is not None and login.data and login.data != self.record.user.username:
            return blame(login, _("The login stays as it was given: the history refers to it."))
        return self._unused("username", User.username)

    def _unused(self, name: str, column: Any) -> bool:
        field = self[name]
        query = select(User.id).where(func.lower(column) == (field.data or "").lower())
        if self.record is not None:
            query = query.where(User.id != self.record.user_id)
        taken = bool(field.data) and db.session.scalar(query) is not None
        return blame(field, _("Somebody else has it already.")) if taken else True

    def _first_password(self) -> bool:
        field = self["password"]
        if self.record is None and not field.data and not field.errors:
            return blame(field, _("A new colleague needs a first password."))
        return True

    def _absence(self) -> bool:
        first, last, deputy = self["absent_from"], self["absent_to"], self["deputy"]
        if bool(first.data) != bool(last.data):
            return blame(last if first.data else first, _("Give both the first and the last day of the absence."))
        if first.data and last.data < first.data:
            return blame(last, _("The absence can't end before it begins."))
        if deputy.data and self.record is not None and deputy.data == self.record.user_id:
            return blame(deputy, _("Nobody can stand in for themselves. Choose a colleague."))
        return True


class CompetenceForm(StepForm):
    """专业技能 (2.3)."""

    code = CodeField(_l("Code"), required=True, max_length=30)
    name_zh = TextField(_l("Name (Chinese)"), required=True, max_length=80)
    name_en = TextField(_l("Name (English)"), required=True, max_length=80)
    product_category = RemoteSelectField(_l("Needed for product category"), lookup="category")


class EmployeeCompetenceForm(StepForm):
    """资质: who holds what, and until when (2.3)."""

    user = RemoteSelectField(_l("Employee"), lookup="user", required=True)
    competence = RemoteSelectField(_l("Competence"), lookup="competence", required=True)
    level = TextField(_l("Level"), max_length=30)
    certificate_no = TextField(_l("Certificate number"), max_length=60)
    valid_from = DayField(_l("Valid from"))
    valid_to = DayField(_l("Valid until"))

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        first, last = self["valid_from"].data, self["valid_to"].data
        if first and last and last < first:
            return blame(self["valid_to"], _("It can't end before it begins."))
        return fine


class RegionForm(StepForm):
    """The one thing the company decides about a region (2.2)."""

    is_remote = YesNoField(
        _l("Remote area (2.2)"), required=True, description=_l("Holds for everything inside the region too.")
    )


class DeadlineRuleForm(StepForm):
    """时限规则: how long something may take."""

    name_zh = TextField(_l("Name (Chinese)"), required=True, max_length=80)
    name_en = TextField(_l("Name (English)"), required=True, max_length=120)
    quantity = WholeNumberField(_l("Quantity"), max=3650)
    unit = ChoiceField(_l("Unit"), choices=UNITS, required=True)
    roll = YesNoField(_l("Rolled forward to a working day"))
    warn_at = TimeField(_l("Warn on the last day at"), max_length=5)
    warn_minutes_before = WholeNumberField(_l("Warn so many minutes before"), max=60 * 24 * 90)
    reason = LongTextField(_l("Reason of the change"), required=True, max_length=500)

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        unit, quantity = self["unit"].data, self["quantity"]
        if unit in (Unit.day, Unit.workday, Unit.month, Unit.hour) and not quantity.data and not quantity.errors:
            return blame(quantity, _("Type how many: at least 1."))
        if self["warn_at"].data and self["warn_minutes_before"].data:
            return blame(self["warn_minutes_before"], _("Either a time of day or minutes before, not both."))
        if self.record is not None and unit and (unit == Unit.fixed) != (self.record.unit == Unit.fixed):
            return blame(
                self["unit"], _("Whether the end is typed each time belongs to the process and can't be changed here.")
            )
        return fine
