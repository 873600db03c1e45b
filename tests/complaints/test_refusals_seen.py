"""What REST refuses with stands on the page, sentence by sentence: every step, every form, every way to be refused."""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask_babel import force_locale, get_translations

from app.core.fields.fields import RowsField, TextField, UploadField
from app.core.kind.registry import KINDS
from app.core.pages.record_views import RecordView
from app.core.pages.views import BaseView
from app.core.process.workflow import WORKFLOWS, Transition
from app.core.rest.api import BaseApi
from app.gm.models import REASONS

from .conftest import LIFE, Line

LOGINS = {
    "reception": "reception",
    "qc": "qc",
    "qc_manager": "qc_manager",
    "technician": "technician",
    "inspector": "technician",
    "gm": "gm",
    "leader": "leader",
    "finance": "finance",
    "sales_manager": "sales_manager",
    "department_manager": "production_manager",
}
STAFF = ("admin", "qc", "reception", "qc_manager", "sales_manager")
VALID = {
    "DayField": "2026-11-24",
    "MomentField": "2026-11-24T09:19:00+08:00",
    "MoneyField": "1",
    "NumberField": "1",
    "WholeNumberField": "1",
    "YesNoField": "false",
    "TickField": "false",
}
LIVES = ["negotiating", *(state for state, _steps in LIFE if state != "drafted")]


def seen(page: Any) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def told(answer: Any) -> list[str]:
    """The sentences of a refusal by REST."""
    message = answer.json["message"]
    return [message] if isinstance(message, str) else [text for texts in message.values() for text in texts]


def wrong(field: Any) -> str:
    return "x" * (field.max_length + 1) if isinstance(field, TextField) else "no such thing"


def right(browser: Any, field: Any) -> Any:
    """A value the field takes: of a look-up, what it offers first."""
    if hasattr(field, "choices"):
        return next(iter(field.choices))
    if hasattr(field, "lookup"):
        found = browser.get(f"/lookup/{field.lookup}").json["results"] or [{"id": "0"}]
        return [found[0]["id"]] if field.multiple else found[0]["id"]
    return VALID.get(type(field).__name__, "x")


def attempts(form: Any, browser: Any, choices: bool = False) -> Iterator[dict[str, Any]]:
    """Nothing, everything, everything but one field, everything with one field wrong, every choice."""
    yield {}
    if form is None:
        return
    hidden = [
        field.name for field in form() if getattr(field, "kind", "") or isinstance(field, UploadField | RowsField)
    ]
    fields = {field.name: field for field in form() if field.name not in hidden}
    good = {name: right(browser, field) for name, field in fields.items()}
    for name, field in fields.items():
        yield {**good, name: wrong(field)}
        if field.required:
            yield {key: value for key, value in good.items() if key != name}
        for code in getattr(field, "choices", ()) if choices else ():
            yield {**good, name: code}
    for field in form():
        if isinstance(field, RowsField) or field.kind == "hidden":
            yield {**good, field.name: wrong(field)}


def dialog(browser: Any, kind: str, number: int, step: str, sent: dict[str, Any]) -> Any:
    return browser.post(f"/{kind}/{number}/step/{step}", sent, headers={"X-Fragment": "1"})


def compare(rest: Any, page: Any, sentences: list[str], what: Any) -> None:
    assert page.status_code == rest.status_code, (what, page.status_code, rest.json)
    words = seen(page)
    for sentence in sentences:
        assert " ".join(sentence.split()) in words, (what, sentence)


@pytest.mark.parametrize("state", LIVES)
def test_every_refusal_of_a_step_of_a_complaint_stands_in_its_dialog(as_role, line: Line, state: str):
    workflow, browsers, number = WORKFLOWS["complaint"], {}, 0
    for step in (step for step in workflow.steps if state in step.source):
        login = LOGINS[step.granted_to[0]]
        browser = browsers.setdefault(login, as_role(login))
        for sent in attempts(step.form, browser, choices=bool(step.checks)):
            number = number or line.at(state)
            answer = line.take(login, number, step.name, **sent)
            if answer.status_code == 200:
                number = 0  # taken: the next attempt has a complaint of its own
            elif answer.status_code in (409, 422):
                compare(answer, dialog(browser, "complaint", number, step.name, sent), told(answer), (step.name, sent))


@pytest.mark.parametrize("kind", [name for name in WORKFLOWS if name != "complaint"])
def test_every_refusal_of_a_step_of_any_other_record_stands_in_its_dialog(
    as_role, rest, session, app, line: Line, kind
):
    number, compared = beside(line, kind), 0
    workflow = WORKFLOWS[kind]
    for state in workflow.states:
        session.execute(sa.text("UPDATE record SET state = :state WHERE id = :id"), {"state": str(state), "id": number})
        session.commit()
        for step in (step for step in workflow.steps if state in step.source):
            login = next((LOGINS[name] for name in step.granted_to if name in LOGINS), "")
            if not login:
                continue  # the portal itself takes it
            browser, program = as_role(login), rest(login)
            for sent in attempts(step.form, browser):
                if not sent and not (step.form and step.form.json_schema()["required"]):
                    continue
                answer = program.post(f"{kind}/{number}/{step.name}", sent)
                if answer.status_code == 200:
                    break  # the state has moved on
                if answer.status_code in (409, 422):
                    compare(answer, dialog(browser, kind, number, step.name, sent), told(answer), (step.name, sent))
                    compared += 1
    assert compared


