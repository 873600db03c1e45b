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

from app.core.fields import fields
from app.core.fields.forms import StepForm
from app.core.time import clock


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
    ("price", "3,6"),
    ("price", "2²"),
    ("price", "٣"),
    ("price", "1e3"),
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


SPELLINGS = [
    ("price", "￥3600", Decimal("3600.00")),
    ("price", "¥3,600.00", Decimal("3600.00")),
    ("price", "３６００", Decimal("3600.00")),
    ("price", "３，６００．５０", Decimal("3600.50")),
    ("price", "3，600", Decimal("3600.00")),
    ("price", "3600元", Decimal("3600.00")),
    ("price", "RMB 3600", Decimal("3600.00")),
    ("price", "3600 元整", Decimal("3600.00")),
    ("price", 3600.5, Decimal("3600.50")),
    ("pieces", "３", 3),
    ("pieces", "3.0", 3),
    ("pieces", "\u202d12\u202c", 12),
    ("colour", "ｒｅｄ", "red"),
    ("marks", "５", 5),
    ("causes", ["ａ", "b\u200b"], ["a", "b"]),
    ("people", ["ｑｃ"], ["qc"]),
    ("day", "2026/11/24", date(2026, 11, 24)),
    ("day", "2026.11.24", date(2026, 11, 24)),
    ("day", "2026年11月24日", date(2026, 11, 24)),
    ("day", "2026 年 1 月 4 号", date(2026, 1, 4)),
    ("day", "２０２６－１１－２４", date(2026, 11, 24)),
    ("day", "2026-1-4", date(2026, 1, 4)),
    ("moment", "2026-11-24 09:20", datetime(2026, 11, 24, 1, 20, tzinfo=UTC)),
    ("moment", "2026/11/24 9:20", datetime(2026, 11, 24, 1, 20, tzinfo=UTC)),
    ("moment", "2026年11月24日9时20分", datetime(2026, 11, 24, 1, 20, tzinfo=UTC)),
    ("moment", "2026年11月24日 星期二 下午2:30", datetime(2026, 11, 24, 6, 30, tzinfo=UTC)),
    ("moment", "２０２６－１１－２４　０９：２０", datetime(2026, 11, 24, 1, 20, tzinfo=UTC)),
    ("moment", "2026-11-24T09:20:00+09:00", datetime(2026, 11, 24, 0, 20, tzinfo=UTC)),
]


@pytest.mark.parametrize(("name", "typed", "value"), SPELLINGS, ids=lambda value: ascii(value)[:30])
def test_what_people_write_is_taken_from_a_page_and_by_rest(name: str, typed: Any, value: Any):
    raws: list[Any] = [{"name": "Li", name: typed}]
    if not isinstance(typed, list):
        raws.append(MultiDict({"name": "Li", name: str(typed)}))
    for raw in raws:
        form = sheet(raw)
        assert form.sentences() == {}
        assert form.values()[name] == value


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("pieces", "2台", "Type the number alone, without “台”."),
        ("pieces", "约 2 台", "Type the number alone, without “约”, “台”."),
        ("pieces", "2元", "Type the number alone, without “元”."),
        ("pieces", "2.5", "Type a whole number."),
        ("pieces", "两台", "Type a whole number in digits, such as 2."),
        ("pieces", "三", "Type a whole number in digits, such as 2."),
        ("price", "三百", "Type a number such as 3600.00."),
        ("price", "$5", "Type the number alone, without “$”."),
        ("price", "3.6万元", "Write the number out in digits, such as 36000."),
        ("price", "1,0000", "Type a number such as 3600.00."),
        ("day", "24/11/2026", "Type a day such as 2026-11-24."),
        ("day", "2026年2月30日", "Type a day such as 2026-11-24."),
        ("moment", "2026年11月24日", "Type a time such as 2026-11-24 09:20."),
        ("moment", "2026/11/24 25:00", "Type a time such as 2026-11-24 09:20."),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(name: str, typed: str, sentence: str):
    for raw in ({"name": "Li", name: typed}, MultiDict({"name": "Li", name: typed})):
        assert sheet(raw).sentences() == {name: [sentence]}


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


AMOUNTS = st.decimals(min_value=0, max_value=999_999_999, places=2)
READ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@READ
@given(
    AMOUNTS,
    st.sampled_from(["{}", "{:,}", "¥{:,}", "￥ {}", "{} 元", "RMB {:,}", "{:,}元整", "\u200b{}\u3000"]),
    st.booleans(),
)
def test_an_amount_is_read_as_it_is_written(value: Decimal, spelling: str, full: bool):
    text = spelling.format(value)
    assert sheet({"name": "Li", "price": wide(text) if full else text}).values()["price"] == value


@READ
@given(
    st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.sampled_from(["-", "/", ".", "年"]), st.booleans(), st.booleans()
)
def test_a_day_is_read_as_it_is_written(value: date, sign: str, short: bool, full: bool):
    year, month, day = f"{value.year}", f"{value.month:{'' if short else '02'}}", f"{value.day:{'' if short else '02'}}"
    text = f"{year}年{month}月{day}日" if sign == "年" else sign.join((year, month, day))
    assert sheet({"name": "Li", "day": wide(text) if full else text}).values()["day"] == value


@READ
@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)),
    st.sampled_from(["%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M", "%Y年%m月%d日%H时%M分", "%Y.%m.%d　%H：%M"]),
)
def test_a_moment_is_read_as_it_is_written(value: datetime, spelling: str):
    minute = value.replace(second=0, microsecond=0)
    read = sheet({"name": "Li", "moment": minute.strftime(spelling)}).values()["moment"]
    assert read == minute.replace(tzinfo=clock.zone())


@READ
@given(st.integers(1, 99), st.sampled_from(["{}", " {} ", "+{}", "{}.0", "\u202d{}\u202c"]), st.booleans())
def test_a_whole_number_is_read_as_it_is_written(value: int, spelling: str, full: bool):
    text = spelling.format(value)
    assert sheet({"name": "Li", "pieces": wide(text) if full else text}).values()["pieces"] == value


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
