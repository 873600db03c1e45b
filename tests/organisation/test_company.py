"""The company as its customers meet it: logo, hotline, mail and hours on pages, in mails, on paper."""

from __future__ import annotations

import base64
import html
import io
import re
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from app.complaints.customer_acts import Purpose
from app.core.record import links
from app.notifications.engine import run_once
from tests.complaints.conftest import Line, line
from tests.notifications.conftest import Sink, sink

__all__ = ["line", "sink"]
REACHED = {"company_phone": "400-800-1234", "company_mail": "help@example.com", "company_hours": "每天 9:00–18:00"}


def picture(kind: str = "PNG", size: tuple[int, int] = (2000, 500)) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, "#1d4ed8").save(drawn, kind)
    return drawn.getvalue()


def sent(content: bytes, name: str = "logo.png") -> Any:
    return (io.BytesIO(content), name)


def take_logo(rest: Any, kind: str = "PNG") -> Any:
    return rest("admin").upload("setting/company_logo/upload", file=sent(picture(kind)))


def tracked(app: Flask, number: int) -> str:
    from app.extensions import db

    with app.app_context():
        return links.address(db.session, number, Purpose.track).split("/", 3)[3]


def test_the_logo_stands_on_the_customers_page_in_the_mail_and_on_paper(
    line: Line, app: Flask, rest: Any, sink: Sink, as_role: Any
):
    answer = take_logo(rest)
    assert answer.status_code == 200 and len(answer.json["result"]["value"]) == 64
    number = line.register()
    run_once(app)
    mail = next(mail for mail in sink.mails if mail["To"] == "customer1@example.com")
    html = mail.get_body(("html",)).get_content()
    assert 'src="cid:logo"' in html and not re.search(r"<img[^>]*https?:", html)
    (inside,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert inside["Content-ID"] == "<logo>"
    kept = Image.open(io.BytesIO(inside.get_content()))
    assert kept.format == "PNG" and kept.width <= 480 and kept.height <= 160
    shown = base64.b64encode(inside.get_content()).decode()
    for page in (
        app.test_client().get(f"/{tracked(app, number)}").text,
        as_role("qc", "zh").get(f"/complaint/{number}/print/complaint_record").text,
        as_role("admin").get("/settings/").text,
    ):
        assert f"data:image/png;base64,{shown}" in page


def test_hotline_mail_and_hours_stand_on_the_customers_page_in_the_mail_and_on_paper(
    line: Line, app: Flask, rest: Any, sink: Sink, as_role: Any
):
    for key, value in REACHED.items():
        assert rest("admin").put(f"setting/{key}", {"value": value}).status_code == 200
    number = line.register()
    run_once(app)
    mail = next(mail for mail in sink.mails if mail["To"] == "customer1@example.com")
    places = (
        mail.get_body(("plain",)).get_content(),
        mail.get_body(("html",)).get_content(),
        app.test_client().get(f"/{tracked(app, number)}", headers={"Accept-Language": "zh"}).text,
        as_role("qc", "zh").get(f"/complaint/{number}/print/complaint_record?lang=zh").text,
    )
    for place in places:
        assert all(value in place for value in REACHED.values())


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "logo.svg"),
        (b"%PDF-1.4", "logo.png"),
        (b"\x89PNG\r\n\x1a\nbroken", "logo.png"),
        (b"", "logo.png"),
    ],
)
def test_what_is_no_picture_becomes_no_logo(rest: Any, as_role: Any, content: bytes, name: str):
    refused = rest("admin").upload("setting/company_logo/upload", file=sent(content, name))
    assert refused.status_code == 422 and refused.json["message"]["file"][0]
    as_role("admin").post("/settings/logo", {"act": "put", "file": sent(content, name)})
    assert rest("admin").get("setting/company_logo").json["result"]["value"] == ""


def test_by_page_the_logo_is_put_and_removed_and_both_are_written_down(as_role: Any, rest: Any):
    admin = as_role("admin")
    assert admin.post("/settings/logo", {"act": "put", "file": sent(picture("JPEG"), "l.jpg")}).status_code == 302
    digest = rest("admin").get("setting/company_logo").json["result"]["value"]
    admin.post("/settings/logo", {"act": "remove"})
    assert rest("admin").get("setting/company_logo").json["result"]["value"] == ""
    rows = rest("auditor").get("decision/").json["result"]
    told = {(row["by"], row["before"]["value"], row["after"]["value"]) for row in rows if row["key"] == "company_logo"}
    assert told == {("admin", "", digest), ("admin", digest, "")}
    back = rest("admin")
    take_logo(rest)
    gone = back.client.delete("/api/v1/setting/company_logo", headers=back.headers)
    assert gone.json["result"]["value"] == ""


