"""The functions of the regulation, and what a manager inherits: these only seed a new portal."""

from __future__ import annotations

from app.core.rights.verbs import LIST, Verbs

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
READ: Verbs = dict.fromkeys(READERS, LIST)
