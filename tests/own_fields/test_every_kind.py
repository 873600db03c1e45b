"""A field of the company's own on every kind: asked, refused, kept, listed, found, told by page, REST and paper."""

from __future__ import annotations

import itertools
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app.core.kind import own_keeping
from app.core.kind.registry import KINDS
from app.customers.models import Customer
from tests.support import counted

from .conftest import WAYS, Line, Make, Way

EVERY = pytest.mark.parametrize("kind", WAYS)
WORKED = pytest.mark.parametrize("kind", [kind for kind in WAYS if kind in KINDS])
MADE = pytest.mark.parametrize("kind", sorted(kind for kind, way in WAYS.items() if way.made is None))
CORRECTED = pytest.mark.parametrize("kind", sorted(kind for kind, way in WAYS.items() if way.change is not None))
LABELS = {"zh": ("媒体情况", "本地媒体", "全国媒体"), "en": ("Press coverage", "Local press", "National press")}


def born(line: Line, kind: str, value: Any = None, **more: Any) -> Any:
    """A new one, with the field filled in."""
    way = WAYS[kind]
    extra = {"extra": {"press": value}} if value is not None else {}
    return line.by(way.maker).post(f"{kind}/", {**way.body(line), **more, **extra})


def there(line: Line, kind: str, value: str) -> int:
    """One that holds a value, however it comes into being."""
    way = WAYS[kind]
    if way.made is None:
        answer = born(line, kind, value)
        assert answer.status_code == 201, answer.json
        return int(answer.json["id"])
    number = way.made(line)
    done = line.by(way.taker).post(f"{kind}/{number}/{way.step}", {**way.data, "extra": {"press": value}})
    assert done.status_code == 200, done.json
    return number


def asked(way: Way) -> list[str]:
    return ["create"] if way.made is None else [way.step]


def test_every_kind_that_may_have_fields_is_worked_here(app: Any):
    with app.app_context():
        assert set(own_keeping.kinds()) == set(WAYS)


@EVERY
def test_it_is_asked_checked_and_told_by_rest(line: Line, make: Make, kind: str):
    way = WAYS[kind]
    make(kind, asked_in=asked(way), required=True)
    if way.made is None:
        for value, count in ((None, 1), ("elsewhere", 1)):
            wrong = born(line, kind, value)
            assert wrong.status_code == 422
            assert set(wrong.json["message"]) == {"extra.press"}
            assert len(wrong.json["message"]["extra.press"]) == count
    number = there(line, kind, "local")
    read = line.by(way.reader).get(f"{kind}/{number}").json["result"]
    assert read["extra"] == {"press": "local"}
    only = line.by(way.reader).get(f"{kind}/?q=(columns:!(id,extra))").json["result"][0]
    assert only == {"id": number, "extra": {"press": "local"}} or kind in ("customer", "contact", "product")


@EVERY
def test_it_is_filtered_ordered_and_found(line: Line, make: Make, kind: str):
    way = WAYS[kind]
    make(kind, asked_in=asked(way))
    number = there(line, kind, "national")
    who = line.by(way.reader)
    for value, found in (("national", [number]), ("local", [])):
        answer = who.get(f"{kind}/?q=(filters:!((col:extra.press,opr:eq,value:{value})))")
        assert answer.json["ids"] == found
    ordered = who.get(f"{kind}/?q=(order_column:extra.press,order_direction:asc)")
    assert ordered.status_code == 200
    assert number in ordered.json["ids"]


@EVERY
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_pages_list_card_search_and_file_tell_it(line: Line, make: Make, as_role, kind: str, locale: str):
    way = WAYS[kind]
    make(kind, asked_in=asked(way))
    number = there(line, kind, "local")
    label, value, _other = LABELS[locale]
    window = as_role(way.reader, locale)
    page = window.get(f"/{kind}/show/{number}").text
    assert label in page and value in page
    for address in ("", "?order=extra.press", "?order=-extra.press", f"?q={value.split()[0]}"):
        listed = window.get(f"/{kind}/list/{address}")
        assert listed.status_code == 200
        assert label in listed.text and value in listed.text, address
    assert value not in window.get(f"/{kind}/list/?q=全国媒体").text
    if window.get(f"/{kind}/export.csv").status_code == 200:
        told = window.get(f"/{kind}/export.csv?q=").data.decode("utf-8-sig")
        assert label in told.splitlines()[0] and value in told


