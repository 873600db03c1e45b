"""Fields whose value is a file: one that is chosen, one that is drawn. It is looked at when the form is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack

from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms.widgets import FileInput

from ..files import pending, press
from ..record import attachments
from ..record.attachments import NotAccepted, Received
from ..text import cleaning
from ..text.wording import gettext as _
from ..types import Text
from .field_base import Asking, BusinessField, Sent, Widget

LONGEST = 400_000  # signs of a drawing on its way


class FileField(BusinessField):
    """What both share: `got` is what was received, and travels in the place of what was sent."""

    got: Received | NotAccepted | None = None
    category: str

    def take(self, got: Received | NotAccepted | None) -> None:
        """The field's value. Raises NotAccepted, which is a wrong value."""
        self.got, self.data = got, None
        if isinstance(got, NotAccepted):
            raise got
        self.data = got


class UploadField(FileField):
    """A file chosen in the browser; programs upload it first and name the attachment."""

    chooser = FileInput()

    def __init__(self, label: Text | None = None, *, category: str, **kw: Unpack[Asking]) -> None:
        super().__init__(label, **kw)
        self.category = category

    def process(self, formdata: Sent, *args: Any, **kw: Any) -> None:
        super().process(formdata, *args, **kw)
        token = formdata.get(self.name + pending.SUFFIX) if formdata and self.got is None else None
        if not token or not (found := pending.kept(token)):
            return
        try:
            got = self._received(found)
            self.take(got if isinstance(got, NotAccepted) else replace(got, token=token))
        except NotAccepted as refused:
            self.process_errors.append(str(refused))

    def process_formdata(self, valuelist: list[object]) -> None:
        sent = next((item for item in valuelist if isinstance(item, Received | NotAccepted)), None)
        files = [item for item in valuelist if isinstance(item, FileStorage) and item.filename]
        self.take(sent or (self._received(files[0]) if files else None))

    def _received(self, upload: FileStorage) -> Received | NotAccepted:
        try:
            return attachments.receive(upload, self.category)
        except press.Busy:
            return NotAccepted(_("Many pictures are being sent at this moment. Choose it again and send it once more."))

    def drawn(self, **kw: object) -> Markup:
        """The chooser, and the file of a refused form by its name: it need not be chosen again."""
        chooser = self.chooser(self, **kw)
        got = self.data
        if self.errors or not isinstance(got, Received) or got.upload is None:
            return chooser
        if not (token := got.token or pending.keep(got.upload)):
            return chooser
        note = Markup('<p class="hint" data-kept>{} <input type="hidden" name="{}" value="{}"></p>').format(
            _("“%(name)s” is kept, it need not be chosen again.", name=got.upload.filename),
            self.name + pending.SUFFIX,
            token,
        )
        return chooser + note

    def _value(self) -> bool:  # type: ignore[override]
        return False


class SignatureWidget:
    """A pad to sign on; the drawing travels as a data URL in a hidden input."""

    def __call__(self, field: SignatureField, **kw: object) -> Markup:
        return Markup(
            '<div class="pad" data-signature{needed} data-empty="{empty}">'
            '<canvas aria-label="{label}" role="img"></canvas>'
            '<input type="hidden" id="{id}" name="{name}" value="{value}">'
            '<button type="button" class="btn btn-default" data-clear>{clear}</button></div>'
        ).format(
            label=field.label.text,
            id=field.id,
            name=field.name,
            value=field._value(),
            clear=_("Clear"),
            empty=_("Please sign in the box."),
            needed=Markup(" data-needed") if field.needed else "",
        )


class SignatureField(FileField):
    """A signature drawn on the screen."""

    widget: Widget = SignatureWidget()
    category = "signature"
    schema = {"type": "string", "maxLength": LONGEST}
    tidy = staticmethod(cleaning.line)

    def __init__(self, label: Text | None = None, *, needed: bool = False, **kw: Unpack[Asking]) -> None:
        super().__init__(label, **kw)
        self.kind = "signature"
        self.needed = needed  # wherever the pad is shown; a form that shows it always says `required`

    def process_formdata(self, valuelist: list[object]) -> None:
        sent = valuelist[0] if valuelist else None
        if isinstance(sent, Received | NotAccepted):
            self.take(sent)
        else:
            super().process_formdata(valuelist)

    def clean(self, raw: object, text: str) -> object:
        if not isinstance(raw, str):
            raise ValueError(_("Text is expected here."))
        if len(text) > LONGEST:
            raise ValueError(_("At most %(n)s characters fit here.", n=LONGEST))
        self.take(attachments.drawn(text, self.category))
        return self.data

    def _value(self) -> str:
        """What was drawn is still there, unless it was refused."""
        return "" if self.errors else super()._value()

    def shown(self, value: object) -> str:
        return value.data_url if isinstance(value, Received) else ""
