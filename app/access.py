"""Who may do what, on one page: functions × things × verbs.

This only seeds the rights of a new portal; at run time the administrator decides, on the access page.
The steps of each process come from its own table (`granted_to`).
"""

from __future__ import annotations

from collections.abc import Iterator

from .complaints.workflow import COMPLAINT
from .core.workflow import WORKFLOWS
from .corrective.workflow import CORRECTIVE

FUNCTIONS = {  # code: Chinese and English name, as the regulation calls them
    "reception": ("接待", "Reception"),
    "reception_lead": ("接待主管", "Reception lead"),
    "qc": ("质检员", "QC"),
    "qc_manager": ("质检部经理", "QC manager"),
    "technician": ("技术人员", "Technician"),
    "inspector": ("检验员", "Inspector"),
    "sales": ("销售员", "Sales"),
    "sales_manager": ("销售部经理", "Sales manager"),
    "marketing": ("营销部售后", "Marketing"),
    "marketing_manager": ("营销部经理", "Marketing manager"),
    "agent": ("业务人员", "Agent"),
    "department_manager": ("责任部门经理", "Department manager"),
    "finance": ("财务", "Finance"),
    "property": ("物业", "Property company"),
    "leader": ("分管领导", "Leader"),
    "gm": ("总经理", "General manager"),
    "auditor": ("审计", "Auditor"),
    "admin": ("管理员", "Administrator"),
}
MAY_WHAT = {
    "reception": "reception_lead",
    "qc": "qc_manager",
    "sales": "sales_manager",
    "marketing": "marketing_manager",
}

Verbs = dict[str, tuple[str, ...]]

LIST = ("can_list", "can_show")
WRITE = ("can_add", "can_edit")
EXPORT = ("can_export",)
ALL = ("see_all",)
FULL = (*LIST, *WRITE, *EXPORT)
COMMENT = ("can_comment", "can_attach")

COMPLAINTS: Verbs = {  # the row scopes are rights too: see_* say which rows
    "reception": (*LIST, *ALL, *WRITE, *COMMENT, "see_contact"),
    "qc": (*LIST, *ALL, "can_edit", *COMMENT, "see_contact"),
    "qc_manager": (*EXPORT, "void_any", "read_major_mail"),
    "technician": (*LIST, "see_assigned", *COMMENT),
    "inspector": (*LIST, "see_assigned", *COMMENT),
    "sales": (*LIST, "see_own_customers"),
    "sales_manager": (*ALL, *EXPORT, "see_contact", "read_major_mail"),
    "department_manager": (*LIST, "see_responsible"),
    "finance": (*LIST, "see_charged"),
    "leader": (*LIST, *ALL, *COMMENT, "see_contact", "read_major_mail"),
    "gm": (*LIST, *ALL, *COMMENT, *EXPORT, "see_contact", "read_major_mail"),
    "auditor": (*LIST, *ALL, *EXPORT, "see_contact"),
    "admin": (*LIST, *ALL, "see_contact"),
}
NOTICES: Verbs = {
    "qc": (*LIST, *ALL, *WRITE, *COMMENT),
    "qc_manager": EXPORT,
    "reception": (*LIST, *ALL),
    "technician": (*LIST, "see_own", "can_attach"),
    "inspector": (*LIST, "see_own", "can_attach"),
    "sales": (*LIST, *ALL),
    "marketing_manager": (*LIST, "see_own_department", *COMMENT),
    "department_manager": (*LIST, "see_own_department", *COMMENT),
    "leader": (*LIST, *ALL),
    "gm": (*LIST, *ALL, *EXPORT),
    "auditor": (*LIST, *ALL, *EXPORT),
    "admin": (*LIST, *ALL),
}
CONSULTATIONS: Verbs = {
    "qc": (*LIST, *ALL, *COMMENT),
    "qc_manager": EXPORT,
    "reception": (*LIST, *ALL),
    "sales_manager": (*LIST, "see_own_department", *COMMENT),
    "marketing_manager": (*LIST, "see_own_department", *COMMENT),
    "department_manager": (*LIST, "see_own_department", *COMMENT),
    "leader": (*LIST, *ALL),
    "gm": (*LIST, *ALL, *EXPORT),
    "auditor": (*LIST, *ALL, *EXPORT),
    "admin": (*LIST, *ALL),
}
GM_REPORTS: Verbs = {
    "reception": (*LIST, "see_own"),
    "qc": (*LIST, "see_own"),
    "qc_manager": (*ALL, "see_own_instructions"),
    "sales": (*LIST, "can_add", "see_own"),
    "sales_manager": (*ALL, *COMMENT),
    "marketing": (*LIST, "can_add", "see_own"),
    "marketing_manager": ("see_own_instructions",),
    "department_manager": (*LIST, "see_own_instructions", *COMMENT),
    "reception_lead": ("see_own_instructions",),
    "leader": (*LIST, *ALL),
    "gm": (*LIST, *ALL, *COMMENT, *EXPORT),
    "auditor": (*LIST, *ALL, *EXPORT),
}
SEE = ("see_contact", "see_all")
CUSTOMERS: Verbs = {
    "reception": (*LIST, *WRITE, *SEE),
    "qc": (*LIST, *SEE),
    "technician": LIST,
    "inspector": LIST,
    "sales": (*LIST, *WRITE, *SEE),
    "sales_manager": EXPORT,
    "marketing": (*LIST, *WRITE, *SEE),
    "agent": (*LIST, "can_add"),
    "finance": LIST,
    "property": LIST,
    "leader": (*LIST, *SEE),
    "gm": (*LIST, *SEE),
    "auditor": (*LIST, *SEE),
    "admin": (*LIST, "can_edit", *SEE),
}
PRODUCTS: Verbs = {
    "reception": LIST,
    "qc": (*LIST, *WRITE),
    "technician": LIST,
    "inspector": LIST,
    "sales": LIST,
    "department_manager": LIST,
    "leader": LIST,
    "gm": LIST,
    "auditor": LIST,
    "admin": (*LIST, *WRITE),
}
ADMIN: Verbs = {"leader": LIST, "gm": LIST, "auditor": LIST, "admin": (*LIST, *WRITE, "can_delete")}
READERS = (
    "reception",
    "qc",
    "technician",
    "inspector",
    "sales",
    "department_manager",
    "finance",
    "leader",
    "gm",
    "auditor",
    "admin",
)
PARTS: Verbs = dict.fromkeys(READERS, LIST)
EVERYBODY: Verbs = dict.fromkeys(FUNCTIONS, LIST)

