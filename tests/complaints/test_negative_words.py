"""2.5: what a customer writes under a confirmation, and whether the portal asks once more, at every door."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from app.complaints.remarks import sounds_negative
from app.visits.words import words

from ..conftest import missing
from .conftest import Line, drawn

PAIRS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parents[1] / "negative_words.yaml").read_text("utf-8"))
SIGNED = {"signer_name": "Hu", "method": "onscreen", "signature": drawn(), "satisfaction": 5}


@pytest.mark.parametrize("remark", PAIRS["asks"])
def test_2_5_what_sounds_as_if_something_were_wrong_asks_once_more(remark: str):
    assert sounds_negative(remark)


@pytest.mark.parametrize("remark", PAIRS["fine"])
def test_2_5_what_holds_no_complaint_does_not_ask(remark: str):
    assert not sounds_negative(remark)


def test_2_5_the_phone_judges_every_remark_as_the_portal_does(app: Flask):
    node = shutil.which("node") or missing("Node.js")
    source = (Path(app.static_folder or "") / "m" / "steps.js").read_text("utf-8")
    judge = source[source.index("  function soundsNegative") : source.index("  function form(on)")]
    with app.test_request_context():
        told = words("zh")
    facts = {name: told[name] for name in ("harmless", "negative", "traditional")}
    remarks = [*PAIRS["asks"], *PAIRS["fine"]]
    ask = f"console.log(JSON.stringify({json.dumps(remarks)}.map(soundsNegative)))"
    script = f"const T = {json.dumps(facts)};{judge}{ask}"
    said = subprocess.run([str(node), "-e", script], capture_output=True, text=True, check=True, timeout=60).stdout
    assert json.loads(said) == [True] * len(PAIRS["asks"]) + [False] * len(PAIRS["fine"])


@pytest.mark.parametrize("answer", [{"remark": "又壞了"}, {"satisfaction": 1}, {"satisfaction": 2, "remark": "谢谢"}])
def test_2_5_a_yes_of_somebody_dissatisfied_asks_on_page_and_by_rest(line: Line, as_role: Any, answer: dict[str, Any]):
    number = line.at("awaiting_confirmation")
    refused = line.take("technician", number, "confirm", **{**SIGNED, **answer})
    assert refused.status_code == 422 and set(refused.json["message"]) == {"confirm_negative"}
    page = as_role("technician").step(number, "confirm", **{**SIGNED, **answer})
    assert page.status_code == 422 and "does not sound satisfied" in page.get_data(as_text=True)
    sure = line.must("technician", number, "confirm", **{**SIGNED, **answer, "confirm_negative": True})
    assert sure["state"] == "confirmed"


def test_2_5_a_satisfied_customer_is_not_asked_again(line: Line):
    number = line.at("awaiting_confirmation")
    line.must("technician", number, "confirm", **SIGNED, remark="没有不满意的地方")
