"""The administrator makes, changes, retires fields; it is said what that means, and every worker knows at once."""

from __future__ import annotations

import html
from typing import Any

import pytest

from app.core.kind import own_fields
from app.extensions import db
from tests.conftest import portal_at
from tests.support import PASSWORD, Rest, counted

from .conftest import CHOICES, WORDS, Line, Make

REPORT = {"reason": "other", "subject": "a strike"}
FIELD = {"kind": "gm_report", "code": "press", "type": "choice", **WORDS, "choices": CHOICES, "asked_in": ["create"]}


def changed(rest: Any, row: dict[str, Any], **facts: Any) -> Any:
    version = rest("admin").get(f"custom_field/{row['id']}").json["result"]["version"]
    return rest("admin").put(f"custom_field/{row['id']}", facts, headers={"If-Match": str(version)})


@pytest.mark.parametrize("login", ["gm", "qc_manager", "reception"])
def test_nobody_but_the_administrator_may(rest, as_role, make: Make, login: str):
    row = make("gm_report", asked_in=["create"])
    assert rest(login).post("custom_field/", FIELD).status_code == 403
    assert rest(login).get("custom_field/").status_code == 403
    assert rest(login).put(f"custom_field/{row['id']}", {}, headers={"If-Match": "1"}).status_code == 403
    assert as_role(login).get("/custom_field/list/").status_code in (302, 403)
    assert "/custom_field/list/" not in as_role(login).get("/").text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"type": "colour"}, "type"),
        ({"code": "Not A Code"}, "code"),
        ({"label_zh": ""}, "label_zh"),
        ({"asked_in": ["elsewhere"]}, "asked_in"),
        ({"choices": []}, "choices"),
        ({"choices": [CHOICES[0], CHOICES[0]]}, "choices"),
        ({"kind": "customer", "type": "file", "asked_in": []}, "type"),
    ],
)
def test_what_makes_no_field_is_refused_beside_its_name(rest, wrong: dict[str, Any], field: str):
    answer = rest("admin").post("custom_field/", {**FIELD, **wrong})
    assert (answer.status_code, set(answer.json["message"])) == (422, {field})


def test_a_code_stands_once_in_a_kind(rest, make: Make):
    make("gm_report")
    assert rest("admin").post("custom_field/", FIELD).status_code == 422
    make("complaint")


def test_what_a_value_means_never_changes(rest, make: Make):
    row = make("gm_report")
    for name, value in (("kind", "complaint"), ("code", "other"), ("type", "text")):
        answer = changed(rest, row, **{name: value})
        assert (answer.status_code, set(answer.json["message"])) == (422, {name})
    assert changed(rest, row, kind="gm_report", label_en="Media").status_code == 200
    stale = rest("admin").put(f"custom_field/{row['id']}", {"label_en": "x"}, headers={"If-Match": "1"})
    assert stale.status_code == 409
    assert rest("admin").put(f"custom_field/{row['id']}", {"label_en": "x"}).status_code == 428


def test_who_changed_what_when_can_be_read(rest, as_role, make: Make):
    row = make("gm_report")
    changed(rest, row, label_en="Media", position=3)
    told = rest("admin").get("decision/").json["result"][0]
    assert (told["thing"], told["key"], told["at"]) == ("CustomField", "gm_report.press", "2026-11-24T09:20:00+08:00")
    assert told["before"] == {"label_en": "Press coverage", "position": 0}
    assert told["after"] == {"label_en": "Media", "position": 3}
    page = as_role("admin").get(f"/custom_field/show/{row['id']}").text
    assert "<del>Press coverage</del> → <ins>Media</ins>" in page
    before = rest("admin").get(f"custom_field/{row['id']}").json["result"]["version"]
    assert changed(rest, row, label_en="Media").json["result"]["version"] == before  # nothing changed, nothing written


def test_a_used_choice_stays_in_the_list_and_can_be_renamed(rest, make: Make, as_role):
    row = make("gm_report", asked_in=["create"])
    made = rest("sales_manager").post("gm_report/", {**REPORT, "extra": {"press": "local"}})
    gone = changed(rest, row, choices=[CHOICES[0]])
    assert gone.status_code == 409
    assert "local" in gone.json["message"]
    renamed = [CHOICES[0], {**CHOICES[1], "label_en": "Town paper"}]
    assert changed(rest, row, choices=renamed).status_code == 200
    assert "Town paper" in as_role("gm").get(f"/gm_report/show/{made.json['id']}").text
    assert made.json["id"] in rest("gm").get("gm_report/").json["ids"]
    assert "a strike" in as_role("gm").get("/gm_report/list/?q=Town").text
    assert "a strike" not in as_role("gm").get("/gm_report/list/?q=Local").text


