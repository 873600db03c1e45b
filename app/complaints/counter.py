"""The receipt on one page: the head of the form, what it is judged to be, the plan and the letter (2.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core.fields.fields import BusinessField
from app.core.kind.asks import form_of
from app.core.text.wording import gettext as _
from app.core.time import clock, deadlines
from app.extensions import db

from . import asks, codes
from .forms import Intake

HAND_OVER = "hand_over"


class Judged(Intake):
    """The receipt with its judgement; everything the pressed button lacks is named at once, at its field."""

    @property
    def hands_over(self) -> bool:
        return bool(self["then"].data == HAND_OVER)

    def validate(self, extra_validators: Any = None) -> bool:
        good, nature = bool(super().validate(extra_validators)), self["nature"]
        if self.hands_over or nature.data == "quality":
            good &= _needed(self["solution_plan"], self["solution_plan"].wanted())
        if self.hands_over:
            if nature.data == "non_quality":
                nature.errors = [_("Only a quality problem is handed over to QC: judge it so, or only save.")]
                good = False
            if self["channel"].data in codes.PAPER_CHANNELS:
                good &= _needed(self["letter"], _("Attach the scan of the letter or fax first."))
            if self._late():
                good &= _needed(self["late_reason"], _("This is past its deadline: give the reason."))
        return good

    def _late(self) -> bool:
        """The day of receipt is over."""
        received: datetime | None = self["received_at"].data
        return received is not None and deadlines.preview(db.session, "HAND_TO_QC", received).due_at <= clock.now()


def _needed(field: BusinessField, sentence: str) -> bool:
    """Whether it is filled in; else the sentence stands there, unless it says already what is wrong."""
    if not field.data and not field.errors:
        field.errors = [sentence]
    return not field.errors


Counter = form_of(asks.COUNTER, Judged)  # what the reception fills in
