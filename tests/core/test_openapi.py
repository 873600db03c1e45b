"""The interface describes itself: a valid document, whose schemas hold what is really sent and answered."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator, Draft202012Validator

from app.core.kind.registry import KINDS, things
from app.core.rest.shapes import of_function, says
from app.core.time import clock
from app.demo.plots import PLOTS
from app.demo.story import tell
from app.extensions import db

from ..conftest import NOW, portal_at
from ..support import PASSWORD, Rest

ROOT = Path(__file__).resolve().parent.parent
OAS = yaml.safe_load((ROOT / "vendor" / "openapi-3.0.schema.yaml").read_text(encoding="utf-8"))
BODIES = ("requestBody", "responses")
FABS = ("/api/v1/security/", "/api/{version}/")  # the library's own


def in_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` is another type."""
    if isinstance(schema, list):
        return [in_json_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: in_json_schema(each) for name, each in schema.items()}
    if found.get("nullable") is True:
        del found["nullable"]
        return {"anyOf": [{"type": "null"}, found]}
    return found


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a part of the document."""
    if isinstance(node, list):
        for each in node:
            yield from schemas(each)
    elif isinstance(node, dict):
        for name, each in node.items():
            if name in ("schema", "items", "additionalProperties") and isinstance(each, dict):
                yield each
            if name in ("properties", "schemas") and all(isinstance(one, dict) for one in each.values()):
                yield from each.values()
            yield from schemas(each)


@pytest.fixture
def document(rest: Any) -> dict[str, Any]:
    found: dict[str, Any] = rest("admin").get("_openapi").json
    return found


def resources(app: Any) -> list[Any]:
    return [view for view in app.extensions["appbuilder"].baseviews if hasattr(view, "described")]


def test_it_is_a_valid_document(document: dict[str, Any]):
    wrong = [
        f"{'/'.join(map(str, each.path))}: {each.message[:200]}" for each in Draft4Validator(OAS).iter_errors(document)
    ]
    assert not wrong
    named = set(document["components"]["schemas"])
    for target in re.findall(r"'\$ref': '([^']+)'", str(document)):
        section, name = target.removeprefix("#/components/").split("/")
        assert name in document["components"][section], target
    assert all(re.fullmatch(r"[\w.\-]+", name) for name in named)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            told = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
            assert told == set(re.findall(r"{(\w+)}", path)), (method, path)


def test_every_body_has_a_schema_that_says_something(document: dict[str, Any]):
    for path, operations in document["paths"].items():
        if path.startswith(FABS):
            continue
        for method, operation in operations.items():
            for code, told in operation["responses"].items():
                assert told.get("content"), (method, path, code)
            if method in ("put", "post") and "requestBody" in operation:
                assert operation["requestBody"]["content"]
    empty = [
        each for each in schemas({**document, "paths": {}}) if not set(each) - {"description", "title", "nullable"}
    ]
    assert not empty
    own = {path: each for path, each in document["paths"].items() if not path.startswith(FABS)}
    assert not [each for each in schemas(own) if not each or each == {"type": "object"}]


def test_every_field_of_an_answer_is_described(app: Any, document: dict[str, Any]):
    for api in resources(app):
        row = document["components"]["schemas"][api.component]
        silent = [name for name, each in row["properties"].items() if not set(each) - {"description", "nullable"}]
        assert not silent, f"{api.resource_name}: say what {silent} are: says(str, …)"


def test_every_thing_and_every_step_stands_in_it(document: dict[str, Any]):
    named = document["components"]["schemas"]
    assert {page.thing for page in things() if page.resource is not None} <= set(named)
    for code, kind in KINDS.items():
        for step in kind.workflow.step_names:
            sent = document["paths"][f"/api/v1/{code}/{{pk}}/{step}"]["post"]
            assert sent["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith(
                f"/{kind.thing}.{step}"
            )
            assert set(named[f"{kind.thing}.{step}"]) & {"properties", "anyOf"}
        for place in (*(["create"] if kind.creates else []), *(["edit"] if kind.edit_columns else [])):
            assert named[f"{kind.thing}.{place}"]["properties"]
        assert set(named[kind.thing]["properties"]["state"]["enum"]) == {str(state) for state in kind.workflow.states}


# ---- what is answered is what was described


@pytest.fixture(scope="module")
def demo(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A portal that was told the demo."""
    folder = tmp_path_factory.mktemp("described")
    shutil.copy(template / "portal.db", folder / "portal.db")
    app = portal_at(folder, f"sqlite:///{folder / 'portal.db'}")
    with app.app_context(), clock.frozen(NOW):
        tell(db.session, PLOTS)
        db.session.commit()
        db.session.remove()
    clock.set_frozen(NOW)
    yield app
    clock.set_frozen(None)


def wrong_in(document: dict[str, Any], schema: Any, answer: Any) -> list[str]:
    """What of an answer is not as it was described."""
    told = Draft202012Validator({**in_json_schema(schema), "components": in_json_schema(document["components"])})
    return [f"{'.'.join(map(str, each.absolute_path))}: {each.message[:120]}" for each in told.iter_errors(answer)]


