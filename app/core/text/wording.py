"""Words in the reader's language, each looked up once: a catalogue does not change while the portal runs."""

from __future__ import annotations

from types import SimpleNamespace

import flask_babel
from babel import Locale
from babel.support import NullTranslations, Translations
from flask import g
from flask_babel import Domain, get_babel
from flask_babel.speaklater import LazyString

Catalogue = Translations | NullTranslations


class Known(dict[str, str]):
    """The words of one language, by what the program calls them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __missing__(self, message: str) -> str:
        self[message] = found = str(self.catalogue.ugettext(message))
        return found


class Words(Domain):
    """The catalogue of a language, found by the language alone."""

    def __init__(self) -> None:
        super().__init__(domain=get_babel().default_domain)
        self.spoken: dict[Locale, Known] = {}

    def get_translations(self) -> Catalogue:
        known = _known()
        return super().get_translations() if known is None else known.catalogue

    def known(self, locale: Locale) -> Known:
        """The words of a language."""
        if locale not in self.spoken:
            self.spoken[locale] = Known(super().get_translations())
        return self.spoken[locale]


def get_locale() -> Locale | None:
    """The reader's language; None where nobody reads. Asked some hundreds of times for a page."""
    locale: Locale | None = getattr(_context(), "babel_locale", None)
    return flask_babel.get_locale() if locale is None else locale


def gettext(message: str, **told: object) -> str:
    """A word of the program in the reader's language."""
    known = _known()
    if known is None:
        return flask_babel.gettext(message, **told)
    return known[message] % told if told else known[message]


def lazy_gettext(message: str, **told: object) -> LazyString:
    """The same, said when it is read."""
    return LazyString(gettext, message, **told)


def _context() -> SimpleNamespace | None:
    """Where the language of this request or mail is kept."""
    try:
        here: SimpleNamespace | None = vars(g._get_current_object()).get("_flask_babel")  # the proxy is asked once
    except RuntimeError:
        return None
    return here


def _known() -> Known | None:
    """The words of the language that is spoken now, kept beside it as long as it is spoken."""
    context = _context()
    locale = getattr(context, "babel_locale", None)
    if locale is None:
        locale, context = flask_babel.get_locale(), _context()
    if locale is None or context is None:
        return None
    if getattr(context, "spoken", None) is not locale:
        words = get_babel().instance.domain_instance
        if not isinstance(words, Words):
            return None
        context.spoken, context.known = locale, words.known(locale)
    known: Known = context.known
    return known
