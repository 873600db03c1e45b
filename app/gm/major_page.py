"""The one screen with everything major: reports, open major complaints, instructions, what is long overdue (4.4)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.complaints.models import Complaint
from app.complaints.scope import open_majors
from app.complaints.scope import visible as visible_complaints
from app.core.kind.tells import linked
from app.core.pages.listing import capped
from app.core.pages.openable import openable
from app.core.process.workflow import WORKFLOWS
from app.core.record.urgency import URGENCY, most_urgent
from app.core.rights.actor import Actor
from app.core.rights.current import actor_for, current_rights
from app.core.rights.filters import whole
from app.core.rights.people import learn_turns, turn_label
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.extensions import db

from . import reading
from .models import OPEN, REASONS, GmReport
from .scope import visible

MOST = 50


def _emptiness(sees_all: bool, majors: bool) -> str:
    """What stands in the place of the reports when there is none to show."""
    if not sees_all:
        return _("No open report that you may see.")
    return _("No report is open. The major complaints stand below.") if majors else _("Nothing major. Good.")


class MajorPage(Page):
    """Everything major in one screen: unread reports, open major complaints, instructions, what is long overdue."""

    route_base = "/major"
    default_view = "index"
    class_permission_name = "GmReport"
    base_permissions = ["can_list"]

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        rights = current_rights()
        open_states = (GmReport.state.in_(OPEN), visible(rights))
        running = select(GmReport).where(*open_states).options(selectinload(GmReport.about))
        reports = most_urgent(db.session, running, GmReport, MOST)
        matters = select(Complaint).where(*open_majors(), visible_complaints(rights))
        majors = db.session.scalars(
            matters.order_by(*URGENCY).limit(MOST).options(selectinload(Complaint.customer))
        ).all()
        learn_turns(db.session, [record.owner for record in (*reports, *majors)])
        actor = actor_for("GmReport")
        unread = reading.unread_count(db.session, visible(rights)) if actor.may("read") else 0
        return self.render_template(
            "portal/gm/major.html",
            title=_("Major matters"),
            unread=unread and capped(unread),
            just_read=reading.just_read(db.session, visible(rights), actor),
            minutes=reading.TAKEN_BACK_FOR.seconds // 60,
            groups=[
                (label, found) for code, label in REASONS.items() if (found := [r for r in reports if r.reason == code])
            ],
            majors=majors,
            no_reports=_emptiness(whole(visible(rights)), bool(majors)),
            no_majors=_("There is no open major complaint.")
            if whole(visible_complaints(rights))
            else _("No open major complaint that you may see."),
            workflows=WORKFLOWS,
            turn_label=turn_label,
            linked=linked,
            reach=openable(report.about for report in reports),
            today=clock.today(),
        )

    @expose("/read", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def read_all(self) -> Any:
        """What would be marked, first; then all of it, or what stayed ticked."""
        if request.method == "POST":
            done = reading.read_all(db.session, visible(current_rights()), self._reader(), _ticked())
            db.session.commit()
            words = ngettext("%(num)s matter was marked as read.", "%(num)s matters were marked as read.", len(done))
            flash(words, "success")
            return redirect(url_for("MajorPage.index"))
        self._reader()
        found = reading.unread(db.session, visible(current_rights()))
        learn_turns(db.session, [record.owner for record in found])
        facts = {
            "reach": openable(report.about for report in found),
            "reports": found,
            "kinds": REASONS,
            "workflows": WORKFLOWS,
            "turn_label": turn_label,
        }
        title = _("Mark all as read")
        return self.render_template("portal/gm/read.html", title=title, linked=linked, **facts)

    @expose("/unread", methods=["POST"])
    @has_access
    @permission_name("list")
    def take_back(self) -> Any:
        """The reading of some minutes ago is taken back."""
        done = reading.take_back(db.session, visible(current_rights()), self._reader(), _ticked())
        db.session.commit()
        flash(ngettext("%(num)s matter is unread again.", "%(num)s matters are unread again.", len(done)), "success")
        return redirect(url_for("MajorPage.index"))

    def _reader(self) -> Actor:
        """The general manager, or whoever stands in."""
        actor = actor_for("GmReport")
        return actor if actor.may("read") else abort(403)


def _ticked() -> list[int] | None:
    """What stayed ticked; without a list that was shown, all."""
    if "listed" not in request.form:
        return None
    numbers = request.form.getlist("id")
    return [int(value[:9]) for value in numbers if value.isascii() and value.isdigit()]
