"""The paper forms of the regulation: their exact titles, blank and filled, HTML and PDF, frozen when signed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.notifications.engine import run_once

from .conftest import DONE, Line, drawn


def pdf_text(content: bytes, folder: Path) -> tuple[str, str]:
    """Words and fonts of a PDF, as poppler reads them."""
    file = folder / "form.pdf"
    file.write_bytes(content)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    return text, subprocess.run(["pdffonts", file], capture_output=True, text=True, check=True).stdout


def notice(line: Line, number: int) -> int:
    head = {
        "complaints": [number],
        "responsible_department": "production",
        "problem": "轴承磨损",
        "requirement": "no repeat",
    }
    made = int(line.by("qc").post("corrective_action/", head).json["id"])
    line.by("qc_manager").post(f"corrective_action/{made}/issue")
    return made


@pytest.mark.parametrize(
    ("kind", "form", "lang", "title", "field"),
    [
        ("complaint", "complaint_record", "zh", "顾客投诉及处理记录表", "处理意见"),
        ("complaint", "complaint_record", "en", "Customer Complaint and Handling Record", "Disposition"),
        ("complaint", "acknowledgement", "zh", "投诉受理回执", "受理时间"),
        ("corrective_action", "corrective_notice", "zh", "纠正措施通知单", "轴承磨损"),
        ("corrective_action", "corrective_notice", "en", "Corrective Action Notice", "Root cause"),
    ],
)
def test_each_form_prints_with_its_title_and_embedded_fonts(
    line: Line, tmp_path: Path, kind: str, form: str, lang: str, title: str, field: str
):
    number = line.at("returned")
    record = notice(line, number) if kind == "corrective_action" else number
    answer = line.by("qc").get(f"{kind}/{record}/print/{form}?lang={lang}")
    assert answer.mimetype == "application/pdf"
    text, fonts = pdf_text(answer.data, tmp_path)
    squeezed = "".join(text.split())
    assert "".join(title.split()) in squeezed
    assert "".join(field.split()) in squeezed
    rows = fonts.splitlines()[2:]
    assert rows
    assert all(" yes " in row for row in rows), fonts


@pytest.mark.parametrize(
    ("kind", "form", "title"),
    [
        ("complaint", "complaint_record", "顾客投诉及处理记录表"),
        ("complaint", "acknowledgement", "投诉受理回执"),
        ("corrective_action", "corrective_notice", "纠正措施通知单"),
    ],
)
def test_each_form_prints_blank(as_role: Any, kind: str, form: str, title: str):
    page = as_role("qc", "zh").get(f"/{kind}/blank/{form}")
    assert page.status_code == 200
    body = page.get_data(as_text=True)
    assert title in body
    assert "None" not in body


def test_the_code_on_the_paper_leads_to_the_record(line: Line, tmp_path: Path, app: Any):
    import zxingcpp
    from PIL import Image

    number = line.at("received")
    answer = line.by("qc").get(f"complaint/{number}/print/complaint_record?lang=zh")
    (tmp_path / "form.pdf").write_bytes(answer.data)
    subprocess.run(["pdftoppm", "-r", "150", "-png", tmp_path / "form.pdf", tmp_path / "page"], check=True)
    page = next(tmp_path.glob("page*.png"))
    codes = [code.text for code in zxingcpp.read_barcodes(Image.open(page))]
    assert codes == [f"{app.config['PUBLIC_URL']}/complaint/show/{number}"]


def test_2_5_a_signed_record_is_frozen_as_pdf_with_its_hash_in_the_history(line: Line, app: Any):
    import hashlib

    number = line.at("confirmed")
    run_once(app)
    frozen = [
        row for row in line.by("auditor").get(f"complaint/{number}/attachments").json if row["category"] == "frozen"
    ]
    assert len(frozen) == 1
    with line.by("auditor").get(f"complaint/{number}/attachments/{frozen[0]['id']}") as answer:
        content = answer.data
    assert hashlib.sha256(content).hexdigest() == frozen[0]["sha256"]
    line_of_history = line.by("auditor").get(f"complaint/{number}/history").json[-1]
    assert (line_of_history["step"], line_of_history["changes"]["sha256"][1]) == ("freeze", frozen[0]["sha256"])
    run_once(app)
    again = line.by("auditor").get(f"complaint/{number}/attachments").json
    assert len([row for row in again if row["category"] == "frozen"]) == 1


def words(line: Line, folder: Path, path: str) -> str:
    """What stands on a printed form, without blanks."""
    answer = line.by("qc").get(path)
    assert answer.mimetype == "application/pdf", answer.status_code
    return "".join(pdf_text(answer.data, folder)[0].split())


def pages(file: Path) -> int:
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    return int(told.split("Pages:")[1].split()[0])


def test_2_4_the_quotation_stands_on_the_paper_with_its_amount_in_capitals(line: Line, tmp_path: Path):
    number = line.at("on_site")
    rows = [{"description": "主轴轴承组件", "quantity": 2, "price": "1800.25"}]
    line.must("technician", number, "quote", lines=rows, amount="3600.50")
    line.must("technician", number, "answer_quote", accepted=True, signer_name="钱经理", evidence="钱经理现场签字")
    paper = words(line, tmp_path, f"complaint/{number}/print/complaint_record?lang=zh")
    for text in ("主轴轴承组件", "3,600.50", "叁仟陆佰元伍角整", "☑同意付费", "□不同意", "钱经理"):
        assert text in paper, text
    assert "CNY3,600.50" in words(line, tmp_path, f"complaint/{number}/print/complaint_record?lang=en")


def test_2_5_every_round_stays_on_the_paper_and_a_broken_signature_is_shown_as_such(line: Line, tmp_path: Path):
    number = line.at("awaiting_confirmation")
    line.must("technician", number, "reject", reason="异响依旧")
    draft = {"analysis": "第二次分析", "opinion": "更换主轴总成", "needs_site_visit": True}
    line.must("qc", number, "draft_disposition", **draft)
    line.must("qc_manager", number, "issue_disposition")
    line.must("qc_manager", number, "assign", technician="technician", kind="technician")
    line.must("technician", number, "arrive")
    done = {**DONE, "remedy": "exchange", "old_serial": "HT-1", "new_serial": "HT-2", "work_done": "第二轮更换总成"}
    line.must("technician", number, "complete", **done)
    signed = {"signer_name": "顾客签收人", "method": "onscreen", "signature": drawn(), "satisfaction": 4}
    line.must("technician", number, "confirm", **signed)
    path = f"complaint/{number}/print/complaint_record?lang=zh"
    paper = words(line, tmp_path, path)
    for text in ("（第1轮）", "（第2轮）", "更换主轴轴承组件", "更换主轴总成", "异响依旧", "HT-1→HT-2", "☑4–满意"):
        assert text in paper, text
    assert "失效" not in paper
    line.must("technician", number, "amend", **{**done, "work_done": "更正：更换轴承"}, reason="笔误")
    amended = words(line, tmp_path, path)
    assert "失效" in amended
    assert "第二轮更换总成" in amended
    assert "更正：更换轴承" in amended


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("kind", "form"), [("complaint", "complaint_record"), ("corrective_action", "corrective_notice")]
)
def test_a_blank_form_is_one_sheet(as_role: Any, tmp_path: Path, kind: str, form: str, lang: str):
    answer = as_role("qc", "zh").get(f"/{kind}/blank/{form}?as=pdf&lang={lang}")
    text, _fonts = pdf_text(answer.data, tmp_path)
    assert pages(tmp_path / "form.pdf") == 1
    assert ("第1页共1页" if lang == "zh" else "Page1of1") in "".join(text.split())
    assert "☑" not in text


def test_a_long_text_flows_onto_the_next_sheet(line: Line, tmp_path: Path):
    text = "\n".join(f"第{n}行：主轴高速异响" for n in range(120))
    number = line.register(description=text)
    paper = words(line, tmp_path, f"complaint/{number}/print/complaint_record?lang=zh")
    assert pages(tmp_path / "form.pdf") >= 3
    assert all(f"第{n}行：" in paper for n in range(120))
    assert paper.count(line.read(number)["number"]) == pages(tmp_path / "form.pdf")


def test_a_notice_keeps_the_round_that_did_not_work(line: Line, tmp_path: Path):
    number = notice(line, line.at("returned"))
    production = line.by("production_manager")

    def must(who: Any, step: str, **fields: Any) -> None:
        answer = who.post(f"corrective_action/{number}/{step}", fields)
        assert answer.status_code == 200, (step, answer.json)

    must(production, "acknowledge")
    must(production, "analyse", method="five_why", root_cause="压装工装磨损")
    step = {"type": "corrective", "description": "更换工装", "owner": "production_manager", "due": "2026-12-10"}
    must(production, "plan", actions=[step])
    must(line.by("qc"), "accept_plan")
    action = line.by("qc").get(f"corrective_action/{number}").json["result"]["actions"][0]["id"]
    must(production, "finish_action", action=action, evidence="工装验收单")
    must(production, "finish")
    must(line.by("qc"), "verify", result="not", method="抽检", sample="20件2件不合格", early_reason="顾客要求")
    paper = words(line, tmp_path, f"corrective_action/{number}/print/corrective_notice?lang=zh")
    for text in (
        "（第1轮）",
        "（第2轮）",
        "压装工装磨损",
        "更换工装",
        "工装验收单",
        "☑无效",
        "20件2件不合格",
        "签收人",
    ):
        assert text in paper, text


def test_the_ticked_rows_of_the_list_are_printed_in_one_file(line: Line, as_role: Any, tmp_path: Path):
    numbers = [line.register(), line.register(subject="第二件")]
    reception = as_role("reception", "zh")
    assert "/complaint/print/complaint_record" in reception.get("/complaint/list/").get_data(as_text=True)
    answer = reception.post("/complaint/print/complaint_record", {"rowid": [*numbers, 999_999]})
    text, _fonts = pdf_text(answer.data, tmp_path)
    assert pages(tmp_path / "form.pdf") == 2
    assert all(line.read(number)["number"] in text for number in numbers)
    assert "".join(text.split()).count("第1页共1页") == 2
    for rows in ([], [999_999], ["x", "-1", "9" * 40]):
        refused = reception.post("/complaint/print/complaint_record", {"rowid": rows})
        assert refused.status_code == 302
    assert "请勾选" in reception.get("/complaint/list/").get_data(as_text=True)
    assert reception.post("/complaint/print/nothing", {"rowid": numbers}).status_code == 404
    foreign = as_role("technician").post("/complaint/print/complaint_record", {"rowid": numbers})
    assert foreign.status_code == 302  # none of them is his


def test_the_number_of_a_form_is_a_setting_and_the_file_has_a_name(line: Line, app: Any, session: Any, tmp_path: Path):
    from app.core import settings

    number = line.register()
    settings.put(session, "form_number_complaint_record", "ZL-09")
    settings.put(session, "form_version_complaint_record", "B/2")
    session.commit()
    answer = line.by("qc").get(f"complaint/{number}/print/complaint_record?lang=zh")
    assert "%E9%A1%BE%E5%AE%A2" in answer.headers["Content-Disposition"]
    text, _fonts = pdf_text(answer.data, tmp_path)
    assert "ZL-09" in text
    assert "B/2" in text
