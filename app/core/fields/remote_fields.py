"""Fields that choose among many, searched on the server."""

from __future__ import annotations

from typing import Unpack

from markupsafe import Markup

from app.extensions import db

from ..text.wording import gettext as _
from ..types import Json, Text
from .field_base import Asking, BusinessField, attributes, several
from .lookups import LOOKUPS


class RemoteSelectField(BusinessField):
    """Something out of many, searched on the server; the value is its id, checked in the lookup's own scope."""

    text = ""

    def __init__(
        self,
        label: Text | None = None,
        *,
        lookup: str,
        multiple: bool = False,
        beside: bool = False,
        **kw: Unpack[Asking],
    ) -> None:
        super().__init__(label, **kw)
        self.lookup, self.multiple = lookup, multiple
        self.beside = beside  # the record whose step asks decides what is offered

    def process_formdata(self, valuelist: list[object]) -> None:
        if not self.multiple:
            return super().process_formdata(valuelist)
        self.data = None
        self.data = [self._found(text)[0] for text in several(valuelist)]
        return None

    def clean(self, raw: object, text: str) -> object:
        key, self.text = self._found(text)
        return key

    def _found(self, text: str) -> tuple[object, str]:
        found = LOOKUPS[self.lookup].find(db.session, text) if len(text) < 80 else None
        if found is None:
            raise ValueError(_("There is no such entry. Choose one from the list."))
        return found

    def wanted(self) -> str:
        return _("Please choose “%(field)s”.", field=str(self.label.text))

    def drawn(self, **kw: object) -> Markup:
        values = self.data if isinstance(self.data, list) else [self.data]
        shown = [(value, self._text(value)) for value in values if value not in (None, "")]
        inner = Markup("").join(Markup('<option value="{}" selected>{}</option>').format(*pair) for pair in shown)
        blank = "" if self.multiple else Markup('<option value=""></option>')
        kw["class"] = f"my_select2 {kw.get('class', 'form-control')}"
        of = f"?of={self.record.id}" if self.beside and self.record is not None else ""
        more = Markup(' data-ajax--url="/lookup/{}{}" data-ajax--delay="250"{}').format(
            self.lookup, of, Markup(" multiple") if self.multiple else ""
        )
        return Markup("<select {}{}>{}{}</select>").format(attributes(self, kw), more, blank, inner)

    def _text(self, value: object) -> str:
        found = LOOKUPS[self.lookup].find(db.session, str(value))
        return found[1] if found else str(value)

    def json_schema(self) -> Json:
        if self.multiple:
            return {**super().json_schema(), "type": "array", "items": {"type": ["integer", "string"]}}
        return {**super().json_schema(), "type": ["integer", "string"]}


class PersonField(RemoteSelectField):
    """A colleague by login; whether the person fits is the step's own question."""

    def _found(self, text: str) -> tuple[object, str]:
        from flask_appbuilder.security.sqla.models import User
        from sqlalchemy import select

        login = db.session.scalar(select(User.username).where(User.username == text)) if len(text) < 80 else None
        if login is None:
            raise ValueError(_("There is nobody with this login."))
        return login, text

    def json_schema(self) -> Json:
        return {
            **super().json_schema(),
            **({"type": "array", "items": {"type": "string"}} if self.multiple else {"type": "string"}),
        }


class PeopleField(PersonField):
    """Several colleagues by login."""

    def __init__(self, label: Text | None = None, *, lookup: str, **kw: Unpack[Asking]) -> None:
        super().__init__(label, lookup=lookup, multiple=True, **kw)
