"""Every hole of stock Flask-AppBuilder, closed: one test named after each. REST has its own file beside this."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.models.sqla.filters import FilterEqual

from app.core.pages.views import BaseView, table
from app.core.rights.filters import RowScope
from app.customers.models import Customer, FailureMode
from app.extensions import db
from tests.support import Browser, counted


def add_customers(session: Any, names: list[str]) -> None:
    region = session.scalar(sa.text("SELECT adcode FROM region WHERE is_leaf LIMIT 1"))
    session.add_all(
        Customer(name=name, short_name="", kind="company", line="mf", region_code=region, active=True) for name in names
    )
    session.commit()


def views(app: Flask) -> list[BaseView]:
    return [view for view in app.appbuilder.baseviews if isinstance(view, BaseView)]  # type: ignore[attr-defined]


def shown(answer: Any) -> str:
    """The words of a list's rows."""
    found = re.search(r"<tbody.*?</tbody>", answer.text, re.S)
    return found.group(0) if found else ""


# ---- rows


def test_shared_filters_do_not_mix_between_threads(app: Flask, session):
    names = [f"Thread{letter} Company" for letter in "ABCD"]
    add_customers(session, names)

    def look(name: str) -> list[str]:
        browser = Browser(app, "reception", "Test-Password-2026!")
        seen = []
        for _round in range(15):
            rows = shown(browser.get(f"/customer/list/?q={name.split()[0]}"))
            seen.append([other for other in names if other in rows])
        return [name] if all(found == [name] for found in seen) else [str(seen)]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, names)) == [[name] for name in names]


def test_stock_actions_that_bypass_row_rights_have_no_route(app: Flask, as_role):
    rules = [str(rule) for rule in app.url_map.iter_rules()]
    assert not [rule for rule in rules if "/action" in rule or "/download/" in rule or rule.endswith("/api")]
    reception = as_role("reception")
    assert reception.post("/customer/action/delete/1").status_code == 404
    assert reception.post("/customer/action_post", {"action": "delete", "rowid": "1"}).status_code == 404


def test_hidden_rows_do_not_exist_anywhere(app: Flask, as_role, rest):
    technician, program = as_role("technician"), rest("technician")  # no complaint of a customer is theirs yet
    assert technician.get("/customer/list/").status_code == 200
    for address in ("/customer/show/1", "/customer/show/999999"):
        assert technician.get(address).status_code == 404
    assert program.get("customer/1").status_code == 404
    assert program.get("customer/").json["count"] == 0
    assert technician.get("/lookup/customer").json["results"] == []
    sales = as_role("agent")
    assert sales.get("/customer/edit/1").status_code in (403, 404)


def test_a_base_filter_with_an_empty_list_cannot_be_declared(app: Flask):
    class Open(BaseView):
        datamodel = table(FailureMode)
        base_filters = [["code", FilterEqual, []]]

    class Listed(BaseView):
        datamodel = table(FailureMode)
        base_filters = [["code", RowScope, []]]

    with app.app_context():
        for view in (Open, Listed):
            with pytest.raises(TypeError, match="without a value"):
                view()


def test_related_rows_come_only_with_their_own_right(app: Flask):
    assert [view for view in views(app) if view.related_views] == []  # FAB's tabs ask for no right


def test_search_takes_wildcards_as_letters(app: Flask, as_role, session):
    add_customers(session, ["Hundred 100% Ltd", "Under_score Ltd", "Plain Ltd"])
    reception = as_role("reception")
    for typed, found in (("100%25", "Hundred"), ("0%25", "Hundred"), ("r_s", "Under"), ("r_", "Under")):
        rows = shown(reception.get(f"/customer/list/?q={typed}"))
        assert found in rows and "Plain" not in rows


# ---- addresses


@pytest.mark.parametrize(
    "address",
    [
        "/customer/list/?page=abc",
        "/customer/list/?page=-1",
        "/customer/list/?size=x",
        "/customer/list/?order=nope",
        "/customer/list/?order=-password",
        "/customer/list/?q=%00",
        "/customer/list/?page=%C2%B3",
        "/region/show/%00",
        "/lookup/customer?term=%00",
    ],
)
def test_nonsense_in_the_address_is_refused_in_words(as_role, address: str):
    answer = as_role("reception").get(address)
    assert answer.status_code == 400
    assert address.startswith("/lookup") or "could not be read" in answer.text


@pytest.mark.parametrize("pk", ["abc", "0", "-1", "99999999999999999999999", "1.5", "%FF", "%ED%A0%80"])
def test_nonsense_keys_are_not_found(as_role, pk: str):
    assert as_role("reception").get(f"/customer/show/{pk}").status_code == 404


def test_the_page_size_is_capped(app: Flask, as_role, session):
    add_customers(session, [f"Many {number}" for number in range(130)])
    rows = shown(as_role("reception").get("/customer/list/?size=100000&page=0"))
    assert rows.count("Many ") <= 2 * 100 and rows.count("<tr") == 100


def test_far_pages_are_empty_not_an_error(as_role):
    assert as_role("reception").get("/customer/list/?page=99999999999999999999").status_code == 200


