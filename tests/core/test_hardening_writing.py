"""Writing through the pages: typed text is kept, refusals are sentences, nothing changes by GET."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Flask

from app.customers.models import FailureMode
from tests.core.test_hardening import views


def test_the_second_of_two_editors_keeps_what_was_typed(app: Flask, as_role, session):
    one, two = as_role("qc"), as_role("qc")
    session.add(FailureMode(code="F-9", name_zh="渗漏", name_en="Leak"))
    session.commit()
    pk = session.scalar(sa.text("SELECT id FROM failure_mode WHERE code = 'F-9'"))
    seen = re.search(r'name="row_version" value="(\d+)"', one.get(f"/failure_mode/edit/{pk}").text)
    assert seen
    fields = {"code": "F-9", "name_zh": "渗漏", "row_version": seen.group(1)}
    assert one.post(f"/failure_mode/edit/{pk}", {**fields, "name_en": "First"}).status_code == 302
    late = two.post(f"/failure_mode/edit/{pk}", {**fields, "name_en": "Second thoughts"})
    assert late.status_code == 409
    assert "Second thoughts" in late.text and "Somebody else changed this meanwhile" in late.text
    assert session.scalar(sa.text("SELECT name_en FROM failure_mode WHERE code = 'F-9'")) == "First"
    without = two.post(f"/failure_mode/edit/{pk}", {"code": "F-9", "name_zh": "渗漏", "name_en": "Blind"})
    assert without.status_code == 409


def test_a_duplicate_is_a_sentence_and_keeps_what_was_typed(as_role):
    qc = as_role("qc")
    fields = {"code": "F-1x", "name_zh": "渗漏", "name_en": "Leak at the flange"}
    assert qc.post("/failure_mode/add", fields).status_code == 302
    again = qc.post("/failure_mode/add", fields)
    assert again.status_code in (409, 422)
    assert "Leak at the flange" in again.text and "Database Error" not in again.text


def test_a_wrong_field_keeps_what_was_typed(as_role):
    answer = as_role("qc").post("/failure_mode/add", {"code": "", "name_zh": "", "name_en": "Typed <b>already</b>"})
    assert answer.status_code == 422
    assert "Typed &lt;b&gt;already" in answer.text and "Please fill in" in answer.text


def test_what_is_in_use_is_not_deleted_and_says_why(app: Flask, as_role, session):
    admin = as_role("admin")
    pk = session.scalar(sa.text("SELECT competence_id FROM employee_competence LIMIT 1"))
    answer = admin.client.post(f"/competence/delete/{pk}", follow_redirects=True)
    assert answer.status_code == 200
    assert "still used elsewhere" in answer.text.replace("&#39;", "'")
    assert session.scalar(sa.text("SELECT count(*) FROM competence WHERE id = :pk"), {"pk": pk}) == 1


def test_nothing_is_deleted_by_get(app: Flask, as_role):
    admin = as_role("admin")
    for rule in app.url_map.iter_rules():
        if "delete" in str(rule) or "sign-out" in str(rule) or str(rule) in ("/language", "/theme"):
            assert "GET" not in (rule.methods or ()), rule
    assert admin.get("/competence/delete/1").status_code == 405


def test_a_forged_choice_is_a_sentence_not_an_error(as_role):
    answer = as_role("reception").post("/customer/add", {"name": "Forged", "kind": "alien", "level": "\0"})
    assert answer.status_code == 422


def test_what_is_too_long_for_the_column_is_stopped_by_the_form(app: Flask):
    with app.test_request_context():
        for view in views(app):
            if view.form is None:
                continue
            columns = sa.inspect(view.datamodel.obj).columns
            for field in view.form():
                column = columns.get(field.name)
                room = getattr(getattr(column, "type", None), "length", None)
                if room and hasattr(field, "max_length"):
                    assert field.max_length <= room, f"{type(view).__name__}.{field.name}"
