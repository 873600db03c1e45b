"""What is asked of a field beyond the process is the administrator's: required, begun with a value, explained."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from app.core.fields.fields import UploadField
from app.core.kind import asked
from app.core.kind.registry import KINDS
from app.core.record.history import History
from tests.complaints.conftest import Line, line
from tests.conftest import portal_at
from tests.own_fields.conftest import WAYS
from tests.support import PASSWORD, Browser, Rest

__all__ = ["line"]

SLIP = {
    "channel": "phone",
    "customer": 1,
    "site_region": "330106",
    "subject": "丝杠异响",
    "description": "丝杠异响，机床停机",
}
LOSS = {"kind": "complaint", "asked_in": "create", "field": "claimed_loss"}
PROPOSAL = {"kind": "complaint", "asked_in": "negotiate", "field": "proposal"}
SAID = {"content": "电话协商", "satisfied": False}


def negotiating(rest: Any) -> int:
    desk = rest("reception")
    number = int(desk.post("complaint/", SLIP).json["id"])
    assert desk.post(f"complaint/{number}/classify_non_quality").status_code == 200
    return number


def test_an_optional_field_of_a_new_record_may_be_required(as_role: Any, rest: Any):
    desk = rest("reception")
    answer = rest("admin").post("field_rule/", {**LOSS, "required": True})
    assert answer.status_code == 201, answer.json
    refused = desk.post("complaint/", SLIP)
    assert refused.status_code == 422 and set(refused.json["message"]) == {"claimed_loss"}
    assert desk.post("complaint/", {**SLIP, "claimed_loss": "10.00"}).status_code == 201


def test_an_optional_field_of_a_step_may_be_required_and_the_schema_says_so(rest: Any):
    number, admin, desk = negotiating(rest), rest("admin"), rest("reception")
    answer = admin.post("field_rule/", {**PROPOSAL, "required": True})
    assert answer.status_code == 201 and answer.json["warnings"] == ["1 open record can still come to it."]
    steps = {step["name"]: step for step in desk.get(f"complaint/{number}/steps").json}
    assert "proposal" in steps["negotiate"]["fields"]["required"]
    refused = desk.post(f"complaint/{number}/negotiate", SAID)
    assert refused.status_code == 422 and "proposal" in refused.json["message"]
    assert desk.post(f"complaint/{number}/negotiate", {**SAID, "proposal": "补发配件"}).status_code == 200
    head = {"If-Match": str(answer.json["result"]["version"])}
    assert admin.put(f"field_rule/{answer.json['id']}", {"required": False}, headers=head).status_code == 200
    assert desk.post(f"complaint/{number}/negotiate", SAID).status_code == 200


def test_what_the_process_asks_stays_asked(rest: Any):
    admin, number = rest("admin"), negotiating(rest)
    rule = {"kind": "complaint", "asked_in": "negotiate", "field": "content", "required": False, "help_en": "Shortly"}
    assert admin.post("field_rule/", rule).status_code == 201
    assert rest("reception").post(f"complaint/{number}/negotiate", {"satisfied": False}).status_code == 422


def test_a_form_begins_with_the_default_and_explains_itself(as_role: Any, rest: Any):
    admin, number = rest("admin"), negotiating(rest)
    helps = {"help_zh": "按合同价填写", "help_en": "At the price of the contract"}
    assert admin.post("field_rule/", {**LOSS, "default": "100.00", **helps}).status_code == 201
    severity = {"kind": "Complaint", "asked_in": "create", "field": "severity", "default": "serious"}
    assert admin.post("field_rule/", severity).status_code == 201
    assert admin.post("field_rule/", {**PROPOSAL, "default": "补发配件"}).status_code == 201
    page = as_role("reception").get("/complaint/add").text
    assert "At the price of the contract" in page
    assert re.search(r'name="claimed_loss"[^>]*value="100.00"|value="100.00"[^>]*name="claimed_loss"', page)
    assert '<option value="serious" selected>' in page
    assert "补发配件" in as_role("reception").get(f"/complaint/{number}/step/negotiate").text
    assert "按合同价填写" in as_role("reception_lead", "zh").get("/complaint/add").text


def test_the_companys_default_goes_before_what_is_usual_and_not_before_what_is_known(as_role: Any, rest: Any):
    page = as_role("reception")
    assert '<option value="phone" selected>' in page.get("/complaint/add").text
    rule = {"kind": "complaint", "asked_in": "create", "field": "channel", "default": "fax"}
    assert rest("admin").post("field_rule/", rule).status_code == 201
    assert '<option value="fax" selected>' in page.get("/complaint/add").text
    assert '<option value="visit" selected>' in page.get("/complaint/add?channel=visit").text


def test_a_plain_thing_has_rules_too(as_role: Any, rest: Any):
    rule = {"kind": "customer", "asked_in": "create", "field": "tax_no", "required": True}
    assert rest("admin").post("field_rule/", rule).status_code == 201
    refused = rest("sales").post("customer/", {"name": "新客户有限公司", "kind": "enterprise"})
    assert refused.status_code == 422 and "tax_no" in refused.json["message"]


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"kind": "nonsense"}, "kind"),
    ({"field": "nonsense"}, "field"),
    ({"asked_in": "negotiate"}, "asked_in"),
    ({"default": "much"}, "default"),
    ({"field": "customer", "default": "1"}, "default"),
    ({"asked_in": "complete", "field": "free_reason", "required": True}, "required"),
)


@pytest.mark.parametrize(("wrong", "named"), WRONG)
def test_what_cannot_be_asked_is_refused(rest: Any, wrong: dict[str, Any], named: str):
    answer = rest("admin").post("field_rule/", {**LOSS, **wrong})
    assert answer.status_code == 422 and named in answer.json["message"]


def test_deleting_a_rule_leaves_what_the_process_asks(rest: Any):
    admin = rest("admin")
    number = admin.post("field_rule/", {**LOSS, "required": True}).json["id"]
    assert admin.post("field_rule/", LOSS).status_code == 422
    assert admin.client.delete(f"/api/v1/field_rule/{number}", headers=admin.headers).status_code == 200
    assert rest("reception").post("complaint/", SLIP).status_code == 201


def test_it_is_the_administrators_alone(rest: Any):
    assert rest("reception").post("field_rule/", {**LOSS, "required": True}).status_code == 403


@pytest.mark.parametrize(("locale", "word"), [("en", "Required"), ("zh", "必填")])
def test_the_page_rules_a_field_and_tells_who_did_it(as_role: Any, rest: Any, locale: str, word: str):
    number, admin = negotiating(rest), as_role("admin", locale)
    there = "/field_rule/Complaint/proposal/negotiate"
    assert there in admin.get("/field/Complaint/proposal").text
    assert ("1 open record" if locale == "en" else "1 条未结记录") in admin.get(there).text
    typed = {"required": "true", "default": "", "help_zh": "", "help_en": "", "row_version": "0"}
    assert admin.post(there, typed).status_code == 302
    page = admin.get(there).text
    assert word in page and "<ins>" in page
    assert admin.post(there, typed).status_code == 409
    assert rest("reception").post(f"complaint/{number}/negotiate", SAID).status_code == 422
    assert admin.post(there, {"required": "", "row_version": "1"}).status_code == 302
    assert rest("reception").post(f"complaint/{number}/negotiate", SAID).status_code == 200
    assert admin.post(there, {"required": "", "default": "x" * 300, "row_version": "0"}).status_code == 422


def test_the_portal_itself_is_asked_what_the_process_asks(app: Flask, rest: Any, session: Any):
    """A rule speaks to people: what the portal or a customer's link does goes on as before."""
    from app.core.kind.overrides import rule_of

    rest("admin").post("field_rule/", {**PROPOSAL, "required": True})
    with app.app_context():
        assert rule_of(("complaint", "negotiate"), "proposal") is None
    assert session.query(History).count() == 0


