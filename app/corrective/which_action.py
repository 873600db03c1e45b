"""The action of a plan that somebody finishes."""

from __future__ import annotations

from markupsafe import Markup

from app.core.fields.field_base import ByItself, attributes
from app.core.fields.fields import WholeNumberField
from app.core.kind.asks import beside
from app.core.text.wording import lazy_gettext as _l


class ActionField(WholeNumberField):
    """One of the unfinished actions, by its number."""

    widget = ByItself()

    def drawn(self, **kw: object) -> Markup:
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                item.id, Markup(" selected") if str(item.id) == self._value() else "", item.description[:80]
            )
            for item in (self.record.open_actions if self.record is not None else ())
        )
        return Markup("<select {}>{}</select>").format(attributes(self, kw), options)


WHICH_ACTION = beside("action", ActionField, _l("Action"), required=True, min=1)
