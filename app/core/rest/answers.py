"""What every REST answer shares: refusals as {"message": …}, JSON in and out, the token of browsers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar, overload

from flask import Response, jsonify, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.extensions import csrf, db

from ..kind import own_forms
from ..pages.web import sentences
from ..process import versions
from ..process.answer import ANSWERED, answer_to
from ..process.refused import Forbidden, Invalid
from ..text.wording import gettext as _
from ..time import clock
from ..types import Json
from . import query

Asked = ParamSpec("Asked")
Answered = TypeVar("Answered")
Message = tuple[Response, int]  # what is wrong, and the status
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def message(code: int, text: object) -> Message:
    """An answer that says what is wrong."""
    return jsonify(message=text), code


def spoken(handler: Callable[Asked, Answered]) -> Callable[Asked, Answered | Message]:
    """Every refusal as its status and a sentence; nothing half-saved."""

    @wraps(handler)
    def answer(*args: Asked.args, **kwargs: Asked.kwargs) -> Answered | Message:
        try:
            if (problem := _cookie_without_token()) is not None:
                return problem
            return handler(*args, **kwargs)
        except Exception as error:
            db.session.rollback()
            return _answer(error)

    return answer


def spoken_of(code: int) -> str:
    """What is wrong and what to do, as one text."""
    title, advice = sentences(code)
    return _("%(title)s. %(advice)s", title=title, advice=advice)


def _answer(error: Exception) -> Message:
    if isinstance(error, query.BadQuery):
        return message(400, str(error))
    if isinstance(error, Forbidden):
        return message(403, spoken_of(403))
    if isinstance(error, ANSWERED):
        found = answer_to(error, deleting=request.method == "DELETE")
        return message(found.status, found.fields or found.sentence)
    if isinstance(error, HTTPException):
        return message(error.code or 500, spoken_of(error.code or 500))
    raise error


def _cookie_without_token() -> Message | None:
    """A browser's cookie alone changes nothing: it must bring the form token; a bearer token needs none."""
    if request.method not in CHANGING or request.headers.get("Authorization", "").startswith("Bearer "):
        return None
    try:
        csrf.protect()
    except CSRFError as error:
        return message(400, str(error.description))
    return None


def body() -> Json:
    """The JSON of the request, the company's own fields by the names of the forms. Raises Invalid."""
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        if request.get_data(cache=True):
            raise Invalid({"body": [_("Send a JSON object.")]})
        return {}
    return own_forms.flat(data)


def if_match() -> int | None:
    """The version the caller has seen."""
    seen = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not seen:
        return None
    return versions.number(seen)


@overload
def plain(value: date | None) -> str | None: ...
@overload
def plain(value: object) -> object: ...
def plain(value: object) -> object:
    """A value as JSON: money as text with two decimals, moments in ISO 8601 with the business zone's offset."""
    if isinstance(value, datetime):
        return clock.local(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return str(value)
