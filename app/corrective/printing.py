"""纠正措施通知单 as the auditors look for it: filled and blank, in the order of an 8D report, round after round."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core import clock
from app.core.history import History
from app.core.names import name_of
from app.core.printing import PaperForm, register

from . import codes
from .models import Action, Analysis, CorrectiveAction, EffectivenessCheck

ANSWERS = ("acknowledge", "object", "uphold", "reassign_department")


@dataclass(frozen=True)
class Round:
    """Cause, plan and effect; what was not effective stays on the paper."""

    number: int
    analyses: list[Analysis] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    checks: list[EffectivenessCheck] = field(default_factory=list)


def _stamp(moment: datetime | None) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _deed(line: History | None) -> str:
    return f"{name_of(line.actor_id)} {_stamp(line.moment)}" if line else ""


def _rounds(record: CorrectiveAction) -> list[Round]:
    def of(rows: Any, number: int) -> list[Any]:
        return [row for row in rows if row.round == number]

    numbers = range(1, record.round + 1)
    return [Round(n, of(record.analyses, n), of(record.actions, n), of(record.checks, n)) for n in numbers]


def _team(record: CorrectiveAction) -> list[str]:
    """D1: whoever analyses, acts or verifies."""
    people = [item.by_id for item in record.analyses] + [item.owner_id for item in record.actions]
    people += [item.by_id for item in record.checks]
    return [name_of(number) for number in dict.fromkeys(people) if number]


def context(record: CorrectiveAction | None) -> dict[str, Any]:
    """What the paper shows; the blank form shows the same boxes, empty."""
    lines = list(record.history) if record else []
    last = {line.step: line for line in lines}
    return {
        "sources": codes.SOURCES,
        "methods": codes.METHODS,
        "results": codes.RESULTS,
        "rounds": _rounds(record) if record else [Round(1)],
        "team": _team(record) if record else [],
        "answers": [line for line in lines if line.step in ANSWERS],
        "acknowledged": _deed(last.get("acknowledge")),
        "closed": _deed(last.get("close")) if record and record.closed_at else "",
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
