"""Text is cleaned at the door: what nobody sees is left out, blanks are blanks, and “empty” is decided afterwards."""

from __future__ import annotations

import re
import unicodedata

from flask import request

from .wording import gettext as _

LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]")
JOINED = (  # where a sign without width belongs to the letters around it
    "(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"  # 👩‍🔧
    "|(?<=[\u0600-\u08ff\u0900-\u109f\u1780-\u18af\ufb50-\ufefc])[\u200c\u200d\u180e]"  # Persian, Hindi, Mongolian
    "|(?<=[\u1100-\u115e\u1161-\u11ff])[\u115f\u1160]|[\u115f\u1160](?=[\u1100-\u115e\u1161-\u11ff])"
    "|\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"  # the flag of Scotland
)
UNSEEN = (  # controls, formats, fillers: general categories Cc and Cf without what is printed, and what is ignorable
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff]"
)
DROPPED = re.compile(f"({JOINED})|{UNSEEN}")
LONELY = re.compile("[\\s\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]*")  # nothing to look at
DASHES = re.compile("[\u2010-\u2015\u2212]")
WIDTHS = ("<wide>", "<narrow>", "<small>", "<font>")  # the same sign in another width; ½, ² and ① are other signs


def storable(text: str) -> str:
    """The text, when every database can keep it."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(_("There is a character in the text that can't be stored. Please type it again."))
    return text


def lines(text: str) -> str:
    """A text of several lines: composed, without what nobody sees; empty when nothing is left to look at."""
    kept = DROPPED.sub(lambda found: found[1] or "", LINE_BREAKS.sub("\n", text))
    seen = unicodedata.normalize("NFC", BLANKS.sub(" ", kept)).strip()
    return "" if LONELY.fullmatch(seen) else seen


def line(text: str) -> str:
    """The same in one line: a break is a blank."""
    return re.sub(r"\s*\n\s*|\t", " ", lines(text)).strip()


def typed(text: str) -> str:
    """What stands for a number, a day, a code or an address: full-width signs are half-width ones, dashes are alike."""
    return DASHES.sub("-", line("".join(map(_half, line(text)))))


def _half(char: str) -> str:
    """The common width of a sign."""
    other = not char.isascii() and unicodedata.decomposition(char).startswith(WIDTHS)
    return unicodedata.normalize("NFKC", char) if other else char


def asked(name: str, most: int = 100) -> str:
    """One line from the address of the page."""
    return line(request.args.get(name, ""))[:most].strip()


def sent(name: str, most: int = 5_000) -> str:
    """A text from a page's own small form, where a form of fields would be too much."""
    return lines(request.form.get(name, ""))[:most].strip()
