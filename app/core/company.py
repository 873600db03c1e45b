"""The company as its customers read it, on their pages, in their mails and on paper: its name, logo and ways."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import settings
from .model import Model
from .remembered import once_a_batch
from .rights.people import in_locale
from .text.wording import gettext as _

LOGO = "company_logo"  # the setting: the digest of the picture, which stays when another takes its place
INLINE = "cid:logo"  # where a mail finds it: in itself


class CompanyLogo(Model):
    """公司标志: a small PNG under its digest."""

    __tablename__ = "company_logo"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Company:
    """Name, phone, mail and hours in the reader's language; what is not filled in is empty."""

    name: str
    phone: str
    mail: str
    hours: str
    logo: bytes = b""

    @property
    def lines(self) -> list[str]:
        """How to reach it, a line each."""
        told = ((_("Phone"), self.phone), (_("E-mail"), self.mail), (_("Service hours"), self.hours))
        return [f"{label}{_(': ')}{value}" for label, value in told if value]

    @property
    def logo_url(self) -> str:
        """The logo as a part of the page itself; empty when there is none."""
        return f"data:image/png;base64,{base64.b64encode(self.logo).decode()}" if self.logo else ""

    def __str__(self) -> str:
        return self.name


def company(session: Session) -> Company:
    """The company of this portal."""
    said = {name: settings.get(session, f"company_{name}") for name in ("phone", "mail", "hours", "hours_en")}
    name = in_locale(settings.get(session, "company_name_zh"), settings.get(session, "company_name_en"))
    return Company(name, said["phone"], said["mail"], in_locale(said["hours"], said["hours_en"]), logo(session))


def logo(session: Session) -> bytes:
    """The logo in force."""
    digest = settings.get(session, LOGO)
    found = once_a_batch((LOGO, digest), lambda: session.get(CompanyLogo, digest)) if digest else None
    return found.content if found else b""


def put_logo(session: Session, content: bytes, by_id: int | None) -> str:
    """Another logo, or none; answers its digest. The caller commits."""
    digest = hashlib.sha256(content).hexdigest() if content else ""
    if digest and session.get(CompanyLogo, digest) is None:
        session.add(CompanyLogo(digest=digest, content=content))
        session.flush()
    settings.put(session, LOGO, digest, by_id)
    return digest