def beside(line: Line, kind: str) -> int:
    """A record of another kind, made in the ordinary way."""
    complaint = line.at("at_qc")
    if kind == "gm_report":
        return int(
            line.by("sales_manager").post("gm_report/", {"reason": next(iter(REASONS)), "subject": "x"}).json["id"]
        )
    if kind == "consultation":
        line.must("qc", complaint, "consult", departments=[department(line)])
        return int(line.session.execute(sa.text("SELECT max(id) FROM record WHERE kind = 'consultation'")).scalar_one())
    made = {
        "problem": "轴承间隙超差",
        "requirement": "查明原因",
        "responsible_department": "production",
        "complaints": [complaint],
    }
    answer = line.by("qc").post("corrective_action/", made)
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def department(line: Line) -> int:
    return int(line.session.execute(sa.text("SELECT id FROM department WHERE code = 'production'")).scalar_one())


def test_every_refusal_of_a_new_or_changed_thing_stands_on_its_form(as_role, rest, app, line: Line):
    """The forms of administration, of customers and products, and the intake of every kind of record."""
    builder = app.appbuilder if hasattr(app, "appbuilder") else app.extensions["appbuilder"]
    programs = {view.class_permission_name: view for view in builder.baseviews if isinstance(view, BaseApi)}
    people = {login: (as_role(login), rest(login)) for login in STAFF}
    compared = 0
    for view in builder.baseviews:
        api = programs.get(getattr(view, "class_permission_name", ""))
        if not isinstance(view, BaseView) or view.form is None or api is None or "post" not in api.writes:
            continue
        able = [pair for pair in people.values() if pair[0].get(f"{view.route_base}/add").status_code == 200]
        for browser, program in able[:1]:
            with app.app_context():
                tries = list(attempts(view.form, browser))
            for sent in tries:
                answer = program.post(f"{api.resource_name}/", sent)
                if answer.status_code == 422 and isinstance(answer.json["message"], dict):
                    page = browser.post(f"{view.route_base}/add", sent)
                    compare(answer, page, told(answer), (view, sent))
                    compared += 1
    assert compared > 50


def test_every_refusal_of_a_correction_stands_in_its_dialog(as_role, line: Line):
    number, browser, refused = line.at("received"), as_role("reception"), set()
    for sent in attempts(view_of("complaint").correction, browser):
        answer = line.by("reception").put(f"complaint/{number}", sent, headers={"If-Match": "1"})
        if answer.status_code == 422:
            page = browser.post(f"/complaint/{number}/correct", sent, headers={"X-Fragment": "1"})
            compare(answer, page, told(answer), sent)
            refused |= set(answer.json["message"])
    assert refused >= {"subject", "description", "quantity", "purchase_date"}


def view_of(kind: str) -> type[RecordView]:
    page: type[RecordView] = KINDS[kind].page
    return page


# ---- the sentences themselves


def questions() -> list[tuple[str, Any, Transition[Any]]]:
    return [
        (f"{name}.{step.name}.{question.__name__}", question, step)
        for name, workflow in WORKFLOWS.items()
        for step in workflow.steps
        for question in (*step.guards, *step.checks)
    ]


@pytest.mark.parametrize(("name", "question", "step"), questions(), ids=[item[0] for item in questions()])
def test_what_a_condition_refuses_with_is_a_sentence_in_both_languages(app, name: str, question: Any, step: Any):
    """It begins as a sentence, ends as one, names no clause in between: that stands in brackets at its end."""
    for msgid in re.findall(r'_\(\s*"((?:[^"\\]|\\.)+)"', inspect.getsource(question)):
        if not re.search(r"[.?!]$", msgid):
            continue  # a part of a sentence, or a name
        assert re.match(r"[A-Z%“]", msgid), msgid
        assert not re.search(r"\d\.\d", msgid.replace("0.00", "")), msgid
        with app.test_request_context(), force_locale("zh"):
            chinese = str(get_translations().gettext(msgid))
        assert chinese.endswith(("。", "？")), chinese
    assert re.fullmatch(r"\d\.\d", getattr(question, "clause", step.clause))


def test_2_3_a_missing_competence_reads_as_a_sentence_with_its_clause(line: Line):
    number = line.at("disposed")
    for locale, end in (("en", "(clause 2.3)."), ("zh", "（制度 2.3）。")):
        sent = {"technician": "technician2", "kind": "technician"}
        answer = line.by("qc_manager", locale).post(f"complaint/{number}/assign", sent)
        assert answer.status_code == 409, answer.json
        assert answer.json["message"].endswith(end)
        assert not answer.json["message"].startswith(("Assign", "委派", "2.3"))
