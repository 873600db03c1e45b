"""The pages of departments and regions; those of people, competences and rules stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, jsonify, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import Group
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload

from app.core.listing import Choice
from app.core.names import full_name, name_of
from app.core.show import tag
from app.core.views import BaseView, Column, table
from app.extensions import db

from . import lookups as _lookups  # noqa: F401
from . import regions, roles, staffing
from .codes import DEPARTMENT_KINDS, LEVELS, LINES, ZONES, word
from .employee_views import CompetenceView, EmployeeCompetenceView, EmployeeView
from .forms import DepartmentForm, RegionForm
from .models import Department, Region
from .rules_page import DeadlineRuleView


def department_cell(row: Department) -> Any:
    inactive = Markup(" ") + tag(_("inactive"), "mut")
    return row.label if row.active else Markup("{}{}").format(row.label, inactive)


def roles_cell(row: Department) -> str:
    return ", ".join(roles.words_of(db.session, row.group.roles)) if row.group else ""


class DepartmentView(BaseView):
    """部门: making one makes its group; its roles are those of everybody in it."""

    route_base = "/department"
    datamodel = table(Department)
    class_permission_name = "Department"
    form = DepartmentForm
    blocks = ("portal/organisation/_members.html",)
    list_title, show_title = _l("Departments"), _l("Department")
    add_title, edit_title = _l("New department"), _l("Edit department")
    search_hint = _l("Code or name")
    searched = (Department.code, Department.name_zh, Department.name_en)
    default_order = ("id", False)
    eager = (
        joinedload(Department.manager),
        selectinload(Department.group).selectinload(Group.roles),
        joinedload(Department.parent),
    )
    columns = {
        "name": Column(_l("Department"), department_cell, order=Department.name_zh, plain=lambda row: row.label),
        "code": Column(_l("Code"), "code", order=Department.code),
        "kind": Column(_l("Kind of department"), lambda row: word(DEPARTMENT_KINDS, row.kind)),
        "line": Column(_l("Business line"), lambda row: word(LINES, row.line)),
        "manager": Column(_l("Manager"), lambda row: full_name(row.manager) if row.manager else ""),
        "roles": Column(_l("Roles"), roles_cell),
    }

    def shown(self, row: Any) -> Any:
        return [
            (_("Code"), row.code),
            (_("Name (Chinese)"), row.name_zh),
            (_("Name (English)"), row.name_en),
            (_("Kind of department"), word(DEPARTMENT_KINDS, row.kind)),
            (_("Business line"), word(LINES, row.line)),
            (_("Part of"), row.parent.label if row.parent else ""),
            (_("Manager"), name_of(row.manager_id)),
            (_("E-mail"), row.email),
            (_("Roles of everybody in the department"), roles_cell(row)),
            (_("Active"), row.active),
        ]

    def members(self, row: Department) -> Any:
        return [(person, full_name(person.user)) for person in staffing.members(db.session, row)]

    def initial(self) -> Mapping[str, Any]:
        return {"kind": "other", "line": "mf", "active": "true", **super().initial()}

    def as_form(self, row: Any) -> dict[str, Any]:
        return staffing.department_fields(row)

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        saved = staffing.save_department(db.session, row, {**values, "roles": values.get("roles") or []})
        for warning in roles.warnings(db.session):
            flash(warning, "warning")
        return saved


def region_flag(row: Region) -> Any:
    return tag(_("remote area"), "warn") if row.is_remote else ""


class RegionView(BaseView):
    """行政区划: province, city, county; the company only says which are remote (2.2)."""

    route_base = "/region"
    datamodel = table(Region)
    class_permission_name = "Region"
    base_permissions = ["can_list", "can_show", "can_edit", "can_export"]
    exclude_route_methods = BaseView.exclude_route_methods | {"add", "delete"}
    form = RegionForm
    blocks = ("portal/organisation/_inside.html",)
    list_title, show_title = _l("Regions"), _l("Region")
    add_title, edit_title = _l("Regions"), _l("Remote area or not")
    search_hint = _l("Name, initials or code")
    searched = (Region.full_name, Region.pinyin, Region.adcode)
    default_order = ("adcode", False)
    columns = {
        "full_name": Column(_l("Region"), "full_name", order=Region.full_name),
        "adcode": Column(_l("Code"), "adcode", order=Region.adcode, css="num"),
        "level": Column(_l("Level"), lambda row: word(LEVELS, row.level)),
        "zone": Column(_l("Zone of 2.2"), lambda row: ZONES[regions.zone_of(row)]),
        "is_remote": Column(_l("Remote area"), region_flag, plain=lambda row: row.is_remote),
    }
    choices = {
        "province": Choice(
            _l("Province"), regions.province_choices, lambda code: regions.in_province(Region.adcode, code)
        ),
        "level": Choice(_l("Level"), lambda: list(LEVELS.items()), lambda code: Region.level == code),
        "remote": Choice(
            _l("Remote area"), lambda: [("yes", _("Only remote areas"))], lambda code: Region.is_remote.is_(True)
        ),
    }

    def inside(self, row: Region) -> Sequence[Region]:
        return regions.children(db.session, row.adcode)

    def flag(self, row: Region) -> Any:
        return region_flag(row)

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        changed, moved = regions.flag_remote(db.session, row, values["is_remote"], self.actor())
        if changed > 1:
            flash(_("%(n)s regions changed, with everything inside.", n=changed), "info")
        if moved:
            flash(_("%(n)s running deadlines moved; the old end stays in each history.", n=moved), "info")
        return row

    @expose("/children")
    @has_access
    @permission_name("list")
    def children(self) -> Any:
        """The next level for dependent drop-downs 省 → 市 → 区县; provinces without a code."""
        code = request.args.get("of", "")[:6]
        return jsonify(
            regions=[
                {"code": row.adcode, "name": row.name, "leaf": row.is_leaf}
                for row in regions.children(db.session, code)
            ]
        )

    @expose("/path/<code>")
    @has_access
    @permission_name("list")
    def path(self, code: str) -> Any:
        """A region and those above it, from the province down."""
        row, found = db.session.get(Region, code[:6]), list[dict[str, Any]]()
        while row is not None:
            found.insert(0, {"code": row.adcode, "name": row.name, "leaf": row.is_leaf})
            row = db.session.get(Region, row.parent_code) if row.parent_code else None
        return jsonify(regions=found)

    @expose("/suggest")
    @has_access
    @permission_name("list")
    def suggest(self) -> Any:
        """What an address could mean, for a person to choose from."""
        text = request.args.get("text", "").replace("\0", "")[:200]
        found = regions.candidates(db.session, text)
        return jsonify(
            sentence=regions.ambiguity(db.session, text) if text.strip() else "",
            regions=[{"code": row.adcode, "name": row.full_name} for row in found],
        )


__all__ = [
    "CompetenceView",
    "DeadlineRuleView",
    "DepartmentView",
    "EmployeeCompetenceView",
    "EmployeeView",
    "RegionView",
]