def answer_of(document: dict[str, Any], path: str, method: str = "get", code: str = "200") -> Any:
    return document["paths"][path][method]["responses"][code]["content"]["application/json"]["schema"]


BESIDE = ("history", "deadlines", "attachments", "steps")
LOGINS = ("gm", "technician", "admin", "reception")


@pytest.mark.parametrize("login", LOGINS)
def test_every_answer_is_as_it_was_described(demo: Any, login: str):
    who = Rest(demo, login, PASSWORD)
    document = Rest(demo, "admin", PASSWORD).get("_openapi").json
    held: dict[str, int] = {}
    for api in resources(demo):
        path = f"/api/v1/{api.resource_name}/"
        if not path_offers(document, path):
            continue
        told = who.get(f"{api.resource_name}/?q=(page_size:100)")
        if told.status_code == 403:
            continue
        assert told.status_code == 200, (api.resource_name, told.json)
        assert not wrong_in(document, answer_of(document, path), told.json), api.resource_name
        held[api.resource_name] = len(told.json["result"])
        for number in told.json.get("ids", ())[:3]:
            one = who.get(f"{api.resource_name}/{number}")
            assert one.status_code == 200, (api.resource_name, one.json)
            assert not wrong_in(document, answer_of(document, f"{path}{{pk}}"), one.json), api.resource_name
            for beside in BESIDE if api.resource_name in KINDS else ():
                hung = who.get(f"{api.resource_name}/{number}/{beside}")
                assert not wrong_in(document, answer_of(document, f"{path}{{pk}}/{beside}"), hung.json), beside
    assert held, login
    if login == "gm":
        assert all(held[code] for code in ("complaint", "corrective_action", "customer", "product", "history"))


def path_offers(document: dict[str, Any], path: str) -> bool:
    return "get" in document["paths"].get(path, {})


@pytest.mark.parametrize("login", ("admin", "reception", "technician"))
def test_info_tells_what_this_person_may_ask(demo: Any, login: str):
    who = Rest(demo, login, PASSWORD)
    document = Rest(demo, "admin", PASSWORD).get("_openapi").json
    info = answer_of(document, "/api/v1/customer/_info")
    seen = 0
    for api in resources(demo):
        told = who.get(f"{api.resource_name}/_info")
        if told.status_code == 403:
            continue
        seen += 1
        assert told.status_code == 200, (api.resource_name, told.json)
        assert not wrong_in(document, info, told.json), api.resource_name
        fields = {each["name"] for each in told.json["fields"]}
        for name, operators in told.json["filters"].items():
            assert name in fields or name.endswith("_digits"), f"{api.resource_name}: {name} is in no answer"
            for each in operators:
                value = VALUES.get(
                    next((f.get("format") or f.get("type") for f in told.json["fields"] if f["name"] == name), ""), "a"
                )
                query = f"(filters:!((col:{name},opr:{each['operator']},value:{value})),page_size:1)"
                asked = who.get(f"{api.resource_name}/?q={query}")
                assert asked.status_code == 200 or "can't be read" in str(asked.json), (
                    api.resource_name,
                    query,
                    asked.json,
                )
        if told.json["add_columns"]:
            assert "can_add" in told.json["permissions"]
            sent = document["components"]["schemas"][f"{api.component}.create"]["properties"]
            assert {each["name"].split(".")[0] for each in told.json["add_columns"]} >= set(sent) - {"extra"}
        else:
            assert "can_add" not in told.json["permissions"] or "post" not in api.writes
    assert seen > 3


VALUES = {"date-time": "'2026-11-24T09:00:00'", "date": "'2026-11-24'", "integer": "1", "boolean": "!t", "decimal": "1"}


def test_the_forms_of_info_speak_the_callers_language(rest: Any):
    for locale, name, chosen in (("zh", "顾客名称", "个人"), ("en", "Customer name", "Individual")):
        told = {each["name"]: each for each in rest("reception", locale).get("customer/_info").json["add_columns"]}
        assert told["name"]["label"] == name
        assert told["name"]["required"]
        assert chosen in {each["label"] for each in told["kind"]["choices"]}


def test_a_field_of_the_companys_own_is_described_at_once(rest: Any):
    admin = rest("admin")
    made = admin.post(
        "custom_field/",
        {
            "kind": "customer",
            "code": "press",
            "type": "choice",
            "label_zh": "媒体",
            "label_en": "Press",
            "choices": [{"code": "none", "label_zh": "无", "label_en": "None"}],
            "asked_in": ["create"],
        },
    )
    assert made.status_code == 201, made.json
    row = admin.get("_openapi").json["components"]["schemas"]["Customer"]["properties"]["extra"]["properties"]
    assert row["press"] == {"type": "string", "enum": ["none", None], "nullable": True, "description": "Press"}
    told = rest("reception").get("customer/_info").json
    assert "extra.press" in told["filters"]
    assert "extra.press" in {each["name"] for each in told["add_columns"]}


@pytest.mark.parametrize(("promised", "told"), [(Any, None), (object, None), (int, {"type": "integer"})])
def test_a_function_that_promises_nothing_says_nothing_of_its_answer(promised: Any, told: Any) -> None:
    assert of_function(says(promised, lambda row: row)) == told
