"""纠正措施通知单 as the auditors look for it: filled and blank, in the order of an 8D report."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import clock
from app.core.names import name_of
from app.core.printing import PaperForm, register

from . import codes
from .models import CorrectiveAction
from .sheets import words

PLAN = (  # action type, its words, the discipline of an 8D report
    ("containment", _l("Containment action"), "D3"),
    ("correction", _l("Correction"), "D5"),
    ("corrective", _l("Corrective action"), "D5"),
    ("preventive", _l("Preventive action"), "D7"),
)


def _stamp(moment: datetime | None) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def context(record: CorrectiveAction | None) -> dict[str, Any]:
    """What the paper shows; the blank form shows the same boxes, empty."""
    actions = [
        SimpleNamespace(
            type=item.type,
            description=item.description,
            owner_name=name_of(item.owner_id),
            due=item.due,
            evidence=item.evidence,
        )
        for item in (record.current_actions if record else ())
    ]
    return {
        "sources": codes.SOURCES,
        "methods": codes.METHODS,
        "results": codes.RESULTS,
        "plan": PLAN,
        "actions": actions,
        "analysis": record.analyses[-1] if record and record.analyses else None,
        "sheet": "\n".join(words(row) for row in record.analyses[-1].steps) if record and record.analyses else "",
        "check": record.checks[-1] if record and record.checks else None,
        "stamp": _stamp,
        "who": name_of,
    }


register(
    PaperForm(
        "corrective_notice",
        "corrective_action",
        "纠正措施通知单",
        "Corrective Action Notice",
        "paper/corrective_notice.html",
        context,
        "QR-8.5-01",
    )
)