def test_a_change_says_before_saving_what_it_touches(rest, as_role, make: Make):
    row = make("gm_report", asked_in=["create", "report"], in_search=False)
    rest("sales_manager").post("gm_report/", {**REPORT, "extra": {"press": "local"}})
    rest("sales_manager").post("gm_report/", REPORT)
    window = as_role("admin")
    form = {**WORDS, "asked_in": ["create", "report"], "required": "true", "active": "true", "row_version": "1"}
    form |= {f"choices-{at}-{name}": text for at, each in enumerate(CHOICES) for name, text in each.items()}
    first = window.post(f"/custom_field/edit/{row['id']}", data=form)
    told = "Of 2 open records, 1 have a value and 1 have none."
    assert first.status_code == 409
    assert told in first.text
    assert "Concerned: ZD-2026-002." in first.text
    assert rest("admin").get(f"custom_field/{row['id']}").json["result"]["required"] is False
    read = html.unescape(first.text.split('name="read" value="')[1].split('"')[0])
    assert window.post(f"/custom_field/edit/{row['id']}", data={**form, "read": read}).status_code == 302
    assert rest("admin").get(f"custom_field/{row['id']}").json["result"]["required"] is True
    retired = changed(rest, row, active=False)
    assert retired.json["warnings"][0] == told
    assert retired.json["warnings"][2] == "Concerned: ZD-2026-001."


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_page_makes_a_field_step_by_step(rest, as_role, locale: str):
    window = as_role("admin", locale)
    kinds = window.get("/custom_field/add").text
    assert "/custom_field/add?kind=complaint" in kinds
    form = window.get("/custom_field/add?kind=gm_report").text
    assert {"zh": "媒体", "en": "Report"}[locale] in form or 'value="report"' in form
    sent = {"kind": "gm_report", "code": "press", "type": "yes_no", **WORDS, "asked_in": ["create", "report"]}
    done = window.post("/custom_field/add", data={**sent, "in_list": "true", "position": "1"})
    assert done.status_code == 302, done.text
    shown = window.get(done.location).text
    assert WORDS[f"label_{locale}"] in shown
    assert WORDS[f"label_{locale}"] in window.get("/custom_field/list/?kind=gm_report").text
    assert WORDS[f"label_{locale}"] in as_role("sales_manager", locale).get("/gm_report/add").text


def test_another_worker_knows_at_its_next_request(own_portal, tmp_path):
    """Two processes with their own memory on one database, each with what it knew before."""
    other = portal_at(tmp_path / "other", own_portal.config["SQLALCHEMY_DATABASE_URI"])
    memories: dict[Any, dict[str, Any]] = {own_portal: {}, other: {}}

    def of(app: Any, login: str) -> Rest:
        own_fields.KNOWN.clear()
        own_fields.KNOWN.update(memories[app])
        return Rest(app, login, PASSWORD)

    def asked(app: Any) -> Any:
        answer = of(app, "sales_manager").post("gm_report/", REPORT)
        memories[app] = dict(own_fields.KNOWN)
        return answer.status_code

    assert (asked(own_portal), asked(other)) == (201, 201)
    made = of(own_portal, "admin").post("custom_field/", {**FIELD, "required": True})
    assert made.status_code == 201, made.json
    assert asked(other) == 422
    gone = of(own_portal, "admin").put(f"custom_field/{made.json['id']}", {"active": False}, headers={"If-Match": "1"})
    assert gone.status_code == 200, gone.json
    assert (asked(other), asked(own_portal)) == (201, 201)
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_steps_the_portal_takes_by_itself_and_customers_take_by_link_are_not_asked(line: Line, make: Make):
    make("complaint", asked_in=["mark_major", "confirm"], required=True)
    number = line.register(claimed_loss="900000.00")
    assert line.read(number)["is_major"] is True


def test_what_the_intake_hands_over_at_once_must_be_filled_in_too(line: Line, make: Make, as_role):
    make("complaint", asked_in=["create", "hand_over"])
    make("complaint", code="seal", type="text", asked_in=["hand_over"], required=True)
    slip = {**line.slip(), "solution_plan": "x", "then": "hand_over"}
    refused = as_role("reception").post("/complaint/add", data=slip)
    assert refused.status_code == 422
    assert "Press coverage" in refused.text


# ---- what it costs


def test_a_page_asks_the_database_no_more_often_with_fields_of_every_type(app, line: Line, rest, as_role, make: Make):
    for at, sort in enumerate(own_fields.TYPES):
        make("gm_report", code=f"own{at}", type=sort, asked_in=["create", "report"])
    who, gm = rest("sales_manager"), as_role("gm")
    extra = {"own9": 1, "own10": 1, "own11": "qc", "own0": "x"}
    numbers = [who.post("gm_report/", {**REPORT, "extra": extra}).json["id"] for _each in range(3)]
    linked = 3  # one question a type of link: customer, product, colleague
    window = as_role("sales_manager")
    pages = {
        (gm, "/gm_report/list/"): 8 + linked,
        (gm, f"/gm_report/show/{numbers[0]}"): 20 + linked,
        (window, "/gm_report/add"): 4,
    }
    for (person, url), most in pages.items():
        assert person.get(url).status_code == 200
        with counted() as statements:
            person.get(url)
        assert len(statements) <= most, url + "\n" + "\n".join(statements)


def test_a_page_without_fields_asks_nothing_more(app, rest, as_role):
    number = rest("sales_manager").post("gm_report/", REPORT).json["id"]
    gm = as_role("gm")
    for url in ("/gm_report/list/", f"/gm_report/show/{number}", "/customer/list/"):
        gm.get(url)
        with counted() as statements:
            gm.get(url)
        assert not [
            statement
            for statement in statements
            if "FROM custom_field" in statement and "rights_version" not in statement
        ], url
