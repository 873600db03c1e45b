"""Files: what they are is looked at, not believed; what they carry is cleaned; who may see the record may see them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.complaints.conftest import Line, line, png

__all__ = ["line"]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"


def upload(line: Line, number: int, content: bytes, name: str, category: str = "letter"):
    return line.by("reception").upload(
        f"complaint/{number}/attachments", file=(io.BytesIO(content), name), category=category
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00" + b"\0" * 64, "setup.exe"),
        (b"<script>alert(1)</script>", "page.html"),
        (b"<svg/>", "x.svg"),
        (b"MZ\x90\x00" + b"\0" * 64, "letter.pdf"),
        (PDF, "photo.png"),
        (b"", "empty.pdf"),
        (b"GIF89a" + b"\0" * 40, "x.png"),
        (b"\0\1\2", "notes.txt"),
        (PDF, "letter"),
        (PDF, "letter.pdf.exe"),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_words(line: Line, content: bytes, name: str):
    number = line.register()
    answer = upload(line, number, content, name)
    assert answer.status_code == 422
    assert answer.json["message"]["file"]
    assert line.by("reception").get(f"complaint/{number}/attachments").json == []


def test_a_chinese_name_is_kept_and_no_path_is_believed(line: Line):
    number = line.register()
    assert upload(line, number, PDF, "../../etc/投诉 记录.pdf").json["name"] == "投诉 记录.pdf"


def test_a_photo_loses_its_position_and_stays_a_photo(line: Line):
    image, out = Image.new("RGB", (60, 40), "red"), io.BytesIO()
    exif = image.getexif()
    exif[0x8825] = {1: "N"}
    exif[0x010F] = "Phone Maker"
    image.save(out, "JPEG", exif=exif)
    number = line.register()
    told = upload(line, number, out.getvalue(), "site.jpg", "photo")
    answer = line.by("reception").get(f"complaint/{number}/attachments/{told.json['id']}")
    kept = answer.data
    answer.close()
    assert b"Phone Maker" not in kept
    assert Image.open(io.BytesIO(kept)).size == (60, 40)


def test_a_file_is_served_as_a_download_through_the_records_rights(line: Line, as_role):
    number = line.register()
    file = upload(line, number, png().read(), "scan.png").json["id"]
    answer = as_role("qc").get(f"/complaint/{number}/file/{file}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()
    assert as_role("technician").get(f"/complaint/{number}/file/{file}").status_code == 404
    assert line.by("finance").get(f"complaint/{number}/attachments/{file}").status_code == 404
    other = line.register()
    assert as_role("qc").get(f"/complaint/{other}/file/{file}").status_code == 404


def test_a_category_is_one_of_the_known(line: Line):
    assert upload(line, line.register(), PDF, "x.pdf", "nonsense").status_code == 422
