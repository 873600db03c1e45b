"""Files: what they are is looked at, not believed; what they carry is cleaned; who may see the record may see them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from PIL import Image

from app.core import settings
from app.core.files import pictures, press
from app.core.record import attachments
from app.extensions import db
from tests.complaints.conftest import Line, line, png

__all__ = ["line"]
PDF = b"%PDF-1.4\n1 0 obj\n<</Type /Page>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF"


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


# ---- pictures


def picture(kind: str, size: tuple[int, int] = (60, 40), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return out.getvalue()


HEIC = Path(__file__).with_name("photo.heic")


def got(line: Line, number: int, told) -> bytes:
    answer = line.by("reception").get(f"complaint/{number}/attachments/{told.json['id']}")
    try:
        return bytes(answer.data)
    finally:
        answer.close()


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        (picture("JPEG"), "site.jpg", ("site.jpg", "image/jpeg")),
        (picture("JPEG"), "site.jfif", ("site.jpg", "image/jpeg")),
        (picture("JPEG"), "微信图片.png", ("微信图片.jpg", "image/jpeg")),
        (picture("JPEG"), "letter.pdf", ("letter.jpg", "image/jpeg")),
        (picture("JPEG"), "photo", ("photo.jpg", "image/jpeg")),
        (picture("PNG"), "shot.JPG", ("shot.png", "image/png")),
        (picture("GIF"), "label.gif", ("label.png", "image/png")),
        (picture("BMP"), "scan.bmp", ("scan.png", "image/png")),
        (picture("WEBP"), "photo.webp", ("photo.jpg", "image/jpeg")),
        (picture("TIFF"), "fax.tif", ("fax.jpg", "image/jpeg")),
        (HEIC.read_bytes(), "IMG_0001.HEIC", ("IMG_0001.jpg", "image/jpeg")),
        (HEIC.read_bytes(), "IMG_0001.jpg", ("IMG_0001.jpg", "image/jpeg")),
    ],
)
def test_a_picture_is_taken_by_what_it_is(line: Line, content: bytes, name: str, kept: tuple[str, str]):
    number = line.register()
    told = upload(line, number, content, name, "photo")
    assert (told.json["name"], told.json["mime"]) == kept
    with Image.open(io.BytesIO(got(line, number, told))) as image:
        assert image.size == (60, 40)


def test_every_page_of_a_fax_is_kept(line: Line):
    out = io.BytesIO()
    pages = [Image.new("1", (1728, 2200), shade) for shade in (0, 1, 0)]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    number = line.register()
    told = upload(line, number, out.getvalue(), "传真.tiff")
    assert (told.json["name"], told.json["mime"]) == ("传真.pdf", "application/pdf")
    assert got(line, number, told).count(b"/Type /Page\n") == 3


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((1080, 20000), (1080, 20000)),  # a conversation in one long picture
        ((20000, 1080), (20000, 1080)),
        ((8000, 6000), (4619, 3464)),  # a photo of 48 megapixels
        ((4000, 3000), (4000, 3000)),
    ],
)
def test_what_is_written_on_a_picture_stays_legible(size: tuple[int, int], kept: tuple[int, int]):
    cleaned, _mime = pictures.cleaned(picture("JPEG", size))
    with Image.open(io.BytesIO(cleaned)) as image:
        assert abs(image.width - kept[0]) <= 1 and abs(image.height - kept[1]) <= 1


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(line: Line):
    answer = upload(line, line.register(), picture("PNG", (9000, 9000)), "bomb.png", "photo")
    assert answer.status_code == 422
    assert "too large" in answer.json["message"]["file"][0]


def test_a_picture_tells_neither_place_nor_device_nor_remark(line: Line):
    exif = Image.new("RGB", (4, 4)).getexif()
    exif[0x010F] = "Phone Maker"
    for kind, options in (("JPEG", {"comment": b"Phone Maker"}), ("PNG", {}), ("TIFF", {}), ("WEBP", {})):
        cleaned, _mime = pictures.cleaned(picture(kind, exif=exif, **options))
        assert b"Phone Maker" not in cleaned, kind


# ---- other files


ROOTS = {
    "[Content_Types].xml": "<Types/>",
    "word/document.xml": '<?xml version="1.0"?><w:document xmlns:w="w"/>',
    "xl/workbook.xml": "<workbook/>",
}


def package(
    *names: str, before: bytes = b"", behind: bytes = b"", packed: int = zipfile.ZIP_DEFLATED, **other: str
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as made:
        for name in names:
            made.writestr(name, other.get("part", ROOTS.get(name, "<x/>")) if "/" in name else ROOTS.get(name, "<x/>"))
    return before + out.getvalue() + behind


DOCX, XLSX = ("[Content_Types].xml", "word/document.xml"), ("[Content_Types].xml", "xl/workbook.xml")


def test_a_document_is_one_inside(line: Line):
    number = line.register()
    assert upload(line, number, package(*DOCX), "letter.docx").status_code == 201
    assert upload(line, number, package(*XLSX), "list.xlsx").status_code == 201


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (package("a.txt"), "letter.docx"),
        (package(*XLSX), "letter.docx"),
        (package("word/document.xml"), "letter.docx"),
        (package(*DOCX, "word/vbaProject.bin"), "letter.docx"),
        (package(*DOCX, before=PDF), "letter.docx"),
        (package(*DOCX, before=PDF), "letter.pdf"),
        (package(*DOCX, behind=b"<script>alert(1)</script>" * 3000), "letter.docx"),
        (package("a.txt", before=b"hello\n"), "hello.txt"),
        (b"<html>" + PDF, "letter.pdf"),
    ],
)
def test_neither_any_archive_nor_two_files_in_one_is_a_document(line: Line, content: bytes, name: str):
    answer = upload(line, line.register(), content, name)
    assert answer.status_code == 422
    assert answer.json["message"]["file"]


LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><document>&b;</document>'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (package(*DOCX, part=""), "hollow.docx"),
        (package(*XLSX, part=""), "hollow.xlsx"),
        (package(*DOCX, part="<document>"), "half.docx"),
        (package(*DOCX, part="<workbook/>"), "other.docx"),
        (package(*DOCX, part="no words in angles"), "text.docx"),
        (package(*DOCX, part=LAUGHS), "laughs.docx"),
        (package(*DOCX, packed=zipfile.ZIP_BZIP2), "packed otherwise.docx"),
        (b"%PDF-1.7\n%%EOF", "hollow.pdf"),
        (b"%PDF-1.7\nstartxref\n9\n%%EOF", "no page.pdf"),
        (PDF.replace(b"startxref\n9\n", b""), "no table.pdf"),
    ],
)
def test_a_hollow_file_is_no_document(line: Line, content: bytes, name: str):
    answer = upload(line, line.register(), content, name)
    assert answer.status_code == 422 and "not what its name says" in answer.json["message"]["file"][0]


def test_documents_as_programs_make_them_are_taken(line: Line):
    paper = press.pdf(["<p>纸</p>", "<p>另一张</p>"])
    book, scan = io.BytesIO(), io.BytesIO()
    Workbook().save(book)
    Image.new("L", (40, 40)).save(scan, "PDF")
    for content, name in ((paper, "a.pdf"), (scan.getvalue(), "b.pdf"), (book.getvalue(), "c.xlsx")):
        assert upload(line, line.register(), content, name).status_code == 201, name
    long = f"<document>{'<p>投诉</p>' * 500_000}</document>"
    assert upload(line, line.register(), package(*DOCX, part=long), "long.docx").status_code == 201


OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le") + b"\0" * 64
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le") + b"\0" * 64
MAIL = "From: 顾客 <kunde@example.com>\r\nSubject: 投诉\r\nDate: Tue, 24 Nov 2026 09:00:00 +0800\r\n\r\n异响".encode()
MORE = (
    (OLD_WORD, "投诉函.doc"),
    (OLD_EXCEL, "清单.xls"),
    (MAIL, "mail.eml"),
    (b"\0\0\0\x18ftypmp42" + b"\0" * 64, "noise.mp4"),
    (b"#!AMR\n" + b"\0" * 32, "call.amr"),
)


@pytest.mark.parametrize(("content", "name"), MORE)
def test_old_office_files_mails_sound_and_film_come_as_letters_or_by_a_setting(
    app: Flask, line: Line, content: bytes, name: str
):
    number = line.register()
    assert upload(line, number, content, name, "letter").status_code == 201
    assert upload(line, number, content, name, "evidence").status_code == 422
    assert upload(line, number, b"MZ" + content, name, "letter").status_code == 422
    for value, category, answer in (("all", "evidence", 201), ("none", "letter", 422)):
        with app.app_context():
            settings.put(db.session, "more_file_kinds", value)
            db.session.commit()
        assert upload(line, number, content, name, category).status_code == answer


# ---- what is served


@pytest.mark.parametrize("deed", ["changed", "missing"])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_file_that_is_not_the_one_attached_is_not_handed_out(line: Line, app: Flask, as_role, deed: str, locale: str):
    number = line.register()
    told = upload(line, number, PDF, "letter.pdf")
    with app.app_context():
        path = attachments.path_of(db.session.get_one(attachments.Attachment, told.json["id"]))
    path.write_bytes(PDF + b"\n") if deed == "changed" else path.unlink()
    answer = as_role("qc", locale).get(f"/complaint/{number}/file/{told.json['id']}")
    assert answer.status_code == 410
    assert ("administrator" if locale == "en" else "管理员") in answer.text
    said = line.by("qc", locale).get(f"complaint/{number}/attachments/{told.json['id']}")
    assert said.status_code == 410 and said.json["message"]


# ---- the record page


def sent_together(who, number: int, *files: tuple[bytes, str], **headers):
    data = {"category": "photo", "file": [(io.BytesIO(content), name) for content, name in files]}
    return who.post(f"/complaint/{number}/attach", data=data, content_type="multipart/form-data", headers=headers)


def test_several_files_come_at_once_and_what_is_refused_keeps_none_out(line: Line, as_role):
    number = line.at("at_qc")
    files = ((picture("JPEG"), "1.jpg"), (b"MZ", "2.exe"), (picture("PNG"), "3.png"))
    qc = as_role("qc")
    sent_together(qc, number, *files)
    page = qc.get(f"/complaint/show/{number}").text
    assert "“1.jpg” was attached." in page and "“3.png” was attached." in page
    assert "“2.exe” was not attached. This kind of file is not taken." in page
    assert [item["name"] for item in line.by("qc").get(f"complaint/{number}/attachments").json] == ["1.jpg", "3.png"]


def test_a_file_sent_by_the_pages_script_is_answered_in_a_sentence(line: Line, as_role):
    number = line.at("at_qc")
    answer = sent_together(as_role("qc"), number, (picture("JPEG"), "1.jpg"), **{"X-Fragment": "1"})
    assert (answer.status_code, answer.json["message"]) == (201, "“1.jpg” was attached.")
    answer = sent_together(as_role("qc"), number, (b"MZ", "2.exe"), **{"X-Fragment": "1"})
    assert answer.status_code == 422
    assert answer.json["message"].startswith("“2.exe” was not attached.")
    assert sent_together(as_role("qc"), number, **{"X-Fragment": "1"}).status_code == 422


def test_a_picture_is_shown_small_on_the_record_and_in_full_on_demand(line: Line, as_role):
    number = line.at("at_qc")
    file = upload(line, number, picture("JPEG", (3000, 2000)), "site.jpg", "photo").json["id"]
    letter = upload(line, number, PDF, "letter.pdf").json["id"]
    qc = as_role("qc")
    page = qc.get(f"/complaint/show/{number}").text
    assert f'src="/complaint/{number}/picture/{file}?small=1"' in page
    assert 'alt="Site photo: site.jpg"' in page
    assert f"/picture/{letter}" not in page
    small, full = (qc.get(f"/complaint/{number}/picture/{file}{query}") for query in ("?small=1", ""))
    with Image.open(io.BytesIO(small.data)) as image:
        assert max(image.size) == pictures.SMALL
    assert len(small.data) < 40_000
    with Image.open(io.BytesIO(full.data)) as image:
        assert image.size == (3000, 2000)
    small.close()
    full.close()
    assert qc.get(f"/complaint/{number}/picture/{letter}").status_code == 404
    assert as_role("technician").get(f"/complaint/{number}/picture/{file}?small=1").status_code == 404
