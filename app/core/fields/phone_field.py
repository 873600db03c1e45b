"""The field of a telephone number, or of several."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from ..text.phones import LONGEST, clean, links, numbers
from .fields import TextField


class PhoneField(TextField):
    """Telephone numbers as people write them, with extension or name; only what holds none is refused."""

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, **{"max_length": LONGEST, **kw})

    def clean(self, raw: Any, text: str) -> Any:
        typed = super().clean(str(raw) if isinstance(raw, int) else raw, clean(text))
        if not numbers(typed):
            raise ValueError(_("Type a phone number such as 0574-8888 1234 or 13800001234."))
        return typed

    @staticmethod
    def told(value: Any) -> Any:
        return links(value)
