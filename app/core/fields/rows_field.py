"""A field that holds several rows of a small form: lines with an amount, actions with an owner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Unpack

from markupsafe import Markup
from wtforms.validators import StopValidation

from ..text import cleaning
from ..text.wording import gettext as _
from ..types import Json, Text, Values
from .field_base import Asking, BusinessField, Sent

if TYPE_CHECKING:
    from .forms import StepForm

MOST = 50
BLANK = 2  # empty rows offered to a browser


class RowsField(BusinessField):
    """Rows of a form of their own: a JSON array of objects, or `name-0-column` from a browser."""

    wide = True

    def __init__(
        self, label: Text | None = None, *, row: type[StepForm], blank: int = BLANK, **kw: Unpack[Asking]
    ) -> None:
        super().__init__(label, **kw)
        self.row, self.blank = row, blank
        self.typed: list[Values] = []

    def process(self, formdata: Sent, data: object = None, extra_filters: object = None) -> None:
        self.process_errors = []
        self.data = data if isinstance(data, list) else None
        self.typed = self.data or []
        if formdata is None or not len(formdata):
            return
        try:
            self.typed = self._sent(formdata)
            self.data = self._cleaned(self.typed)
        except ValueError as error:
            self.data = None
            self.process_errors.append(str(error))

    def _sent(self, formdata: Sent) -> list[Values]:
        """The rows as they were typed, without those left empty."""
        if self.name in formdata:
            values = formdata.getlist(self.name)
            rows = values[0] if len(values) == 1 and isinstance(values[0], list) else values
            if len(rows) > MOST or not all(isinstance(row, dict) for row in rows):
                raise ValueError(_("A list of rows is expected here."))
            return list(rows)
        found: dict[int, Values] = {}
        shape = re.compile(rf"{re.escape(self.name)}-(\d{{1,3}})-(\w+)")
        for key in formdata:
            if match := shape.fullmatch(key):
                found.setdefault(int(match[1]), {})[match[2]] = formdata.get(key)
        rows = [
            found[number]
            for number in sorted(found)
            if any(cleaning.line(str(value or "")) for value in found[number].values())
        ]
        if len(rows) > MOST:
            raise ValueError(_("At most %(n)s rows fit here.", n=MOST))
        return rows

    def _cleaned(self, rows: list[Values]) -> list[Values]:
        cleaned, wrong = [], []
        for number, row in enumerate(rows, 1):
            form = self.row.of({str(key): value for key, value in row.items()})
            if form.validate():
                cleaned.append(form.values())
                continue
            sentences = " ".join(sentence for found in form.sentences().values() for sentence in found)
            wrong.append(_("Row %(n)s: %(problem)s", n=number, problem=sentences))
        if wrong:
            raise ValueError(" ".join(wrong))
        return cleaned

    def pre_validate(self, form: object) -> None:
        if self.process_errors:
            raise StopValidation

    def wanted(self) -> str:
        return _("Please fill in at least one row of “%(field)s”.", field=str(self.label.text))

    def drawn(self, **kw: object) -> Markup:
        columns = list(self.row())
        heads = Markup("").join(Markup("<th>{}</th>").format(column.label.text) for column in columns)
        known = [self._row(number, self.row.of(row)) for number, row in enumerate(self.typed)]
        blank = [self._row(number, self.row()) for number in range(len(known), max(len(known) + 1, self.blank))]
        shape = " stacked" if len(columns) > 3 else ""  # what does not fit side by side stands one below the other
        page = Markup(
            '<div class="rowset{}" id="{}"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}</div>'
        )
        more = Markup('<button type="button" class="btn btn-default" data-add-row>{}</button>').format(_("Add a row"))
        return page.format(shape, self.id, heads, Markup("").join(known + blank), more)

    def _row(self, number: int, form: StepForm) -> Markup:
        cells = []
        for column in form:
            name = f"{self.name}-{number}-{column.name}"
            column.id = column.name = name
            marks = {"class": "form-control", "aria-label": f"{column.label.text} {number + 1}"}
            cells.append(Markup('<td data-label="{}">{}</td>').format(column.label.text, column(**marks)))
        return Markup("<tr>{}</tr>").format(Markup("").join(cells))

    def json_schema(self) -> Json:
        return {"title": str(self.label.text), "type": "array", "items": self.row.json_schema()}

    def _value(self) -> str:
        return ""
