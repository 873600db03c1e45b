"""The reception's form: typed text survives, new customers are made in place, the paper prints filled and blank."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess

from sqlalchemy import select

from app.complaints.models import Complaint
from tests.conftest import missing

from .conftest import NINGBO, Line, png


def tool(*command: str) -> str:
    """What a program of poppler says."""
    if shutil.which(command[0]) is None:
        missing(command[0])
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def slip(line: Line, **fields):
    return {
        "channel": "phone",
        "customer": line.customer(),
        "site_region": NINGBO,
        "subject": "主轴异响",
        "description": "异响",
        **fields,
    }


def test_a_wrong_field_keeps_everything_typed(line: Line, as_role, session):
    page = as_role("reception", "zh").post("/complaint/add", slip(line, site_region="", description="很长的说明文字"))
    assert page.status_code == 422
    assert "很长的说明文字" in page.text
    assert "请选择" in page.text
    assert session.scalars(select(Complaint)).all() == []


def test_2_1_saving_and_handing_over_is_one_act(line: Line, as_role, session):
    answer = as_role("reception").post("/complaint/add", slip(line, then="hand_over", solution_plan="上门检修"))
    assert answer.status_code == 302
    record = session.scalars(select(Complaint)).one()
    assert (record.state, record.nature, record.solution_plan) == ("handed_over", "quality", "上门检修")
    assert answer.location.endswith(f"/complaint/show/{record.id}")


def test_2_1_without_a_plan_or_the_letter_nothing_is_registered(line: Line, as_role, session):
    reception = as_role("reception", "zh")
    page = reception.post("/complaint/add", slip(line, then="hand_over", description="很长的说明文字"))
    assert page.status_code == 422 and "请填写“解决方案”" in page.text and "很长的说明文字" in page.text
    page = reception.post("/complaint/add", slip(line, channel="fax", then="hand_over", solution_plan="上门检修"))
    assert page.status_code == 422 and "扫描件" in page.text and "上门检修" in page.text
    assert session.scalars(select(Complaint)).all() == []


def wrong(page: str) -> set[str]:
    """The fields a refused page finds fault with."""
    return set(re.findall(r'<p class="err" id="(\w+)-e"', page))


def test_everything_the_pressed_button_lacks_is_named_at_once_at_its_field(line: Line, as_role, session, at):
    reception, head = as_role("reception", "zh"), {"customer", "site_region", "subject", "description"}
    sent = {"channel": "letter", "received_at": "2026-11-23T16:00"}
    for extra, more in (
        ({"then": "hand_over"}, {"solution_plan", "letter", "late_reason"}),
        ({"then": "hand_over", "nature": "non_quality"}, {"solution_plan", "letter", "late_reason", "nature"}),
        ({"nature": "quality"}, {"solution_plan"}),
        ({}, set()),
    ):
        page = reception.post("/complaint/add", {**sent, **extra})
        assert page.status_code == 422
        assert wrong(page.text) == head | more, extra
    assert session.scalars(select(Complaint)).all() == []


def test_2_1_the_letter_goes_along_from_the_same_page(line: Line, as_role, session):
    sent = slip(line, channel="letter", then="hand_over", solution_plan="上门检修", letter=(png(), "投诉函.png"))
    answer = as_role("reception").post("/complaint/add", sent, content_type="multipart/form-data")
    assert answer.status_code == 302
    record = session.scalars(select(Complaint)).one()
    assert record.state == "handed_over"
    assert [file.category for file in record.attachments] == ["letter"]


def test_2_1_received_yesterday_asks_why_it_is_handed_over_today(line: Line, as_role, session, at):
    sent = slip(line, received_at="2026-11-23T16:00", then="hand_over", solution_plan="上门检修")
    page = as_role("reception", "zh").post("/complaint/add", sent)
    assert page.status_code == 422 and 'name="late_reason"' in page.text
    assert session.scalars(select(Complaint)).all() == []
    assert as_role("reception").post("/complaint/add", {**sent, "late_reason": "周一停电"}).status_code == 302
    assert session.scalars(select(Complaint)).one().state == "handed_over"


def test_2_1_two_slips_of_one_clerk_do_not_cross(line: Line, as_role, session):
    """Each save hands over its own slip, whatever else the clerk registered meanwhile."""
    clerk = as_role("reception")
    first = clerk.post("/complaint/add", slip(line, subject="甲"))
    second = clerk.post("/complaint/add", slip(line, subject="乙", then="hand_over", solution_plan="上门检修"))
    states = {row.title: row.state for row in session.scalars(select(Complaint))}
    assert states == {"甲": "received", "乙": "handed_over"}
    assert first.location != second.location


def test_a_known_caller_fills_the_slip(line: Line, as_role, session):
    from app.customers.models import Contact, ProductUnit

    contact = session.scalars(select(Contact).where(Contact.mobile.is_not(None))).first()
    page = as_role("reception", "zh").get(f"/complaint/similar?customer={contact.customer_id}&phone={contact.mobile}")
    known = json.loads(html.unescape(re.search(r'data-known="([^"]*)"', page.text)[1]))
    assert known["contact_name"] == contact.name
    assert known["site_region"]["id"] == contact.customer.region_code
    units = [json.loads(html.unescape(text)) for text in re.findall(r'data-unit="([^"]*)"', page.text)]
    owned = session.scalars(select(ProductUnit).where(ProductUnit.customer_id == contact.customer_id)).all()
    assert {unit["serial_no"] for unit in units} == {unit.serial_no for unit in owned}


def test_received_long_ago_is_marked_as_backfilled(line: Line):
    late = line.register(received_at="2026-11-24T08:00:00+08:00")
    now = line.register()
    assert (line.read(late)["backfilled"], line.read(now)["backfilled"]) == (True, False)


def test_possible_duplicates_are_shown_while_typing(line: Line, as_role):
    number = line.register()
    page = as_role("reception").get(f"/complaint/similar?customer={line.customer()}&product={line.product()}")
    assert f"/complaint/show/{number}" in page.text


def test_a_new_customer_is_made_in_place(line: Line, as_role):
    made = as_role("reception").post(
        "/customer/quick", {"name": "湖州示例阀门有限公司", "phone": "0572-88881234", "region": "330502"}
    )
    assert made.status_code == 201, made.text
    assert line.register(customer=made.json["id"])


def test_the_paper_form_prints_filled_and_blank_in_both_languages(line: Line, as_role):
    number = line.at("confirmed")
    qc = as_role("qc")
    for address in (f"/complaint/{number}/print/complaint_record", "/complaint/blank/complaint_record"):
        assert "顾客投诉及处理记录表" in qc.get(f"{address}?lang=zh").text
        assert "Customer Complaint and Handling Record" in qc.get(f"{address}?lang=en").text
    filled = qc.get(f"/complaint/{number}/print/complaint_record?lang=zh").text
    for words in (
        "处理意见",
        "处理实施情况",
        "顾客确认",
        "更换主轴轴承组件,现场复检精度",
        "顾客签收人",
        "TS-20261124-001",
    ):
        assert words in filled


def test_the_paper_form_is_a_pdf_by_rest(line: Line, tmp_path):
    number = line.at("assigned")
    answer = line.by("qc").get(f"complaint/{number}/print/complaint_record?lang=zh")
    assert answer.mimetype == "application/pdf"
    (tmp_path / "form.pdf").write_bytes(answer.data)
    words = tool("pdftotext", str(tmp_path / "form.pdf"), "-")
    for told in ("TS-20261124-001", "处理意见", "更换主轴轴承组件", "苏州示例电梯部件有限公司"):
        assert told in words
    fonts = tool("pdffonts", str(tmp_path / "form.pdf")).splitlines()[2:]
    assert fonts
    assert all(row.split()[-5] == "yes" for row in fonts)  # every font embedded
    html = line.by("qc").get(f"complaint/{number}/print/complaint_record", headers={"Accept": "text/html"})
    assert html.mimetype == "text/html"


def test_a_printed_receipt_acknowledges_the_complaint(line: Line, as_role, session):
    number = line.register()
    as_role("reception").post(f"/complaint/{number}/acknowledge")
    assert line.deadlines(number, "ACK")[0]["status"] == "met"


def test_search_finds_by_number_customer_initials_and_phone(line: Line, as_role):
    number = line.register(contact_phone="13812345678")
    reception = as_role("reception")
    for text in ("20261124-001", "苏州示例", "szsl", "13812345678", "主轴异响"):
        found = reception.get("/search/", query_string={"q": text}, follow_redirects=True)
        assert f"/complaint/show/{number}" in found.text or found.request.path == f"/complaint/show/{number}", text
    assert f"/complaint/show/{number}" not in as_role("technician").get("/search/?q=20261124-001").text


def test_a_phone_number_is_masked_for_those_who_only_read(line: Line, as_role):
    number = line.register(contact_phone="13812345678")
    assert "13812345678" in as_role("qc").get(f"/complaint/show/{number}").text
    masked = as_role("sales").get(f"/complaint/show/{number}").text
    assert "138****5678" in masked
    assert "13812345678" not in masked
    assert line.by("sales").get(f"complaint/{number}").json["result"]["contact_phone"] == "138****5678"


def test_every_form_of_the_slip_that_takes_a_file_sends_it(as_role):
    page = as_role("reception").get("/complaint/add?channel=letter").text
    form = next(part for part in page.split("<form ")[1:] if 'type="file"' in part.partition("</form>")[0])
    assert 'enctype="multipart/form-data"' in form.partition(">")[0]