MATRIX: dict[str, Verbs] = {
    "Complaint": COMPLAINTS,
    "CorrectiveAction": NOTICES,
    "Consultation": CONSULTATIONS,
    "Compliance": {
        **dict.fromkeys(("qc_manager", "leader"), ("can_list",)),
        **dict.fromkeys(("gm", "auditor"), ("can_list", *EXPORT)),
    },
    "Regulation": dict.fromkeys(FUNCTIONS, ("menu_access",)),
    "ReturnSlip": dict.fromkeys(("reception", "qc"), ("menu_access",)),
    "GmReport": GM_REPORTS,
    "Visit": dict.fromkeys(("technician", "inspector"), LIST),
    "Disposition": PARTS,
    "Assignment": PARTS,
    "SiteService": PARTS,
    "Confirmation": PARTS,
    "Customer": CUSTOMERS,
    "Contact": CUSTOMERS,
    "Product": PRODUCTS,
    "ProductUnit": PRODUCTS,
    "FailureMode": PRODUCTS,
    "ProductCategory": PRODUCTS,
    "Region": {**EVERYBODY, "admin": (*LIST, "can_edit")},
    "Department": {**PARTS, "marketing": LIST, "agent": LIST, **ADMIN},
    "Employee": ADMIN,
    "Competence": {**ADMIN, "qc": LIST, "qc_manager": WRITE},
    "EmployeeCompetence": {**ADMIN, "qc": LIST, "qc_manager": WRITE},
    "WorkCalendar": {**ADMIN, **dict.fromkeys(("reception", "qc"), LIST)},
    "DeadlineRule": {**ADMIN, **dict.fromkeys(("reception", "qc"), LIST)},
    "OpenApi": dict.fromkeys(FUNCTIONS, ("can_get",)),
    "SwaggerView": dict.fromkeys(FUNCTIONS, ("can_show",)),
    "Setting": ADMIN,
    "Access": {**ADMIN, "admin": (*LIST, "can_edit")},
    "OutboxMail": {
        "qc_manager": LIST,
        "sales_manager": LIST,
        "leader": LIST,
        "gm": LIST,
        "auditor": (*LIST, *EXPORT),
        "admin": (*LIST, "can_resend"),
    },
    "History": {**PARTS, "auditor": (*LIST, *EXPORT)},
}
MENU_OF = {
    "Compliance",
    "Complaint",
    "Consultation",
    "GmReport",
    "Visit",
    "CorrectiveAction",
    "Customer",
    "Product",
    "ProductUnit",
    "Department",
    "Employee",
    "Competence",
    "Region",
    "WorkCalendar",
    "DeadlineRule",
    "Setting",
    "Access",
    "OutboxMail",
}


def cells() -> Iterator[tuple[str, str, str]]:
    """Every (function, permission, thing) a new portal starts with."""
    for thing, functions in MATRIX.items():
        for code, verbs in functions.items():
            for holder in _with_manager(code):
                yield from ((holder, verb, thing) for verb in verbs)
                if thing in MENU_OF and "can_list" in verbs:
                    yield (holder, "menu_access", thing)
    for workflow in WORKFLOWS.values():
        for step in workflow.steps:
            for code in step.granted_to:
                yield from ((holder, step.name, workflow.thing) for holder in _with_manager(code))


def _with_manager(code: str) -> Iterator[str]:
    """A manager may do what the department's plain function may."""
    yield code
    if code in MAY_WHAT:
        yield MAY_WHAT[code]


PROCESSES = (COMPLAINT, CORRECTIVE)
