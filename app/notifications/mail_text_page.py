"""The words of mails as the administrator's page: every event, its words, a preview, a test mail, the way back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.core.company import company
from app.core.fields.forms import StepForm, marked
from app.core.kind.registry import KINDS
from app.core.pages import drafts
from app.core.process import versions
from app.core.process.answer import ANSWERED, answer_to
from app.core.record import decisions
from app.core.rights.current import actor_for, current_rights
from app.core.text import cleaning
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

from . import mail_texts, trying
from .events import TO_CUSTOMERS, events, kind_of, places_of
from .mail_text_form import WordsForm, typed
from .mail_texts import LANGUAGES, THING
from .render import Words

TO_CUSTOMER, TO_COLLEAGUE = _l("To customers"), _l("To colleagues")


class MailTextPage(Page):
    """邮件用语."""

    route_base = "/mail_text"
    default_view = "index"
    class_permission_name = "MailText"
    base_permissions = ["can_list", "can_show", "can_edit"]

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        groups: dict[str, list[str]] = {}
        for event in events():
            kind = KINDS.get(kind_of(event))
            heading = kind.label if kind else TO_CUSTOMER if event in TO_CUSTOMERS else TO_COLLEAGUE
            groups.setdefault(str(heading), []).append(event)
        return self.render_template(
            "portal/notifications/mail_texts.html",
            title=_("Words of mails"),
            groups=groups,
            label=mail_texts.title,
            languages=sorted(LANGUAGES, reverse=True),
            changed=mail_texts.changed(db.session),
        )

    @expose("/<event>/<lang>", methods=["GET"])
    @has_access
    @permission_name("show")
    def words(self, event: str, lang: str) -> Any:
        known(event, lang)
        return self._page(event, lang, WordsForm(data=asdict(mail_texts.in_force(db.session, event, lang))))

    @expose("/<event>/<lang>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def change(self, event: str, lang: str) -> Any:
        """Save the words, or only try them: the button says which."""
        known(event, lang)
        form, act = WordsForm.of(request.form), request.form.get("act", "save")
        seen, rights = versions.number(cleaning.sent("row_version", 10)), current_rights()
        try:
            text = typed(form)
            if act == "save":
                mail_texts.save(db.session, event, lang, text, actor_for(THING).user_id, seen)
                db.session.commit()
                drafts.done()
                flash(_("The next mail goes out with these words."), "success")
                return redirect(url_for("MailTextPage.words", event=event, lang=lang))
            number = cleaning.typed(cleaning.sent("number", 60))
            if act == "test":
                address = trying.send(db.session, rights, event, lang, number, text)
                db.session.commit()
                flash(_("The test mail is on its way to %(address)s.", address=address), "success")
                return self._page(event, lang, form)
            shown = trying.preview(db.session, rights, event, lang, number, text)
            return self._page(event, lang, form, shown=shown)
        except ANSWERED as error:
            db.session.rollback()
            problem = answer_to(error)
            form = marked(form, problem.fields) if problem.fields else form
            refused = "" if problem.fields else problem.sentence
            return self._page(event, lang, form, refused=refused), problem.status

    @expose("/<event>/<lang>/restore", methods=["POST"])
    @has_access
    @permission_name("edit")
    def restore(self, event: str, lang: str) -> Any:
        known(event, lang)
        done = mail_texts.restore(db.session, event, lang, actor_for(THING).user_id)
        db.session.commit()
        drafts.done()
        flash(_("The original words hold again.") if done else _("Nothing was changed."), "success")
        return redirect(url_for("MailTextPage.words", event=event, lang=lang))

    def _page(self, event: str, lang: str, form: StepForm, refused: str = "", shown: Words | None = None) -> str:
        row = mail_texts.own(db.session, event, lang)
        page: str = self.render_template(
            "portal/notifications/mail_text.html",
            title=mail_texts.title(event),
            event=event,
            lang=lang,
            languages=sorted(LANGUAGES, reverse=True),
            form=form,
            refused=refused,
            shown=shown,
            logo=company(db.session).logo_url,
            row=row,
            original=mail_texts.original(db.session, event, lang),
            places=places_of(event),
            number=request.form.get("number", "") or trying.example(db.session, current_rights(), event),
            needs_record=trying.needs_record(event),
            history=decisions.of(db.session, THING, f"{event}/{lang}"),
            may=current_rights().may("can_edit", THING),
        )
        return page


def known(event: str, lang: str) -> None:
    """404 for what is no event, or no language of the portal."""
    if lang not in LANGUAGES or event not in events():
        abort(404)