def test_another_worker_knows_it_at_its_next_request(own_portal: Flask, tmp_path: Any):
    other = portal_at(tmp_path, own_portal.config["SQLALCHEMY_DATABASE_URI"])
    desk = Rest(other, "reception", PASSWORD, "en")
    assert desk.post("complaint/", SLIP).status_code == 201
    admin = Rest(own_portal, "admin", PASSWORD, "en")
    assert admin.post("field_rule/", {**LOSS, "required": True}).status_code == 201
    assert desk.post("complaint/", SLIP).status_code == 422
    assert Browser(other, "reception", PASSWORD).get("/complaint/add").status_code == 200


def test_a_customer_made_in_the_middle_of_an_intake_is_asked_what_any_new_one_is(rest: Any, as_role: Any):
    admin, clerk = rest("admin"), as_role("reception")
    rule = {"kind": "customer", "asked_in": "create", "field": "email", "required": True}
    assert admin.post("field_rule/", rule).status_code == 201
    own = {"kind": "customer", "code": "press", "type": "text", "label_zh": "媒体", "label_en": "Press"}
    assert admin.post("custom_field/", {**own, "asked_in": ["create"], "required": True}).status_code == 201
    wrong = clerk.post("/customer/quick", {"name": "湖州示例", "phone": "0572-88881234"})
    assert (wrong.status_code, set(wrong.json["message"])) == (422, {"email", "extra.press"})
    assert wrong.json["link"].startswith("/customer/add?") and "phone=0572-88881234" in wrong.json["link"]
    assert clerk.get(wrong.json["link"]).status_code == 200


