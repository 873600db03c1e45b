"""The press: PDFs, pictures, codes and pinyin are made in a process of its own, which ends with its memory.

What takes a moment and what takes none go to two different children, so that nobody signs behind a queue of photos.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

CHILD = Path(__file__).with_name("press_child.py")  # run as a file: it must not load the portal
LONGEST = 120.0  # seconds for one piece of work
HEAD = 8  # bytes that tell how long what follows is
PLACES = 2  # threads of a process that may wait for pictures; the others are there for everybody else
SMALL = 4_000_000  # pixels that take no time; no pad to sign on has more


class NotPressed(Exception):
    """It could not be made: str(e) is `unreadable`, `too_large` or `failed`."""


class Busy(NotPressed):
    """Enough pictures wait already: try again in a moment."""


class Press:
    """One child at most, one piece of work at a time; the child goes by itself when it idles or has grown large."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._one = threading.Lock()

    def ask(self, job: str, content: bytes = b"", **facts: object) -> bytes:
        """Have one piece of work done. A child that has just gone is replaced, once. Raises NotPressed."""
        order = json.dumps({"job": job, **facts}).encode()
        with self._one:
            for last in (False, True):
                try:
                    return self._asked(order, content)
                except (BrokenPipeError, EOFError) as error:
                    self.end()
                    if last:
                        raise NotPressed("failed") from error
        raise AssertionError("unreachable")

    def _asked(self, order: bytes, content: bytes) -> bytes:
        child = self._running()
        assert child.stdin is not None
        limit = threading.Timer(LONGEST, child.kill)
        limit.daemon = True
        limit.start()
        try:
            for part in (order, content):
                child.stdin.write(len(part).to_bytes(HEAD, "big"))
                child.stdin.write(part)
            child.stdin.flush()
            why, answer = _answer(child), _answer(child)
        finally:
            limit.cancel()
        if why:
            raise NotPressed(why.decode())
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and (self._child.poll() is not None or self._owner != os.getpid()):
            self.end()
        if self._child is None:
            command = [sys.executable, "-P", str(CHILD)]  # -P: our own types.py must not stand before Python's
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 (ours)
            self._owner = os.getpid()
        return self._child

    def end(self) -> None:
        """Let the child go; it ends when nobody speaks to it any more."""
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        for pipe in (child.stdin, child.stdout):
            try:
                pipe.close()  # type: ignore[union-attr]
            except BrokenPipeError:
                continue
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _answer(child: subprocess.Popen[bytes]) -> bytes:
    assert child.stdout is not None
    head = child.stdout.read(HEAD)
    length = int.from_bytes(head, "big")
    answer = child.stdout.read(length)
    if len(head) < HEAD or len(answer) < length:
        raise EOFError("the press has gone")
    return answer


PRESS, QUICK = Press(), Press()
QUEUE = threading.BoundedSemaphore(PLACES)
atexit.register(PRESS.end)
atexit.register(QUICK.end)


@contextmanager
def _place() -> Iterator[None]:
    """One of the few places of those who wait for a picture. Raises Busy."""
    if not QUEUE.acquire(blocking=False):
        raise Busy("busy")
    try:
        yield
    finally:
        QUEUE.release()


def pdf(pages: Sequence[str]) -> bytes:
    """One PDF of these pages; nothing is fetched but what they carry themselves."""
    return PRESS.ask("pdf", json.dumps(list(pages)).encode())


def picture(content: bytes) -> tuple[bytes, str]:
    """A picture as a record keeps it, and its type. Raises NotPressed."""
    return _kept("picture", content)


def drawing(content: bytes) -> tuple[bytes, str]:
    """The same for what was drawn on a pad; one without ink is refused as `blank`. Raises NotPressed."""
    return _kept("drawing", content)


def _kept(job: str, content: bytes) -> tuple[bytes, str]:
    if _is_small(content):
        answer = QUICK.ask(job, content)
    else:
        with _place():
            answer = PRESS.ask(job, content, alone=_turn())
    mime, _line, kept = answer.partition(b"\n")
    return kept, mime.decode()


def _is_small(content: bytes) -> bool:
    """Whether the head of a PNG promises few pixels."""
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    return content.startswith(b"\x89PNG\r\n\x1a\n") and width * height <= SMALL


def preview(content: bytes) -> bytes:
    """A small JPEG of a kept picture."""
    with _place():
        return PRESS.ask("preview", content, alone=_turn())


def logo(content: bytes) -> bytes:
    """A picture as a letterhead shows it. Raises NotPressed."""
    with _place():
        return PRESS.ask("logo", content, alone=_turn())


def codes(content: bytes) -> list[str]:
    """The texts of the codes of a picture, or of the pictures a scanned PDF is made of."""
    with _place():
        found: list[str] = json.loads(PRESS.ask("codes", content, alone=_turn()))
    return found


def pinyin(text: str, style: str) -> list[str]:
    """How Chinese is read: `FIRST_LETTER`, `TONE3` …, one part for each character."""
    return pinyin_of_all([text], style)[0]


def pinyin_of_all(texts: Sequence[str], style: str) -> list[list[str]]:
    """The same for many texts in one question."""
    parts: list[list[str]] = json.loads(QUICK.ask("pinyin", texts=texts, style=style))
    return parts


def _turn() -> str:
    """Pictures are decoded one at a time on the whole machine: who holds this file's lock."""
    return str(Path(current_app.config["DATA_DIR"]) / "press.lock")
