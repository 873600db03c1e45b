"""Every type of field: what is taken, what is refused, how it is told, filtered and kept, on both databases."""

from __future__ import annotations

import io
from typing import Any

import pytest

from app.core.kind.own_fields import TYPES
from tests.complaints.conftest import png
from tests.support import PASSWORD, Rest

from .conftest import CHOICES, WORDS, Line, Make

REPORT = {"reason": "other", "subject": "a strike"}
# type → what is sent, what REST tells, a page's words, a filter that finds it and one that does not, what is refused
CASES: dict[str, tuple[Any, Any, str, tuple[str, Any], tuple[str, Any], Any]] = {
    "text": (" a b ", "a b", "a b", ("eq", "a b"), ("ct", "c"), "x" * 201),
    "long_text": ("a\nb", "a\nb", "a\nb", ("ct", "b"), ("eq", "b"), {"a": 1}),
    "integer": (12, 12, "12", ("gt", 9), ("gt", 100), "1.5"),
    "money": ("9.50", "9.50", "9.50", ("lt", "10.00"), ("gt", "10.00"), "9.505"),
    "day": ("2026-11-20", "2026-11-20", "2026-11-20", ("lt", "2026-12-01"), ("gt", "2026-12-01"), "tomorrow"),
    "moment": ("2026-11-20T09:30:00+08:00", "2026-11-20T09:30:00+08:00", "2026-11-20 09:30",
               ("lt", "2026-11-20T02:00:00Z"), ("gt", "2026-11-20T09:40:00 08:00"), "noon"),
    "choice": ("local", "local", "Local press", ("eq", "local"), ("eq", "none"), "elsewhere"),
    "choices": (["local", "none"], ["local", "none"], "Local press, No press", ("eq", "local"), ("eq", "national"),
                ["elsewhere"]),
    "yes_no": (True, True, "Yes", ("eq", True), ("eq", False), "perhaps"),
    "customer": (1, 1, "/customer", ("eq", 1), ("eq", 2), 99999),
    "product": (1, 1, "HT-850", ("eq", 1), ("eq", 2), 99999),
    "person": ("qc", "qc", "", ("eq", "qc"), ("eq", "gm"), "nobody"),
}  # fmt: skip


def rison(value: Any) -> str:
    return (
        {True: "!t", False: "!f"}[value]
        if isinstance(value, bool)
        else f"'{value}'"
        if isinstance(value, str)
        else str(value)
    )


