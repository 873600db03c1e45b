"""How a value of a told story becomes that of another one: moments are shifted, names and numbers are others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from app.core.time import clock


@dataclass(slots=True)
class Caller:
    """A customer as complaints name him, with the machine he has."""

    id: int
    name: str
    region: str
    address: str
    contact: str
    phone: str
    email: str
    product_id: int
    product: str
    serial: str


@dataclass(slots=True)
class Traveller:
    """Who is sent to the customer."""

    id: int
    name: str
    login: str
    phone: str


@dataclass(slots=True)
class Copy:
    """One story told again: whose it is, what it is about, how much later it happens, the numbers of its rows."""

    ids: dict[str, int]  # table → the number of its first row
    numbers: list[str]  # of its records
    days: timedelta
    shift: timedelta  # the days and some minutes
    caller: Caller
    traveller: Traveller
    subject: str
    description: str
    random: Random
    now: datetime


Value = Callable[[Copy], object]
Texts = Mapping[str, Callable[[Copy], str]]  # what stands in a told text → what stands there in another

MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00"
DAY = r"\d{4}-\d\d-\d\d(?!\d|T)"


def moment(told: datetime) -> Value:
    """Midnights stay midnights."""
    if clock.local(told).time().replace(microsecond=0) == time(0):
        return lambda copy: told + copy.days
    return lambda copy: told + copy.shift


def day(told: date) -> Value:
    """As many days later."""
    return lambda copy: told + copy.days


def text(told: str, texts: Texts) -> Value | None:
    """A text with whatever of it is another story's; None when nothing is."""
    pattern = "|".join(
        [*map(re.escape, sorted(texts, key=len, reverse=True)), f"(?P<moment>{MOMENT})", f"(?P<day>{DAY})"]
    )
    parts: list[str | Callable[[Copy], str]] = []
    end = 0
    for found in re.finditer(pattern, told):
        parts += [told[end : found.start()], _part(found, texts)]
        end = found.end()
    parts.append(told[end:])
    parts = [part for part in parts if part != ""]
    if not any(callable(part) for part in parts):
        return None
    if len(parts) == 1:
        return parts[0]  # type: ignore[return-value]
    return lambda copy: "".join([part if isinstance(part, str) else part(copy) for part in parts])


def _part(found: re.Match[str], texts: Texts) -> Callable[[Copy], str]:
    if found["day"]:
        then = date.fromisoformat(found["day"])
        return lambda copy: (then + copy.days).isoformat()
    if found["moment"]:
        at, how = datetime.fromisoformat(found["moment"]), "milliseconds" if "." in found["moment"] else "seconds"
        return lambda copy: (at + copy.shift).isoformat(timespec=how)
    return texts[found[0]]


Named = Callable[[str, object], Value | None]  # what stands beside a name


def json(told: object, texts: Texts, named: Named, name: str = "") -> Value | None:
    """The same within JSON; a number or a login is another one where the name beside it says what it is."""
    if isinstance(told, dict):
        inside = {key: json(value, texts, named, key) for key, value in told.items()}
        if not any(inside.values()):
            return None
        pairs = [(key, value, inside[key]) for key, value in told.items()]
        return lambda copy: {key: value if part is None else part(copy) for key, value, part in pairs}
    if isinstance(told, list):
        parts = [(value, json(value, texts, named, name)) for value in told]
        if not any(part for _value, part in parts):
            return None
        return lambda copy: [value if part is None else part(copy) for value, part in parts]
    return named(name, told) or (text(told, texts) if isinstance(told, str) else None)
