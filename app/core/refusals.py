"""Why a row was not written, in words that say what to do."""

from __future__ import annotations

from flask_babel import gettext as _


def changed_meanwhile() -> str:
    return _("Somebody else changed this meanwhile. What you typed is still here: check it and save again.")


def conflicts() -> str:
    return _("There is already an entry with the same code, number or name. Change it and save again.")


def still_used() -> str:
    return _("It is still used elsewhere and can't be deleted.")


def too_much() -> str:
    return _("One of the values is too long or too large to be stored. Shorten it and save again.")
