"""A field of the company's own on every kind there is, and the people who work that kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.complaints.conftest import Line, line

__all__ = ["Line", "line"]

CHOICES = [
    {"code": "none", "label_zh": "没有媒体", "label_en": "No press"},
    {"code": "local", "label_zh": "本地媒体", "label_en": "Local press"},
    {"code": "national", "label_zh": "全国媒体", "label_en": "National press"},
]
WORDS = {"label_zh": "媒体情况", "label_en": "Press coverage", "help_zh": "谁在报道", "help_en": "Who reports"}
SHOWN = {"in_list": True, "in_search": True, "on_paper": True}
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def make(rest: Callable[..., Any]) -> Make:
    """make("complaint", asked_in=["create"]) is a new field as the administrator makes it; answers the row."""

    def made(kind: str, **facts: Any) -> dict[str, Any]:
        body = {"kind": kind, "code": "press", "type": "choice", **WORDS, **SHOWN, **facts}
        if body["type"] in ("choice", "choices"):
            body.setdefault("choices", CHOICES)
        answer = rest("admin").post("custom_field/", body)
        assert answer.status_code == 201, answer.json
        return {"id": answer.json["id"], **answer.json["result"]}

    return made


@dataclass
class Way:
    """How people work a kind: who makes one and with what, who takes which step, who corrects, who prints."""

    maker: str
    body: Callable[[Line], dict[str, Any]] = lambda line: {}
    made: Callable[[Line], int] | None = None  # where another record brings it into being
    step: str = ""
    taker: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    change: dict[str, Any] | None = None
    reader: str = ""
    paper: str = ""


def consulted(line: Line) -> int:
    line.must("qc", line.at("at_qc"), "consult", departments=["production"], question="cause?")
    return int(line.by("auditor").get("consultation/").json["result"][0]["id"])


NOTICE = {"responsible_department": "production", "problem": "bearing worn", "requirement": "no repeat"}
WAYS = {
    "complaint": Way(
        "reception", lambda line: line.slip(), step="classify_quality", taker="reception",
        data={"solution_plan": "repair"}, change={"subject": "changed"}, reader="gm", paper="complaint_record",
    ),
    "consultation": Way(
        "qc", made=consulted, step="answer", taker="production_manager", data={"opinion": "ours"}, reader="qc_manager",
        paper="consultation",
    ),
    "corrective_action": Way(
        "qc", lambda line: NOTICE, step="issue", taker="qc_manager", change={"requirement": "never again"},
        reader="qc_manager", paper="corrective_notice",
    ),
    "gm_report": Way(
        "sales_manager", lambda line: {"reason": "other", "subject": "a strike"}, step="report", taker="sales_manager",
        data={"summary": "s", "measures": "m"}, reader="gm", paper="gm_report",
    ),
    "customer": Way("sales_manager", lambda line: {"name": "新顾客", "phone": "13800001111", "region": "330206"},
                    change={"note": "n"}, reader="sales_manager"),
    "contact": Way("sales_manager", lambda line: {"customer": line.customer(), "name": "李明"},
                   change={"position": "x"}, reader="sales_manager"),
    "product": Way("qc", lambda line: {"model": "ZX-1", "name_zh": "新机", "name_en": "New"}, change={"name_en": "N"},
                   reader="qc"),
    "product_unit": Way("qc", lambda line: {"serial_no": "SN-77", "product": line.product()},
                        change={"batch_no": "B1"}, reader="qc"),
}  # fmt: skip
