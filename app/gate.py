"""The gate: a request is taken in whole before one of the threads works on it.

Whoever sends slowly, half or never occupies a line in a list, not a thread; how long he may take is bounded.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import time
from functools import partial
from pathlib import Path
from selectors import EVENT_READ
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10.0  # from the first byte of a request to the end of its head
SILENT_SECONDS = 20.0  # without a byte of the body
SLOWEST = 8 * 1024  # bytes a second, over the whole body
SENDING_SECONDS = 20.0  # for a client to take what it asked for
LEAVING_SECONDS = 2.0
HEAD_BYTES = 64 * 1024
BODY_BYTES = 26 * 1024 * 1024  # a little more than the portal takes: it says itself that it is too much
HEARD_OUT = 4 * BODY_BYTES  # a longer body is read to its end, not kept, so that the refusal is seen
MOST_BYTES = 256 * 1024 * 1024  # of all unfinished requests of a worker
MOST_MEMORY = int(os.environ.get("PORTAL_WORKER_MB", "145"))  # of a worker; then a fresh one takes its place
APART = 8  # MB between two neighbours, so that they do not go together
LEAST_REQUESTS = 200  # a worker that is large from the start is not replaced without end
WAITS_SECONDS = 60.0  # for what is under way, before a worker goes
PAGE = os.sysconf("SC_PAGE_SIZE")
LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
CHUNKED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)
EXPECTS = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
NO_LENGTH = b"HTTP/1.1 411 Length Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
SHORTER = """{"message": "The address is too long: ask for less at once. 地址过长，请缩短查询条件。"}\n""".encode()
TOO_LONG = (
    b"HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(SHORTER), SHORTER)
)
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class Letter:
    """What has arrived of one request; gunicorn reads it like a socket that is never late."""

    def __init__(self, begun: bytes = b"") -> None:
        self.kept = SpooledTemporaryFile(max_size=HEAD_BYTES * 4)  # noqa: SIM115  (closed with the letter)
        self.head = bytearray()
        self.head_is_whole = False
        self.length = self.arrived = 0
        self.rest = b""  # already part of the next one
        if begun:
            self.add(begun)

    @property
    def is_whole(self) -> bool:
        return self.head_is_whole and (self.arrived >= self.length or self.length > HEARD_OUT)

    @property
    def is_too_long(self) -> bool:
        return self.length > BODY_BYTES

    @property
    def is_chunked(self) -> bool:
        return bool(CHUNKED.search(self.head))

    def asks_too_much(self, limit: int) -> bool:
        """A program's address is longer than the server reads."""
        line = self.head[: limit + 2].partition(b"\r\n")
        return not line[1] and line[0].partition(b" ")[2].startswith(b"/api/")

    @property
    def waits_for_a_word(self) -> bool:
        return bool(EXPECTS.search(self.head))

    def add(self, data: bytes) -> None:
        """Take in what came."""
        if self.head_is_whole:
            self._add_body(data)
            return
        searched = max(0, len(self.head) - 3)
        self.head += data
        end = self.head.find(b"\r\n\r\n", searched)
        if end < 0 and len(self.head) <= HEAD_BYTES:
            return
        end = len(self.head) if end < 0 else end + 4  # a head without end is refused by whoever reads it
        body, self.head = bytes(self.head[end:]), self.head[:end]
        self.head_is_whole = True
        lengths = LENGTH.findall(self.head)
        self.length = int(lengths[0]) if len(lengths) == 1 else 0  # several are refused by whoever reads it
        self.kept.write(self.head)
        self._add_body(body)

    def _add_body(self, data: bytes) -> None:
        mine = data[: self.length - self.arrived]
        self.rest += data[len(mine) :]
        self.arrived += len(mine)
        if not self.is_too_long:
            self.kept.write(mine)

    def recv(self, size: int) -> bytes:
        return self.kept.read(size)

    def patience(self, since: float, now: float) -> float:
        """Until when the rest may come."""
        if not self.head_is_whole:
            return since + HEAD_SECONDS
        return min(since + HEAD_SECONDS + SILENT_SECONDS + self.length / SLOWEST, now + SILENT_SECONDS)


class Caller(TConn):  # type: ignore[misc]
    """A connection, and the request that arrives on it."""

    letter: Letter
    since = until = 0.0

    def begin(self, begun: bytes, seconds: float) -> None:
        """Wait for a request; its first byte may take a while."""
        self.letter = Letter(begun)
        self.since = time.monotonic()
        self.until = self.since + seconds

    def hear(self, data: bytes) -> None:
        now = time.monotonic()
        if not self.letter.head:
            self.since = now
        waited = self.letter.head_is_whole
        self.letter.add(data)
        self.until = self.letter.patience(self.since, now)
        if self.letter.head_is_whole and not waited and not self.letter.is_whole and self.letter.waits_for_a_word:
            self.sock.send(GO_ON)

    def hand_over(self) -> None:
        """The request is whole: the parser reads it from the letter."""
        self.letter.kept.seek(0)
        self.parser = http.get_parser(self.cfg, self.letter, self.client)
        self.initialized = self.data_ready = True

    def init(self) -> None:
        """A thread has it now: whoever does not take his answer does not keep the thread."""
        self.sock.settimeout(SENDING_SECONDS)

    @property
    def was_understood(self) -> bool:
        """Nothing of the request is left over, so that the next one begins where we think it does."""
        unread = self.parser.unreader.buf.getvalue() or self.letter.recv(1)
        return not unread and not self.letter.is_too_long


