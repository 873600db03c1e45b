"""Choice lists are the administrator's: renamed, ordered, retired, added to, in force at the next request of all."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from app.complaints import codes
from app.core.kind.choices import LISTS, Choices
from tests.conftest import portal_at
from tests.support import PASSWORD, Browser, Rest

SLIP = {
    "channel": "phone",
    "customer": 1,
    "site_region": "330106",
    "subject": "丝杠异响",
    "description": "丝杠异响，机床停机",
}


def row_of(admin: Rest, name: str, code: str) -> dict[str, Any]:
    query = f"(filters:!((col:list,opr:eq,value:{name}),(col:code,opr:eq,value:{code})))"
    (row,) = admin.get(f"choice/?q={query}").json["result"]
    return row


def change(admin: Rest, name: str, code: str, /, **facts: Any) -> Any:
    row = row_of(admin, name, code)
    return admin.put(f"choice/{row['id']}", facts, headers={"If-Match": str(row["version"])})


def said(answer: Any) -> str:
    return str(answer.json["message"])


def channels_offered(page: str) -> list[str]:
    select = page.split('name="channel"', 1)[1].split("</select>", 1)[0]
    return [part.split('"', 1)[0] for part in select.split('<option value="')[1:]]


def test_a_list_nobody_touched_is_the_programs_own(app: Flask):
    assert list(codes.SEVERITIES) == ["minor", "serious", "critical"]
    with app.test_request_context():
        assert all(dict(each) == dict(each.words) for each in LISTS.values())


def test_every_value_is_a_row_with_its_words_in_both_languages(rest: Any):
    admin = rest("admin")
    rows = admin.get("choice/?q=(filters:!((col:list,opr:eq,value:complaint.severity)),order_column:position)").json
    assert [(row["code"], row["label_zh"], row["label_en"], row["active"]) for row in rows["result"]] == [
        ("minor", "一般", "Minor", True),
        ("serious", "较重", "Serious", True),
        ("critical", "严重", "Critical", True),
    ]


def test_a_renamed_value_is_called_so_at_once_in_form_page_and_export(as_role: Any, rest: Any):
    reception, qc = as_role("reception"), as_role("qc", "zh")
    made = rest("reception").post("complaint/", SLIP).json["id"]
    assert "Phone call" in reception.get(f"/complaint/show/{made}").text
    answer = change(rest("admin"), "complaint.channel", "phone", label_zh="服务热线", label_en="Service line")
    assert answer.status_code == 200, answer.json
    assert answer.json["result"]["label_en"] == "Service line"
    assert "Service line" in reception.get("/complaint/add").text
    assert "Service line" in reception.get(f"/complaint/show/{made}").text
    assert "服务热线" in qc.get(f"/complaint/show/{made}").text
    assert "服务热线" in qc.get(f"/complaint/{made}/print/complaint_record?lang=zh").text


def test_the_original_word_comes_back_when_the_own_is_taken_away(as_role: Any, rest: Any):
    admin = rest("admin")
    change(admin, "complaint.channel", "phone", label_zh="服务热线", label_en="Service line")
    change(admin, "complaint.channel", "phone", label_zh=None, label_en="")
    assert row_of(admin, "complaint.channel", "phone")["label_zh"] == "来电"
    assert "Service line" not in as_role("reception").get("/complaint/add").text


def test_the_order_is_the_administrators(as_role: Any, rest: Any):
    change(rest("admin"), "complaint.channel", "wechat", position=1)
    assert channels_offered(as_role("reception").get("/complaint/add").text)[:3] == ["", "wechat", "phone"]


def test_a_retired_value_is_offered_and_taken_no_more_and_still_read(as_role: Any, rest: Any):
    desk, admin = rest("reception"), rest("admin")
    made = desk.post("complaint/", {**SLIP, "channel": "portal"}).json["id"]
    answer = change(admin, "complaint.channel", "portal", active=False)
    assert answer.status_code == 200 and answer.json["warnings"] == ["1 open record has it."]
    assert "portal" not in channels_offered(as_role("reception").get("/complaint/add").text)
    refused = desk.post("complaint/", {**SLIP, "channel": "portal"})
    assert refused.status_code == 422
    assert refused.json["message"] == {"channel": ["“Portal” is no longer chosen. Choose another."]}
    assert desk.get(f"complaint/{made}").json["result"]["channel"] == "portal"
    assert "Portal" in as_role("reception").get(f"/complaint/show/{made}").text


def test_what_has_a_retired_value_keeps_it_when_it_is_corrected(as_role: Any, rest: Any):
    desk, browser = rest("reception"), as_role("reception")
    made = desk.post("complaint/", {**SLIP, "channel": "portal"}).json
    change(rest("admin"), "complaint.channel", "portal", active=False)
    assert "portal" in channels_offered(browser.get(f"/complaint/{made['id']}/correct").text)
    head = {"If-Match": str(made["result"]["version"])}
    answer = desk.put(f"complaint/{made['id']}", {"complainant": "王工"}, headers=head)
    assert answer.status_code == 200, answer.json
    other = desk.post("complaint/", SLIP).json
    refused = desk.put(
        f"complaint/{other['id']}", {"channel": "portal"}, headers={"If-Match": str(other["result"]["version"])}
    )
    assert refused.status_code == 422


def test_a_value_that_is_added_is_chosen_and_told(as_role: Any, rest: Any):
    admin, desk = rest("admin"), rest("reception")
    new = {"list": "complaint.channel", "code": "douyin", "label_zh": "抖音", "label_en": "Douyin"}
    answer = admin.post("choice/", new)
    assert answer.status_code == 201 and answer.json["result"]["active"] is True
    made = desk.post("complaint/", {**SLIP, "channel": "douyin"})
    assert made.status_code == 201
    assert "抖音" in as_role("reception", "zh").get(f"/complaint/show/{made.json['id']}").text
    assert admin.post("choice/", new).status_code == 422
    assert admin.post("choice/", {**new, "code": "x", "label_en": ""}).status_code == 422
    assert admin.post("choice/", {**new, "list": "complaint.nonsense"}).status_code == 422


def test_a_code_that_a_rule_names_is_renamed_and_never_retired(rest: Any):
    admin = rest("admin")
    refused = change(admin, "complaint.responsibility", "own_quality", active=False)
    assert refused.status_code == 409 and "2.4" in said(refused)
    assert change(admin, "complaint.responsibility", "own_quality", label_en="Ours").status_code == 200
    chinese = rest("admin", "zh")
    assert "2.1" in said(change(chinese, "complaint.channel", "fax", active=False))


def test_the_last_value_of_a_list_is_not_retired(rest: Any):
    admin = rest("admin")
    gone = [change(admin, "complaint.severity", code, active=False).status_code for code in ("critical", "serious")]
    assert gone == [200, 200]
    answer = change(admin, "complaint.severity", "minor", active=False)
    assert answer.status_code == 409 and "last that can be chosen" in said(answer)
    assert row_of(admin, "complaint.severity", "minor")["active"]
    assert change(admin, "complaint.severity", "minor", label_en="Slight").status_code == 200
    assert change(admin, "complaint.severity", "serious", active=True).status_code == 200
    assert change(admin, "complaint.severity", "minor", active=False).status_code == 200


def test_a_list_the_process_goes_by_gets_no_more(rest: Any):
    new = {"list": "complaint.nature", "code": "maybe", "label_zh": "也许", "label_en": "Maybe"}
    assert rest("admin").post("choice/", new).status_code == 409


def test_the_schema_of_a_step_offers_what_is_offered(rest: Any):
    change(rest("admin"), "gm_report.reason", "other", active=False)
    refused = rest("sales").post("gm_report/", {"reason": "other", "subject": "x"})
    assert refused.status_code == 422, refused.json


def test_nothing_is_deleted_and_code_and_list_stay(rest: Any):
    admin = rest("admin")
    row = row_of(admin, "complaint.severity", "minor")
    assert admin.client.delete(f"/api/v1/choice/{row['id']}", headers=admin.headers).status_code == 405
    assert change(admin, "complaint.severity", "minor", code="tiny").status_code == 422


def test_it_is_the_administrators_alone(as_role: Any, rest: Any):
    row = row_of(rest("admin"), "complaint.severity", "minor")
    desk = rest("reception")
    assert desk.get("choice/").status_code == 403
    assert desk.put(f"choice/{row['id']}", {"label_en": "x"}, headers={"If-Match": "1"}).status_code == 403
    assert as_role("reception").get("/choice/list/").status_code in (302, 403)


@pytest.mark.parametrize(("locale", "asked"), [("en", "1 open record has it."), ("zh", "1 条未结记录使用它。")])
def test_the_page_says_before_saving_how_many_have_it(as_role: Any, rest: Any, locale: str, asked: str):
    rest("reception").post("complaint/", SLIP)
    admin = rest("admin")
    row = row_of(admin, "complaint.channel", "phone")
    assert admin.post(f"choice/{row['id']}/preview").json == {"open": 1}
    assert asked in as_role("admin", locale).get(f"/choice/edit/{row['id']}").text


def test_the_page_changes_a_value_and_tells_who_did_it(as_role: Any, rest: Any):
    browser = as_role("admin")
    row = row_of(rest("admin"), "complaint.severity", "minor")
    assert "/choice/list/" in browser.get("/").text
    typed = {"list": row["list"], "code": "minor", "label_zh": "一般", "label_en": "Ordinary", "position": "10"}
    answer = browser.post(f"/choice/edit/{row['id']}", {**typed, "active": "true", "row_version": str(row["version"])})
    assert answer.status_code == 302
    page = browser.get(f"/choice/show/{row['id']}").text
    assert "<del>Minor</del> → <ins>Ordinary</ins>" in page
    assert "Ordinary" in browser.get("/choice/list/?list=complaint.severity").text


def test_a_stale_change_is_refused(rest: Any):
    admin = rest("admin")
    row = row_of(admin, "complaint.severity", "minor")
    change(admin, "complaint.severity", "minor", label_en="Ordinary")
    head = {"If-Match": str(row["version"])}
    assert admin.put(f"choice/{row['id']}", {"label_en": "Small"}, headers=head).status_code == 409


@contextmanager
def second_worker(first: Flask, folder: Any):
    other = portal_at(folder, first.config["SQLALCHEMY_DATABASE_URI"])
    yield other


def test_another_worker_knows_it_at_its_next_request(own_portal: Flask, tmp_path: Any):
    with second_worker(own_portal, tmp_path) as other:
        desk = Browser(other, "reception", PASSWORD)
        assert "Phone call" in desk.get("/complaint/add").text
        admin = Rest(own_portal, "admin", PASSWORD, "en")
        words = {"label_zh": "服务热线", "label_en": "Service line"}
        assert change(admin, "complaint.channel", "phone", **words).status_code == 200
        assert "Service line" in desk.get("/complaint/add").text
        with other.app_context():  # as the engine does, beside any request
            assert str(codes.CHANNELS["phone"]) == "服务热线"


def test_a_list_is_a_mapping_like_any_other():
    few = Choices("test.few", "Few", {"a": "A", "b": "B"}, kept_in=())
    try:
        assert few == {"a": "A", "b": "B"} and "a" in few and few.get("c") is None
        assert list(few.items()) == [("a", "A"), ("b", "B")]
    finally:
        LISTS.pop("test.few")
