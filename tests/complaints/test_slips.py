"""回单: what becomes of a photo or scan of a printed record, however crooked it was taken."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from .conftest import Line, png


@pytest.fixture
def sheet(line: Line, tmp_path: Path) -> tuple[int, Image.Image]:
    """A complaint and its record form as it comes out of the printer."""
    number = line.at("awaiting_confirmation")
    content = line.by("qc").get(f"complaint/{number}/print/complaint_record?lang=zh").data
    (tmp_path / "form.pdf").write_bytes(content)
    command = ["pdftoppm", "-r", "150", "-singlefile", "-png", tmp_path / "form.pdf", tmp_path / "form"]
    subprocess.run(command, check=True)
    return number, Image.open(tmp_path / "form.png").convert("RGB")


def crooked(sheet: Image.Image) -> Image.Image:
    """Taken from the side: the far edge is shorter than the near one."""
    wide, high = sheet.size
    corners = (-90, -60, -20, high + 80, wide + 40, high + 30, wide + 160, -110)
    return sheet.transform((wide, high), Image.Transform.QUAD, corners, fillcolor=(90, 80, 70))


def as_file(picture: Image.Image, kind: str, **facts: Any) -> io.BytesIO:
    out = io.BytesIO()
    picture.save(out, kind, **facts)
    out.seek(0)
    return out


def sent(browser: Any, *files: tuple[Any, str]) -> str:
    answer = browser.post("/return_slips/", data={"file": list(files)}, content_type="multipart/form-data")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def slips(line: Line, number: int) -> list[str]:
    rows = line.by("auditor").get(f"complaint/{number}/attachments").json
    return [row["name"] for row in rows if row["category"] == "return_slip"]


@pytest.mark.parametrize(
    ("turn", "tilted", "kind"),
    [(0, False, "JPEG"), (90, False, "JPEG"), (180, True, "JPEG"), (7, True, "JPEG"), (33, False, "JPEG"),
     (0, False, "PDF"), (0, True, "PDF")],
)  # fmt: skip
def test_2_5_a_photo_from_any_side_or_a_scan_lands_at_its_record(
    line: Line, as_role: Any, sheet: tuple[int, Image.Image], turn: int, tilted: bool, kind: str
):
    number, picture = sheet
    photo = (crooked(picture) if tilted else picture).rotate(turn, expand=True, fillcolor=(90, 80, 70))
    name = "回单." + kind.lower().replace("jpeg", "jpg")
    page = sent(as_role("reception", "zh"), (as_file(photo, kind, quality=60), name))
    assert f"/complaint/show/{number}" in page
    assert slips(line, number) == [name]


def test_2_5_what_has_no_code_or_a_foreign_one_lands_nowhere_and_says_why(
    line: Line, as_role: Any, sheet: tuple[int, Image.Image]
):
    number, picture = sheet
    other = line.at("awaiting_confirmation")

    def code(text: str) -> io.BytesIO:
        out = io.BytesIO()
        segno.make(text).save(out, kind="png", scale=6)
        out.seek(0)
        return out

    second = as_file(picture, "PDF", save_all=True, append_images=[_coded(other)])
    page = sent(
        as_role("reception", "zh"),
        (png(), "空白.png"),
        (io.BytesIO(b"%PDF-1.4 nothing"), "坏.pdf"),
        (code("https://example.com/pay/1"), "他处.png"),
        (code("http://x/complaint/show/999999"), "不存在.png"),
        (second, "两张.pdf"),
    )
    reasons = {
        "空白.png": "未能识别",
        "坏.pdf": "未能识别",
        "他处.png": "不是顾客投诉",
        "不存在.png": "无权查看",
        "两张.pdf": "多张",
    }
    for name, why in reasons.items():
        assert why in page.split(name)[1][:200], (name, page.split(name)[1][:200])
    assert (slips(line, number), slips(line, other)) == ([], [])


def _coded(number: int) -> Image.Image:
    out = io.BytesIO()
    segno.make(f"http://x/complaint/show/{number}").save(out, kind="png", scale=8, border=8)
    return Image.open(out).convert("RGB")


def test_2_5_a_slip_never_lands_at_a_record_one_may_not_see(line: Line, as_role: Any, sheet: tuple[int, Image.Image]):
    number, picture = sheet
    page = sent(as_role("technician2", "en"), (as_file(picture, "JPEG"), "slip.jpg"))
    assert "no record you may see" in page
    assert slips(line, number) == []
