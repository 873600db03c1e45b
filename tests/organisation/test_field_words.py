"""What fields are called is the administrator's: in forms, lists, cards, history, exports and on paper."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.conftest import portal_at
from tests.support import PASSWORD, Browser, Rest

MATTER = {"reason": "other", "subject": "大客户来访", "at_once": True}
SLIP = {
    "channel": "phone",
    "customer": 1,
    "site_region": "330106",
    "subject": "丝杠异响",
    "description": "丝杠异响，机床停机",
}
KIND_OF = {"thing": "GmReport", "field": "reason", "label_zh": "事由类别", "label_en": "Sort of case"}


def test_a_fact_is_called_so_in_form_list_card_export_and_on_paper(as_role: Any, rest: Any):
    made = rest("sales").post("gm_report/", MATTER).json["id"]
    gm = as_role("gm")
    assert "Kind of matter" in gm.get(f"/gm_report/show/{made}").text
    answer = rest("admin").post("label/", KIND_OF)
    assert answer.status_code == 201, answer.json
    assert answer.json["result"]["original"] == {"zh": "事项类型", "en": "Kind of matter"}
    for page in (f"/gm_report/show/{made}", "/gm_report/list/", f"/gm_report/{made}/print/gm_report?lang=en"):
        text = gm.get(page).text
        assert "Sort of case" in text and "Kind of matter" not in text, page
    assert "Sort of case" in gm.get("/gm_report/export.csv").get_data(as_text=True)
    assert "事由类别" in as_role("sales", "zh").get("/gm_report/add").text


def test_a_field_of_a_form_is_called_so_in_dialog_schema_and_timeline(as_role: Any, rest: Any):
    admin, desk, api = rest("admin"), as_role("reception"), rest("reception")
    made = api.post("complaint/", SLIP).json["id"]
    for name, word in (("complainant", "Caller"), ("content", "What we talked about")):
        label = {"thing": "Complaint", "field": name, "label_zh": f"{word}（中）", "label_en": word}
        assert admin.post("label/", label).status_code == 201
    assert "Caller" in desk.get("/complaint/add").text
    assert "Caller" in desk.get(f"/complaint/{made}/correct").text
    assert desk.step(made, "classify_non_quality").status_code in (200, 204)
    steps = {step["name"]: step for step in api.get(f"complaint/{made}/steps").json}
    assert steps["negotiate"]["fields"]["properties"]["content"]["title"] == "What we talked about"
    version = api.get(f"complaint/{made}").json["result"]["version"]
    api.put(f"complaint/{made}", {"complainant": "王工"}, headers={"If-Match": str(version)})
    assert "Caller" in desk.get(f"/complaint/show/{made}").text


def test_a_customers_field_is_called_so(as_role: Any, rest: Any):
    label = {"thing": "Customer", "field": "tax_no", "label_zh": "纳税人识别号", "label_en": "Taxpayer number"}
    assert rest("admin").post("label/", label).status_code == 201
    assert "Taxpayer number" in as_role("sales").get("/customer/add").text


def test_deleting_it_brings_the_programs_word_back(as_role: Any, rest: Any):
    admin = rest("admin")
    number = admin.post("label/", KIND_OF).json["id"]
    assert admin.client.delete(f"/api/v1/label/{number}", headers=admin.headers).status_code == 200
    assert "Kind of matter" in as_role("sales").get("/gm_report/add").text
    assert admin.get("label/").json["count"] == 0


@pytest.mark.parametrize("wrong", [{"thing": "Nonsense"}, {"field": "nonsense"}, {"label_zh": "", "label_en": ""}])
def test_what_cannot_be_named_is_refused(rest: Any, wrong: dict[str, str]):
    assert rest("admin").post("label/", {**KIND_OF, **wrong}).status_code == 422


def test_a_field_has_one_word_of_its_own_and_a_stale_change_is_refused(rest: Any):
    admin = rest("admin")
    number = admin.post("label/", KIND_OF).json["id"]
    assert admin.post("label/", KIND_OF).status_code == 422
    head = {"If-Match": "1"}
    assert admin.put(f"label/{number}", {"label_en": "Case"}, headers=head).status_code == 200
    assert admin.put(f"label/{number}", {"label_en": "Case 2"}, headers=head).status_code == 409


def test_it_is_the_administrators_alone(as_role: Any, rest: Any):
    desk = rest("reception")
    assert desk.post("label/", KIND_OF).status_code == 403
    assert as_role("reception").get("/field/").status_code in (302, 403)


@pytest.mark.parametrize(("locale", "title"), [("en", "Words and rules of fields"), ("zh", "字段名称与规则")])
def test_the_page_names_a_field_tells_who_did_it_and_brings_it_back(as_role: Any, locale: str, title: str):
    admin = as_role("admin", locale)
    assert title in admin.get("/field/").text
    assert admin.get("/field/GmReport/").status_code == 200
    typed = {"label_zh": "事由类别", "label_en": "Sort of case", "row_version": "0"}
    assert admin.post("/field/GmReport/reason", typed).status_code == 302
    assert "<ins>Sort of case</ins>" in admin.get("/field/GmReport/reason").text
    assert ("Sort of case" if locale == "en" else "事由类别") in as_role("sales", locale).get("/gm_report/add").text
    assert admin.post("/field/GmReport/reason", typed).status_code == 409
    assert admin.post("/field/GmReport/reason/restore").status_code == 302
    assert "Sort of case" not in as_role("sales", "en").get("/gm_report/add").text


def test_every_field_of_every_thing_has_its_page(as_role: Any):
    admin = as_role("admin")
    overview = admin.get("/field/").text
    for thing in ("Complaint", "CorrectiveAction", "GmReport", "Consultation", "Customer", "Employee"):
        assert f"/field/{thing}/" in overview
        assert admin.get(f"/field/{thing}/").status_code == 200
    assert admin.get("/field/Complaint/channel").status_code == 200
    assert admin.get("/field/Complaint/nonsense").status_code == 404


def test_another_worker_knows_it_at_its_next_request(own_portal: Flask, tmp_path: Any):
    other = portal_at(tmp_path, own_portal.config["SQLALCHEMY_DATABASE_URI"])
    desk = Browser(other, "sales", PASSWORD)
    assert "Kind of matter" in desk.get("/gm_report/add").text
    assert Rest(own_portal, "admin", PASSWORD, "en").post("label/", KIND_OF).status_code == 201
    assert "Sort of case" in desk.get("/gm_report/add").text
