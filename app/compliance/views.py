"""The pages 制度 and 制度符合性, and the latter by REST."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypedDict

from flask import abort, jsonify, redirect, request
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import BaseApi as FabApi
from flask_appbuilder.api import expose as expose_api
from flask_appbuilder.security.decorators import permission_name, protect
from flask_login import current_user
from sqlalchemy import Select

from app.core import settings
from app.core.pages import spreadsheets
from app.core.pages.views import Column
from app.core.process.workflow import WORKFLOWS
from app.core.rest.answers import message, plain, spoken, spoken_of
from app.core.rest.describing import Described
from app.core.text import cleaning, spellings
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.core.time.deadline_rules import DeadlineRule
from app.core.time.when import due_stamp
from app.extensions import db

from .checks import checks as all_checks
from .clauses import CLAUSES, VERSION
from .figures import Period, lateness, listed, names, page_of, summaries

SIZE = 50
YEAR = timedelta(days=365)


def asked_period() -> Period:
    """The days in the address, else the last twelve months; nonsense is refused."""
    last = _day("to", clock.today())
    first = _day("from", last - YEAR)
    return Period(min(first, last), last)


def _day(name: str, default: date) -> date:
    text = cleaning.typed(cleaning.asked(name))
    if not text:
        return default
    try:
        day = spellings.day(text)
    except ValueError:
        abort(400)
    return day if 1990 <= day.year <= 2100 else abort(400)


TITLES = {
    "breaches": _l("Breaches of %(clause)s"),
    "apart": _l("Shown apart: %(clause)s"),
    "all": _l("All cases: %(clause)s"),
}


def asked_kind() -> str:
    """Which cases are listed: the breaches unless the address says otherwise."""
    which = request.args.get("show", "breaches")
    return which if which in TITLES else abort(400)


def due_day(due: datetime | None) -> str:
    """The last day, until 24:00, of what ends at midnight; nothing where there is no deadline."""
    return due_stamp(due, "%Y-%m-%d")[:10] if due else ""


class RegulationPage(Page):
    """制度: every clause in a few sentences, with its deadlines and steps; for everybody who is signed in."""

    route_base = "/regulation"
    default_view = "index"
    class_permission_name = "Regulation"
    base_permissions: Any = []

    @expose("/")
    def index(self) -> Any:
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        return self.render_template(
            "portal/compliance/regulation.html", title=_("Regulation"), clauses=CLAUSES, edition=VERSION
        )

    @expose("/<clause>")
    def show(self, clause: str) -> Any:
        """What the clause demands, and what the portal does for it."""
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        found = CLAUSES.get(clause) or abort(404)
        rules = db.session.query(DeadlineRule).filter_by(clause=clause, active=True).order_by(DeadlineRule.id).all()
        steps = [
            (workflow.title, [step.label for step in workflow.steps if step.clause == clause])
            for workflow in WORKFLOWS.values()
        ]
        return self.render_template(
            "portal/compliance/clause.html",
            title=f"{clause} {found.title}",
            clause=found,
            rules=rules,
            steps=[(name, list(dict.fromkeys(map(str, labels)))) for name, labels in steps if labels],
            edition=VERSION,
        )


class CompliancePage(Page):
    """制度符合性: clause → cases → share → the breaches, each with its record."""

    route_base = "/compliance"
    default_view = "index"
    class_permission_name = "Compliance"
    base_permissions = ["can_list", "can_export"]

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        period = asked_period()
        return self.render_template(
            "portal/compliance/index.html",
            title=_("Compliance"),
            summaries=summaries(db.session, period),
            period=period,
            good=Decimal(str(settings.get(db.session, "compliance_good"))),
        )

    @expose("/<clause>")
    @has_access
    @permission_name("list")
    def show(self, clause: str) -> Any:
        """The breaches of a clause, or of one of its checks."""
        found, period = CLAUSES.get(clause) or abort(404), asked_period()
        chosen = request.args.get("check", "")
        every = all_checks().values()
        checks = [check for check in every if check.clause == clause and chosen in ("", check.code)] or abort(404)
        page = min(max(request.args.get("page", 0, type=int), 0), 10_000)
        which = asked_kind()
        rows = page_of(db.session, period, checks, which, page * SIZE, SIZE + 1)
        return self.render_template(
            "portal/compliance/breaches.html",
            title=str(TITLES[which]) % {"clause": clause},
            which=which,
            titles={kind: str(words) % {"clause": clause} for kind, words in TITLES.items()},
            due_day=due_day,
            lateness=lateness,
            clause=found,
            rows=rows[:SIZE],
            more=len(rows) > SIZE,
            page=page,
            period=period,
            chosen=chosen,
            label=labels(),
        )

    @expose("/export.<string:kind>")
    @has_access
    @permission_name("export")
    def export(self, kind: str) -> Any:
        """All breaches of the period as a file, of one clause or of all."""
        period, clause = asked_period(), request.args.get("clause", "")
        every, words = all_checks(), labels()
        checks = [check for check in every.values() if check.clause and clause in ("", check.clause)] or abort(404)
        columns = [
            Column(_l("Clause"), lambda row: every[row.check].clause),
            Column(_l("Demanded"), lambda row: words[row.check]),
            Column(_l("Record"), lambda row: row.number),
            Column(_l("Subject"), lambda row: row.title),
            Column(_l("At"), lambda row: row.at),
            Column(_l("Due"), lambda row: due_day(row.due)),
            Column(_l("Late by"), lambda row: lateness(row.due, row.ended)),
            Column(_l("Reason"), lambda row: row.reason),
        ]
        return spreadsheets.answer(kind, columns, _each(listed(period, checks, asked_kind())))


def labels() -> dict[str, str]:
    """What each check asks, in the reader's words."""
    clocks = names(db.session)
    return {code: clocks.get(code, str(check.label)) for code, check in all_checks().items()}


