"""A complaint at any point of its life, taken there by the departments themselves."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.customers.models import Customer, Product

KUNSHAN, NINGBO, TIBET, HONGKONG = "320583", "330206", "540630", "810000"
FOUND = {"phenomenon": "noise reproduced", "investigation": "bearing worn", "cause_category": "assembly"}
DONE = {
    **FOUND,
    "responsibility": "own_quality",
    "remedy": "free_repair",
    "charge": "0.00",
    "work_done": "bearing replaced",
}


def png() -> io.BytesIO:
    """A real picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    out.seek(0)
    return out


def drawn() -> str:
    import base64

    return "data:image/png;base64," + base64.b64encode(png().read()).decode()


class Line:
    """The complaint line, worked by REST as the person named."""

    def __init__(self, rest: Callable[..., Any], session: Session) -> None:
        self.people: dict[tuple[str, str], Any] = {}
        self.rest, self.session = rest, session

    def by(self, login: str, locale: str = "en") -> Any:
        if (login, locale) not in self.people:
            self.people[login, locale] = self.rest(login, locale)
        return self.people[login, locale]

    def customer(self, name: str = "苏州示例电梯部件有限公司") -> int:
        return self.session.scalars(select(Customer.id).where(Customer.name == name)).one()

    def product(self, model: str = "HT-850") -> int:
        return self.session.scalars(select(Product.id).where(Product.model == model)).one()

    def slip(self, **fields: Any) -> dict[str, Any]:
        return {
            "channel": "visit",
            "customer": self.customer(),
            "site_region": KUNSHAN,
            "product": self.product(),
            "subject": "加工中心 HT-850 主轴异响",
            "description": "主轴高速异响",
            **fields,
        }

    def register(self, login: str = "reception", **fields: Any) -> int:
        answer = self.by(login).post("complaint/", self.slip(**fields))
        assert answer.status_code == 201, answer.json
        return int(answer.json["id"])

    def take(self, login: str, number: int, step: str, **fields: Any) -> Any:
        return self.by(login).post(f"complaint/{number}/{step}", fields)

    def must(self, login: str, number: int, step: str, **fields: Any) -> dict[str, Any]:
        answer = self.take(login, number, step, **fields)
        assert answer.status_code == 200, (step, answer.status_code, answer.json)
        return dict(answer.json)

    def attach(self, login: str, number: int, category: str) -> int:
        answer = self.by(login).upload(f"complaint/{number}/attachments", file=(png(), "扫描.png"), category=category)
        assert answer.status_code == 201, answer.json
        return int(answer.json["id"])

    def read(self, number: int, login: str = "auditor") -> dict[str, Any]:
        return dict(self.by(login).get(f"complaint/{number}").json["result"])

    def deadlines(self, number: int, code: str, login: str = "auditor") -> list[dict[str, Any]]:
        return [item for item in self.by(login).get(f"complaint/{number}/deadlines").json if item["rule"] == code]

    def at(self, state: str, **fields: Any) -> int:
        """A fresh complaint, worked to a state."""
        number = self.register(**fields)
        for reached, steps in LIFE:
            if state == "negotiating":
                self.must("reception", number, "classify_non_quality")
                return number
            for login, step, data in steps:
                extra = {"technician": "technician", "kind": "technician"} if step == "assign" else {}
                self.must(login, number, step, **data, **extra)
            if reached == state:
                return number
        raise AssertionError(state)


LIFE = (
    ("received", ()),
    ("pending_qc", (("reception", "classify_quality", {"solution_plan": "repair on site"}),)),
    ("handed_over", (("reception", "hand_over", {}),)),
    ("at_qc", (("qc", "receive", {}),)),
    (
        "drafted",
        (
            (
                "qc",
                "draft_disposition",
                {"analysis": "bearing", "opinion": "更换主轴轴承组件,现场复检精度", "needs_site_visit": True},
            ),
        ),
    ),
    ("disposed", (("qc_manager", "issue_disposition", {}),)),
    ("assigned", (("qc_manager", "assign", {}),)),
    ("on_site", (("technician", "arrive", {}),)),
    ("awaiting_confirmation", (("technician", "complete", DONE),)),
    (
        "confirmed",
        (
            (
                "technician",
                "confirm",
                {"signer_name": "顾客签收人", "method": "onscreen", "signature": drawn(), "satisfaction": 5},
            ),
        ),
    ),
    ("form_returned", (("technician", "return_form", {}),)),
    ("returned", (("qc", "receive_form", {}),)),
)


@pytest.fixture
def line(rest: Callable[..., Any], session: Session) -> Line:
    return Line(rest, session)
