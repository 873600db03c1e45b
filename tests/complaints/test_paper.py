"""The paper forms of the regulation: their exact titles, blank and filled, HTML and PDF, frozen when signed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.notifications.engine import run_once

from .conftest import Line


def pdf_text(content: bytes, folder: Path) -> tuple[str, str]:
    """Words and fonts of a PDF, as poppler reads them."""
    file = folder / "form.pdf"
    file.write_bytes(content)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    return text, subprocess.run(["pdffonts", file], capture_output=True, text=True, check=True).stdout


def notice(line: Line, number: int) -> int:
    head = {"complaints": [number], "responsible_department": "production", "problem": "轴承磨损"}
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
