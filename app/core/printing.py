"""The registry of paper forms: each is a template with exactly the title the regulation gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segno
from flask import current_app, render_template, request
from flask_babel import force_locale, get_locale
from markupsafe import Markup

from . import settings


@dataclass(frozen=True)
class PaperForm:
    """A paper form of the regulation: its title, its template, and what it prints."""

    code: str
    kind: str
    title_zh: str
    title_en: str
    template: str
    context: Callable[[Any], dict[str, Any]] = lambda record: {}
    form_number: str = ""
    version: str = "A/0"
    kept_years: int = 5  # how long the paper is kept

    def title(self, locale: str) -> str:
        return self.title_zh if locale == "zh" else self.title_en


FORMS: dict[tuple[str, str], PaperForm] = {}


def register(form: PaperForm) -> None:
    """Make a paper form printable for a kind of record."""
    FORMS[form.kind, form.code] = form


def forms_of(kind: str) -> list[PaperForm]:
    return [form for (of, _code), form in FORMS.items() if of == kind]


def render(form: PaperForm, record: Any | None, locale: str) -> str:
    """The print view in a language; without a record the blank form."""
    with force_locale(locale):
        company = settings.get(current_app.extensions["sqlalchemy"].session, f"company_name_{locale}")
        return render_template(
            form.template,
            form=form,
            record=record,
            locale=locale,
            company=company,
            title=form.title(locale),
            on_screen=True,
            qr=qr_code(record_address(record)) if record is not None else "",
            **form.context(record),
        )


def record_address(record: Any) -> str:
    """Where a record is found again; the code on its paper leads there."""
    return f"{current_app.config['PUBLIC_URL']}/{record.kind}/show/{record.id}"


def qr_code(text: str) -> Markup:
    """A QR code as part of the page itself."""
    code: str = segno.make(text, error="m").svg_inline(border=3, omitsize=True)
    return Markup(code)  # noqa: S704 (drawn here from an address of ours)


def pdf(html: str) -> bytes:
    """The same page as PDF; nothing is fetched but what the page carries itself."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    document: bytes = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",))).write_pdf()
    return document


def language() -> str:
    """The paper's language: as asked in the address, else the reader's."""
    asked = request.args.get("lang", "")
    return asked if asked in ("zh", "en") else str(get_locale() or "zh")
