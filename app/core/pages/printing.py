"""The registry of paper forms: each is a template with exactly the title the regulation gives it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Response, current_app, render_template, request, send_file
from flask_babel import force_locale
from markupsafe import Markup

from .. import settings
from ..company import company
from ..files import press
from ..kind import own_shown
from ..model import AnyRow
from ..record.records import Record
from ..rights.people import in_locale
from ..settings import Declared
from ..text.wording import get_locale
from ..text.wording import gettext as _
from ..text.wording import lazy_gettext as _l
from ..types import Text, Values


@dataclass(frozen=True)
class PaperForm:
    """A paper form of the regulation: its title, its template, and what it prints."""

    code: str
    kind: str
    title_zh: str = ""
    title_en: str = ""
    template: str = "paper/plain.html"
    context: Callable[[AnyRow], Values] = lambda record: {}
    form_number: str = ""
    version: str = "A/0"
    kept_years: int = 5  # how long the paper is kept

    label: Text | None = None  # the title of a form the regulation gives none

    def __str__(self) -> str:
        return str(self.label) if self.label is not None else in_locale(self.title_zh, self.title_en)

    def title(self, locale: str) -> str:
        with force_locale(locale):
            return str(self)

    @property
    def number_and_version(self) -> tuple[str, str]:
        """As the company files its forms today: both are settings."""
        session = current_app.extensions["sqlalchemy"].session
        return settings.get(session, f"form_number_{self.code}"), settings.get(session, f"form_version_{self.code}")


FORMS: dict[tuple[str, str], PaperForm] = {}
PAPER = _l("Paper forms")
FILED = _l("Printed in the head of the form, as the company files it.")


def register(form: PaperForm) -> None:
    """Make a paper form printable for a kind of record; its number and version are settings."""
    FORMS[form.kind, form.code] = form
    number, version = _l("Form number: %(form)s", form=form), _l("Form version: %(form)s", form=form)
    settings.declare(
        Declared(
            f"form_number_{form.code}", form.form_number, number, group=PAPER, optional=not form.form_number, help=FILED
        ),
        Declared(f"form_version_{form.code}", form.version, version, group=PAPER, help=FILED),
    )


def forms_of(kind: str) -> list[PaperForm]:
    return [form for (of, _code), form in FORMS.items() if of == kind]


def render(form: PaperForm, record: Record | None, locale: str) -> str:
    """The print view in a language; without a record the blank form."""
    with force_locale(locale):
        ours = company(current_app.extensions["sqlalchemy"].session)
        number, version = form.number_and_version
        return render_template(
            form.template,
            form=form,
            form_number=number,
            form_version=version,
            page_of=page_of(),
            record=record,
            locale=locale,
            company=ours,
            own=own_shown.on_paper(form.kind, record),
            title=form.title(locale),
            qr=qr_code(record_address(record)) if record is not None else "",
            **form.context(record),
        )


def record_address(record: Record) -> str:
    """Where a record is found again; the code on its paper leads there."""
    return f"{current_app.config['PUBLIC_URL']}/{record.kind}/show/{record.id}"


def qr_code(text: str) -> Markup:
    """A QR code as part of the page itself."""
    import segno

    code: str = segno.make(text, error="m").svg_inline(border=3, omitsize=True)
    return Markup(code)  # noqa: S704 (drawn here from an address of ours)


def page_of() -> Markup:
    """第 n 页 共 m 页, as CSS counts."""
    words = _("Page %(page)s of %(pages)s", page='" counter(page) "', pages='" counter(pages) "')
    return Markup('"{}"').format(Markup(words))  # noqa: S704 (our own words)


def pdf(html: str) -> bytes:
    """The same page as PDF; nothing is fetched but what the page carries itself."""
    return pdf_of([html])


def pdf_of(pages: Sequence[str]) -> bytes:
    """Several papers in one file, each counting its own pages."""
    return press.pdf(pages)


def sent(content: bytes, name: str) -> Response:
    """A PDF to look at, with a name to keep it under."""
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=f"{name}.pdf", max_age=0)


def file_name(form: PaperForm, record: Record | None, locale: str) -> str:
    return f"{record.number}-{form.title(locale)}" if record is not None else form.title(locale)


def language() -> str:
    """The paper's language: as asked in the address, else the reader's."""
    asked = request.args.get("lang", "")
    return asked if asked in ("zh", "en") else str(get_locale() or "zh")