def found(who: Any, opr: str, value: Any) -> list[int]:
    answer = who.client.get(
        "/api/v1/gm_report/", headers=who.headers,
        query_string={"q": f"(filters:!((col:extra.own,opr:{opr},value:{rison(value)})))"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.json
    return list(answer.json["ids"])


def test_every_type_is_tried():
    assert set(CASES) | {"file"} == set(TYPES)


@pytest.mark.parametrize("sort", CASES)
def test_a_value_of_each_type(rest, as_role, make: Make, sort: str):
    make("gm_report", code="own", type=sort, asked_in=["create"])
    who = rest("sales_manager")
    sent, told, words, hit, miss, wrong = CASES[sort]
    refused = who.post("gm_report/", {**REPORT, "extra": {"own": wrong}})
    assert (refused.status_code, set(refused.json["message"])) == (422, {"extra.own"})
    made = who.post("gm_report/", {**REPORT, "extra": {"own": sent}})
    assert made.status_code == 201, made.json
    assert made.json["result"]["extra"] == {"own": told}
    assert found(who, *hit) == [made.json["id"]]
    assert found(who, *miss) == []
    assert (
        words in as_role("gm").get(f"/gm_report/show/{made.json['id']}").text.replace("<br>", "\n")
        or sort == "customer"
    )
    assert as_role("gm").get("/gm_report/list/?order=-extra.own").status_code in (200, 400)
    assert rest("gm").get(f"gm_report/{made.json['id']}/history").json[0]["changes"]["extra.own"][0] is None


def test_the_same_on_each_database(own_portal):
    """What is compared inside JSON, where the two databases differ."""
    admin, who = (Rest(own_portal, login, PASSWORD) for login in ("admin", "sales_manager"))
    for sort in CASES:
        body = {
            "kind": "gm_report",
            "code": f"own_{sort}",
            "type": sort,
            **WORDS,
            "asked_in": ["create"],
            "in_list": True,
        }
        answer = admin.post("custom_field/", {**body, "choices": CHOICES} if "choice" in sort else body)
        assert answer.status_code == 201, answer.json
    extra = {f"own_{sort}": case[0] for sort, case in CASES.items()}
    number = who.post("gm_report/", {**REPORT, "extra": extra}).json["id"]
    empty = who.post("gm_report/", REPORT).json["id"]
    for sort, (_sent, _told, _words, hit, miss, _wrong) in CASES.items():
        for (opr, value), ids in ((hit, [number]), (miss, [])):
            condition = f"(filters:!((col:extra.own_{sort},opr:{opr},value:{rison(value)})))"
            answer = who.client.get("/api/v1/gm_report/", headers=who.headers, query_string={"q": condition})
            assert (answer.status_code, answer.json.get("ids")) == (200, ids), (sort, opr, answer.json)
        for direction in ("asc", "desc"):
            ordered = who.get(f"gm_report/?q=(order_column:extra.own_{sort},order_direction:{direction})")
            assert ordered.json["ids"] == [number, empty], (sort, direction)


def test_a_file_is_kept_beside_the_record_and_named_by_its_id(rest, as_role, make: Make):
    make("gm_report", code="own", type="file", asked_in=["create", "report"], required=True)
    window, gm = as_role("sales_manager"), rest("gm")
    assert window.post("/gm_report/add", data=REPORT).status_code == 422
    sent = {**REPORT, "extra.own": (png(), "现场.png")}
    assert window.post("/gm_report/add", data=sent, content_type="multipart/form-data").status_code == 302
    row = gm.get("gm_report/").json["result"][0]
    files = gm.get(f"gm_report/{row['id']}/attachments").json
    assert [file["name"] for file in files] == ["现场.png"]
    assert row["extra"] == {"own": files[0]["id"]}
    assert "现场.png" in as_role("gm").get(f"/gm_report/show/{row['id']}").text
    who = rest("sales_manager")
    wrong = who.post(f"gm_report/{row['id']}/report", {"summary": "s", "measures": "m", "extra": {"own": 999}})
    assert set(wrong.json["message"]) == {"extra.own"}
    done = window.step(
        row["id"], "report", "gm_report", summary="s", measures="m", **{"extra.own": str(files[0]["id"])}
    )
    assert done.status_code == 204, done.text
    assert gm.get(f"gm_report/{row['id']}").json["result"]["extra"] == {"own": files[0]["id"]}


def test_a_file_that_is_not_taken_is_refused_beside_its_field(as_role, make: Make):
    make("gm_report", code="own", type="file", asked_in=["create"])
    sent = {**REPORT, "extra.own": (io.BytesIO(b"MZ nonsense"), "evil.exe")}
    answer = as_role("sales_manager").post("/gm_report/add", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'id="extra.own-e"' in answer.text


def test_what_is_no_object_is_refused(rest):
    answer = rest("sales_manager").post("gm_report/", {**REPORT, "extra": "x"})
    assert (answer.status_code, set(answer.json["message"])) == (422, {"extra"})


def test_a_linked_customer_keeps_its_name_from_those_who_may_not_see_him(line: Line, rest, as_role, make: Make):
    make("complaint", code="own", type="customer", asked_in=["create"])
    hidden = rest("sales_manager").post("customer/", {"name": "别人的顾客", "phone": "13800002222", "region": "330206"})
    number = line.register(extra={"own": hidden.json["id"]})
    assert "别人的顾客" in as_role("reception").get(f"/complaint/show/{number}").text
    line.must("reception", number, "classify_quality", solution_plan="x")
    for login in ("technician", "sales", "qc"):
        page = as_role(login).get(f"/complaint/show/{number}").text
        mine = rest(login).get(f"customer/{hidden.json['id']}").status_code == 200
        assert mine or "别人的顾客" not in page, login
