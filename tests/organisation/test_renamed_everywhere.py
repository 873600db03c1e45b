"""A field that was renamed is called so wherever it is named: form, dialog, list, page, timeline, file, plain paper."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from app.core.kind import asked
from app.core.kind.kinds import Kind
from app.core.kind.part_things import PartThing
from app.core.kind.registry import KINDS, things
from app.core.pages import printing
from app.core.record.records import Record
from app.demo.plots import PLOTS
from app.demo.story import tell
from app.extensions import db
from tests.support import PASSWORD, Rest

PEOPLE = ("admin", "gm", "qc_manager", "sales_manager", "reception_lead", "qc", "reception")
NAMING = re.compile(
    r"<th\b(?![^>]*colspan)[^>]*>(.*?)</th>|<dt>(.*?)</dt>"
    r"|<label for[^>]*>(.*?)</label>|<span class=\"lbl\"[^>]*>(.*?)</span>"
    r"|<option value=\"\">(.*?)</option>|class=\"diff\">([^:：<]*)|data-l=\"([^\"]*)\"",
    re.DOTALL,
)
TAGS = re.compile(r"<[^>]*>")
LOCALES = ("zh", "en")
OTHERS = {  # what tables inside a dialog call their own columns, and a paper the steps that were taken
    "quote": {"数量", "Quantity"},
    "assign": {"部门", "计划日期"},
    "reassign": {"部门", "计划日期"},
    "gm_report": {"批示"},
    "/customer/show/1": {"创建时间", "Created at"},  # of its records
}


def words(page: str) -> set[str]:
    """What a page calls fields: heads of columns, labels of forms and cards, what the timeline tells of."""
    found = (next(filter(None, match), "") for match in NAMING.findall(page))
    return {html.unescape(TAGS.sub("", each)).strip(" *\n?？") for each in found}


@pytest.fixture
def renamed(app: Flask) -> dict[str, dict[str, set[str]]]:
    """A portal in full swing whose every field was renamed: what each thing's fields were called, by language."""
    with app.app_context():
        tell(db.session, PLOTS)
        db.session.commit()
        whole = [page for page in things() if not isinstance(page, PartThing)]  # a part goes by its record's words
        known = {page.thing: asked.fields_of(page) for page in whole}
        before: dict[str, dict[str, set[str]]] = {}
        for thing, fields in known.items():
            for locale in LOCALES:
                with force_locale(locale):
                    every = {str(word) for field in fields.values() for word in field.words}
                before.setdefault(thing, {})[locale] = {word.rstrip("?？") for word in every}
    admin = Rest(app, "admin", PASSWORD, "en")
    for thing, fields in known.items():
        for number, name in enumerate(fields):
            label = {"thing": thing, "field": name, "label_zh": f"改名{number}", "label_en": f"Renamed {number}"}
            answer = admin.post("label/", label)
            assert answer.status_code == 201, (thing, name, answer.json)
    return before


def pages_of(thing: Any, rows: dict[int, str]) -> Iterator[str]:
    base = thing.page.route_base
    yield from (f"{base}/list/", f"{base}/add", f"{base}/export.csv")
    for row, state in rows.items():
        yield f"{base}/show/{row}"
        if not isinstance(thing, Kind):
            yield f"{base}/edit/{row}"
            continue
        yield f"{base}/{row}/correct"
        asking = (step for step in thing.workflow.steps if step.form is not None and state in step.source)
        yield from (f"{base}/{row}/step/{step.name}" for step in asking)
        for form in printing.forms_of(thing.code):
            if form.template == printing.PaperForm.template:
                yield from (f"{base}/{row}/print/{form.code}", f"{base}/blank/{form.code}")


def rows_of(session: Any, thing: Any) -> dict[Any, str]:
    """Of records one for each state, of others the first."""
    key = thing.model.__mapper__.primary_key[0]
    if not isinstance(thing, Kind):
        return dict.fromkeys(session.execute(select(key).order_by(key).limit(1)).scalars(), "")
    query = select(Record.state, func.max(Record.id)).where(Record.kind == thing.code).group_by(Record.state)
    return {number: state for state, number in session.execute(query)}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_old_word_is_nowhere(renamed: Any, as_role: Any, session: Any, locale: str):
    windows, left, seen = [as_role(login, locale) for login in PEOPLE], [], set()
    for thing in things():
        if not hasattr(thing.page, "form"):
            continue
        for address in pages_of(thing, rows_of(session, thing)):
            answers = (window.get(address) for window in windows)
            page = next((answer for answer in answers if answer.status_code == 200), None)
            if page is None:
                continue
            text = page.get_data(as_text=True)
            told = set(text.splitlines()[0].lstrip("\ufeff").split(",")) if address.endswith("csv") else words(text)
            last = address.rpartition("/")[2]
            left += [
                (address, word)
                for word in told & (renamed[thing.thing][locale] - OTHERS.get(last, set()) - OTHERS.get(address, set()))
            ]
            if any(word.startswith(("改名", "Renamed")) for word in told):
                seen.add((thing.thing, address.removeprefix(thing.page.route_base + "/").split("/")[0]))
    assert not left, left
    assert {place for thing, place in seen if thing == "Customer"} >= {"list", "add", "export.csv", "show", "edit"}
    assert {(kind.thing, "show") for kind in KINDS.values()} <= seen
