"""What is asked of a colleague beside the profile: who it is, the login, the roles."""

from __future__ import annotations

from app.core.fields.fields import CodeField, EmailField, TextField, YesNoField
from app.core.kind.asks import beside
from app.core.text.wording import lazy_gettext as _l

from .forms import PasswordField
from .roles import RolesField

LOGIN = beside("username", CodeField, _l("Login name"), required=True, max_length=64)
LAST = beside("last_name", TextField, _l("Family name"), max_length=60)
FIRST = beside(
    "first_name",
    TextField,
    _l("Given name"),
    max_length=60,
    description=_l("Whoever has one name only fills in one."),
)
EMAIL = beside("email", EmailField, _l("E-mail"), required=True, max_length=120)
PASSWORD = beside(
    "password",
    PasswordField,
    _l("New password"),
    max_length=200,
    description=_l("At least 10 characters of three kinds. Left empty: it stays as it is."),
)
ROLES = beside("roles", RolesField, _l("Own roles, in addition to the department's"))
ACTIVE = beside("active", YesNoField, _l("Active"))
OF_ALL = beside("roles", RolesField, _l("Roles of everybody in the department"))
