"""回单: photographed or scanned return slips find their record by the QR code printed on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.core.files import press
from app.core.process.locking import locked
from app.core.record import attachments
from app.core.record.shelf import Shelved
from app.core.rest.answers import spoken_of
from app.core.rights.current import current_rights
from app.core.text.wording import gettext as _
from app.extensions import db

from .models import Complaint
from .scope import visible

MOST = 20
ADDRESS = re.compile(r"/complaint/show/(\d{1,9})$")


@dataclass(frozen=True)
class Landed:
    """What became of one photo."""

    name: str
    record: Any
    problem: str = ""


class SlipPage(Page):
    """Photos of return slips: each lands at the record its code names."""

    route_base = "/return_slips"
    default_view = "index"
    class_permission_name = "Complaint"
    base_permissions = ["can_attach"]

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("attach")
    def index(self) -> Any:
        landed = [land(upload) for upload in request.files.getlist("file")[:MOST] if upload.filename]
        title = _("Return slips")
        return self.render_template("portal/complaint/slips.html", title=title, landed=landed)


def land(upload: FileStorage) -> Landed:
    """Read the code of one photo or scan and keep it with its record; each in its own transaction."""
    name, content = upload.filename or "", upload.stream.read()
    try:
        return _landed(name, content)
    except press.Busy:
        return Landed(name, None, spoken_of(503))


def _landed(name: str, content: bytes) -> Landed:
    codes = codes_on(content)
    numbers = {int(match[1]) for code in codes if (match := ADDRESS.search(code))}
    if len(numbers) != 1:
        return Landed(name, None, _why_nowhere(codes, numbers))
    found = db.session.scalar(select(Complaint.id).where(Complaint.id.in_(numbers), visible(current_rights())))
    if found is None:
        return Landed(name, None, _("The code belongs to no record you may see."))
    try:
        slip = attachments.made(name, content, "return_slip")
        attachments.keep(db.session, locked(db.session, Complaint, found), slip, current_rights().user_id)
        db.session.commit()
    except (attachments.NotAccepted, Shelved) as refused:
        db.session.rollback()
        return Landed(name, None, str(refused))
    return Landed(name, db.session.get_one(Complaint, found))


def _why_nowhere(codes: list[str], numbers: set[int]) -> str:
    if len(numbers) > 1:
        return _("There are codes of several records on it. Scan each form into a file of its own.")
    if codes:
        return _("The code on it is not that of a complaint record. Attach it by hand.")
    return _("No code could be read. Photograph the whole form in good light, or attach it by hand.")


def codes_on(content: bytes) -> list[str]:
    """The texts of all QR codes of a picture, or of the pictures a scanned PDF is made of."""
    try:
        return press.codes(content)
    except press.Busy:
        raise
    except press.NotPressed:
        return []