@MADE
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_form_asks_for_it_and_says_what_is_wrong(line: Line, make: Make, as_role, kind: str, locale: str):
    way = WAYS[kind]
    make(kind, asked_in=["create"], required=True)
    window = as_role(way.maker, locale)
    form = window.get(f"/{kind}/add").text
    assert LABELS[locale][0] in form and LABELS[locale][1] in form and 'name="extra.press"' in form
    refused = window.post(f"/{kind}/add", data={**way.body(line), "extra.press": ""})
    assert refused.status_code == 422
    assert 'id="extra.press-e"' in refused.text
    done = window.post(f"/{kind}/add", data={**way.body(line), "extra.press": "national"})
    assert done.status_code == 302, done.text
    ids = line.by(way.reader).get(f"{kind}/?q=(filters:!((col:extra.press,opr:eq,value:national)))").json["ids"]
    assert len(ids) == 1


@WORKED
def test_a_step_asks_for_it_and_the_history_says_what_it_was(line: Line, make: Make, as_role, kind: str):
    way = WAYS[kind]
    make(kind, asked_in=[*asked(way), way.step], required=True)
    if way.made is None:
        number, before = there(line, kind, "local"), "local"
    else:
        number, before = way.made(line), None
    taker = line.by(way.taker)
    step = next(each for each in taker.get(f"{kind}/{number}/steps").json if each["name"] == way.step)
    assert step["fields"]["properties"]["extra"]["properties"]["press"]["enum"] == ["none", "local", "national"]
    assert step["fields"]["properties"]["extra"]["required"] == ["press"]
    wrong = taker.post(f"{kind}/{number}/{way.step}", {**way.data, "extra": {"press": "elsewhere"}})
    assert (wrong.status_code, set(wrong.json["message"])) == (422, {"extra.press"})
    dialog = as_role(way.taker).get(f"/{kind}/{number}/step/{way.step}").text
    assert "Press coverage" in dialog
    assert ('value="local" selected' in dialog) == (before == "local")
    done = as_role(way.taker).step(number, way.step, kind, **way.data, **{"extra.press": "national"})
    assert done.status_code == 204, done.text
    line_of = taker.get(f"{kind}/{number}/history").json[-1]
    assert line_of["changes"]["extra.press"] == [before, "national"]
    page = as_role(way.reader).get(f"/{kind}/show/{number}").text
    assert "Press coverage" in page.split('id="timeline"')[1] and "National press" in page.split('id="timeline"')[1]


