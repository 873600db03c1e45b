"""Words that Flask-AppBuilder itself says and does not have in Chinese."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

WORDS = (
    _l("Invalid login. Please try again."),
    _l("Access is Denied"),
    _l("User Name"),
    _l("Password"),
    _l("Confirm Password"),
    _l("Reset Password Form"),
    _l("Password Changed"),
    _l(
        "Must have at least two capital letters, one special character, two digits, three lower case letters and "
        "a minimal length of 10."
    ),
    _l("Please use a good password policy, this application does not check this for you"),
    _l("Please rewrite the user's password to confirm"),
    _l("Passwords must match"),
    _l("Page not found"),
    _l("Page not found."),
)
