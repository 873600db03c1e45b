"""What a served portal costs and survives: memory under use, slow callers, a killed engine, a killed server, SIGTERM.

`python -m benchmarks.endurance [--rounds N]`; starts its own portal with the small demo on a loopback port.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "Demo-Password-2026!"
COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]
HALF_HEAD = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le"
HALF_BODY = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nusername=x"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Portal:
    """`portal serve` as an operator starts it."""

    def __init__(self, data: Path, **environ: str) -> None:
        self.data, self.port = data, free_port()
        self.environ = {**os.environ, "PORTAL_DATA_DIR": str(data), "PORTAL_MAIL_SERVER": "", **environ}
        self.environ.pop("PORTAL_DATABASE_URL", None)
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *words: str) -> None:
        subprocess.run([*COMMAND, *words], cwd=ROOT, env=self.environ, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        self.process = subprocess.Popen([*COMMAND, "serve", "--port", str(self.port)], cwd=ROOT, env=self.environ)
        until(lambda: self.get("/health/ready")[0] == 200, 90)

    def get(self, path: str, token: str = "", **headers: str) -> tuple[int, bytes]:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def post(self, path: str, body: bytes, kind: str, token: str = "") -> tuple[int, bytes]:
        headers = {"Content-Type": kind, **({"Authorization": f"Bearer {token}"} if token else {})}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers)
        try:
            with urllib.request.urlopen(asked, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def token(self, login: str) -> str:
        words = {"username": login, "password": PASSWORD, "provider": "db"}
        status, answer = self.post("/api/v1/security/login", json.dumps(words).encode(), "application/json")
        assert status == 200, answer
        return str(json.loads(answer)["access_token"])

    def processes(self) -> dict[str, int]:
        """The processes of this portal: what each is, and its number."""
        assert self.process is not None
        found, workers = {"server": self.process.pid}, 0
        for child in children(self.process.pid):
            if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                found["engine"] = child
            else:
                workers += 1
                found[f"worker {workers}"] = child
        return found


def children(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory(pid: int) -> int:
    """MB that are resident."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(holds: Callable[[], Any], seconds: float) -> float:
    """Wait until it holds; answers how long that took."""
    begin = time.monotonic()
    while not holds():
        if time.monotonic() - begin > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.1)
    return time.monotonic() - begin


def multipart(name: str, content: bytes, **fields: str) -> tuple[bytes, str]:
    mark, out = "portal-mark", io.BytesIO()
    for key, value in fields.items():
        out.write(f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode())
    out.write(f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode())
    out.write(content + f"\r\n--{mark}--\r\n".encode())
    return out.getvalue(), f"multipart/form-data; boundary={mark}"


def large_picture() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (7700, 7700), "white").save(out, "PNG")
    return out.getvalue()


def show(label: str, portal: Portal) -> None:
    print(f"{label:<34}", ", ".join(f"{name} {memory(pid)} MB" for name, pid in portal.processes().items()), flush=True)


def use(portal: Portal, rounds: int) -> None:
    """Pages, PDFs and pictures, as a busy hour has them."""
    token = portal.token("qc_manager")
    show("started", portal)
    bytes_, kind = multipart("large.png", large_picture(), category="photo")
    listed = json.loads(portal.get("/api/v1/complaint/", token)[1])
    numbers = [row["id"] for row in listed["result"]][:20]
    for _round in range(rounds):
        for number in numbers:
            assert portal.get(f"/api/v1/complaint/{number}", token)[0] == 200
    show(f"{rounds * len(numbers)} records read", portal)
    for number in numbers[:14]:
        assert portal.get(f"/api/v1/complaint/{number}/print/complaint_record?lang=zh", token)[0] == 200
    show("14 PDFs", portal)
    for _twice in range(4):
        status, answer = portal.post(f"/api/v1/complaint/{numbers[0]}/attachments", bytes_, kind, token)
        assert status == 201, answer
    show("4 pictures of 59 million pixels", portal)


def slow(portal: Portal, callers: int) -> None:
    """Requests that are never finished, and whoever comes meanwhile."""
    held = []
    for turn in range(callers):
        one = socket.create_connection(("127.0.0.1", portal.port))
        one.sendall(HALF_BODY if turn % 2 else HALF_HEAD)
        held.append(one)
    times = []
    for _ in range(20):
        begin = time.monotonic()
        assert portal.get("/login/")[0] == 200
        times.append(time.monotonic() - begin)
    print(f"{callers} half-sent requests held: a page takes {median(times):.3f} s, at most {max(times):.2f} s")
    for one in held:
        one.close()


def killed(portal: Portal) -> None:
    engine = portal.processes()["engine"]
    os.kill(engine, signal.SIGKILL)
    taken = until(lambda: portal.processes().get("engine", engine) != engine, 60)
    print(f"engine killed: another one after {taken:.1f} s")
    until(lambda: portal.get("/health/ready")[0] == 200, 60)
    time.sleep(5)
    family = portal.processes()
    assert portal.process is not None
    portal.process.kill()
    portal.process.wait()
    taken = until(lambda: not any(lives(pid) for pid in family.values()), 60)
    print(f"server killed: its workers and its engine are gone after {taken:.1f} s")
    portal.start()
    time.sleep(5)
    family = portal.processes()
    begin = time.monotonic()
    portal.process.terminate()
    portal.process.wait(60)
    until(lambda: not any(lives(pid) for pid in family.values()), 60)
    print(f"SIGTERM: all gone after {time.monotonic() - begin:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=50)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        portal = Portal(Path(folder))
        portal.run("init")
        portal.run("demo", "--password", PASSWORD)
        portal.start()
        try:
            use(portal, rounds)
            slow(portal, 24)
            slow(portal, 400)
            killed(portal)
        finally:
            if portal.process is not None and portal.process.poll() is None:
                portal.process.terminate()
                portal.process.wait(30)


if __name__ == "__main__":
    main()
