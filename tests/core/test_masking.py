"""Whoever sees a field masked finds its value behind no door: page, REST, history, export, print, conflict, mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.process.workflow import WORKFLOWS
from app.core.rights import masking
from app.demo.staff import PEOPLE
from app.notifications.models import Notice, OutboxMail
from tests.complaints.conftest import LIFE, Line, line

__all__ = ["line"]
LOGINS = [login for login, *_rest in PEOPLE]
OLD, NEW = "13805741111", "13905742222"  # planted: the one that was corrected, and the one that stands
DOORS = ("/complaint/", "/api/v1/complaint/", "/api/v1/history/", "/api/v1/visit", "/notice", "/search", "/mail")


def test_what_is_masked_is_declared():
    assert {kind: set(fields) for kind, fields in masking.MASKS.items()} == {"complaint": {"contact_phone"}}
    assert set(masking.MASKS) <= set(WORKFLOWS)


@pytest.fixture
def number(line: Line) -> int:
    """A complaint whose number was corrected after the visit; everybody's department has to do with it."""
    number = line.register(contact_phone=OLD)
    seen = {"If-Match": str(line.read(number)["version"])}
    assert line.by("reception").put(f"complaint/{number}", {"contact_phone": NEW}, headers=seen).status_code == 200
    for state, steps in LIFE:
        for login, step, data in steps if state != "confirmed" else ():
            extra = {"technician": "technician", "kind": "technician"} if step == "assign" else {}
            line.must(login, number, step, **data, **extra)
        if state == "confirmed":
            break
    line.must("technician", number, "reject", reason="still noisy")
    return number


def doors(app: Flask, number: int) -> Iterator[str]:
    """Every address that is read and tells of a complaint, filled with this one."""
    steps = WORKFLOWS["complaint"].step_names
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith(DOORS):
            continue
        for step in steps if {"step", "name"} & rule.arguments else [""]:
            yield _filled(rule.rule, {"pk": number, "number": number, "step": step, "name": step})
    yield from (f"/complaint/list/?q={NEW[-4:]}", "/search/?q=HT-850", "/api/v1/history/?page_size=100")


def _filled(rule: str, values: dict[str, Any]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values.get(found[1], "complaint_record")), rule)


def asked(who: Any, url: str) -> bytes:
    answer = who.get(url.removeprefix("/api/v1/")) if url.startswith("/api/") else who.get(url)
    try:
        return bytes(answer.data)
    finally:
        answer.close()


def test_no_door_tells_a_value_to_whom_it_is_masked(app: Flask, line: Line, number: int, as_role):
    in_full = set()
    for login in LOGINS:
        page, rest = as_role(login), line.by(login)
        record = rest.get(f"complaint/{number}")
        if record.status_code == 200 and record.json["result"]["contact_phone"] == NEW:
            in_full.add(login)
            lines = rest.get(f"complaint/{number}/history").json
            assert any(item["changes"].get("contact_phone") == [OLD, NEW] for item in lines), "in full, told in full"
            continue
        for url in doors(app, number):
            found = asked(rest if url.startswith("/api/") else page, url)
            assert OLD.encode() not in found and NEW.encode() not in found, (login, url)
    assert in_full and in_full != set(LOGINS)


def test_there_is_somebody_on_either_side(line: Line, number: int, as_role):
    """The technician reads the record and not the number once the visit is over; QC reads both."""
    page = as_role("technician")
    record = line.by("technician").get(f"complaint/{number}").json["result"]
    assert record["contact_phone"] == "139****2222"
    assert [
        item["changes"]["contact_phone"]
        for item in line.by("technician").get(f"complaint/{number}/history").json
        if "contact_phone" in item["changes"]
    ] == [["138****1111", "139****2222"]]
    shown = page.get(f"/complaint/show/{number}").text
    assert "138****1111" in shown and OLD not in shown and NEW not in shown
    assert OLD in as_role("qc").get(f"/complaint/show/{number}").text


def test_the_conflict_of_somebody_who_comes_back_masks_as_well(line: Line, number: int, as_role, session):
    for step in WORKFLOWS["complaint"].step_names:
        answer = as_role("technician").step(number, step, row_version="1")
        assert OLD.encode() not in answer.data and NEW.encode() not in answer.data, step


def test_no_mail_and_no_notice_carries_the_number(number: int, session):
    told = [*session.scalars(select(OutboxMail)), *session.scalars(select(Notice))]
    assert told
    for row in told:
        assert not any(value in str(vars(row)) for value in (OLD, NEW))
