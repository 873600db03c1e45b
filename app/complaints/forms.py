"""What the forms of a complaint do beside asking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.core.fields.fields import (
    ChoiceField,
    LongTextField,
    YesNoField,
)
from app.core.fields.forms import StepForm
from app.core.kind.signing import Sign
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.organisation.regions import suggest

from . import codes, rules

if TYPE_CHECKING:
    from .traveller_fields import TravellerField


class Intake(StepForm):
    """The head of 顾客投诉及处理记录表 (2.1)."""

    def validate(self, extra_validators: Any = None) -> bool:
        """A missing region names the places the typed address could be; it is chosen, never guessed (2.2)."""
        good, region = bool(super().validate(extra_validators)), self["site_region"]
        places = suggest(self["site_address"].data or "") if region.errors and not region.data else []
        if places:
            region.errors = [_("Choose the region. The address could be in: %(places)s.", places="、".join(places[:5]))]
        return good


class Assign(StepForm):
    """委派 (2.2, 2.3): the table of people is the picker, and says as what somebody travels."""

    technician: TravellerField

    def bind(self, record: Any) -> None:
        super().bind(record)
        self.bind_all([record])

    def bind_all(self, records: Sequence[Any]) -> None:
        picker = self.technician
        picker.records, picker.along = records, self["co_workers"]

    def shown(self) -> list[Any]:
        """As what is asked for those who are both; a date to arrive only where the regulation has none.

        A reason is asked for where somebody without the competence is picked.
        """
        rows, records = self.technician.rows(), self.technician.records
        both = any(len(row.functions) > 1 for row in rows)
        lacking = [row.login for row in rows if row.missing]
        self["override_reason"].when = "technician,co_workers:" + "|".join(lacking)
        dated = any(rules.arrival_starts(record) == "ARRIVE_SPECIAL" for record in records)
        for name in ("due_at", "due_reason"):
            self[name].flags.required = dated
        wanted = {"co_workers": False, "kind": both, "due_at": dated, "due_reason": dated}
        wanted["override_reason"] = bool(lacking)
        return [field for field in self if field.errors or wanted.get(field.name, True)]


class Confirm(Sign):
    """顾客确认/签名 (2.5)."""

    satisfaction = ChoiceField(_l("Satisfaction"), choices=codes.SATISFACTION, required=True, number=True)
    remark = LongTextField(_l("Customer's remark"))
    confirm_negative = YesNoField(_l("The answer sounds negative. Does the customer confirm all the same?"))

    def shown(self) -> list[Any]:
        """The second question is put to who has given reason for it."""
        asked = self.confirm_negative.errors or self.confirm_negative.data is not None
        return [field for field in self if asked or field is not self.confirm_negative]
