"""The outbox page and the bell."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import func, select, update
from sqlalchemy.orm import selectinload

from app.core import clock
from app.core.listing import Choice
from app.core.names import full_name
from app.core.security import current_rights
from app.core.show import tag
from app.core.stepper import step_label
from app.core.views import BaseView, Column, table
from app.core.web import stamp
from app.core.workflow import WORKFLOWS
from app.extensions import db

from . import outbox
from .models import Notice, OutboxMail
from .recipients import REASONS

STATES = {
    "pending": (_l("Waiting"), "warn"),
    "sending": (_l("Being sent"), "info"),
    "sent": (_l("Sent"), "ok"),
    "written": (_l("Written to a file"), "ok"),
    "dead": (_l("Failed"), "bad"),
    "cancelled": (_l("Cancelled"), "mut"),
    "uncertain": (_l("Uncertain"), "bad"),
}
EVENTS = {
    "deadline_warning": _l("Due soon"),
    "deadline_breached": _l("Overdue"),
    "complaint_created": _l("Receipt acknowledged"),
    "complaint_assigned": _l("Visit announced"),
    "complaint_declined": _l("Visit to be arranged anew"),
    "complaint_closed": _l("Closure announced"),
    "deadline_day_late": _l("Overdue since a day"),
    "deadline_three_days_late": _l("Overdue since three days"),
    "digest": _l("Work list of the day"),
    "gm_unread": _l("Major matter not read yet"),
    "customer_confirm": _l("Confirmation asked of the customer"),
    "customer_quote": _l("Quotation sent to the customer"),
    "mail_dead": _l("A mail could not be delivered"),
}


def event_label(event: str) -> str:
    """What happened, in words."""
    if event in EVENTS:
        return str(EVENTS[event])
    kind, _dot, step = event.partition(".")
    workflow = WORKFLOWS.get(kind)
    return str(step_label(workflow, step)) if workflow else event


class OutboxView(BaseView):
    """发件箱: every mail with its state, attempts and reason."""

    route_base = "/outbox"
    datamodel = table(OutboxMail)
    class_permission_name = "OutboxMail"
    list_title, show_title = _l("Outbox"), _l("Mail")
    add_title = edit_title = _l("Mail")
    base_permissions = ["can_list", "can_show", "can_export", "can_resend"]
    exclude_route_methods = BaseView.exclude_route_methods | {"add", "edit", "delete"}
    blocks = ("portal/notifications/_resend.html",)
    eager = (selectinload(OutboxMail.user), selectinload(OutboxMail.record))
    columns = {
        "created_at": Column(_l("Created"), lambda mail: stamp(mail.created_at), order=OutboxMail.created_at),
        "event": Column(_l("Event"), lambda mail: event_label(mail.event)),
        "record": Column(_l("Record"), lambda mail: mail.record.number if mail.record else ""),
        "to": Column(_l("To"), lambda mail: full_name(mail.user) if mail.user else mail.address),
        "state": Column(
            _l("State"), lambda mail: tag(*STATES[mail.state]), plain=lambda mail: str(STATES[mail.state][0])
        ),
        "attempts": Column(_l("Attempts"), "attempts"),
        "last_error": Column(_l("Reason"), lambda mail: str(REASONS.get(mail.last_error, mail.last_error))[:160]),
    }
    choices = {
        "state": Choice(
            _l("State"),
            lambda: [(code, words[0]) for code, words in STATES.items()],
            lambda value: OutboxMail.state == value,
        )
    }
    empty_hint = _l("No mails yet.")

    def headed(self, mail: OutboxMail) -> str:
        return f"{event_label(mail.event)} {mail.record.number if mail.record else ''}".strip()

    @expose("/resend/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("resend")
    def resend(self, pk: int) -> Any:
        mail = self.get_or_404(pk)
        again = outbox.resend(db.session, mail)
        db.session.commit()
        if again:
            flash(_("The mail will be sent again."), "success")
        else:
            flash(_("The mail is under way already."), "warning")
        return redirect(url_for("OutboxView.list"))


class NoticePage(Page):
    """The bell: what happened, newest first."""

    route_base = "/notices"
    default_view = "index"
    class_permission_name = "Notice"
    base_permissions: Any = []

    @expose("/")
    def index(self) -> Any:
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        rows = db.session.scalars(
            select(Notice)
            .where(Notice.user_id == current_rights().user_id)
            .order_by(Notice.id.desc())
            .limit(100)
            .options(selectinload(Notice.record))
        ).all()
        return self.render_template(
            "portal/notifications/notices.html", rows=rows, label=event_label, title=_("Messages")
        )

    @expose("/read", methods=["POST"])
    def read(self) -> Any:
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        mine = update(Notice).where(Notice.user_id == current_rights().user_id, Notice.read_at.is_(None))
        number = request.form.get("id", type=int)
        db.session.execute((mine.where(Notice.id == number) if number else mine).values(read_at=clock.now()))
        db.session.commit()
        row = db.session.get(Notice, number) if number else None
        if row is not None and row.user_id == current_rights().user_id and row.record is not None:
            return redirect(f"/{row.record.kind}/show/{row.record_id}")
        return redirect(url_for("NoticePage.index"))


def unread_count() -> int:
    """The number on the bell."""
    rights = current_rights()
    query = select(func.count()).select_from(Notice).where(Notice.user_id == rights.user_id, Notice.read_at.is_(None))
    return db.session.scalar(query) or 0 if rights.user_id else 0
