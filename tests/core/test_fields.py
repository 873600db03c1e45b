"""What a form accepts, says and keeps: the same from a browser and from a program."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.core import fields
from app.core.forms import StepForm


class Sheet(StepForm):
    """One of each."""

    name = fields.TextField("Name", required=True, max_length=10)
    remarks = fields.LongTextField("Remarks")
    colour = fields.ChoiceField("Colour", choices={"red": "Red", "blue": "Blue"})
    marks = fields.ChoiceField("Marks", choices={"1": "1", "5": "5"}, number=True)
    causes = fields.ChoicesField("Causes", choices={"a": "A", "b": "B"})
    agreed = fields.YesNoField("Agreed")
    day = fields.DayField("Day")
    moment = fields.MomentField("Moment")
    price = fields.MoneyField("Price")
    pieces = fields.WholeNumberField("Pieces", min=1, max=99)
    customer = fields.RemoteSelectField("Customer", lookup="customer")
    people = fields.PeopleField("People", lookup="employee")
    seen = fields.TickField("Seen")


@pytest.fixture(scope="module")
def spoken(_shared: Flask):
    """A request in English, so that sentences can be read."""
    with _shared.test_request_context("/", headers={"Accept-Language": "en"}):
        yield


def sheet(raw: Any) -> StepForm:
    form = Sheet.of(raw)
    form.validate()
    return form


pytestmark = pytest.mark.usefixtures("app", "spoken")


def test_a_browser_and_a_program_mean_the_same():
    typed = MultiDict(
        [
            ("name", " Li "),
            ("colour", "red"),
            ("marks", "5"),
            ("causes", "a"),
            ("causes", "b"),
            ("agreed", "false"),
            ("day", "2026-11-24"),
            ("moment", "2026-11-24T09:20"),
            ("price", "3,600.00"),
            ("pieces", "3"),
            ("people", "qc"),
        ]
    )
    sent = {
        "name": "Li",
        "colour": "red",
        "marks": 5,
        "causes": ["a", "b"],
        "agreed": False,
        "day": "2026-11-24",
        "moment": "2026-11-24T01:20:00Z",
        "price": 3600,
        "pieces": 3,
        "people": ["qc"],
        "seen": None,
    }
    for raw in (typed, sent):
        form = sheet(raw)
        assert form.sentences() == {}
        values = form.values()
        assert values["name"] == "Li"
        assert (values["marks"], values["causes"], values["agreed"]) == (5, ["a", "b"], False)
        assert values["day"] == date(2026, 11, 24)
        assert values["moment"] == datetime(2026, 11, 24, 1, 20, tzinfo=UTC)
        assert values["price"] == Decimal("3600.00")
        assert values["people"] == ["qc"]


def test_null_missing_and_blank_are_not_filled_in():
    for raw in ({"name": None}, {}, MultiDict(), MultiDict({"name": "  "}), {"name": ""}):
        form = sheet(raw)
        assert form.sentences() == {"name": ["Please fill in “Name”."]}
        assert form.values()["day"] is None
        assert not form.values()["causes"]


WRONG = [
    ("name", 5),
    ("name", ["Li"]),
    ("name", {"a": 1}),
    ("name", True),
    ("name", "12345678901"),
    ("name", "a\0b"),
    ("name", "a\ud800b"),
    ("colour", "green"),
    ("colour", True),
    ("marks", 2),
    ("marks", True),
    ("causes", "c"),
    ("causes", [["a"]]),
    ("causes", [{"a": 1}]),
    ("causes", ["a\0"]),
    ("causes", ["a"] * 101),
    ("agreed", "perhaps"),
    ("agreed", 2),
    ("day", "2026-13-01"),
    ("day", "0001-01-01"),
    ("day", "9999-12-31"),
    ("day", 20261124),
    ("day", True),
    ("moment", "2026-11-24T25:00"),
    ("moment", "9999-12-31T23:59:59-12:00"),
    ("moment", 20261124),
    ("price", "NaN"),
    ("price", "Infinity"),
    ("price", "1e999999999"),
    ("price", -1),
    ("price", "0.001"),
    ("price", True),
    ("price", "ten"),
    ("pieces", 0),
    ("pieces", 100),
    ("pieces", 1.5),
    ("pieces", 10**30),
    ("pieces", "³"),
    ("pieces", True),
    ("customer", 999_999),
    ("customer", 10**40),
    ("customer", "abc"),
    ("customer", "1\0"),
    ("customer", "\ud800"),
    ("customer", [1]),
    ("people", "nobody"),
    ("people", ["qc\0"]),
    ("people", ["\ud800"]),
    ("people", [{"login": "qc"}]),
    ("people", ["qc"] * 101),
    ("seen", "perhaps"),
    ("seen", {"a": 1}),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda value: ascii(value)[:30])
def test_what_is_wrong_is_said_at_the_field(name: str, value: Any):
    said = sheet({"name": "Li", name: value}).sentences()
    assert list(said) == [name]
    assert all(len(sentence) > 5 for sentence in said[name])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(list(Sheet()._fields)), JSON, max_size=6))
def test_whatever_a_program_sends_is_a_value_or_a_sentence(raw: dict[str, Any]):
    form = Sheet.of(raw)
    assert form.validate() is not bool(form.sentences())
    assert set(form.values()) == set(Sheet()._fields)


def test_what_was_typed_comes_back_into_the_form():
    form = sheet(MultiDict({"name": "12345678901", "price": "ten", "day": "tomorrow", "pieces": "many"}))
    for name, typed in (("name", "12345678901"), ("price", "ten"), ("day", "tomorrow"), ("pieces", "many")):
        assert f'value="{typed}"' in str(form[name]())


def test_what_was_typed_is_never_markup():
    form = sheet(MultiDict({"name": '"><script>', "remarks": "</textarea><script>", "colour": '"><script>'}))
    assert all("<script>" not in str(field()) for field in form)


def test_a_choice_begins_blank():
    assert str(sheet({})["colour"]()).index('value=""') < str(sheet({})["colour"]()).index('value="red"')


def test_the_schema_tells_a_program_what_the_dialog_tells_a_person():
    schema = Sheet.json_schema()
    assert schema["required"] == ["name"]
    told = schema["properties"]
    assert told["name"]["maxLength"] == 10
    assert told["colour"]["enum"] == ["red", "blue"]
    assert told["marks"] == {"type": "integer", "title": "Marks", "enum": [1, 5]}
    assert told["causes"]["items"]["enum"] == ["a", "b"]
    assert told["moment"]["format"] == "date-time"
    assert told["people"]["type"] == "array"
