"""The table of people that is the picker: one to be sent, colleagues who go along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template
from markupsafe import Markup

from app.core.fields.remote_fields import PersonField
from app.extensions import db

from . import codes, dispatch


class TravellerField(PersonField):
    """The person who is sent, chosen in a table of all who may be; who goes along is ticked in the same rows."""

    wide = True
    records: Sequence[Any] = ()
    along: Any = None  # the field of the colleagues who go along

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, lookup="technician", kind="table", **kw)

    def rows(self) -> list[dispatch.Traveller]:
        """Who may be sent to these records, who fits first."""
        if not hasattr(self, "_rows"):
            self._rows = dispatch.travellers(db.session, self.records)
        return self._rows

    def drawn(self, **kw: object) -> Markup:
        table = render_template(
            "portal/complaint/_travellers.html",
            field=self,
            along=self.along,
            rows=self.rows(),
            functions=codes.ASSIGNMENT_KINDS,
            needs=any(record.product for record in self.records),
        )
        return Markup(table)  # noqa: S704  (made by a template, which escapes)
