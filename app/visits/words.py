"""The words of the phone, one file per language: the shell itself speaks none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import lazy_pgettext as _lp

from app.complaints import codes, remarks
from app.complaints.asks import QuoteLine
from app.complaints.negative_words import TRADITIONAL
from app.complaints.workflow import COMPLAINT
from app.core.fields.forms import StepForm
from app.core.kind.choices import offered
from app.core.pages.show import days_late, days_left, hours_late, today_until
from app.core.text.wording import lazy_gettext as _l

from .entry import PHOTOS, STEPS

CHOICES = {
    "cause_category": codes.CAUSES,
    "responsibility": codes.RESPONSIBILITIES,
    "remedy": codes.REMEDIES,
    "satisfaction": codes.SATISFACTION,
}
FIVE = {
    "depart": _lp("phone", "Set out"),
    "arrive": _lp("phone", "Arrive"),
    "investigate": _lp("phone", "Cause"),
    "complete": _lp("phone", "Work"),
    "confirm": _lp("phone", "Signature"),
}
BUTTONS = {
    "depart": _l("I am setting out"),
    "arrive": _l("I have arrived"),
    "investigate": _l("Save the cause"),
    "quote": _l("Show the customer this quotation"),
    "answer_quote": _l("Save the answer"),
    "complete": _l("The work is done"),
    "confirm": _l("The customer has signed"),
    "reject": _l("The customer does not accept"),
    "back_at_company": _l("I am back at the company"),
    "return_form": _l("The form is handed in"),
}
SAID: dict[str, Any] = {
    "title": _l("My visits"),
    "back": _l("Back"),
    "today": _l("Today"),
    "tomorrow": _l("Tomorrow"),
    "overdue": _l("Overdue"),
    "all": _l("All"),
    "none": _l("No visits here."),
    "loading": _l("Loading…"),
    "call": _l("Call"),
    "map": _l("Map"),
    "start": _lp("phone", "Start"),
    "go_on": _l("Go on"),
    "record": _l("Record"),
    "portal": _l("Workbench"),
    "sign_out": _l("Sign out"),
    "sign_in": _l("Sign in"),
    "due": _l("due {text}"),
    "planned": _l("planned for {day}"),
    "opinion": _l("Disposition"),
    "saved": _l("All sent"),
    "offline": _l("Offline"),
    "waiting": _l("{n} to be sent"),
    "go_on_offline": _l("No connection. Go on: everything is kept on this phone and sent by itself later."),
    "signed_out": _l("Signed out. What you have done ({n}) is safe on this phone and is sent when you sign in again."),
    "of_others": _l("{n} entries of {who} wait on this phone. They are sent when {who} signs in."),
    "not_yours": _l("These pages are for technicians and inspectors."),
    "old_browser": _l("This browser can't keep your work without a network. Open the page in the phone's own browser."),
    "later": _l("The portal can't be reached at the moment. Everything is kept and sent later."),
    "conflict": _l("Not saved"),
    "correct": _l("Correct it"),
    "note": _l("Keep as notes on the record"),
    "discard": _l("Throw away"),
    "sure": _l("Discard everything written for this visit that has not been sent yet?"),
    "yes": _l("Yes"),
    "no": _l("No"),
    "meanwhile": _l("What happened meanwhile"),
    "still_unsent": _l("{n} entries are not sent yet. They stay on this phone until you sign in again. Sign out?"),
    "choose": _l("Please choose"),
    "fill_in": _l("Please fill in “{field}”."),
    "amount_wrong": _l("Type a number such as 3600.00."),
    "already_there": _l("I am already there"),
    "add_photos": _l("Take or add photos"),
    "remove_photo": _l("Remove photo {n}"),
    "photo_bad": _l("A picture can't be read. Take it again."),
    "photo_many": _l("At most {n} photos fit here."),
    "photo_needed": _l("Attach a photo of the site first."),
    "free": _l("2.4: our own quality problem is free of charge."),
    "consented": _l("The customer has accepted {amount}."),
    "unanswered": _l("The customer has not answered the quotation of {amount} yet."),
    "make_quote": _l("Chargeable: make a quotation"),
    "new_quote": _l("Make another quotation"),
    "no_quote": _l("Back without a quotation"),
    "more_lines": _l("Another line"),
    "total": _l("Total (CNY)"),
    "more": _l("Parts, serial numbers, hours"),
    "late": _l("The arrival was due {text}: give the reason for the delay."),
    "signs": _l("The customer signs this"),
    "sign_here": _l("Sign here"),
    "clear": _l("Clear"),
    "sign_first": _l("Let the customer sign."),
    "negative": _l("The answer sounds negative. Does the customer confirm all the same?"),
    "sign_again": _l("The text was changed after the customer had signed it. Let the customer sign again."),
    "late_form": _l("The form was due {text}: give the reason for the delay."),
    "came_back": _l("Back at the company: {text}"),
    "hand_in": _l("The customer has confirmed. Hand the form in to QC."),
    "not_accepted": _l("The customer does not accept the work"),
    "finished": _l("This visit is finished."),
    "step": _l("Step {n} of 5"),
    "change": _lp("phone", "Change"),
    "found": _l("What was found"),
}


COUNTED = (days_late, hours_late, days_left)  # for one and for many


def words(locale: str) -> dict[str, Any]:
    """Everything the phone says in one language: its own words, those of the steps' forms, and their choices."""
    with force_locale(locale):
        fields = {name: _labels(COMPLAINT.rows(name)[0].form) for name in STEPS}
        return {
            "lang": {"zh": "zh-CN"}.get(locale, locale),
            "other": _other(locale),
            "step": {name: str(COMPLAINT.label_of(name)) for name in STEPS},
            "five": {name: str(text) for name, text in FIVE.items()},
            "button": {name: str(text) for name, text in BUTTONS.items()},
            "say": {name: str(text) for name, text in SAID.items()},
            "left": {say.__name__: [say(n).replace(str(n), "{n}") for n in (1, 2)] for say in COUNTED},
            "today_until": today_until("{time}"),
            "field": {**fields, "line": _labels(QuoteLine)},
            "choice": {name: _pairs(items) for name, items in CHOICES.items()},
            "free_remedies": list(codes.FREE_REMEDIES),
            "harmless": remarks.HARMLESS_WORDS.pattern,
            "negative": remarks.NEGATIVE_WORDS.pattern,
            "traditional": TRADITIONAL,
            "dissatisfied": codes.DISSATISFIED,
            "most_photos": PHOTOS,
        }


def _labels(form: type[StepForm] | None) -> dict[str, str]:
    return {field.name: str(field.label.text) for field in form()} if form else {}


def _pairs(choices: Mapping[str, Any]) -> list[list[str]]:
    return [[code, str(text)] for code, text in offered(choices).items()]


def _other(locale: str) -> dict[str, str]:
    """The next language, by its own name."""
    known: dict[str, dict[str, str]] = current_app.config["LANGUAGES"]
    codes_known = list(known)
    code = codes_known[(codes_known.index(locale) + 1) % len(codes_known)]
    return {"code": code, "name": known[code]["name"]}
