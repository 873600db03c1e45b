"""Nothing is listed by hand: whatever a domain declares is everywhere it belongs, by itself."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale
from markupsafe import escape

from app import access, domains, menu
from app.core.kind import registry
from app.core.kind.asks import Ask
from app.core.kind.facts import facts_of, name_in_forms, told_by
from app.core.kind.kinds import Kind
from app.core.kind.registry import AREAS, KINDS, PAGES, things
from app.core.kind.tells import fact_of
from app.core.pages import printing
from app.core.record.records import Record
from app.core.rest.api import BaseApi
from app.core.time.deadline_rules import DEFAULTS
from app.organisation import plain_words

ROOT = Path(__file__).resolve().parent.parent


def test_every_kind_of_record_is_declared():
    models = {mapper.class_ for mapper in Record.__mapper__.self_and_descendants} - {Record}
    declared = {kind.model for kind in KINDS.values()}
    assert models == declared, f"no Kind declares {models - declared}"
    for code, kind in KINDS.items():
        assert kind.model.__mapper__.polymorphic_identity == code == kind.workflow.name


def test_every_thing_stands_on_the_access_page_with_every_right(app: Any, as_role: Any):
    words = plain_words.things()
    assert {page.thing for page in PAGES} == set(words)
    assert {plain_words.area_of(thing) for thing in words} <= set(AREAS)
    browser = as_role("admin")
    offered: set[str] = set()
    for area in dict.fromkeys(re.findall(r"/access/list/\?group=([\w.]+)", browser.get("/access/").text)):
        for told in re.findall(r'name="rights" value="([^"]*)"', browser.get(f"/access/?group={area}").text):
            offered |= set(told.split())
    missing = {f"{permission}|{thing}" for _function, permission, thing in access.cells()} - offered
    assert not missing, f"nobody can give {sorted(missing)}"


def test_every_right_has_words_in_both_languages(app: Any):
    for _function, permission, thing in access.cells():
        with app.test_request_context():
            said = []
            for locale in ("zh", "en"):
                with force_locale(locale):
                    said.append(plain_words.deed(permission, thing))
        assert said[0] != said[1] and not re.search("[a-z]_[a-z]", said[0]), (permission, thing, said)


def test_every_page_is_reached(app: Any):
    for page in PAGES:
        assert not page.menu or page.menu in menu.GROUPS, page.thing
        if page.under:
            assert any(other.thing == page.under and other.menu for other in PAGES), page.thing
    listed = {kind.code for kind in KINDS.values() if kind.menu}
    assert listed == set(KINDS), f"no menu leads to {set(KINDS) - listed}"


def test_every_kind_prints_lists_and_answers(app: Any, as_role: Any, rest: Any):
    api = rest("auditor")
    paths = rest("admin").get("_openapi").json["paths"]
    for code, kind in KINDS.items():
        assert printing.forms_of(code), f"{kind.thing} has no paper"
        assert as_role("auditor").get(f"/{code}/list/").status_code == 200
        for form in printing.forms_of(code):
            assert as_role("auditor").get(f"/{code}/blank/{form.code}").status_code == 200
        assert api.get(f"{code}/").status_code == 200
        assert any(path.startswith(f"/api/v1/{code}/") for path in paths), code


def test_filters_are_under_the_names_that_answers_use(app: Any):
    resources = [view for view in app.extensions["appbuilder"].baseviews if isinstance(view, BaseApi)]
    assert {kind.code for kind in KINDS.values()} <= {api.resource_name for api in resources}
    for api in resources:
        names = {name for name in api.filters if not name.endswith("_digits")}  # of a number, however it is spelt
        for name in names - set(api.told):
            alias = name.removesuffix("_id").removesuffix("_code")
            assert alias in api.told and alias in api.columns, f"{api.resource_name} does not answer {name}"


def test_a_deadline_without_a_rule_is_named_at_the_start(monkeypatch: pytest.MonkeyPatch):
    assert registry.without_a_rule() == []
    monkeypatch.delitem(DEFAULTS, "GM_TASK")
    monkeypatch.setattr(registry, "register", lambda declared: None)
    with pytest.raises(registry.Undeclared, match=r"GM_TASK \(gm_report\)"):
        domains.load()


def test_every_thing_and_kind_has_words_in_both_languages(app: Any):
    with app.test_request_context():
        for page in PAGES:
            pairs = [page.label, page.word, *page.verbs.values()]
            for words in filter(None, pairs):
                with force_locale("zh"):
                    zh = str(words)
                with force_locale("en"):
                    en = str(words)
                assert zh != en and zh and en, (page.thing, zh, en)


def test_a_things_rights_name_known_functions():
    for page in PAGES:
        assert set(page.rights) <= set(access.FUNCTIONS), page.thing


PLAIN = [thing for thing in things() if not isinstance(thing, Kind) and thing.list_columns]
EVERY = pytest.mark.parametrize("thing", PLAIN, ids=[thing.thing for thing in PLAIN])


def test_a_thing_with_pages_is_made_from_its_facts():
    """What the administrator keeps by pages of their own apart: words, lists and rules."""
    by_hand = {thing.thing for thing in things() if not isinstance(thing, Kind) and thing.page} - {
        thing.thing for thing in PLAIN
    }
    assert all(page.area == "words" for page in things() if page.thing in by_hand), by_hand


@EVERY
def test_every_column_of_a_thing_is_a_fact_or_internal(thing: Any):
    for column in thing.model.__table__.columns:
        plain = column.primary_key or column.name in ("version", "extra")
        assert plain or set(column.info) & {"fact", "follows", "internal"}, f"nobody says what {column} is"


@EVERY
def test_what_a_thing_asks_lists_and_shows_are_facts_of_its_own(thing: Any):
    asked = [ask.attribute for ask in (*thing.add_columns, *thing.edit_columns) if isinstance(ask, Ask)]
    told = [part for part in (*thing.list_columns, *thing.shown) if not isinstance(part, tuple)]
    assert asked and told, thing.thing
    for attribute in (*asked, *(fact_of(part) for part in told)):
        assert attribute in facts_of(thing.model), f"{thing.thing}: {attribute} is no fact of it"


@EVERY
def test_rest_answers_and_filters_by_every_fact_of_a_thing(app: Any, thing: Any):
    api = next(view for view in app.extensions["appbuilder"].baseviews if view.__class__ is thing.resource)
    names = {name_in_forms(each) for each in facts_of(thing.model)}
    assert names <= set(api.told), names - set(api.told)
    with app.test_request_context():
        masked = {name_in_forms(each) for each in facts_of(thing.model) if told_by(each).masked}
        assert set(api.columns) & names == names - masked, "nobody is signed in: what is masked is not found"


@EVERY
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_pages_of_a_thing_speak_by_its_facts(app: Any, as_role: Any, rest: Any, thing: Any, locale: str):
    browser, rows = as_role("admin", locale), rest("admin").get(f"{thing.address}/").json["ids"]
    pages = {f"/{thing.address}/list/": thing.list_columns}
    pages |= {f"/{thing.address}/show/{key}": thing.shown for key in rows[:1]}
    for url, parts in pages.items():
        page = browser.get(url)
        with app.test_request_context(), force_locale(locale):
            words = [str(told_by(fact_of(part)).label) for part in parts if not isinstance(part, tuple)]
        missing = [word for word in words if str(escape(word)) not in page.text]
        assert page.status_code == 200 and (missing == [] or not rows), (url, missing)


def test_every_thing_has_its_table():
    assert len({thing.model.__tablename__ for thing in things()}) == len(list(things()))


MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "app").rglob("*.py")
)


def test_every_module_can_be_imported_alone():
    """In a process that has imported the libraries, and nothing of the portal."""
    from subprocess import run

    code = f"""
import os, sys
import flask_appbuilder, flask_babel, sqlalchemy.orm, wtforms, flask_wtf, flask_limiter, flask_mail, flask_migrate
failed = []
for module in {MODULES!r}:
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            __import__(module)
        except BaseException:
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(module)
print(failed)
"""
    told = run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PORTAL_ENV": "test"}, capture_output=True, text=True
    )
    assert told.stdout.strip() == "[]", told.stdout + told.stderr
