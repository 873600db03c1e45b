"""The field of a telephone number, or of several."""

from __future__ import annotations

from ..text.phones import LONGEST, clean, links, numbers
from ..text.wording import gettext as _
from .fields import TextField


class PhoneField(TextField):
    """Telephone numbers as people write them, with extension or name; only what holds none is refused."""

    longest = LONGEST

    def clean(self, raw: object, text: str) -> str:
        typed = super().clean(str(raw) if isinstance(raw, int) else raw, clean(text))
        if not numbers(typed):
            raise ValueError(_("Type a phone number such as 0574-8888 1234 or 13800001234."))
        return typed

    @staticmethod
    def told(value: object) -> object:
        return links(value) if isinstance(value, str) else value
