"""Every right as a sentence an administrator understands, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.workflow import WORKFLOWS

THINGS: dict[str, Any] = {
    "Complaint": _l("Complaint"),
    "CorrectiveAction": _l("Corrective action"),
    "Visit": _l("Own visits on the phone"),
    "Disposition": _l("Disposition"),
    "Assignment": _l("Assignment"),
    "SiteService": _l("Implementation record"),
    "Confirmation": _l("Customer confirmation"),
    "Customer": _l("Customer"),
    "Contact": _l("Contact"),
    "Product": _l("Product"),
    "ProductUnit": _l("Product unit"),
    "ProductCategory": _l("Product category"),
    "FailureMode": _l("Failure mode"),
    "Department": _l("Department"),
    "Employee": _l("Employee"),
    "Competence": _l("Competence"),
    "EmployeeCompetence": _l("Competence of an employee"),
    "Region": _l("Region"),
    "WorkCalendar": _l("Working calendar"),
    "DeadlineRule": _l("Deadline rule"),
    "Setting": _l("Settings"),
    "Access": _l("Who may do what"),
    "OutboxMail": _l("Outbox"),
    "History": _l("History"),
    "Dashboard": _l("Workbench"),
    "Notice": _l("Messages of the bell"),
    "OpenApi": _l("Description of the REST interface"),
    "SwaggerView": _l("Page to try the REST interface"),
}
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "complaints": (
        _l("Complaint handling"),
        ("Complaint", "Visit", "Disposition", "Assignment", "SiteService", "Confirmation"),
    ),
    "corrective": (_l("Corrective actions"), ("CorrectiveAction",)),
    "customers": (
        _l("Customers and products"),
        ("Customer", "Contact", "Product", "ProductUnit", "ProductCategory", "FailureMode"),
    ),
    "organisation": (_l("Organisation"), ("Department", "Employee", "Competence", "EmployeeCompetence", "Region")),
    "administration": (
        _l("Administration"),
        (
            "Access",
            "Setting",
            "WorkCalendar",
            "DeadlineRule",
            "OutboxMail",
            "History",
            "Dashboard",
            "Notice",
            "OpenApi",
            "SwaggerView",
        ),
    ),
}
VERBS: dict[str, Any] = {
    "menu_access": _l("have it in the menu"),
    "can_list": _l("see the list"),
    "can_show": _l("open one"),
    "can_add": _l("create"),
    "can_edit": _l("change"),
    "can_delete": _l("delete"),
    "can_export": _l("export to Excel and CSV"),
    "can_comment": _l("write comments"),
    "can_attach": _l("attach files"),
    "can_resend": _l("send a mail again"),
    "can_get": _l("read"),
    "see_all": _l("see all of the business line"),
    "see_assigned": _l("see those one is or was assigned to"),
    "see_own": _l("see those with own actions"),
    "see_own_customers": _l("see those of own customers"),
    "see_charged": _l("see those with a charge"),
    "see_responsible": _l("see those the own department is responsible for"),
    "see_own_department": _l("see those of the own department"),
    "see_contact": _l("see phone numbers and e-mail addresses in full"),
    "void_any": _l("void also other people's slips"),
    "read_major_mail": _l("be mailed at once about major complaints (4.4)"),
}
ORDER = {verb: number for number, verb in enumerate(VERBS)}


def sentence(permission: str, thing: str) -> str:
    """“Complaint: hand over to QC”."""
    return str(_("%(thing)s: %(deed)s", thing=str(THINGS.get(thing, thing)), deed=deed(permission, thing)))


def deed(permission: str, thing: str) -> str:
    """What the right lets one do: a step's own words, or the plain verb."""
    for workflow in WORKFLOWS.values():
        if workflow.thing == thing and (label := workflow.label_of(permission)) is not None:
            clause = next((step.clause for step in workflow.rows(permission) if step.clause), "")
            return f"{label} ({clause})" if clause else str(label)
    return str(VERBS.get(permission, permission.removeprefix("can_").replace("_", " ")))


def steps_of(thing: str) -> list[str]:
    """The steps of the processes on a thing, in the order of the process."""
    return [name for workflow in WORKFLOWS.values() if workflow.thing == thing for name in workflow.step_names]


def rank(permission: str, thing: str) -> tuple[int, int, str]:
    """Plain verbs first, then the steps in the order of the process."""
    steps = steps_of(thing)
    return (1, steps.index(permission), "") if permission in steps else (0, ORDER.get(permission, 99), permission)
