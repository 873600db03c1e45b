"""Heavy work is done by a process that ends with its memory: what it makes, what it refuses, what it costs."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from app.core.files import press
from app.core.files.press import QUICK, NotPressed, Press, pinyin
from benchmarks.endurance import multipart
from tests.complaints.conftest import Line, line

__all__ = ["line"]
ROOT = Path(__file__).resolve().parent.parent.parent
HEAVY = ("weasyprint", "zxingcpp", "pypinyin", "holidays", "segno")


def white_png(width: int, height: int) -> bytes:
    """A picture of a single colour, made without ever holding it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * (3 * width)
    packed = b"".join(packer.compress(row) for _line in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def resident() -> int:
    """MB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024


def attach(line: Line, content: bytes, name: str = "photo.png"):
    number, program = line.register(), line.by("reception")
    body, kind = multipart(name, content, category="photo")
    address = f"/api/v1/complaint/{number}/attachments"
    return number, program.client.post(address, data=body, content_type=kind, headers=program.headers)


def test_a_picture_of_59_million_pixels_costs_the_portal_itself_next_to_nothing(line: Line):
    content = white_png(7700, 7700)
    assert len(content) < 300_000
    attach(line, white_png(8, 8))
    before = resident()
    number, answer = attach(line, content)
    assert answer.status_code == 201, answer.json
    assert resident() - before < 60
    kept = line.by("reception").get(f"complaint/{number}/attachments/{answer.json['id']}")
    assert max(Image.open(io.BytesIO(kept.data)).size) <= 4000
    kept.close()


def test_a_picture_beyond_the_bound_is_refused_by_its_head_alone(line: Line):
    bomb = white_png(8, 8)
    bomb = bomb[:16] + struct.pack(">II", 60_000, 60_000) + bomb[24:29] + struct.pack(
        ">I", zlib.crc32(bomb[12:16] + struct.pack(">II", 60_000, 60_000) + bomb[24:29])
    ) + bomb[33:]  # fmt: skip
    _number, answer = attach(line, bomb)
    assert answer.status_code == 422 and "smaller" in str(answer.json["message"])


def test_a_photograph_of_62_million_pixels_is_decoded_smaller(line: Line):
    out = io.BytesIO()
    Image.new("L", (9_200, 6_700), 255).save(out, "JPEG", quality=20)
    _number, answer = attach(line, out.getvalue(), "photo.jpg")
    assert answer.status_code == 201, answer.json


def test_a_broken_picture_is_refused_in_words(line: Line):
    press.pdf(["<p>a paper was made before</p>"])  # its maker, in the same process, would let half pictures pass
    _number, answer = attach(line, white_png(64, 64)[:-40])
    assert answer.status_code == 422 and "read" in str(answer.json["message"])


def test_a_portal_that_serves_loads_no_heavy_library():
    code = f"""
import sys
from app import create_app
client = create_app({{"TESTING": True}}).test_client()
assert client.get("/login/").status_code == 200
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    environ = {**os.environ, "PORTAL_ENV": "test", "PORTAL_DATABASE_URL": "sqlite://"}
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stdout + told.stderr


def test_many_threads_get_each_their_own_answer(app: Flask):
    words = {"宁波": ["n", "b"], "重庆": ["c", "q"], "ABC": ["ABC"], "杭州": ["h", "z"]}
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda word: pinyin(word, "FIRST_LETTER"), [*words] * 10)
    assert list(answers) == [*words.values()] * 10


def test_a_child_that_died_is_replaced_and_what_it_cannot_do_is_said(app: Flask):
    assert pinyin("宁", "TONE3") == ["ning2"]
    assert QUICK._child is not None
    os.kill(QUICK._child.pid, signal.SIGKILL)
    QUICK._child.wait()
    assert pinyin("波", "TONE3") == ["bo1"]
    with pytest.raises(NotPressed, match="failed"):
        QUICK.ask("nothing of the kind")
    assert pinyin("波", "TONE3") == ["bo1"]


def test_the_child_ends_when_nobody_speaks_to_it_any_more():
    press = Press()
    press.ask("pinyin", texts=["宁"], style="TONE3")
    child = press._child
    assert child is not None and child.poll() is None
    press.end()
    assert child.returncode == 0