def resident() -> int:
    """MB that this process holds; nothing where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * PAGE // 1024**2


class GateWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads behind the gate."""

    alive: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.callers: dict[Caller, None] = {}  # whose request is not whole, in the order they came
        self.leaving: dict[Any, float] = {}  # closed by us, not yet by the other side: until when
        self._swept = 0.0
        self._worn_since = 0.0

    def accept(self, listener: Any) -> None:
        try:
            sock, address = listener.accept()
        except OSError:
            return  # another worker was quicker, or the caller has gone
        self.nr_conns += 1
        if len(self.callers) >= self.worker_connections // 2:
            self._give_up(next(iter(self.callers)))
        caller = Caller(self.cfg, sock, address, listener.getsockname())
        self._await(caller, b"", HEAD_SECONDS)

    def _await(self, caller: Caller, begun: bytes, seconds: float) -> None:
        caller.sock.setblocking(False)
        caller.begin(begun, seconds)
        self.callers[caller] = None
        self.poller.register(caller.sock, EVENT_READ, partial(self._heard, caller))
        if caller.letter.head:
            self._judge(caller)

    def _heard(self, caller: Caller, sock: Any) -> None:
        if caller not in self.callers:
            return  # given up in this very round
        try:
            data = sock.recv(HEAD_BYTES)
            if data:
                caller.hear(data)
        except BlockingIOError:
            return
        except OSError:  # gone, or no room for what it sends
            data = b""
        if data:
            self._judge(caller)
        else:
            self._drop(caller)

    def _judge(self, caller: Caller) -> None:
        letter = caller.letter
        if letter.is_chunked:
            self._give_up(caller, NO_LENGTH)
        elif letter.head_is_whole and letter.asks_too_much(self.cfg.limit_request_line):
            self._give_up(caller, TOO_LONG)
        elif letter.is_whole:
            self._forget(caller)
            caller.hand_over()
            self.enqueue_req(caller)
        elif sum(other.letter.arrived for other in self.callers) > MOST_BYTES:
            self._give_up(next(other for other in self.callers if other.letter.arrived))

    def finish_request(self, conn: Caller, fs: Any) -> None:
        """A request is answered: wait for the next one, or part."""
        try:
            goes_on = not fs.cancelled() and bool(fs.result()) and self.alive and conn.was_understood
        except Exception:
            goes_on = False
        conn.letter.kept.close()
        if goes_on:
            self._await(conn, conn.letter.rest, float(self.cfg.keepalive))
        else:
            self._part(conn.sock)

    def murder_pending(self) -> None:
        """Whoever takes too long goes; when the server stops, whoever has not yet asked."""
        now = time.monotonic()
        if now - self._swept < 0.25:
            return
        self._swept = now
        for caller in list(self.callers):
            if now >= caller.until or (not self.alive and now >= caller.since + 1):
                self._give_up(caller) if caller.letter.head else self._drop(caller)
        for sock, until in list(self.leaving.items()):
            if now >= until:
                self._gone(sock)
        if self.alive and self._is_worn(now):
            self.alive = False  # what arrives meanwhile waits for another worker

    def _is_worn(self, now: float) -> bool:
        """Grown too large, and nothing is under way: neither running nor half arrived, for as long as that can last."""
        if self.nr < LEAST_REQUESTS or resident() <= MOST_MEMORY - APART * (self.age % 2):
            return False
        self._worn_since = self._worn_since or now
        runs = self.nr_conns - len(self.callers) - len(self.leaving)
        arrives = any(caller.letter.head for caller in self.callers)
        return not (runs or arrives) or now >= self._worn_since + WAITS_SECONDS

    def run(self) -> None:
        super().run()
        # what ran is finished: to take a large process apart, or to wait for a thread that hangs, takes long
        os._exit(0)

    # ---- parting

    def _forget(self, caller: Caller) -> None:
        self.callers.pop(caller, None)
        self.poller.unregister(caller.sock)

    def _drop(self, caller: Caller) -> None:
        self._forget(caller)
        caller.letter.kept.close()
        caller.sock.close()
        self.nr_conns -= 1

    def _give_up(self, caller: Caller, word: bytes = TOO_SLOW) -> None:
        self._forget(caller)
        caller.letter.kept.close()
        with contextlib.suppress(OSError):
            caller.sock.send(word)
        self._part(caller.sock)

    def _part(self, sock: Any) -> None:
        """Say goodbye and listen a moment, so that the last answer is not cut off; nobody waits for it."""
        try:
            sock.setblocking(False)
            sock.shutdown(socket.SHUT_WR)
            self.leaving[sock] = time.monotonic() + LEAVING_SECONDS
            self.poller.register(sock, EVENT_READ, self._leaves)
        except (OSError, ValueError, KeyError):
            self._gone(sock)

    def _leaves(self, sock: Any) -> None:
        try:
            if sock not in self.leaving or sock.recv(HEAD_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._gone(sock)

    def _gone(self, sock: Any) -> None:
        if self.leaving.pop(sock, None) is not None:
            with contextlib.suppress(KeyError, ValueError):
                self.poller.unregister(sock)
        sock.close()
        self.nr_conns -= 1
