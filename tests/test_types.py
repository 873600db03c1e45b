"""A misspelt attribute of a record is found by the type checker, wherever a declaration speaks of the record."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.kind import registry
from app.core.kind.registry import KINDS

ROOT = Path(__file__).resolve().parent.parent
SNIPPET = """
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.kind.asks import need
from app.core.kind.facts import fact
from app.core.kind.kinds import Kind
from app.core.kind.steps import step
from app.core.process.deeds import Deed
from app.core.process.whose_turn import ByRight
from app.core.process.workflow import State, Workflow
from app.core.record.records import Record
from app.core.rights.rights import Rights


class L(StrEnum):
    lent = "lent"
    back = "back"


class Loan(Record):
    __tablename__ = "loan"
    __mapper_args__: Any = {"polymorphic_identity": "loan"}
    id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    serial_no: Mapped[str] = fact("Serial number")
    partner: Mapped[str | None] = fact("Partner")


def visible(rights: Rights) -> ColumnElement[bool]:
    return Loan.serial_no == rights.username


def taken(deed: Deed[Loan]) -> None:
    deed.record.partner = "x"


LOAN = Workflow[Loan](
    "loan", thing="Loan", initial=L.lent,
    states={L.lent: State("Lent", "info", ByRight("take_back")), L.back: State("Back", "ok", None)},
    steps=[
        step("take_back", "Take back", L.lent, L.back, ("qc",), "2.4",
             asks=(need(Loan.partner),),
             guards=(lambda deed: None if deed.record.serial_no else "no",),
             checks=(lambda deed: None if deed.record.partner else "no",),
             effect=lambda deed: deed.set(partner=deed.record.serial_no),
             starts=(lambda record: record.partner,),
             whose=lambda record, actor: record.partner == "a"),
    ],
)
KIND = Kind(
    thing="Loan", model=Loan, workflow=LOAN, clause="2.4", label="Loans", one="Loan", visible=visible,
    editable=lambda record, actor: record.partner is None,
    told={"partner": lambda record: record.partner},
    urgent=lambda record: record.partner is None,
)
"""
MISSPELT = {  # place → what stands there rightly, and what is wrong about it
    "guard": ("if deed.record.serial_no else", "if deed.record.serial_nr else"),
    "check": ("if deed.record.partner else", "if deed.record.patner else"),
    "effect": ("deed.set(partner=deed.record.serial_no)", "deed.set(partner=deed.record.serial_nr)"),
    "effect that writes": ('deed.record.partner = "x"', 'deed.record.patner = "x"'),
    "value of another type": ('deed.record.partner = "x"', "deed.record.partner = 5"),
    "what a step asks": ("need(Loan.partner)", "need(Loan.patner)"),
    "deadline that starts": ("(lambda record: record.partner,)", "(lambda record: record.patner,)"),
    "whose": ("lambda record, actor: record.partner ==", "lambda record, actor: record.patner =="),
    "visible": ("return Loan.serial_no ==", "return Loan.serial_nr =="),
    "editable": ("lambda record, actor: record.partner is None,", "lambda record, actor: record.patner is None,"),
    "told": ('"partner": lambda record: record.partner', '"partner": lambda record: record.patner'),
    "urgent": ("urgent=lambda record: record.partner", "urgent=lambda record: record.patner"),
}


def test_a_misspelt_attribute_is_found(tmp_path: Path):
    """One run of the checker over the declaration as it is right, and over each way it can be wrong."""
    names = {place: place.replace(" ", "_") for place in MISSPELT}
    for place, (right, wrong) in MISSPELT.items():
        assert right in SNIPPET
        (tmp_path / f"loan_{names[place]}.py").write_text(SNIPPET.replace(right, wrong))
    (tmp_path / "loan_right.py").write_text(SNIPPET)
    command = (
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        ROOT / "pyproject.toml",
        "--cache-dir",
        ROOT / ".mypy_cache",
    )
    found = subprocess.run(
        [*command, *sorted(tmp_path.glob("*.py"))],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": f"{ROOT}:{ROOT / 'stubs'}"},
        capture_output=True,
        text=True,
    )
    told = set(re.findall(r"loan_(\w+)\.py:\d+: error", found.stdout))
    assert told == set(names.values()), found.stdout + found.stderr


def test_a_misspelt_stamp_is_found_at_the_start():
    """`stamps` names two columns by a word, so the declaration itself asks for them."""
    kind = KINDS["gm_report"]
    step = next(step for step in kind.workflow.steps if step.stamps)
    right = step.stamps
    object.__setattr__(step, "stamps", "reportted")
    try:
        with pytest.raises(registry.Undeclared, match="GmReport has no reportted_at"):
            registry.register([kind])
    finally:
        object.__setattr__(step, "stamps", right)
