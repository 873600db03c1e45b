"""The child of `press`: takes orders from its input, answers, and ends when it idles or has grown large.

It is run as a file and knows nothing of the portal: libraries are loaded by the first order that needs them.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import resource
import select
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, TypeVar

if TYPE_CHECKING:
    from PIL import Image

T = TypeVar("T")
IDLE = 20.0  # seconds without an order
LARGE = 250 * 1024  # KB of memory: a fresh child takes the next order
MOST_MEMORY = 2 * 1024**3
HEAD = 8
MOST_PICTURES = 20
JPEGS = re.compile(rb"stream\r?\n(\xff\xd8\xff.*?)\r?\nendstream", re.DOTALL)  # a scanner puts one on each page


class Refused(Exception):
    """The order can't be carried out: str(e) says why, in one word."""


def pdf(content: bytes, **_facts: object) -> bytes:
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts, fetcher = FontConfiguration(), URLFetcher(allowed_protocols=("data",))
    drawn = [HTML(string=html, url_fetcher=fetcher).render(font_config=fonts) for html in json.loads(content)]
    made: bytes = drawn[0].copy([page for paper in drawn for page in paper.pages]).write_pdf()
    return made


def picture(content: bytes, **_facts: object) -> bytes:
    kept, mime = _of_pictures(lambda pictures: pictures.cleaned(content))
    return bytes(mime.encode() + b"\n" + kept)


def drawing(content: bytes, **_facts: object) -> bytes:
    kept, mime = _of_pictures(lambda pictures: pictures.inked(content))
    return bytes(mime.encode() + b"\n" + kept)


def preview(content: bytes, **_facts: object) -> bytes:
    return bytes(_of_pictures(lambda pictures: pictures.preview(content)))


def logo(content: bytes, **_facts: object) -> bytes:
    return bytes(_of_pictures(lambda pictures: pictures.logo(content)))


def _of_pictures(work: Callable[[ModuleType], T]) -> T:
    """Done by the module beside this file, loaded without the portal around it."""
    import pictures  # type: ignore[import-not-found]

    try:
        return work(pictures)
    except (pictures.TooLarge, MemoryError) as error:
        raise Refused("too_large") from error
    except pictures.Blank as error:
        raise Refused("blank") from error
    except pictures.Unreadable as error:
        raise Refused("unreadable") from error


def codes(content: bytes, **_facts: object) -> bytes:
    import zxingcpp

    found = []
    for one in JPEGS.findall(content)[:MOST_PICTURES] if content.startswith(b"%PDF") else [content]:
        try:
            with _opened(one, 4000) as image:
                found += [code.text for code in zxingcpp.read_barcodes(image.convert("L"))]
        except Refused:
            continue
    return json.dumps(found).encode()


def pinyin(_content: bytes, texts: list[str], style: str, **_facts: object) -> bytes:
    from pypinyin import Style, lazy_pinyin

    how = {"style": getattr(Style, style), "neutral_tone_with_five": style == "TONE3"}
    parts = [lazy_pinyin(text, **how) for text in texts]
    return json.dumps(parts).encode()


@contextmanager
def _opened(content: bytes, side: int) -> Iterator[Image.Image]:
    """A picture whose head has been read and whose decoding stays within the bound."""
    import pictures
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own bound holds, and knows that a JPEG may be decoded smaller
    try:
        with Image.open(io.BytesIO(content)) as image:
            factor = side / max(image.size)
            image.draft(None, (max(1, int(image.width * factor)), max(1, int(image.height * factor))))
            if image.width * image.height > pictures.MAX_PIXELS:
                raise Refused("too_large")
            yield image
    except MemoryError as error:
        raise Refused("too_large") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused("unreadable") from error


JOBS: dict[str, Callable[..., bytes]] = {
    "pdf": pdf,
    "picture": picture,
    "drawing": drawing,
    "preview": preview,
    "logo": logo,
    "codes": codes,
    "pinyin": pinyin,
}


@contextmanager
def _alone(file: str | None) -> Iterator[None]:
    """Nobody else on this machine meanwhile."""
    if file is None:
        yield
        return
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _carried_out(order: bytes, content: bytes) -> tuple[bytes, bytes]:
    """Why not, and what was made."""
    facts = json.loads(order)
    try:
        with _alone(facts.pop("alone", None)):
            return b"", JOBS[facts.pop("job")](content, **facts)
    except Refused as refused:
        return str(refused).encode(), b""
    except Exception:
        traceback.print_exc()
        return b"failed", b""


def _exactly(stream: BinaryIO, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length and (some := stream.read(length - len(parts))):
        parts += some
    return bytes(parts)


def _next(orders: BinaryIO) -> list[bytes] | None:
    """One order, or nothing when there is none for a while or ever."""
    if not select.select([orders], [], [], IDLE)[0]:
        return None
    parts = []
    for _part in ("order", "content"):
        head = _exactly(orders, HEAD)
        if len(head) < HEAD:
            return None
        parts.append(_exactly(orders, int.from_bytes(head, "big")))
    return parts


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.path.append(str(Path(__file__).parent))  # last: `pictures` is found, `types` stays Python's
    orders, answers = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    while (order := _next(orders)) is not None:
        for part in _carried_out(*order):
            answers.write(len(part).to_bytes(HEAD, "big") + part)
        answers.flush()
        if _resident() > LARGE:
            return


def _resident() -> int:
    """KB of memory now; what a process was started from is counted in its peak, so the peak says too much."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() // 1024


if __name__ == "__main__":
    main()
