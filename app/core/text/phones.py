"""Telephone numbers as people write them: taken as typed, found in every spelling, dialled by digits alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from markupsafe import Markup

from .sameness import UNSEEN, visible

SIGNS = r"[\s\-.()]*"
NUMBER = re.compile(rf"\+?\(?\+?\d(?:{SIGNS}\d)*", re.ASCII)
WORD = r"转|轉|分机|分機|内线|內線|extension|ext|x|\*|#|;ext="
EXTENSION = re.compile(
    rf"\)?\s*(?:{WORD})[\s:.\-]*(\d{{1,6}})(?!\d)|,\s*(\d{{1,5}})(?![\s\-.()]*\d)", re.ASCII | re.IGNORECASE
)
ENDING = re.compile(r"\s*[/、]\s*(\d{1,4})(?![\s\-.()]*\d)", re.ASCII)  # 88881234/5678: the same with another ending
TAIL = re.compile(r"(.*\d)[\s\-(]+(\d{1,6})", re.ASCII)
LOCAL = re.compile(r"[2-9]\d{6,7}", re.ASCII)  # without area code
LANDLINE = re.compile(r"(?!400|800)(?:(?:10|2\d)(\d{8})|[3-9]\d\d(\d{7,8}))", re.ASCII)
QUERY = re.compile(r"[\d\s()+\-]*\d[\d\s()+\-]*", re.ASCII)
LINK = re.compile(r"(?<![a-z])(?:tel|callto):(?://)?\s*(?=[+(\d])", re.ASCII | re.IGNORECASE)  # as copied from a page
SHORTEST, LONGEST = 3, 80  # 110 is a number; what a field and its key hold


@dataclass(frozen=True)
class Piece:
    """A piece of a phone field: a number with its extension, or (without one) the words between."""

    text: str
    number: str = ""
    extension: str = ""

    @property
    def key(self) -> str:
        """The number's own digits: without country code, without the zero of the area code, without extension."""
        return _parsed(self.number)[0]

    @property
    def href(self) -> str:
        """What a telephone dials: digits alone, the extension after a pause."""
        digits = re.sub(r"\D", "", self.number)
        if "+" in self.number or digits.startswith("00") or digits == f"86{self.key}":
            digits = _parsed(self.number)[1]
        return f"tel:{digits},{self.extension}" if self.extension else f"tel:{digits}"


def clean(text: str) -> str:
    """As typed, in half width, without the signs a phone's contacts put around a number and without `tel:`."""
    plain = UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    seen = "".join(char for char in plain if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())
    return LINK.sub("", seen).strip()


def _parsed(number: str) -> tuple[str, str]:
    """The key and, with the country's code, what is dialled."""
    digits = re.sub(r"\D", "", number)
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return digits, f"+{digits}"
    own = phonenumbers.national_significant_number(parsed)
    abroad = "" if parsed.country_code == phonenumbers.country_code_for_region("CN") else str(parsed.country_code)
    return abroad + own, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _whole(number: str) -> bool:
    """A number one can call: of the numbering plan, or one of the town."""
    return is_regular(number) or bool(LOCAL.fullmatch(re.sub(r"[\s\-.()]", "", number)))


