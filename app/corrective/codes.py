"""The codes of a corrective action notice and their words."""

from __future__ import annotations

from enum import StrEnum, auto

from flask_babel import lazy_gettext as _l


class C(StrEnum):
    """The states of 纠正措施通知单."""

    draft = auto()
    issued = auto()
    disputed = auto()
    analysing = auto()
    planned = auto()
    implementing = auto()
    done = auto()
    verified = auto()
    closed = auto()
    void = auto()


SOURCES = {
    "complaint": _l("Customer complaint"),
    "feedback": _l("Customer information"),
    "visit": _l("Customer visit"),
    "audit": _l("Internal audit"),
    "other": _l("Other"),
}
METHODS = {
    "five_why": _l("5 Why"),
    "fishbone": _l("Fishbone diagram"),
    "eight_d": _l("8D report"),
    "other": _l("Other"),
}
ACTIONS = {
    "containment": _l("Containment action"),
    "correction": _l("Correction"),
    "corrective": _l("Corrective action"),
    "preventive": _l("Preventive action"),
}
EFFECTIVE = "effective"
RESULTS = {EFFECTIVE: _l("Effective"), "partly": _l("Partly effective"), "not": _l("Not effective")}
