"""What the pages of a notice have of their own: what its dialogs know already, and what follows the closure."""

from __future__ import annotations

from typing import Any

from app.core.kind.asks import as_asked
from app.core.pages.record_views import RecordView
from app.core.process.workflow import Transition
from app.core.rest.answers import plain
from app.core.text.wording import gettext as _
from app.core.time import clock

from . import sheets
from .models import CorrectiveAction
from .workflow import PLAN


class NoticePages(RecordView):
    """List and record page."""

    def afterwards(self, record: CorrectiveAction) -> str:
        """After the closure it is watched whether the fault comes back (2.6)."""
        if record.watch_until and record.watch_until >= clock.today():
            return _("Closed. Whether the fault comes back is watched until %(day)s.", day=record.watch_until)
        return super().afterwards(record)

    def suggested(self, record: CorrectiveAction, step: Transition[Any]) -> dict[str, Any]:
        """A plan that was rejected, an analysis that is refined."""
        if step.name == "plan":
            rows = [as_asked(PLAN, row) for row in record.current_actions]
            return {"actions": [{name: plain(value) for name, value in row.items()} for row in rows]}
        return sheets.suggested(record.analysis) if step.name == "analyse" else {}
