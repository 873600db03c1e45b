"""The outbox page and the bell."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_login import current_user
from sqlalchemy import func, inspect, select, update
from sqlalchemy.orm import selectinload

from app.core.pages.listing import Choice
from app.core.pages.show import tag
from app.core.pages.views import BaseView, Column, table
from app.core.record.records import Record
from app.core.rights.current import current_rights
from app.core.rights.people import full_name
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.core.time.when import stamp
from app.extensions import db

from . import outbox
from .events import REASON, event_label, reason_of
from .models import Notice, OutboxMail
from .pulse import silent_since
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
            flash(_("The mail is already on its way."), "warning")
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
        whole = [mapper.class_ for kind, mapper in inspect(Record).polymorphic_map.items() if kind in REASON]
        rows = db.session.scalars(
            select(Notice)
            .where(Notice.user_id == current_rights().user_id)
            .order_by(Notice.id.desc())
            .limit(100)
            .options(selectinload(Notice.record).selectin_polymorphic(whole))
        ).all()
        return self.render_template(
            "portal/notifications/notices.html", rows=rows, label=event_label, reason=reason_of, title=_("Messages")
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


def engine_silent() -> str:
    """Since when the engine stands still, for whoever looks after it."""
    since = silent_since(db.session) if current_rights().may("can_resend", "OutboxMail") else None  # type: ignore[arg-type]
    return stamp(since)


def unread_count() -> int:
    """The number on the bell."""
    rights = current_rights()
    query = select(func.count()).select_from(Notice).where(Notice.user_id == rights.user_id, Notice.read_at.is_(None))
    return db.session.scalar(query) or 0 if rights.user_id else 0
