"""What was typed is kept in the browser under a name; only the server says when it is not needed any more."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import flash, request

DONE = "draft-done"  # the category of the message that no person reads
PASSING = ("channel", "step")  # of an address: where somebody came from, not what the form is about


def name() -> str:
    """The form of this request: its address, and what the address says it is about."""
    about = sorted((key, value) for key, value in request.args.items(multi=True) if key not in PASSING)
    return f"{request.path}?{urlencode(about)}".rstrip("?")


def done(form: str = "") -> None:
    """What was typed has become a record: the next page tells the browser to forget it."""
    flash(form or name(), DONE)
