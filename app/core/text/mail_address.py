"""One e-mail address as every mail server takes it, out of what people paste."""

from __future__ import annotations

import re

import email_validator

from .cleaning import typed
from .wording import gettext as _

if "local" in email_validator.SPECIAL_USE_DOMAIN_NAMES:  # a company's own mail server may be called so
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("local")

NAMED = re.compile(r"[^<>]*<([^<>]*)>[^<>]*")  # Name <name@example.com>
LINK = re.compile(r"mailto:([^?]*).*", re.IGNORECASE)
AROUND = " \n,;:.，。；：、'\"“”‘’<>()[]《》【】"
ENDING = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)  # .com, .xn--fiqs8s


def sendable(text: str) -> str:
    """The address, its domain in ASCII. Raises ValueError with a sentence where no mail could be sent."""
    bare = _bare(typed(text))
    name, _at, domain = bare.rpartition("@")
    if "@" in name:
        raise ValueError(_("Type one e-mail address alone."))
    if not name.isascii():
        raise ValueError(_("Before the @ an e-mail address has Latin letters, digits and signs only."))
    try:
        checked = email_validator.validate_email(
            f"{name}@{domain.replace('。', '.')}", check_deliverability=False, allow_smtputf8=False, strict=True,
            globally_deliverable=False,
        )  # fmt: skip
    except email_validator.EmailNotValidError:
        raise ValueError(_("Type an e-mail address such as name@example.com.")) from None
    host = checked.ascii_domain
    if "." not in host or not ENDING.fullmatch(host.rpartition(".")[2]):
        raise ValueError(_("Type an e-mail address such as name@example.com."))
    return f"{checked.local_part}@{host}"


def _bare(text: str) -> str:
    """Without the name, the link and the signs around it."""
    named = NAMED.fullmatch(text)
    inner = (named[1] if named else text).strip(AROUND)
    link = LINK.fullmatch(inner)
    return re.sub(r"\s*@\s*", "@", (link[1] if link else inner).strip(AROUND))
