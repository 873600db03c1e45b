"""docs/a-new-kind.md, done word for word in a scratch copy: what it promises is there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOC = (ROOT / "docs" / "a-new-kind.md").read_text(encoding="utf-8")
COPIED = ("app", "migrations", "translations", "config.py", "run.py", "babel.cfg", "pyproject.toml")
BLOCK = re.compile(r"(?:^`(?P<file>[\w/.]+)`\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)

PROGRAMS = {"flask": ("-m", "flask"), "portal": ("-c", "from app.cli import main; main()")}

LIFE = """
from app import create_app
from app.demo.staff import hire
from app.extensions import db
from tests.support import PASSWORD, Browser, Rest
import sqlalchemy as sa

app = create_app({"TESTING": True, "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False})
with app.app_context():
    hire(db.session, PASSWORD)
    db.session.commit()
    customer = db.session.scalar(sa.text("SELECT id FROM customer ORDER BY id LIMIT 1"))
reception, manager, qc = (Rest(app, login, PASSWORD) for login in ("reception", "qc_manager", "qc"))
refused = reception.post("loan/", {"subject": "pump"})
assert refused.status_code == 422 and set(refused.json["message"]) == {"serial_no", "customer"}, refused.json
made = reception.post("loan/", {"subject": "pump on loan", "serial_no": "BJ-77", "customer": customer})
assert made.status_code == 201, made.json
number, name = made.json["id"], made.json["result"]["number"]
assert name.startswith("JY-")
take = lambda who, step, **fields: who.post(f"loan/{number}/{step}", fields)
assert take(reception, "approve").status_code == 403
assert take(manager, "approve").status_code == 200
assert take(reception, "hand_out").status_code == 422
assert take(reception, "hand_out", back_by="2099-01-01", **EXTRA).status_code == 200
steps = {step["name"]: step for step in reception.get(f"loan/{number}/steps").json}
assert {"take_back", "report_lost", "remark"} == set(steps), steps
clocks = reception.get(f"loan/{number}/deadlines").json
assert clocks[0]["rule"] == "LOAN_BACK" and clocks[0]["explanation"]
told = reception.get(f"loan/{number}").json["result"]
assert told["serial_no"] == "BJ-77" and told["lent_at"] and told["state"] == "lent", told
AFTER
page = Browser(app, "reception", PASSWORD, "zh")
assert "备件借用" in page.get("/").text
for address in (f"/loan/show/{number}", "/loan/list/", "/loan/add", f"/loan/{number}/step/take_back"):
    answer = page.get(address)
    assert answer.status_code == 200, address
    assert not __import__("re").search(r">[^<]*(Loan|Spare|Lent)[^<]*<", answer.text), address
assert name in page.get("/loan/list/?q=bj77").text and name in page.get("/search/?q=BJ-77", follow_redirects=True).text
assert "BJ-77" in page.get(f"/loan/{number}/print/loan").text
assert name in page.get("/work/").text
access = Browser(app, "admin", PASSWORD)
tabs = ("complaints.steps", "complaints.steps.2", "complaints.steps.3")
assert any("report_lost|Loan" in access.get(f"/access/?group={tab}").text for tab in tabs)
assert take(reception, "take_back").status_code == 200 and take(qc, "inspect", condition="good").status_code == 200
with app.app_context():
    events = set(db.session.scalars(sa.text("SELECT event FROM outbox_mail")))
assert {"loan.register", "loan.approve", "loan.take_back"} <= events, events
paths = access and Rest(app, "admin", PASSWORD).get("_openapi").json["paths"]
assert any(path.startswith("/api/v1/loan/") for path in paths)
print("lived")
"""


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, tmp_path / name, ignore=ignored) if source.is_dir() else shutil.copy(source, tmp_path)
    (tmp_path / "tests").mkdir()
    for name in ("__init__.py", "support.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
    return tmp_path


def run(scratch: Path, *command: str) -> str:
    environ = {
        **os.environ,
        "PYTHONPATH": str(scratch),
        "PORTAL_ENV": "test",
        "PORTAL_DATA_DIR": str(scratch / "data"),
        "PORTAL_DATABASE_URL": f"sqlite:///{scratch / 'portal.db'}",
    }
    done = subprocess.run(command, cwd=scratch, env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command[:4]}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def changed(text: str, diff: str) -> str:
    """A file after the lines of a diff: what stands there is found, what begins with `-` gives way to what with `+`."""
    lines = diff.rstrip("\n").split("\n")
    old = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    new = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    assert old in text, f"not found:\n{old}"
    return text.replace(old, new, 1)


def translated(scratch: Path, words: dict[str, str]) -> None:
    """What `make i18n-update` does for one language, and the words filled in."""
    from babel.messages.pofile import read_po, write_po

    file = scratch / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as source:
        catalogue = read_po(source, locale="zh")
    for english, chinese in words.items():
        if english not in catalogue or not catalogue[english].string:
            catalogue.add(english, chinese)
    with file.open("wb") as target:
        write_po(target, catalogue, omit_header=True)
    file.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n' + file.read_text("utf-8"), "utf-8"
    )
    run(scratch, sys.executable, "-m", "babel.messages.frontend", "-q", "compile", "-d", "translations")


def follow(scratch: Path, text: str) -> None:
    """Do what a part of the page says."""
    for block in BLOCK.finditer(text):
        kind, said = block["kind"], block["text"]
        if kind == "python":
            file = scratch / block["file"]
            file.parent.mkdir(exist_ok=True)
            file.write_text(said, encoding="utf-8")
        elif kind == "diff":
            name, _line, diff = said.partition("\n")
            file = scratch / name
            file.write_text(changed(file.read_text("utf-8"), diff), encoding="utf-8")
        elif kind == "json":
            translated(scratch, json.loads(said))
        else:
            for line in said.strip().splitlines():
                command = re.findall(r'"[^"]*"|\S+', line)
                run(scratch, sys.executable, *PROGRAMS[command[0]], *(word.strip('"') for word in command[1:]))


def lived(scratch: Path, extra: str, after: str) -> None:
    code = LIFE.replace("**EXTRA", extra).replace("AFTER\n", after)
    assert run(scratch, sys.executable, "-c", code).strip().endswith("lived")


def test_from_nothing_to_the_spare_part_loan_and_then_a_step_and_a_field(scratch: Path):
    first, later = DOC.split("## Later")
    run(scratch, sys.executable, *PROGRAMS["portal"], "init")
    follow(scratch, first)
    lived(scratch, "", "")
    (scratch / "portal.db").rename(scratch / "before.db")
    shutil.copy(scratch / "before.db", scratch / "portal.db")
    follow(scratch, later)
    assert run(scratch, sys.executable, "-c", AGAIN).strip().endswith("signed")


AGAIN = """
from app import create_app
from app.extensions import db
from app.core.record.audit import faults
from app.demo.plots import SIGNATURE as INK
from tests.support import PASSWORD, Browser, Rest
import re
import sqlalchemy as sa
app = create_app({"TESTING": True, "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False})
with app.app_context():
    customer = db.session.scalar(sa.text("SELECT id FROM customer ORDER BY id LIMIT 1"))
reception, manager = (Rest(app, login, PASSWORD) for login in ("reception", "qc_manager"))
kept = reception.get("loan/").json["result"]
assert len(kept) == 1 and kept[0]["deposit"] is None
number = reception.post("loan/", {"subject": "motor", "serial_no": "BJ-78", "customer": customer}).json["id"]
take = lambda who, step, **fields: who.post(f"loan/{number}/{step}", fields)
assert take(manager, "approve").status_code == 200
assert take(reception, "hand_out", back_by="2099-01-01", deposit="500").status_code == 200
assert reception.get(f"loan/{number}").json["result"]["deposit"] == "500.00"
assert take(manager, "extend", back_by="2099-02-01", reason="not ready").status_code == 200
assert reception.get(f"loan/{number}").json["result"]["back_by"] == "2099-02-01"

assert take(reception, "log_contact", channel="phone", content="comes on Monday").status_code == 422
assert take(reception, "log_contact", channel="phone", content="comes on Monday", reached=True).status_code == 200
assert take(manager, "log_contact", channel="phone", content="x", reached=True).status_code == 403
told = reception.get(f"loan/{number}").json["result"]
assert [(row["channel"], row["content"], row["reached"]) for row in told["contacts"]] == [
    ("phone", "comes on Monday", True)
]
page = Browser(app, "reception", PASSWORD)
shown = page.get(f"/loan/show/{number}").text
assert "comes on Monday" in shown and "/customer-links" in shown
links = page.get(f"/loan/{number}/customer-links").text
addresses = {way: re.search(rf"/{way}/([\\w-]{{43}})", links)[0] for way in "at"}
customer = app.test_client()
followed = customer.get(addresses["t"]).text
assert "已借出" in followed and "/a/" in followed
asked = customer.get(addresses["a"]).text
assert "BJ-78" in asked and "2099-02-01" in asked
digest = re.search('name="digest" value="(\\w+)"', asked)[1]
name = {"signer_name": "Li Ming", "signature": INK}
assert customer.post(addresses["a"], data={"digest": digest, "signer_name": "Li Ming"}).status_code == 422
assert customer.post(addresses["a"], data={"digest": "0" * 64, **name}).status_code == 409
assert customer.post(addresses["a"], data={"digest": digest, **name}).status_code == 303
def signed():
    told = reception.get(f"loan/{number}").json["result"]["confirmations"]
    return [(row["signer_name"], row["method"], row["valid"]) for row in told]
assert signed() == [("Li Ming", "link", True)]
assert "Li Ming" in customer.get(addresses["t"]).text
assert customer.post(addresses["a"], data={"digest": digest, **name}).headers["Location"].startswith("/t/")
assert len(signed()) == 1
assert take(manager, "extend", back_by="2099-03-01", reason="still not ready").status_code == 200
assert signed() == [("Li Ming", "link", False)]
assert "signature no longer valid" in page.get(f"/loan/show/{number}").text
assert take(reception, "sign", signer_name="Li Ming", method="onscreen").status_code == 422
assert take(reception, "sign", signer_name="Li Ming", method="onscreen", signature=INK).status_code == 200
assert signed() == [("Li Ming", "link", False), ("Li Ming", "onscreen", True)]
assert page.post(f"/loan/{number}/customer-links/track/renew").status_code == 303
assert customer.get(addresses["t"]).status_code == 404
assert page.post(f"/loan/{number}/comment", data={"comment": "well known"}).status_code == 302
assert "well known" in page.get(f"/loan/show/{number}").text
with app.app_context():
    assert list(faults(db.session)) == []
print("signed")
"""


FORMAL = ("from ", "import ", '"""', "#", ")", "}", "]", "class ", "__", "id:", "DECLARED", "TABLES")


def test_a_loan_is_declared_in_sixty_lines():
    """Models, table and kind: the lines that say something of the loan."""
    blocks = [block["text"] for block in BLOCK.finditer(DOC.split("## Later")[0]) if block["kind"] == "python"]
    lines = [line.strip() for text in blocks for line in text.splitlines()]
    said = [line for line in lines if line and not line.startswith(FORMAL)]
    assert len(said) <= 60, len(said)