def test_openapi_describes_it_as_it_is_sent(rest, make: Make):
    for kind, way in WAYS.items():
        make(kind, asked_in=asked(way))
    document = rest("admin").get("_openapi").json
    for kind in [kind for kind, way in WAYS.items() if way.made is None]:
        body = document["paths"][f"/api/v1/{kind}/"]["post"]["requestBody"]["content"]["application/json"]
        sent = document["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[1]]
        assert sent["properties"]["extra"]["properties"]["press"]["enum"] == ["none", "local", "national"]


@CORRECTED
def test_it_is_corrected_with_the_rest(line: Line, make: Make, as_role, kind: str):
    way = WAYS[kind]
    assert way.change is not None
    make(kind, asked_in=["create", "edit"])
    number = there(line, kind, "local")
    who = line.by(way.maker)
    version = {"If-Match": str(who.get(f"{kind}/{number}").json["result"]["version"])}
    same = who.put(f"{kind}/{number}", way.change, headers=version)
    assert same.status_code == 200, same.json
    assert same.json["result"]["extra"] == {"press": "local"}
    version = {"If-Match": str(same.json["result"]["version"])}
    wrong = who.put(f"{kind}/{number}", {"extra": {"press": "elsewhere"}}, headers=version)
    assert (wrong.status_code, set(wrong.json["message"])) == (422, {"extra.press"})
    other = who.put(f"{kind}/{number}", {"extra": {"press": "national"}}, headers=version)
    assert other.json["result"]["extra"] == {"press": "national"}
    if kind in KINDS:
        changes = who.get(f"{kind}/{number}/history").json[-1]["changes"]
        assert changes == {"extra.press": ["local", "national"]}
    window = as_role(way.maker)
    page = window.get(f"/{kind}/{number}/correct" if kind in KINDS else f"/{kind}/edit/{number}").text
    assert 'value="national" selected' in page


@WORKED
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_its_paper_has_a_box_more_and_the_blank_one_its_label(line: Line, make: Make, as_role, kind: str, locale: str):
    way = WAYS[kind]
    make(kind, asked_in=asked(way))
    number = there(line, kind, "local")
    window = as_role(way.reader, locale)
    label, value, _other = LABELS[locale]
    paper = window.get(f"/{kind}/{number}/print/{way.paper}?lang={locale}").text
    assert label in paper and value in paper
    blank = window.get(f"/{kind}/blank/{way.paper}?lang={locale}").text
    assert label in blank and value not in blank


def test_the_customers_receipt_says_nothing_of_it(line: Line, make: Make, as_role):
    make("complaint", asked_in=["create"])
    number = there(line, "complaint", "local")
    paper = as_role("reception").get(f"/complaint/{number}/print/acknowledgement?lang=en").text
    assert "Press coverage" not in paper


@EVERY
def test_a_retired_field_is_asked_no_more_and_stays_readable(line: Line, make: Make, rest, as_role, kind: str):
    way = WAYS[kind]
    row = make(kind, asked_in=asked(way), required=True)
    number = there(line, kind, "local")
    gone = rest("admin").put(f"custom_field/{row['id']}", {"active": False}, headers={"If-Match": str(row["version"])})
    assert gone.status_code == 200, gone.json
    read = line.by(way.reader).get(f"{kind}/{number}").json["result"]
    assert read["extra"] == {"press": "local"}
    assert "Local press" in as_role(way.reader).get(f"/{kind}/show/{number}").text
    assert "Press coverage" not in as_role(way.reader).get(f"/{kind}/list/").text
    if way.made is None and kind not in ("product", "product_unit", "customer", "contact"):
        assert born(line, kind).status_code == 201
        assert "extra.press" not in as_role(way.maker).get(f"/{kind}/add").text


def test_an_export_holds_numbers_days_and_money_to_reckon_with(line: Line, make: Make, as_role):
    make("complaint", code="parts", type="integer", asked_in=["create"])
    make("complaint", code="deposit", type="money", asked_in=["create"])
    make("complaint", code="seen_on", type="day", asked_in=["create"])
    answer = born(line, "complaint", extra={"parts": 3, "deposit": "12.50", "seen_on": "2026-11-20"})
    assert answer.status_code == 201, answer.json
    with as_role("gm").get("/complaint/export.xlsx") as file:
        import io

        book = openpyxl.load_workbook(io.BytesIO(file.data))
    cells = [cell.value for cell in list(book.active.iter_rows())[1]][-3:]
    assert cells[0] == 3
    assert float(cells[1]) == 12.5
    assert str(cells[2])[:10] == "2026-11-20"


def test_names_of_what_the_rows_of_a_file_are_linked_to_cost_no_question_a_row(line: Line, make: Make, as_role):
    make("complaint", code="builder", type="customer", asked_in=["create"])
    make("complaint", code="owner", type="person", asked_in=["create"])
    customers, costs, gm = itertools.cycle(line.session.scalars(select(Customer.id))), [], as_role("gm")
    for _more in range(3):
        for login in ("qc", "gm", "qc_manager"):
            answer = born(line, "complaint", extra={"builder": next(customers), "owner": login})
            assert answer.status_code == 201, answer.json
        with counted() as asked, gm.get("/complaint/export.csv") as file:
            assert file.data
        costs.append(len(asked))
    assert costs[1] == costs[2]


def test_taken_for_many_at_once_a_field_left_blank_stays_as_each_has_it(line: Line, make: Make, as_role):
    make("complaint", asked_in=["create", "hand_over"])
    known, other = there(line, "complaint", "local"), there(line, "complaint", "none")
    for number in (known, other):
        line.must("reception", number, "classify_quality", solution_plan="repair on site")
    reception, sent = as_role("reception"), {"rowid": [str(known), str(other)], "go": "1", "extra.press": ""}
    assert reception.post("/complaint/bulk/hand_over", sent, headers={"X-Fragment": "1"}).status_code == 204
    told = [line.by("reception").get(f"complaint/{number}").json["result"] for number in (known, other)]
    assert [(row["state"], row["extra"]["press"]) for row in told] == [
        ("handed_over", "local"),
        ("handed_over", "none"),
    ]


@EVERY
def test_what_is_not_asked_here_is_told_to_a_program_and_never_dropped_in_silence(line: Line, make: Make, kind: str):
    way = WAYS[kind]
    make(kind, asked_in=asked(way))
    if way.made is None:
        body = {**way.body(line), "extra": {"press": "local", "nosuch": "x"}}
        wrong = line.by(way.maker).post(f"{kind}/", body)
        assert (wrong.status_code, set(wrong.json["message"])) == (422, {"extra.nosuch"})
    number = there(line, kind, "local")
    if way.change is not None:
        who = line.by(way.maker)
        version = {"If-Match": str(who.get(f"{kind}/{number}").json["result"]["version"])}
        moved = who.put(f"{kind}/{number}", {**way.change, "extra": {"press": "national"}}, headers=version)
        assert (moved.status_code, set(moved.json["message"])) == (422, {"extra.press"})
        same = who.put(f"{kind}/{number}", {**way.change, "extra": {"press": "local"}}, headers=version)
        assert same.status_code == 200, same.json
