"""What the pages of departments and regions have of their own; those of people and competences stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, jsonify, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from markupsafe import Markup

from app.core.kind.columns import columns_of
from app.core.kind.tells import Cell
from app.core.pages.listing import Choice
from app.core.pages.show import tag
from app.core.pages.views import BaseView, Column
from app.core.rights.people import full_name
from app.core.text import cleaning
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

from . import regions, roles, staffing
from .codes import ZONES
from .models import Department, EmployeeProfile, Region


def department_cell(row: Department) -> Any:
    inactive = Markup(" ") + tag(_("inactive"), "mut")
    return row.label if row.active else Markup("{}{}").format(row.label, inactive)


def roles_cell(row: Department) -> str:
    return ", ".join(roles.words_of(db.session, row.group.roles)) if row.group else ""


MEMBER = (("name", Column(_l("Full name"), lambda row: full_name(row.user))), EmployeeProfile.position)


class DepartmentPages(BaseView):
    """部门: making one makes its group; its roles are those of everybody in it."""

    blocks = ("portal/organisation/_members.html",)

    def members(self, row: Department) -> Any:
        return staffing.members(db.session, row)

    def member_columns(self) -> Mapping[str, Column]:
        return columns_of(EmployeeProfile, None, MEMBER)

    def initial(self) -> Mapping[str, Any]:
        return {"kind": "other", "line": "mf", "active": "true", **super().initial()}

    def as_form(self, row: Any) -> dict[str, Any]:
        return {**super().as_form(row), "roles": staffing.roles_of(row)}

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return super().save(row, {**values, "roles": values.get("roles") or []})

    def warnings(self, row: Any) -> Sequence[str]:
        return roles.warnings(db.session)


def zone_cell(row: Region) -> Any:
    return ZONES[regions.zone_of(row)]


def region_flag(row: Region) -> Any:
    return tag(_("remote area"), "warn") if row.is_remote else ""


REMOTE = Choice(
    _l("Remote area (2.2)"), lambda: [("yes", _("Only remote areas"))], lambda code: Region.is_remote.is_(True)
)
PROVINCE = Choice(_l("Province"), regions.province_choices, lambda code: regions.in_province(Region.adcode, code))
WHOLE_NAME = Cell(Region.full_name, lambda row: row.label)
FLAG = Cell(Region.is_remote, region_flag)
ZONE = Column(_l("Zone of 2.2"), zone_cell)
REGION = (WHOLE_NAME, Region.adcode, Region.level, ("zone", ZONE), FLAG)
REGION_SHOWN = (WHOLE_NAME, Region.adcode, Region.level, (ZONE.label, zone_cell), FLAG)
INSIDE = (Cell(Region.full_name, lambda row: row.short), Region.adcode, FLAG)


class RegionPages(BaseView):
    """行政区划: province, city, county; the company only says which are remote (2.2)."""

    blocks = ("portal/organisation/_inside.html",)

    def inside(self, row: Region) -> Sequence[Region]:
        return regions.children(db.session, row.adcode)

    def inside_columns(self) -> Mapping[str, Column]:
        return columns_of(Region, None, INSIDE)

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
                {"code": row.adcode, "name": row.short, "leaf": row.is_leaf}
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
            found.insert(0, {"code": row.adcode, "name": row.short, "leaf": row.is_leaf})
            row = db.session.get(Region, row.parent_code) if row.parent_code else None
        return jsonify(regions=found)

    @expose("/suggest")
    @has_access
    @permission_name("list")
    def suggest(self) -> Any:
        """What an address could mean, for a person to choose from."""
        text = cleaning.asked("text", 200)
        found = regions.candidates(db.session, text)
        return jsonify(
            sentence=regions.ambiguity(db.session, text) if text else "",
            regions=[{"code": row.adcode, "name": row.label} for row in found],
        )
