"""REST refuses in words whatever a program may send; nothing is half-saved, nothing answers 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import prison
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.rest.api import BaseApi
from app.core.rest.query import OPERATORS
from tests.support import PASSWORD, Browser, Rest

UNIT = {"code": "F-7", "name_zh": "渗漏", "name_en": "Leak"}


def apis(app: Flask) -> list[BaseApi]:
    return [view for view in app.appbuilder.baseviews if isinstance(view, BaseApi)]  # type: ignore[attr-defined]


def people(app: Flask) -> list[Rest]:
    return [Rest(app, login, PASSWORD) for login in ("qc_manager", "admin")]


BAD = [
    "(((",
    "!(" * 70,
    "(" * 5000,
    "5",
    "'x'",
    "!n",
    "(filters:5)",
    "(filters:!(5))",
    "(filters:!((col:nope,opr:eq,value:1)))",
    "(filters:!((col:password,opr:sw,value:a)))",
    "(filters:!((col:!(a),opr:eq,value:1)))",
    "(filters:!((col:(a:1),opr:eq,value:1)))",
    "(filters:!((col:id,opr:nope,value:1)))",
    "(filters:!((col:id,opr:!(eq),value:1)))",
    "(filters:!((col:id,opr:eq,value:abc)))",
    "(filters:!((col:id,opr:eq,value:!(1))))",
    "(filters:!((col:id,opr:eq,value:99999999999999999999999)))",
    "(filters:!((col:id,opr:eq,value:1e999)))",
    "(filters:!((col:id,opr:gt,value:!n)))",
    "(filters:!((col:id,opr:gt,value:!t)))",
    "(filters:!((col:id,opr:ct,value:1)))",
    "(order_column:nope)",
    "(order_column:!(id))",
    "(order_column:id,order_direction:sideways)",
    "(page:-1)",
    "(page:x)",
    "(page:!t)",
    "(page:99999999999)",
    "(page_size:x)",
    "(columns:!(nope))",
    "(columns:!(!(id)))",
    "(columns:x)",
]


@pytest.mark.parametrize("q", BAD, ids=lambda q: q[:40])
def test_a_query_that_cannot_be_read_is_refused_in_words(rest, q: str):
    answer = rest("qc").get(f"customer/?q={quote(q)}")
    assert answer.status_code == 400, answer.json
    assert set(answer.json) == {"message"} and len(answer.json["message"]) > 10


def test_a_list_gives_only_the_columns_asked_for(rest):
    answer = rest("qc").get("customer/?q=(columns:!(id,name),page_size:1)")
    assert set(answer.json["result"][0]) == {"id", "name"}


def test_the_page_size_is_capped(app: Flask, rest, session):
    from tests.core.test_hardening import add_customers

    add_customers(session, [f"Many {number}" for number in range(130)])
    for size in (0, -1, 1000, 10**9):
        assert len(rest("qc").get(f"customer/?q=(page_size:{size})").json["result"]) == 100


VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 1.5, "", "x", "2026-11-24", "2026-11-24T09:20:00",
    "2026-11-24T09:20:00+08:00", "0001-01-01T00:00:00", "NaN", "Infinity", "1e400", "%", "_", "'", "\\", "received",
)  # fmt: skip


def every_filter(app: Flask) -> Iterator[tuple[BaseApi, str]]:
    met: dict[str, str] = {}
    for api in apis(app):
        for column in api.filters:
            yield api, prison.dumps({"order_column": column, "order_direction": "desc"})
        new = {repr(column.type): name for name, column in api.columns.items() if repr(column.type) not in met}
        met.update(new)  # one column of each type will do
        for column in new.values():
            for operator in OPERATORS:
                for value in VALUES:
                    yield api, prison.dumps({"filters": [{"col": column, "opr": operator, "value": value}]})


def ask_everything(app: Flask) -> None:
    """Every filter of every resource, straight at the query, as PostgreSQL and SQLite would run it."""
    from app.core.rest import query as asked

    for api, q in every_filter(app):
        with app.test_request_context(f"/api/v1/x/?q={quote(q)}"):
            try:
                api.listed(asked.asked())
            except asked.BadQuery:
                pass
            except Exception as error:
                raise AssertionError(f"{type(api).__name__} {q}") from error


def test_every_filter_of_every_resource_answers(app: Flask):
    ask_everything(app)


RISON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
WANTED = st.fixed_dictionaries(
    {},
    optional={
        "filters": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "col": st.sampled_from(["id", "name", "kind"]) | RISON,
                    "opr": st.sampled_from(list(OPERATORS)) | RISON,
                    "value": RISON,
                },
            ),
            max_size=3,
        )
        | RISON,
        "order_column": st.sampled_from(["id", "name"]) | RISON,
        "order_direction": st.sampled_from(["asc", "desc"]) | RISON,
        "page": st.integers(0, 5) | RISON,
        "page_size": st.integers(0, 50) | RISON,
        "columns": RISON,
    },
)  # fmt: skip


def test_whatever_is_asked_is_answered_or_refused(rest):
    program = rest("qc")

    @settings(max_examples=300, deadline=None)
    @given(WANTED)
    def ask(wanted: Any) -> None:
        try:
            q = quote(prison.dumps(wanted))
        except Exception:  # what can't be written can't be sent
            assume(False)
        answer = program.get(f"customer/?q={q}")
        assert answer.status_code in (200, 400), answer.json

    ask()


# ---- bodies


@pytest.mark.parametrize(
    "raw", [b"[1]", b'"x"', b"5", b"{", b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b"1" * 5000]
)
def test_a_body_that_is_no_object_is_refused(app: Flask, rest, raw: bytes):
    program = rest("qc")
    for path, method in (("product/", "post"), ("complaint/1/receive", "post")):
        answer = getattr(program.client, method)(
            f"/api/v1/{path}", data=raw, content_type="application/json", headers=program.headers
        )
        assert answer.status_code in (400, 404, 422), answer.json
        assert answer.json["message"]


STRANGE: tuple[Any, ...] = (
    None, True, -1, 10**40, 1.5, float("nan"), "", "x" * 30_000, "\0", "\ud800", [], [[]], {}, {"a": {"b": []}}, ["\0"],
)  # fmt: skip


def test_strange_values_in_every_field_of_every_resource_are_refused(app: Flask, rest):
    writers = {
        "customer": "reception",
        "contact": "reception",
        "complaint": "reception",
        "product": "qc",
        "product_unit": "qc",
        "corrective_action": "qc",
        "gm_report": "sales_manager",
    }  # else the administrator
    for api in apis(app):
        if "post" not in api.writes or api.form is None:
            continue
        program = rest(writers.get(str(api.resource_name), "admin"))
        with app.test_request_context():
            names = list(api.form()._fields)
        for value in STRANGE:
            answer = program.client.post(
                f"/api/v1/{api.resource_name}/",
                data=json.dumps(dict.fromkeys(names, value)),
                content_type="application/json",
                headers=program.headers,
            )
            assert answer.status_code in (409, 422), (api.resource_name, value, answer.json)
            assert isinstance(answer.json["message"], dict | str)


@pytest.mark.parametrize("pk", ["abc", "0", "-1", "9" * 30, "%00", "%FF", "1.0"])
def test_strange_keys_are_not_found(rest, pk: str):
    for path in (f"customer/{pk}", f"complaint/{pk}/history", f"region/{pk}"):
        answer = rest("qc").get(path)
        assert answer.status_code in (400, 404)
        assert answer.json["message"]


# ---- writing


def product(rest: Any) -> tuple[Rest, int, dict[str, Any]]:
    program = rest("qc")
    category = program.get("product/?q=(page_size:1)").json["result"][0]["category"]
    fields = {"model": "ZZ-1", "name_zh": "泵", "name_en": "Pump", "category": category, "warranty_months": 12}
    made = program.post("product/", fields)
    assert made.status_code == 201, made.json
    return program, made.json["id"], fields


def test_a_duplicate_is_422_and_a_sentence(rest):
    program, _pk, fields = product(rest)
    again = program.post("product/", fields)
    assert again.status_code == 422
    assert "UNIQUE" not in json.dumps(again.json) and "INSERT" not in json.dumps(again.json)


def test_a_change_needs_the_version_and_a_stale_one_is_409(rest):
    program, pk, fields = product(rest)
    seen = program.get(f"product/{pk}").json["result"]["version"]
    assert program.put(f"product/{pk}", {"name_en": "A"}).status_code == 428
    first = program.put(f"product/{pk}", {"name_en": "A"}, headers={"If-Match": str(seen)})
    assert first.status_code == 200, first.json
    for stale in (str(seen), f'"{seen}"', "x", "-1", "9" * 40, "*"):
        late = program.put(f"product/{pk}", {"name_en": "B"}, headers={"If-Match": stale})
        assert late.status_code == 409 and late.json["message"]
    now = program.get(f"product/{pk}").json["result"]
    assert now["name_en"] == "A" and now["model"] == fields["model"]


def test_the_version_is_not_writable(rest):
    program, pk, _fields = product(rest)
    seen = program.get(f"product/{pk}").json["result"]["version"]
    program.put(f"product/{pk}", {"name_en": "A", "version": 99, "id": 99}, headers={"If-Match": str(seen)})
    after = program.get(f"product/{pk}").json["result"]
    assert (after["version"], after["id"]) == (seen + 1, pk)


def test_read_only_resources_answer_get_alone(app: Flask, rest):
    admin = rest("admin")
    for name in ("history", "outbox_mail", "region", "disposition", "assignment", "site_service", "confirmation"):
        assert admin.post(f"{name}/", {}).status_code == 405, name
        for method in ("put", "delete"):
            answer = getattr(admin.client, method)(f"/api/v1/{name}/1", json={}, headers=admin.headers)
            assert answer.status_code == 405 and answer.json["message"]
    for name in ("complaint", "corrective_action"):
        assert admin.client.delete(f"/api/v1/{name}/1", headers=admin.headers).status_code == 405


def test_what_is_in_use_is_not_deleted(app: Flask, session):
    pk = session.scalar(sa.text("SELECT id FROM customer LIMIT 1"))
    admin = Rest(app, "admin", PASSWORD)
    answer = admin.client.delete(f"/api/v1/customer/{pk}", headers=admin.headers)
    assert answer.status_code in (403, 405, 409, 422) and answer.json["message"]
    assert session.scalar(sa.text("SELECT count(*) FROM customer WHERE id = :pk"), {"pk": pk}) == 1


# ---- cookies, words


def test_a_cookie_alone_changes_nothing(app: Flask, as_role, rest):
    browser, program = as_role("qc"), rest("qc")
    _program, pk, _fields = product(rest)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        category = browser.get("/api/v1/product/?q=(page_size:1)").json["result"][0]["category"]
        fields = {"model": "ZZ-2", "name_zh": "泵", "name_en": "Pump", "category": category, "warranty_months": 12}
        for method in ("post", "put", "delete"):
            address = "/api/v1/product/" + ("" if method == "post" else str(pk))
            answer = getattr(browser.client, method)(address, json=fields)
            assert answer.status_code in (400, 403) and answer.json["message"]
        assert browser.client.post("/api/v1/complaint/1/receive", json={}).status_code == 400
        token = browser.get("/session").json["csrf"]
        with_token = browser.client.post("/api/v1/product/", json=fields, headers={"X-CSRFToken": token})
        assert with_token.status_code == 201, with_token.json
        assert program.post("product/", {**fields, "model": "ZZ-3"}).status_code == 201
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_every_refusal_is_a_message_in_the_callers_language(app: Flask, rest):
    for path, code in (("customer/999999", 404), ("nowhere/", 404), ("customer/?q=(((", 400), ("employee/", 403)):
        said = set()
        for language in ("zh", "en"):
            answer = rest("technician", language).get(path)
            assert answer.status_code == code, (path, answer.json)
            assert set(answer.json) == {"message"}
            said.add(str(answer.json["message"]))
        assert len(said) == 2, said


def test_without_accept_language_the_persons_own_language_speaks(app: Flask):
    Browser(app, "technician", PASSWORD, "en")
    program = Rest(app, "technician", PASSWORD, "")
    english = program.get("customer/999999").json["message"]
    Browser(app, "technician", PASSWORD, "zh")
    assert program.get("customer/999999").json["message"] != english


def test_the_description_of_the_interface_is_complete_and_offline(app: Flask, as_role):
    admin = as_role("admin")
    spec = admin.get("/api/v1/_openapi").json
    assert {f"/api/v1/{api.resource_name}/" for api in apis(app)} <= set(spec["paths"])
    page = admin.get("/swagger/v1").text
    assert page and "https://" not in page.replace("https://swagger.io", "").split("<body")[0]