def _each(query: Select[Any]) -> Iterator[Any]:
    """Read while the file is sent."""
    yield from db.session.execute(query.execution_options(yield_per=spreadsheets.SLICE))


class CheckTold(TypedDict):
    """A check of a clause."""

    check: str
    label: str
    cases: int
    breaches: int
    apart: int


class ClauseTold(TypedDict):
    """Whether a clause was kept."""

    clause: str
    title: str
    cases: int
    breaches: int
    apart: int
    percent: str
    checks: list[CheckTold]


class Clauses(TypedDict):
    """Every clause."""

    result: list[ClauseTold]


class BreachTold(TypedDict):
    """A case in which a clause was not kept."""

    check: str
    kind: str
    record_id: int
    number: str
    at: datetime
    due: str | None
    late: str | None
    reason: str | None


class Breaches(TypedDict):
    """The breaches of a clause, a page of them."""

    result: list[BreachTold]


class ComplianceApi(Described, FabApi):
    """制度符合性 by REST."""

    resource_name = "compliance"
    class_permission_name = "Compliance"
    base_permissions = ["can_list"]
    replies = {"index": Clauses, "show": Breaches}

    @expose_api("/", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def index(self) -> Any:
        """Cases, breaches and share per clause
        ---
        get:
          responses:
            200: {description: "result: clause, cases, breaches, percent, checks"}
        """
        found = summaries(db.session, asked_period())
        return jsonify(
            result=[
                {
                    "clause": item.clause.id,
                    "title": item.clause.title,
                    "cases": item.cases,
                    "breaches": item.breaches,
                    "apart": item.apart,
                    "percent": item.percent,
                    "checks": [
                        {
                            "check": line.check.code,
                            "label": str(line.label),
                            "cases": line.cases,
                            "breaches": line.breaches,
                            "apart": line.apart,
                        }
                        for line in item.lines
                    ],
                }
                for item in found
            ]
        )

    @expose_api("/<clause>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def show(self, clause: str) -> Any:
        """The breaches of a clause
        ---
        get:
          parameters:
          - in: path
            name: clause
            required: true
            schema: {type: string}
          responses:
            200: {description: "result: check, record, number, at, reason"}
            404: {description: "no such clause"}
        """
        checks = [check for check in all_checks().values() if check.clause == clause]
        if clause not in CLAUSES:
            return message(404, spoken_of(404))
        page = min(max(request.args.get("page", 0, type=int), 0), 10_000)
        rows = page_of(db.session, asked_period(), checks, asked_kind(), page * SIZE, SIZE)
        return jsonify(
            result=[
                {
                    "check": row.check,
                    "kind": row.kind,
                    "record_id": row.record_id,
                    "number": row.number,
                    "at": plain(row.at),
                    "due": due_day(row.due) or None,
                    "late": lateness(row.due, row.ended) or None,
                    "reason": row.reason,
                }
                for row in rows
            ]
        )
