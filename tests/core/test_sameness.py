"""What people write in several ways has one key."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.text.sameness import code_key, folded, searchable

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
ODD = st.text(
    st.one_of(st.characters(), st.sampled_from("李明（）〔〕【】()-—－ \u3000\u200b\u202dＡaé¯´ﬁ")), max_size=30
)


@pytest.mark.parametrize(
    "alike",
    [
        ("李明", "李　明", "李 明", " 李\u200b明\ufeff"),
        ("宁波(滨江)公司", "宁波（滨江）公司", "宁波【滨江】公司", "宁波 〔滨江〕 公司", "宁波[滨江]公司"),
        ("HT-850", "ＨＴ－８５０", "ht—850", "Ht - 850", "HT\u2011850"),
        ("ABC Pump", "abc  pump", "ＡＢＣ\u00a0Pump", "ABC\u00ad Pump"),
        ("O'Brien “X”", 'O’Brien "x"', "o‘brien 「x」"),
    ],
)
def test_one_name_written_in_several_ways_has_one_key(alike):
    assert len({folded(text) for text in alike}) == 1


def test_other_names_have_other_keys():
    for one, other in (("李明", "李鸣"), ("HT-850", "HT-851"), ("A B", "AB"), ("一", "-"), ("1~2", "1-2")):
        assert folded(one) != folded(other), (one, other)


@pytest.mark.parametrize(
    "alike",
    [
        ("SN-88321", "sn 88321", "ＳＮ８８３２１", "SN—88321", "\u200bsn-88321 "),
        ("B2026-X2", "b2026-x2", "B2026 X2", "b2026x2"),
        ("甬合〔2026〕12号", "甬合[2026]12号", "甬合（2026） 12 号"),
    ],
)
def test_one_number_written_in_several_ways_has_one_key(alike):
    assert len({code_key(text) for text in alike}) == 1 and code_key(alike[0])


@pytest.mark.parametrize(
    "nothing",
    ["", None, " ", "无", "無", "-", "—", "——", "/", "//", "?", "？", "*", "不详", "未知", "N/A", "n/a", "NA", "n.a.",
     "None", "nil", "NULL", "0", "0000", "０００", "xxx", "XXXX", "暂无", "无批号", "\u3164"],
)  # fmt: skip
def test_what_says_that_there_is_no_number_is_no_number(nothing):
    assert code_key(nothing) is None


@pytest.mark.parametrize("number", ["0001", "A0", "无锡-12", "NA-7", "X2", "10", "N/A-1"])
def test_what_looks_a_little_like_it_is_one(number):
    assert code_key(number)


@calm
@given(ODD)
def test_a_key_is_its_own_key(text):
    assert folded(folded(text)) == folded(text)
    assert searchable(searchable(text)) == searchable(text)
    key = code_key(text)
    assert code_key(key) == key


@calm
@given(ODD)
def test_a_key_has_no_sign_nobody_sees(text):
    for sign in "\u200b\u202d\u202c\u2060\ufeff\u00ad\u3164\u2800\u3000\u00a0\t\n":
        assert sign not in folded(text)


@calm
@given(st.text("0123456789ABCxyz-", min_size=1, max_size=12), st.data())
def test_dashes_blanks_case_and_width_never_make_another_number(code, data):
    other = "".join(
        data.draw(st.sampled_from([char, char.lower(), char.upper(), chr(ord(char) + 0xFEE0), f"{char} ", f"{char}-"]))
        for char in code
    )
    assert code_key(other) == code_key(code)
