"""Mails that are owed, and the bell."""

from __future__ import annotations

from app.core.kind.things import Page
from app.core.rights.verbs import EXPORT, LIST
from app.core.text.wording import lazy_gettext as _l

from .api import OutboxMailApi
from .beside_api import ToldBesideApi
from .beside_page import ToldBesidePage
from .mail_text_api import MailTextApi
from .mail_text_page import MailTextPage
from .views import NoticePage, OutboxView

DECLARED = (
    Page(
        thing="OutboxMail", label=_l("Outbox"), view=OutboxView, api=OutboxMailApi, menu="administration", area="mails",
        icon="fa-envelope", verbs={"can_resend": _l("send a mail again")},
        rights={
            **dict.fromkeys(("qc_manager", "sales_manager", "leader", "gm"), LIST),
            "auditor": (*LIST, *EXPORT),
            "admin": (*LIST, "can_resend"),
        },
    ),
    Page(
        thing="MailText", label=_l("Words of mails"), view=MailTextPage, api=MailTextApi,
        menu="administration", area="mails",
        icon="fa-comment", rights={**dict.fromkeys(("leader", "gm", "auditor"), LIST), "admin": (*LIST, "can_edit")},
    ),
    Page(
        thing="ToldBeside", label=_l("Who is told beside"), view=ToldBesidePage, api=ToldBesideApi,
        menu="administration", area="mails", icon="fa-bell",
        rights={**dict.fromkeys(("leader", "gm", "auditor"), LIST), "admin": (*LIST, "can_edit")},
    ),
    Page(thing="Notice", label=_l("Notifications"), view=NoticePage, area="mails"),
)
