"""登记联系: how often we tried to reach the customer about a record, and what was said."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _lp
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..kind.choices import Choices
from ..kind.facts import fact
from ..kind.parts import Part
from ..text.wording import lazy_gettext as _l
from . import witness
from .records import Record

CHANNELS = Choices(
    "complaint.contact_channel",  # as what administrators decided about it calls it
    _l("Way of contact"),
    {
        "phone": _l("Phone call"),
        "email": _l("E-mail"),
        "sms": _l("Text message"),
        "wechat": _l("WeChat"),
        "visit": _lp("channel", "Visit"),
        "letter": _l("Letter"),
        "fax": _l("Fax"),
    },
    kept_in=("contact_log.channel",),
)


class ContactLog(Part):
    """One attempt to reach the customer."""

    __tablename__ = "contact_log"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    channel: Mapped[str] = fact(_l("Channel"), String(20), choices=CHANNELS)
    content: Mapped[str] = fact(_l("What was said"), Text)
    reached: Mapped[bool] = fact(_l("Was the customer reached?"))

    record: Mapped[Record] = relationship(back_populates="contacts")


witness.called("contact_log", _l("Contact with the customer"))