def test_the_count_stops_at_a_thousand(app: Flask, as_role, session):
    add_customers(session, [f"Crowd {number}" for number in range(1001)])
    assert "1000+" in as_role("reception").get("/customer/list/").text


# ---- cost


@pytest.mark.parametrize("address", ["/customer/list/", "/product/list/", "/employee/list/", "/complaint/list/"])
def test_a_list_asks_at_most_eight_questions_however_long(app: Flask, as_role, session, address: str):
    add_customers(session, [f"Long {number}" for number in range(40)])
    person = as_role("leader")
    person.get(address)
    with counted() as few:
        assert person.get(f"{address}?size=20").status_code == 200
    with counted() as more:
        assert person.get(f"{address}?size=100").status_code == 200
    assert len(few) <= 8 and len(more) == len(few), "\n".join(more)


def test_an_add_form_asks_at_most_four_questions_and_loads_no_table(app: Flask, as_role, session):
    add_customers(session, [f"Loaded {number}" for number in range(500)])
    reception = as_role("reception")
    reception.get("/customer/add")
    for address in ("/customer/add", "/complaint/add"):
        with counted() as asked:
            answer = reception.get(address)
        assert len(asked) <= 4, "\n".join(asked)
        assert "Loaded 7" not in answer.text and len(answer.data) < 60_000


def test_the_search_box_loads_no_related_table(app: Flask, as_role, session):
    add_customers(session, [f"Loaded {number}" for number in range(500)])
    assert len(as_role("reception").get("/product_unit/list/").data) < 60_000


# ---- words


def test_titles_are_translated_when_they_are_read(app: Flask):
    for view in views(app):
        for title in ("list_title", "show_title", "add_title", "edit_title"):
            permission = f"can_{title.removesuffix('_title')}"
            if permission in view.base_permissions and type(view).__name__.endswith("View"):
                assert not isinstance(getattr(view, title), str), f"{type(view).__name__}.{title}"


def test_the_language_is_chosen_by_accept_language_then_kept_with_the_person(app: Flask, as_role, session):
    client = app.test_client()
    for asked, expected in (("en", "en"), ("zh-CN,zh;q=0.9", "zh"), ("fr", "zh"), ("zh-Hant", "zh"), ("*", "zh")):
        page = client.get("/login/", headers={"Accept-Language": asked}).text
        assert f'<html lang="{expected}' in page, asked
    as_role("qc", "en")
    assert (
        session.scalar(
            sa.text("SELECT locale FROM employee_profile p JOIN ab_user u ON u.id = p.user_id WHERE u.username = 'qc'")
        )
        == "en"
    )
    assert (
        Browser(app, "qc", "Test-Password-2026!", "")
        .get("/", headers={"Accept-Language": "zh"})
        .text.count('<html lang="en')
        == 1
    )


# ---- every answer


def test_only_our_own_scripts_run(as_role):
    answer = as_role("reception").get("/customer/list/")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce and "unsafe-inline" not in policy.split("style-src")[0]
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert scripts and all(f'nonce="{nonce.group(1)}"' in script or "src=" in script for script in scripts)
    assert not re.search(r"<[^>]+\son[a-z]+=", answer.text)


def test_a_form_without_its_token_is_refused(app: Flask, as_role, session):
    admin = as_role("admin")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for address in ("/competence/delete/1", "/language", "/theme", "/sign-out", "/settings/save", "/access/save"):
            assert admin.post(address).status_code == 400, address
        assert admin.get("/competence/list/").status_code == 200
        token = admin.get("/session").json["csrf"]
        assert admin.post("/theme", {"theme": "dark", "csrf_token": token}).status_code == 302
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_a_database_that_is_busy_is_a_pause_in_words(app: Flask, as_role, monkeypatch):
    reception, program = as_role("reception"), app.test_client()

    def busy(*_args: Any, **_kwargs: Any) -> Any:
        raise sa.exc.OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(BaseView, "page", busy)
    answer = reception.get("/customer/list/")
    assert answer.status_code == 503 and "<html" in answer.text and "busy" in answer.text
    assert program.get("/api/v1/nowhere").json["message"]


def test_no_page_asks_another_host(as_role):
    leader = as_role("leader")
    for address in ("/", "/complaint/list/", "/customer/show/1", "/employee/list/"):
        page = leader.get(address).text
        assert not re.findall(r"""(?:src|href|@import|url\()\s*=?\s*["']?(?:https?:)?//[^"'\s>]+""", page)


def test_no_role_is_defined_by_a_pattern_in_the_settings(app: Flask):
    assert app.config["FAB_ROLES"] == {}  # its patterns match by prefix and can't be edited


def test_fabs_index_names_are_left_to_fab():
    for name, each in db.metadata.tables.items():
        if not name.startswith("ab_"):
            assert not [index.name for index in each.indexes if str(index.name).startswith("idx_")], name


def test_start_up_asks_no_permission_question(app: Flask, tmp_path: Path):
    from tests.conftest import portal_at

    with counted() as asked:
        portal_at(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}")
    assert asked == []
    assert db.metadata.tables  # every table is known all the same
