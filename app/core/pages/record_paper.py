"""The paper forms of a kind of record: one record, none (blank), or the ticked ones of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from ..process.workflow import AnyWorkflow
from ..text.wording import gettext as _
from . import printing
from .printing import PaperForm

if TYPE_CHECKING:
    from ..record.records import Record

MOST = 20  # a PDF takes a moment


class PaperPages:
    """What of a kind of record can be printed, as a page for the screen or as PDF (?as=pdf)."""

    workflow: AnyWorkflow
    endpoint: str

    def paper_forms(self) -> list[PaperForm]:
        return printing.forms_of(self.workflow.name)

    @expose("/<int:pk>/print/<code>")
    @has_access
    @permission_name("show")
    def paper(self, pk: int, code: str) -> ResponseReturnValue:
        return _drawn(self._form(code), self.for_page(pk))  # type: ignore[attr-defined]

    @expose("/blank/<code>")
    @has_access
    @permission_name("list")
    def blank(self, code: str) -> ResponseReturnValue:
        return _drawn(self._form(code), None)

    @expose("/print/<code>", methods=["POST"])
    @has_access
    @permission_name("show")
    def print_many(self, code: str) -> ResponseReturnValue:
        """The ticked rows in one PDF, each with its own page numbers."""
        form, locale = self._form(code), printing.language()
        ticked = [int(value) for value in request.form.getlist("rowid") if value.isascii() and value.isdigit()]
        numbers = sorted({number for number in ticked if number < 2**31})
        model = self.datamodel.obj  # type: ignore[attr-defined]
        records = self.scoped().filter(model.id.in_(numbers[: MOST + 1])).order_by(model.id).all()  # type: ignore[attr-defined]
        if not 0 < len(records) <= MOST:
            flash(_("Tick between 1 and %(most)s records to print them.", most=MOST), "warning")
            return redirect(url_for(f"{self.endpoint}.list"))
        pages = [printing.render(form, record, locale) for record in records]
        return printing.sent(printing.pdf_of(pages), form.title(locale))

    def _form(self, code: str) -> PaperForm:
        return printing.FORMS.get((self.workflow.name, code)) or abort(404)


def _drawn(form: PaperForm, record: Record | None) -> ResponseReturnValue:
    locale = printing.language()
    html = printing.render(form, record, locale)
    if request.args.get("as") == "pdf":
        return printing.sent(printing.pdf(html), printing.file_name(form, record, locale))
    return html