def retired(admin: Any, listed: str, code: str) -> None:
    row = admin.get(f"choice/?q=(filters:!((col:list,opr:eq,value:{listed}),(col:code,opr:eq,value:{code})))").json
    number, version = row["ids"][0], row["result"][0]["version"]
    head = {"If-Match": str(version)}
    assert admin.put(f"choice/{number}", {"active": False}, headers=head).status_code == 200


def test_a_form_cannot_begin_with_what_nobody_may_choose(as_role: Any, rest: Any):
    admin = rest("admin")
    channel = {"kind": "complaint", "asked_in": "create", "field": "channel"}
    retired(admin, "complaint.channel", "portal")
    for code, sentence in (("portal", "“Portal” is no longer chosen. Choose another."), ("pigeon", "Choose one of: ")):
        answer = admin.post("field_rule/", {**channel, "default": code})
        assert answer.status_code == 422, answer.json
        assert answer.json["message"]["default"][0].startswith(sentence)
        typed = {"required": "", "default": code, "help_zh": "", "help_en": "", "row_version": "0"}
        page = as_role("admin").post("/field_rule/Complaint/channel/create", typed)
        assert page.status_code == 422 and sentence in page.text


def test_a_default_that_is_retired_later_is_left_out_and_the_form_opens(as_role: Any, rest: Any):
    admin, desk = rest("admin"), as_role("sales")
    matter = {"kind": "gm_report", "asked_in": "create", "field": "reason", "default": "other"}
    assert admin.post("field_rule/", matter).status_code == 201
    assert '<option value="other" selected>' in desk.get("/gm_report/add").text
    retired(admin, "gm_report.reason", "other")
    page = desk.get("/gm_report/add")
    assert page.status_code == 200 and 'value="other"' not in page.text


CORRECTED = sorted(code for code, kind in KINDS.items() if kind.page.correction is not None and code in WAYS)


@pytest.mark.parametrize("kind", CORRECTED)
def test_what_a_new_record_must_have_its_correction_cannot_empty(line: Line, as_role: Any, kind: str):
    way, fields = WAYS[kind], asked.fields_of(KINDS[kind])
    optional = [
        name
        for name, field in fields.items()
        if {"create", "edit"} <= set(field.asked)
        and not isinstance(field.asked["edit"], UploadField)
        and not any(field.asked[place].required or field.asked[place].when for place in ("create", "edit"))
    ]
    assert optional
    who = line.by(way.maker)
    number = who.post(f"{kind}/", way.body(line)).json["id"]
    for name in optional:
        rule = {"kind": kind, "asked_in": "create", "field": name, "required": True}
        assert line.by("admin").post("field_rule/", rule).status_code == 201
    head = {"If-Match": str(who.get(f"{kind}/{number}").json["result"]["version"])}
    emptied = dict.fromkeys(optional, "")
    answer = who.put(f"{kind}/{number}", {**(way.change or {}), **emptied}, headers=head)
    assert answer.status_code == 422 and set(answer.json["message"]) >= set(optional), answer.json
    dialog = as_role(way.maker).get(f"/{kind}/{number}/correct").text
    assert dialog.count('class="req"') >= len(optional)


def test_the_page_offers_what_the_list_does_and_tells_it_in_words(as_role: Any, rest: Any):
    admin, there = as_role("admin", "zh"), "/field_rule/Complaint/severity/create"
    page = admin.get(there).text
    assert '<option value="serious">较重</option>' in page
    typed = {"required": "", "default": "serious", "help_zh": "", "help_en": "", "row_version": "0"}
    assert admin.post(there, typed).status_code == 302
    assert '<option value="serious" selected>' in admin.get(there).text
    assert "较重" in admin.get("/field/Complaint/severity").text.partition("<table")[2].partition("</table>")[0]
    there = "/field_rule/Complaint/satisfied/negotiate"
    assert '<option value="true">是</option>' in admin.get(there).text
    assert admin.post(there, {**typed, "default": "true"}).status_code == 302
    assert (
        rest("auditor")
        .get("field_rule/?q=(filters:!((col:field,opr:eq,value:satisfied)))")
        .json["result"][0]["default"]
        == "true"
    )
