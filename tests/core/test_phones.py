"""Telephone numbers: taken as people write them, one key for every spelling, dialled by digits alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text.phones import clean, digits, is_regular, links, numbers, query, read, same, sought
from app.core.text.sameness import visible

LANDLINE, MOBILE = "57488881234", "13800001234"
HREF = re.compile(r"tel:\+?\d+(,\d+)?")

WRITTEN = [  # as typed, what is kept, what is dialled
    ("(0574)8888 1234", LANDLINE, ["tel:057488881234"]),
    ("（0574）88881234", LANDLINE, ["tel:057488881234"]),
    ("０５７４－８８８８　１２３４", LANDLINE, ["tel:057488881234"]),
    ("0574—8888—1234", LANDLINE, ["tel:057488881234"]),
    ("0574-88881234*8012", LANDLINE, ["tel:057488881234,8012"]),
    ("0574-88881234转8012", LANDLINE, ["tel:057488881234,8012"]),
    ("0574-88881234 分机：8012", LANDLINE, ["tel:057488881234,8012"]),
    ("0574-88881234 ext. 8012", LANDLINE, ["tel:057488881234,8012"]),
    ("0574-88881234x8012", LANDLINE, ["tel:057488881234,8012"]),
    ("0574-88881234-8012", LANDLINE, ["tel:057488881234,8012"]),
    ("0574-88881234(8012)", LANDLINE, ["tel:057488881234,8012"]),
    ("+86 574 8888 1234", LANDLINE, ["tel:+8657488881234"]),
    ("+86 (0)574-88881234", LANDLINE, ["tel:+8657488881234"]),
    ("0086-574-88881234", LANDLINE, ["tel:+8657488881234"]),
    ("(+86)13800001234", MOBILE, ["tel:+8613800001234"]),
    ("8613800001234", MOBILE, ["tel:+8613800001234"]),
    ("\u202d+86 138 0000 1234\u202c", MOBILE, ["tel:+8613800001234"]),
    ("138.0000.1234", MOBILE, ["tel:13800001234"]),
    ("400-820-8820", "4008208820", ["tel:4008208820"]),
    ("400-820-8820转12", "4008208820", ["tel:4008208820,12"]),
    ("800-820-8820", "8008208820", ["tel:8008208820"]),
    ("12345", "12345", ["tel:12345"]),
    ("95588", "95588", ["tel:95588"]),
    ("110", "110", ["tel:110"]),
    ("88881234", "88881234", ["tel:88881234"]),
    ("+49 30 123456", "4930123456", ["tel:+4930123456"]),
    ("13800001234/13900001234", "13800001234 13900001234", ["tel:13800001234", "tel:13900001234"]),
    ("13800001234、139 0000 1234", "13800001234 13900001234", ["tel:13800001234", "tel:13900001234"]),
    ("13800001234, 13900001234", "13800001234 13900001234", ["tel:13800001234", "tel:13900001234"]),
    ("13800001234；13900001234", "13800001234 13900001234", ["tel:13800001234", "tel:13900001234"]),
    ("13800001234 或 13900001234", "13800001234 13900001234", ["tel:13800001234", "tel:13900001234"]),
    ("138 0000 1234 139 0000 1234", "13800001234 13900001234", ["tel:13800001234", "tel:13900001234"]),
    ("12345  13800001234", "12345 13800001234", ["tel:12345", "tel:13800001234"]),
    ("0574  8888 1234", LANDLINE, ["tel:057488881234"]),
    ("0574-88881234转8012、13800001234", f"{LANDLINE} {MOBILE}", ["tel:057488881234,8012", "tel:13800001234"]),
    ("88881234/5678", "88881234 88885678", ["tel:88881234", "tel:88885678"]),
    ("13800001234（王工，微信同号）", MOBILE, ["tel:13800001234"]),
    ("2号机 王工13800001234", MOBILE, ["tel:13800001234"]),
]


@pytest.mark.parametrize(("typed", "kept", "dialled"), WRITTEN)
def test_what_is_legitimate_is_taken_kept_as_digits_and_dialled_by_digits(typed, kept, dialled):
    assert digits(typed) == kept
    assert [piece.href for piece in numbers(typed)] == dialled
    assert "".join(piece.text for piece in read(typed)) == visible(typed).strip()
    assert str(links(typed)).count("<a ") == len(dialled)


def test_what_holds_no_number_has_no_digits_and_no_link():
    for typed in ("", None, "找王工", "call me", "-", "1", "（）"):
        assert digits(typed) == "" and not numbers(typed), typed
    assert str(links("<b>王工</b>")) == "&lt;b&gt;王工&lt;/b&gt;"


def test_only_signs_nobody_sees_are_taken_away():
    assert clean("\u202d138 0000 1234\u202c ") == "138 0000 1234"
    assert clean("（0574）８８８８ 1234转8012") == "(0574)8888 1234转8012"


@pytest.mark.parametrize("mark", ["tel:", "TEL：", "callto://", "tel: "])
def test_a_number_copied_from_a_link_is_kept_without_what_made_it_one(mark):
    typed = f"{mark}0574-88881234"
    assert clean(typed) == "0574-88881234"
    assert clean(f"办公室{typed} / 王工 {typed}") == "办公室0574-88881234 / 王工 0574-88881234"
    assert clean("Hotel: 0574-88881234") == "Hotel: 0574-88881234"


calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SPACES = st.sampled_from(["", " ", "-", "—", ".", "\u00a0", "\u3000", "－", "\u200b"])
WIDTH = str.maketrans("0123456789+-() ", "０１２３４５６７８９＋－（）\u3000")
EXTENSIONS = st.sampled_from(["", "转8012", "*8012", " ext 8012", "x8012", " 分机 8012", "#8012"])


@st.composite
def spelt(draw: st.DrawFn, parts: tuple[str, ...], heads: tuple[str, ...]) -> str:
    """A number as one person or another writes it."""
    text = draw(st.sampled_from(heads))
    for part in parts:
        text += part + draw(SPACES)
    text = text.rstrip(" -—.\u00a0\u3000－") + draw(EXTENSIONS)
    return draw(st.sampled_from(["{}", "\u202d{}\u202c", " {} "])).format(
        text.translate(WIDTH) if draw(st.booleans()) else text
    )


@calm
@given(spelt(("138", "0000", "1234"), ("", "+86", "+86 ", "0086", "0086-", "(+86)")))
def test_every_spelling_of_a_mobile_number_has_one_key(typed):
    assert digits(typed) == MOBILE
    assert all(HREF.fullmatch(piece.href) for piece in numbers(typed))


@calm
@given(spelt(("8888", "1234"), ("0574", "0574-", "0574 ", "(0574)", "（0574）", "+86574", "+86 574 ", "0086 574-")))
def test_every_spelling_of_a_landline_has_one_key(typed):
    assert digits(typed) == LANDLINE
    assert same(digits(typed), "88881234") and same("88881234", digits(typed))


@calm
@given(st.text("0123456789 -()+./、,;x*#转王abc", max_size=60))
def test_whatever_is_typed_keeps_its_text_and_dials_digits_alone(typed):
    assert "".join(piece.text for piece in read(typed)) == visible(typed).strip()
    assert all(HREF.fullmatch(piece.href) for piece in numbers(typed))
    assert len(digits(typed)) <= 80


def test_a_number_without_its_area_code_is_the_same_but_another_towns_is_not():
    assert same("57488881234", "88881234") and same("1088881234", "88881234")
    assert not same("57488881234", "75588881234")
    assert not same("4008208820", "8208820") and not same("13800001234", "800001234")
    assert same("57488881234 13800001234", "13900001234 13800001234")
    assert not same("", "") and not same("57488881234", "")


@pytest.mark.parametrize(
    ("typed", "one"),
    [
        ("138 0000 1234", ["13800001234"]),
        ("+86 138-0000-1234", ["+8613800001234"]),
        ("（0574） 8888 1234", ["(0574)88881234"]),
        ("0574-88881234转8012", ["0574" + "88881234"]),
        ("13800001234 13900001234", ["13800001234", "13900001234"]),
        ("20261124-001", ["20261124001"]),
        ("2026 001", ["2026001"]),
        ("HT-850", []),
        ("SN 88321", []),
        ("0.03", []),
    ],
)
def test_a_query_that_reads_as_a_number_is_one_number(typed, one):
    assert query(typed) == one


def test_a_part_of_a_number_is_sought_without_country_and_area_zero():
    assert sought("05748888") == {"05748888", "5748888"}
    assert sought("+86138") == {"86138", "138"}
    assert sought("00001234") == {"00001234"}
    assert sought("+8613800001234") == {"13800001234"}
    assert sought("ht850") == set()


def test_a_hotline_is_no_number_of_the_plan():
    assert not is_regular("12345") and is_regular("400-820-8820") and is_regular("0574-8888 1234")