def is_regular(number: str) -> bool:
    """Whether the number is one of the numbering plan; a hotline such as 12345 is not, and still right."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, "CN"))
    except phonenumbers.NumberParseException:
        return False


# ---- reading


def read(text: str | None) -> list[Piece]:
    """A phone field piece by piece; together the pieces are the text."""
    rest, pieces = visible(text or "").strip(), []
    while found := NUMBER.search(rest):
        end, numbers = _numbers(rest, found)
        pieces += [Piece(rest[: found.start()]), *numbers]
        rest = rest[end:]
    return [piece for piece in (*pieces, Piece(rest)) if piece.text]


def _numbers(text: str, found: re.Match[str]) -> tuple[int, list[Piece]]:
    """The numbers that one run of digits and signs holds, with what belongs to the last of them."""
    pieces = [_one(part) for part in _apart(found.group())]
    end, last = found.end(), pieces[-1]
    if not _enough(last.number):
        return end, [*pieces[:-1], Piece(last.text)]
    if (more := EXTENSION.match(text, end)) and _whole(last.number) and not last.extension:
        pieces[-1] = Piece(last.text + more.group(), last.number, more[1] or more[2])
        end = more.end()
    while (other := ENDING.match(text, end)) and _whole(last.number):
        ending = other[1]
        head = text[end : other.start(1)]
        number = re.sub(rf"(?:\d{SIGNS}){{{len(ending)}}}$", "", last.number) + ending
        pieces += [Piece(head), Piece(ending, number)]
        end = other.end()
    return end, pieces


def _enough(number: str) -> bool:
    return sum(char.isdigit() for char in number) >= SHORTEST


def _one(text: str) -> Piece:
    """A number, or a number with its extension behind a dash: 0574-88881234-8012."""
    tail = None if _whole(text) else TAIL.fullmatch(text)
    if tail and _whole(tail[1]):
        return Piece(text, tail[1], tail[2])
    return Piece(text, text)


def _apart(run: str) -> Iterator[str]:
    """Two whole numbers with only a blank between them are two numbers."""
    for blank in re.finditer(r"\s+", run):
        before, after = run[: blank.start()], run[blank.end() :]
        wide = len(blank.group()) > 1 and _far_apart(before, after)
        if (wide or _whole(before)) and (others := list(_apart(after))) and (wide or _whole(others[0])):
            yield from (before + blank.group(), *others)
            return
    yield run


def _far_apart(before: str, after: str) -> bool:
    """More than one blank between what could both be numbers, a hotline for example."""
    return all(sum(char.isdigit() for char in re.split(r"\s\s", part)[0]) >= 5 for part in (before, after))


def numbers(text: str | None) -> list[Piece]:
    """The numbers of a phone field."""
    return [piece for piece in read(text) if piece.number]


# ---- what is kept, sought and compared


def digits(text: str | None) -> str:
    """The keys of all numbers of a field, as many as fit."""
    kept = ""
    for key in dict.fromkeys(piece.key for piece in numbers(text)):
        if len(kept) + len(key) < LONGEST:
            kept = f"{kept} {key}".strip()
    return kept


def local(key: str) -> str:
    """A landline's number within its town; any other number as it is."""
    found = LANDLINE.fullmatch(key)
    return (found[1] or found[2]) if found else key


def same(mine: str, theirs: str) -> bool:
    """Whether two kept sets of digits have a number in common, also where one was written without the area code."""
    return any(
        one == other or one == local(other) or other == local(one) for one in mine.split() for other in theirs.split()
    )


def query(typed: str) -> list[str]:
    """A search that reads as one number (or as several whole ones), each without blanks and dashes."""
    pieces, text = read(typed), visible(typed).strip()
    whole = [
        piece.number for piece in pieces if is_regular(piece.number) or (_whole(piece.number) and not piece.extension)
    ]
    if not whole or any(re.search(r"\w", piece.text) for piece in pieces if piece.number not in whole):
        whole = [text] if QUERY.fullmatch(text) else []
    return [re.sub(r"[\s\-]", "", number) for number in whole]


def sought(word: str) -> set[str]:
    """The digits a typed number, or a part of one, may be kept as; empty for what is no number."""
    if not QUERY.fullmatch(word):
        return set()
    if is_regular(word):
        return {_parsed(word)[0]}
    typed = re.sub(r"[^\d+]", "", word)
    begun = re.fullmatch(r"(?:(?:\+|00)86)?0?([1-9]\d*)", typed)  # without the country, without the area code's zero
    return {typed.replace("+", ""), begun[1]} if begun else {typed.replace("+", "")}


# ---- how it looks


@lru_cache(maxsize=4096)
def links(text: str | None) -> Markup:
    """The field with a link for each number in it."""
    return Markup("").join(
        Markup('<a href="{}">{}</a>').format(piece.href, piece.text) if piece.number else piece.text
        for piece in read(text)
    )


def masked(text: str | None) -> str:
    """138****5678: enough to recognise, not enough to call."""
    if not text or len(text) < 8:
        return "****" if text else ""
    return f"{text[:3]}****{text[-4:]}"
