"""The blocks of the notice's page, in the order of the paper form."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.core import clock
from app.core.names import name_of
from app.core.record_views import Card
from app.core.show import tag
from app.core.web import stamp

from . import codes
from .models import Analysis, CorrectiveAction
from .sheets import words

Rows = list[tuple[Any, Any]]


def notice(record: CorrectiveAction) -> Rows:
    links = Markup(", ").join(
        Markup('<a href="/complaint/show/{}">{}</a>').format(item.id, item.number) for item in record.complaints
    )
    return [
        (_("Responsible department"), record.responsible_department.label),
        (_("Source"), codes.SOURCES.get(record.source)),
        (_("Complaints"), links),
        (_("Nonconformity"), record.problem),
        (_("Requirement"), record.requirement),
        (_("Due"), record.due_on),
        (_("Product"), record.product),
        (_("Failure mode"), record.failure_mode),
        (_("Round"), record.round if record.round > 1 else None),
        (_("Recurrences"), record.recurrences or None),
        (_("Watched until"), record.watch_until),
    ]


def issued(record: CorrectiveAction) -> Rows:
    return [
        (_("Drafted by"), name_of(record.drafted_by_id)),
        (_("Issued by"), name_of(record.issued_by_id)),
        (_("Issued at"), stamp(record.issued_at)),
    ]


def analyses(record: CorrectiveAction) -> Rows:
    rows: Rows = []
    for item in record.analyses:
        rows += [
            (_("Round %(n)s", n=item.round), f"{codes.METHODS[item.method]} · {name_of(item.by_id)} {stamp(item.at)}"),
            (codes.METHODS[item.method] if item.steps else None, sheet(item)),
            (_("Root cause"), item.root_cause),
            (_("Escape cause"), item.escape_cause),
        ]
    return rows


def sheet(item: Analysis) -> Markup | None:
    """The way to the root cause: the whys one below the other, the branches, the disciplines."""
    if not item.steps:
        return None
    rows = Markup("").join(Markup("<li>{}</li>").format(words(row)) for row in item.steps)
    numbered = item.method == "five_why"
    return Markup("<ol>{}</ol>").format(rows) if numbered else Markup("<ul>{}</ul>").format(rows)


def actions(record: CorrectiveAction) -> Rows:
    rows: Rows = []
    for item in record.actions:
        if item.done_at:
            state = tag(_("done %(at)s", at=stamp(item.done_at, "%m-%d")), "ok")
        else:
            late = item.due < clock.today()
            state = tag(_("due %(at)s", at=item.due), "bad" if late else "warn")
        rows.append(
            (
                Markup("{} · {}").format(_("Round %(n)s", n=item.round), codes.ACTIONS[item.type]),
                Markup("{} {}<br>{} {}").format(item.description, state, name_of(item.owner_id), item.evidence or ""),
            )
        )
    return rows


def checks(record: CorrectiveAction) -> Rows:
    rows: Rows = []
    for item in record.checks:
        tone = "ok" if item.result == codes.EFFECTIVE else "bad"
        rows += [
            (
                _("Round %(n)s", n=item.round),
                Markup("{} {} {}").format(tag(codes.RESULTS[item.result], tone), name_of(item.by_id), stamp(item.at)),
            ),
            (_("How it was verified"), item.method),
            (_("Sample"), item.sample),
            (_("Reason for verifying early"), item.early_reason),
        ]
    return rows


CARDS = (
    Card("notice", _l("Notice"), notice, editable=True, clause="2.6"),
    Card("issued", _l("Issue"), issued, clause="2.6"),
    Card("analysis", _l("Cause analysis"), analyses, clause="2.6"),
    Card("actions", _l("Actions"), actions, clause="2.6"),
    Card("checks", _l("Effectiveness verification"), checks, clause="2.6"),
)
