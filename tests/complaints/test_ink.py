"""2.5: a signature is something drawn. An empty pad signs nothing, at whichever door it comes in."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image, ImageDraw

from app.complaints.customer_acts import Purpose
from tests.complaints.conftest import Line, line
from tests.complaints.test_charge import quoted
from tests.public.test_links import address, digest_on
from tests.visits.test_jobs import Phone

__all__ = ["line"]
SIGNED: dict[str, Any] = {"signer_name": "顾客签收人", "method": "onscreen", "satisfaction": 5}
SAID = {"en": "Nothing is drawn on the pad", "zh": "签名框内没有笔迹"}


def pad(colour: Any = (0, 0, 0, 0), ink: Any = None, size: tuple[int, int] = (500, 160)) -> str:
    image, out = Image.new("RGBA", size, colour), io.BytesIO()
    if ink is not None:
        ImageDraw.Draw(image).line((20, 30, 60, 35), fill=ink, width=2)
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def invisible() -> str:
    """Transparent throughout, whatever colours lie below."""
    return pad((255, 255, 255, 0), ink=(17, 24, 39, 0))


EMPTY = {"untouched": pad(), "white": pad("white"), "black": pad("black"), "see-through": invisible()}


@pytest.mark.parametrize("drawn", EMPTY.values(), ids=EMPTY)
def test_an_empty_pad_confirms_nothing_by_rest(line: Line, drawn: str):
    number = line.at("awaiting_confirmation")
    for locale, words in SAID.items():
        told = line.by("technician", locale).post(f"complaint/{number}/confirm", {**SIGNED, "signature": drawn})
        assert told.status_code == 422 and words in told.json["message"]["signature"][0]
    assert line.read(number)["state"] == "awaiting_confirmation"


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_an_empty_pad_confirms_nothing_on_the_page_and_is_shown_empty_again(line: Line, as_role: Any, locale: str):
    number = line.at("awaiting_confirmation")
    page = as_role("technician", locale).step(number, "confirm", **SIGNED, signature=pad())
    assert page.status_code == 422 and SAID[locale] in page.text
    assert 'name="signature" value=""' in page.text
    assert line.read(number)["state"] == "awaiting_confirmation"


def test_what_was_drawn_is_still_there_when_something_else_is_refused(line: Line, as_role: Any):
    number, drawn = line.at("awaiting_confirmation"), pad(ink="black")
    page = as_role("technician").step(number, "confirm", **{**SIGNED, "satisfaction": ""}, signature=drawn)
    assert page.status_code == 422 and 'name="signature" value="data:image/png;base64,' in page.text


def test_an_empty_pad_confirms_nothing_by_link_and_the_link_stays(line: Line, app: Any):
    number = line.at("awaiting_confirmation")
    url, client = address(app, number), app.test_client()
    sent = {**SIGNED, "solved": "true", "digest": digest_on(client.get(url))}
    page = client.post(url, data={**sent, "signature": pad()})  # the customer reads Chinese
    assert page.status_code == 422 and SAID["zh"] in page.text
    assert client.post(url, data={**sent, "signature": pad(ink="black")}).status_code == 303
    assert line.read(number)["state"] == "confirmed"


def test_2_4_an_empty_pad_proves_no_consent(line: Line, app: Any):
    number = quoted(line)
    answer = {"accepted": True, "signer_name": "胡经理"}
    assert line.take("technician", number, "answer_quote", **answer, signature=pad()).status_code == 422
    url, client = address(app, number, Purpose.quote), app.test_client()
    sent = {"accepted": "true", "signer_name": "胡经理", "digest": digest_on(client.get(url))}
    assert client.post(url, data={**sent, "signature": pad("white")}).status_code == 422
    assert line.read(number)["quotes"][-1]["accepted"] is None
    line.must("technician", number, "answer_quote", **answer, signature=pad(ink="black"))


def test_an_empty_pad_from_the_phone_is_refused_at_its_field(line: Line):
    phone = Phone(line.by("technician"), line.at("awaiting_confirmation"))
    for note in (False, True):
        told = phone.send("confirm", phone.entry(note=note, **SIGNED, signature=pad()))
        assert told.status_code == 422 and SAID["en"] in told.json["message"]["signature"][0]
    assert phone.send("confirm", phone.entry(**SIGNED, signature=pad(ink="black"))).status_code == 200


def test_what_no_pad_ever_makes_is_not_judged(line: Line):
    for size in ((99, 160), (500, 39)):
        drawn = pad("white", size=size)
        line.must("technician", line.at("awaiting_confirmation"), "confirm", **SIGNED, signature=drawn)
