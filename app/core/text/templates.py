"""Templates that are translated when they are compiled: nothing is left to look up when they are drawn."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import cache

from flask.sansio.app import App
from flask.templating import Environment
from flask_babel import force_locale, get_babel
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from .wording import get_locale


class _Translated(NodeTransformer):
    """Puts the words of a language where a template says `_('…')`: nothing is left to look up when it is drawn."""

    def __init__(self, gettext: Callable[[str], str], finish: Callable[[str], str]) -> None:
        self.gettext, self.finish = gettext, finish

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        plain = len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if plain and isinstance(node.node, nodes.Name) and node.node.name == "_":
            message = node.args[0]
            if isinstance(message, nodes.Const) and isinstance(message.value, str):
                return nodes.Const(self.finish(self.gettext(message.value) % {}), lineno=node.lineno)
        return node


class Spoken(Environment):
    """Every template is compiled once for each language, its words already in it."""

    language = ""

    def __init__(self, app: App, **options: object) -> None:
        super().__init__(app, **options)
        self.in_language = cache(self._overlaid)

    def _overlaid(self, language: str) -> Spoken:
        there = self.overlay()
        assert isinstance(there, Spoken)
        there.language = language
        return there

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, object] | None = None,
    ) -> Template:
        locale = None if self.language or isinstance(name, Template) else get_locale()
        if locale is None:
            return super().get_template(name, parent, globals)
        return self.in_language(str(locale)).get_template(name, parent, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if not self.language:
            return tree
        escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        with force_locale(self.language):
            catalogue = get_babel().instance.domain_instance.get_translations()
        translated: nodes.Template = _Translated(catalogue.ugettext, Markup if escapes else str).visit(tree)
        return translated
