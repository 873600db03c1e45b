"""PostgreSQL is stricter than SQLite: what it can't be asked is refused before, in words, on pages and by REST."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.pages.views import BaseView
from app.core.time import clock
from app.extensions import db
from tests.conftest import NOW, portal_at
from tests.core.test_hardening import views
from tests.core.test_rest_hardening import STRANGE, apis, ask_everything
from tests.support import PASSWORD, Browser, Rest

pytestmark = pytest.mark.postgresql
CODES = ("x", "1", "9" * 20, "%E4%B8%AD", "'")
TYPED = ("\0", "x" * 30_000, "9" * 30, "-1", "\ufffd", "on")


@pytest.fixture(scope="module")
def portal(staffed_postgres_of_module: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A staffed portal on PostgreSQL that answers errors as it would in production."""
    app = portal_at(tmp_path_factory.mktemp("postgresql"), staffed_postgres_of_module)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    clock.set_frozen(NOW)
    yield app
    clock.set_frozen(None)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_every_filter_of_every_resource_answers(portal: Flask):
    ask_everything(portal)


def addresses(view: BaseView) -> Iterator[str]:
    """A list in every order, with every choice, and pages of rows that are not there."""
    for name in view.columns:
        yield f"list/?order={name}"
        yield f"list/?order=-{name}&q=%25"
    for name in view.choices:
        yield from (f"list/?{name}={code}" for code in CODES)
    for pk in ("1", "9" * 15, "abc", "x" * 300, "%00"):
        yield f"show/{pk}"
        yield f"edit/{pk}"


@pytest.mark.parametrize("login", ["admin", "reception"])
def test_every_address_is_answered_or_refused(portal: Flask, login: str):
    person = Browser(portal, login, PASSWORD)
    assert person.get("/session").status_code == 200
    for view in views(portal):
        for address in addresses(view):
            assert person.get(f"{view.route_base}/{address}").status_code < 500, (view, address)


@pytest.mark.parametrize("login", ["admin", "reception", "qc_manager"])
def test_every_form_is_saved_or_refused(portal: Flask, login: str):
    person = Browser(portal, login, PASSWORD)
    for view in views(portal):
        if view.form is None:
            continue
        with portal.test_request_context():
            names = list(view.form()._fields)
        for typed in TYPED:
            for page in ("add", "edit/1"):
                answer = person.post(f"{view.route_base}/{page}", dict.fromkeys(names, typed))
                assert answer.status_code < 500, (view, page, typed[:10])


def test_every_field_of_every_resource_is_taken_or_refused(portal: Flask):
    writers = [Rest(portal, login, PASSWORD) for login in ("admin", "reception", "qc")]
    for api in apis(portal):
        if "post" not in api.writes or api.form is None:
            continue
        with portal.test_request_context():
            names = list(api.form()._fields)
        for program in writers:
            for value in STRANGE:
                answer = program.client.post(
                    f"/api/v1/{api.resource_name}/",
                    data=json.dumps(dict.fromkeys(names, value)),
                    content_type="application/json",
                    headers=program.headers,
                )
                assert answer.status_code in (403, 409, 422), (api.resource_name, ascii(value)[:30], answer.json)


def test_a_new_password_or_deactivation_ends_sessions(portal: Flask):
    who = "(SELECT id FROM ab_user WHERE username = 'sales')"
    epoch = sa.text(f"SELECT session_epoch FROM employee_profile WHERE user_id = {who}")
    with portal.app_context():
        before = db.session.execute(epoch).scalar_one()
        for change in ("password = 'q'", "active = false", "password = 'q'"):
            db.session.execute(sa.text(f"UPDATE ab_user SET {change} WHERE username = 'sales'"))
        assert db.session.execute(epoch).scalar_one() == before + 2
        db.session.rollback()


def test_five_wrong_tries_lock(portal: Flask):
    client = portal.test_client()
    for _count in range(5):
        client.post("/login/", data={"username": "finance", "password": "wrong"})
    client.post("/login/", data={"username": "finance", "password": PASSWORD})
    assert client.get("/session").status_code == 401
