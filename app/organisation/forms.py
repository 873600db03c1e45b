"""What is checked of departments, people and competences beside their fields; what is asked of a deadline rule."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from wtforms.widgets import PasswordInput

from app.core.fields.field_base import blame
from app.core.fields.fields import (
    ChoiceField,
    LongTextField,
    MarkField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from app.core.fields.forms import StepForm
from app.core.text import spellings
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time.periods import Unit
from app.extensions import db

from .codes import REACHES, UNITS
from .models import Department
from .people import check_password


class TimeField(MarkField):
    """A time of day."""

    def clean(self, raw: Any, text: str) -> Any:
        return super().clean(raw, spellings.clock(text).strftime("%H:%M"))


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
    """部门: a code that stays, and no department within itself."""

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
    """员工档案: a login and a mail address nobody else has, a first password, an absence with both its ends."""

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        return all(
            [
                fine,
                self._login(),
                self._unused("email", User.email),
                self._first_password(),
                self._absence(),
                self._named(),
            ]
        )

    def _named(self) -> bool:
        last, first = self["last_name"], self["first_name"]
        if last.data or first.data or last.errors or first.errors:
            return True
        return blame(last, _("Type the family name, the given name, or both."))

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
        return blame(field, _("Somebody else already has it.")) if taken else True

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


class EmployeeCompetenceForm(StepForm):
    """资质: ends after it begins (2.3)."""

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        first, last = self["valid_from"].data, self["valid_to"].data
        if first and last and last < first:
            return blame(self["valid_to"], _("It can't end before it begins."))
        return fine


class DeadlineRuleForm(StepForm):
    """时限规则: how long something may take."""

    name_zh = TextField(_l("Name (Chinese)"), required=True, max_length=80)
    name_en = TextField(_l("Name (English)"), required=True, max_length=120)
    quantity = WholeNumberField(_l("Quantity"), max=3650)
    unit = ChoiceField(_l("Unit"), choices=UNITS, required=True)
    roll = YesNoField(_l("Rolled forward to a working day"))
    warn_at = TimeField(_l("Warn on the last day at"), max_length=5)
    warn_minutes_before = WholeNumberField(_l("Warn so many minutes before"), max=60 * 24 * 90)
    reaches = ChoiceField(_l("A missed deadline reaches"), choices=REACHES)
    leader_after = WholeNumberField(_l("The Leader hears of it after (days)"), min=1, max=365)
    gm_after = WholeNumberField(_l("The General Manager hears of it after (days)"), min=1, max=365)
    reason = LongTextField(_l("Reason for the change"), required=True, max_length=500)

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        leader, gm = self["leader_after"].data, self["gm_after"].data
        if leader and gm and gm < leader:
            fine = blame(self["gm_after"], _("The General Manager hears of it with the Leader or later, not before."))
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
