"""What kinds of files are taken: known by what is in them, never by their name alone."""

from __future__ import annotations

import email.parser
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import TypeVar
from xml.parsers import expat

import filetype

from ..text.wording import gettext as _
from . import press

T = TypeVar("T")
PICTURES = {f"image/{name}" for name in ("jpeg", "png", "webp", "gif", "bmp", "tiff", "heic", "heif", "avif")}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}  # of what a picture is kept as
OFFICE = "application/vnd.openxmlformats-officedocument."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIL_HEADS = ("from", "subject", "date", "message-id")
TYPES = {
    "pdf": "application/pdf",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "txt": "text/plain",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "mp4": "video/mp4",
    "amr": "audio/amr",
    "eml": "message/rfc822",
}
ALWAYS = ("pdf", "docx", "xlsx", "txt")
SHOWN = ("jpg", "png", "webp", "gif", "bmp", "tiff", "heic")  # what a person is told of pictures
OF_PICTURES = (*SHOWN, "jpeg", "jfif", "jpe", "tif", "heif", "avif")
CHOSEN = ",".join(["image/*", *(f".{ending}" for ending in (*OF_PICTURES, *TYPES))])  # as a file dialog wants it
READ = 4_000_000  # bytes of a part that are looked at
PAGE = re.compile(rb"/Type\s*/(?:Page\b|ObjStm\b)")  # a page, or objects that are packed together with it
END = re.compile(rb"startxref\s+\d+\s+%%EOF")
NOT_SO = {*OF_PICTURES, *TYPES}  # endings that may be replaced


class NotAccepted(ValueError):
    """The file can't be taken; str(e) says why and what to do."""


def taken(name: str, content: bytes, more: bool) -> tuple[str, bytes, str]:
    """Name, bytes and type as they are kept. Raises NotAccepted.

    `more`: old office files, mails, sound and film are taken as well.
    """
    if not content:
        raise NotAccepted(_("The file is empty. Choose it again."))
    if filetype.guess_mime(content) in PICTURES:
        return _picture(name, content, press.picture)
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    kinds = tuple(TYPES) if more else ALWAYS
    if ending not in kinds and ending not in SHOWN:
        raise NotAccepted(_("This kind of file is not taken. Use %(kinds)s.", kinds=", ".join((*SHOWN, *kinds))))
    if ending not in kinds or not IS[ending](content):
        raise NotAccepted(
            _("The content of the file is not what its name says. Save it again as %(kind)s.", kind=ending)
        )
    return name, content, TYPES[ending]


def drawn(name: str, content: bytes) -> tuple[str, bytes, str]:
    """The same for what was drawn on a pad: a picture with something on it. Raises NotAccepted."""
    if filetype.guess_mime(content) not in PICTURES:
        raise not_drawn()
    return _picture(name, content, press.drawing)


def not_drawn() -> NotAccepted:
    return NotAccepted(_("The signature is not a picture. Let the customer sign again."))


def logo(content: bytes) -> bytes:
    """A company's logo as it is kept: a small PNG. Raises NotAccepted."""
    if filetype.guess_mime(content) not in PICTURES:
        raise NotAccepted(_("A logo is a picture. Use %(kinds)s.", kinds=", ".join(SHOWN)))
    return _pressed(press.logo, content)


def _picture(name: str, content: bytes, made: Callable[[bytes], tuple[bytes, str]]) -> tuple[str, bytes, str]:
    """A picture whatever it is called; its name gets the ending of what is kept."""
    kept, mime = _pressed(made, content)
    stem, _dot, ending = name.rpartition(".")
    right = ENDINGS[mime]
    if ending.lower() == right or (right == "jpg" and ending.lower() == "jpeg"):
        return name, kept, mime
    bare = stem if stem and ending.lower() in NOT_SO else name
    return f"{bare[: 199 - len(right)]}.{right}", kept, mime


def _pressed(made: Callable[[bytes], T], content: bytes) -> T:
    """What the press made of a picture, or why not, in a sentence."""
    try:
        return made(content)
    except press.Busy:
        raise
    except press.NotPressed as error:
        if str(error) == "blank":
            raise NotAccepted(_("Nothing is drawn on the pad. Please sign in the box.")) from error
        if str(error) == "too_large":
            raise NotAccepted(_("The picture is too large. Send it in a smaller size.")) from error
        raise NotAccepted(_("The picture can't be read. Take it again.")) from error


# ---- what a file is

UNREADABLE = (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error, expat.ExpatError)


def _zipped(content: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(content))


def _office(part: str, root: str) -> Callable[[bytes], bool]:
    """A package with its table of contents and its main part, and nothing before, behind or hidden in it."""
    parts = {"[Content_Types].xml": "Types", part: root}

    def test(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                names, whole = set(package.namelist()), package.start_dir + len(package.comment)
                if not parts.keys() <= names or not all(_is_xml(package, *pair) for pair in parts.items()):
                    return False
        except UNREADABLE:
            return False
        tail = content[whole:]
        alone = content.startswith(b"PK\x03\x04") and b"PK\x05\x06" in tail
        programs = any(name.lower().endswith("vbaproject.bin") for name in names)
        return alone and not programs

    return test


def _is_xml(package: zipfile.ZipFile, name: str, root: str) -> bool:
    """A part with this root; of a very long one the beginning. No part of an office file declares a document type."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, _attributes: found.append(tag) if not found else None
    parser.StartDoctypeDeclHandler = _declared
    if package.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return False  # others would be unpacked whole
    with package.open(name) as part:
        content = part.read(READ)
        parser.Parse(content, len(content) < READ)
    return bool(found) and found[0].rpartition(":")[2] == root


def _declared(*_facts: object) -> None:
    raise ValueError("a document type is declared")


def _pdf(content: bytes) -> bool:
    """With a page at least, and the place where its table begins."""
    begun = content.startswith(b"%PDF-") and not _zipped(content)
    return begun and bool(PAGE.search(content)) and bool(END.search(content))


def _text(content: bytes) -> bool:
    return b"\0" not in content and filetype.guess_mime(content) is None and not _zipped(content)


def _mail(content: bytes) -> bool:
    heads = email.parser.BytesHeaderParser().parsebytes(content[:65536])
    return _text(content) and sum(name in heads for name in MAIL_HEADS) >= 2


def _begins(*marks: bytes, at: int = 0, holds: bytes = b"") -> Callable[[bytes], bool]:
    """Starts as its kind does, and is not an archive at the same time."""
    return lambda content: content[at:].startswith(marks) and holds in content and not _zipped(content)


IS: dict[str, Callable[[bytes], bool]] = {
    "pdf": _pdf,
    "docx": _office("word/document.xml", "document"),
    "xlsx": _office("xl/workbook.xml", "workbook"),
    "txt": _text,
    "doc": _begins(OLE, holds="WordDocument".encode("utf-16-le")),
    "xls": _begins(OLE, holds="Workbook".encode("utf-16-le")),
    "mp4": _begins(b"ftyp", at=4),
    "amr": _begins(b"#!AMR"),
    "eml": _mail,
}