def test_a_setting_is_read_and_set_by_rest_and_written_down(rest: Any, as_role: Any):
    admin = rest("admin")
    told = admin.get("setting/reopen_days").json["result"]
    assert (told["value"], told["default"], told["kind"]) == (90, 90, "int")
    assert admin.put("setting/reopen_days", {"value": 60}).json["result"]["value"] == 60
    assert admin.put("setting/reopen_days", {"value": "many"}).json["message"]["value"]
    assert admin.put("setting/photos_required", {"value": True}).json["result"]["value"] is True
    assert admin.put("setting/no_such", {"value": 1}).status_code == 404
    assert admin.put("setting/business_hours_end", {"value": "07:00"}).status_code == 422
    assert rest("auditor").put("setting/reopen_days", {"value": 1}).status_code == 403
    assert rest("qc").get("setting/").status_code == 403
    page = as_role("admin").get("/settings/").text
    assert "<del>90</del> → <ins>60</ins>" in page


WRONG = (("company_mail", "service(at)example"), ("company_mail", "a@b@c"), ("company_phone", "by telephone"))


@pytest.mark.parametrize(("key", "typed"), WRONG)
def test_what_is_no_address_or_number_is_refused_beside_its_field(as_role: Any, rest: Any, key: str, typed: str):
    refused = rest("admin").put(f"setting/{key}", {"value": typed})
    assert refused.status_code == 422 and refused.json["message"]
    admin = as_role("admin")
    page = admin.get("/settings/").text
    sent = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page)) | {key: typed, "act": "save"}
    answer = admin.post("/settings/save", sent)
    assert answer.status_code == 422 and f'id="{key}-e"' in answer.text and html.escape(typed) in answer.text


@pytest.mark.parametrize(
    ("key", "typed"), [("company_mail", "service@example.com"), ("company_phone", "400-800-1234"), ("company_mail", "")]
)
def test_what_customers_can_reach_is_kept(rest: Any, key: str, typed: str):
    assert rest("admin").put(f"setting/{key}", {"value": typed}).status_code == 200
    assert rest("admin").get(f"setting/{key}").json["result"]["value"] == typed


def test_saving_one_setting_changes_no_other(rest: Any):
    assert rest("admin").put("setting/company_phone", {"value": "400-800-1234"}).status_code == 200
    assert [row["key"] for row in rest("admin").get("decision/").json["result"] if row["thing"] == "Setting"] == [
        "company_phone"
    ]


PRESS = {"kind": "complaint", "code": "press", "type": "text", "label_zh": "媒体", "label_en": "Press"}


def test_a_code_is_given_once(as_role: Any, rest: Any):
    admin = rest("admin")
    assert admin.post("custom_field/", PRESS).status_code == 201
    again = admin.post("custom_field/", PRESS)
    assert again.status_code == 422 and set(again.json["message"]) == {"code"}
    page = as_role("admin").post("/custom_field/add?kind=complaint", {**PRESS, "position": "0"})
    assert page.status_code == 422 and 'id="code-e"' in page.text
    value = {"list": "complaint.channel", "code": "phone", "label_zh": "又", "label_en": "Again"}
    taken = admin.post("choice/", value)
    assert taken.status_code == 422 and set(taken.json["message"]) == {"code"}


def test_the_auditor_reads_fields_words_and_rules_and_changes_none(as_role: Any, rest: Any):
    number = rest("admin").post("custom_field/", PRESS).json["id"]
    reader, program = as_role("auditor"), rest("auditor")
    for address in ("/custom_field/list/", f"/custom_field/show/{number}", "/field/", "/field/Complaint/channel"):
        page = reader.get(address)
        assert page.status_code == 200, address
        assert '<button type="submit"' not in page.text.partition("<main")[2], address
    for name in ("custom_field", "label", "field_rule", "choice"):
        assert program.get(f"{name}/").status_code == 200
        assert program.post(f"{name}/", PRESS).status_code == 403
    assert reader.post("/field/Complaint/channel", {"label_en": "x"}).status_code in (302, 403)


def test_what_a_setting_does_stands_under_it(as_role: Any):
    from app.core.settings import DECLARED

    silent = [
        key for key, item in DECLARED.items() if item.kind in ("text", "phone", "mail", "choice") and not item.help
    ]
    assert silent == []
    for locale in ("en", "zh"):
        page = html.unescape(as_role("admin", locale).get("/settings/").text)
        assert page.count('class="hint" id="') >= sum(
            1 for item in DECLARED.values() if item.help and item.kind != "picture"
        )
