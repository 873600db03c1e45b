"""REST of departments, employees, competences and regions: the same forms and rules as the pages."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Query, joinedload

from app.core.api import BaseApi
from app.core.names import full_name
from app.core.rest import body, spoken
from app.core.views import table
from app.core.workflow import Invalid
from app.extensions import db

from . import handing, regions, roles, staffing
from .forms import CompetenceForm, DepartmentForm, EmployeeForm
from .models import Competence, Department, EmployeeProfile, Region


class RegionApi(BaseApi):
    """行政区划, read only."""

    resource_name = "region"
    datamodel = table(Region)
    class_permission_name = "Region"
    writes = frozenset()
    base_permissions = ["can_list", "can_show"]
    fields = (
        ("id", lambda row: row.adcode),
        "adcode",
        "name",
        "full_name",
        "level",
        ("parent", lambda row: row.parent_code),
        "is_remote",
        "special",
        "is_leaf",
        ("zone", lambda row: regions.zone_of(row).value),
    )
    filters = ("adcode", "name", "full_name", "pinyin", "level", "parent_code", "is_remote", "special", "is_leaf")


class DepartmentApi(BaseApi):
    """部门."""

    resource_name = "department"
    datamodel = table(Department)
    class_permission_name = "Department"
    writes = frozenset({"post", "put"})
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    form = DepartmentForm
    eager = (joinedload(Department.group),)
    fields = (
        "id",
        "code",
        "name_zh",
        "name_en",
        "kind",
        "line",
        ("parent", lambda row: row.parent_id),
        ("manager", lambda row: row.manager_id),
        "email",
        ("roles", lambda row: roles.keys_of(db.session, row.group.roles if row.group else [])),
        "active",
        "version",
    )
    filters = ("id", "code", "name_zh", "name_en", "kind", "line", "active")

    def current(self, row: Any) -> dict[str, Any]:
        return staffing.department_fields(row)

    def create(self, values: dict[str, Any]) -> Any:
        return staffing.save_department(db.session, None, values)

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return staffing.save_department(db.session, row, values)


class EmployeeApi(BaseApi):
    """员工: its key is the user's number."""

    resource_name = "employee"
    datamodel = table(EmployeeProfile)
    class_permission_name = "Employee"
    writes = frozenset({"post", "put"})
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    form = EmployeeForm
    eager = (joinedload(EmployeeProfile.user).selectinload(User.roles),)
    fields = (
        ("id", lambda row: row.user_id),
        ("username", lambda row: row.user.username),
        ("name", lambda row: full_name(row.user)),
        ("last_name", lambda row: row.user.last_name),
        ("first_name", lambda row: row.user.first_name),
        ("email", lambda row: row.user.email),
        ("department", lambda row: row.department_id),
        "position",
        "employee_no",
        "mobile",
        "locale",
        ("roles", lambda row: roles.keys_of(db.session, row.user.roles)),
        ("leader", lambda row: row.leader_id),
        "is_dedicated_intake",
        "is_dedicated_feedback",
        "absent_from",
        "absent_to",
        ("deputy", lambda row: row.deputy_id),
        ("active", lambda row: bool(row.user.active)),
        "version",
    )
    filters = ("user_id", "department_id", "position", "employee_no", "locale", "absent_from", "absent_to", "deputy_id")

    def scoped(self) -> Query[Any]:
        return super().scoped().join(EmployeeProfile.user)

    @property
    def columns(self) -> dict[str, Any]:
        return {
            **super().columns,
            "username": User.username,
            "last_name": User.last_name,
            "email": User.email,
            "active": User.active,
        }

    def current(self, row: Any) -> dict[str, Any]:
        return staffing.employee_fields(row)

    def create(self, values: dict[str, Any]) -> Any:
        return staffing.save_employee(db.session, None, values)

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return staffing.save_employee(db.session, row, values)

    @expose("/<pk>/hand_over", methods=["POST"])
    @protect()
    @spoken
    @permission_name("edit")
    def hand_over(self, pk: str) -> Any:
        """Hand all open work to a colleague
        ---
        post:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  properties: {to: {type: string}, to_visits: {type: string}, reason: {type: string}}
          responses:
            200: {description: "handed_over: how much it was"}
            422: {description: "wrong fields"}
        """
        row = self.row(pk)
        form = handing.form_class(db.session, row.user_id).of(body())
        if not form.validate():
            raise Invalid(form.sentences())
        number = handing.hand_over(db.session, row.user_id, form.values(), self.actor())
        db.session.commit()
        return jsonify(handed_over=number)


class CompetenceApi(BaseApi):
    """专业技能."""

    resource_name = "competence"
    datamodel = table(Competence)
    class_permission_name = "Competence"
    form = CompetenceForm
    fields = ("id", "code", "name_zh", "name_en", ("product_category", lambda row: row.product_category_id), "version")
    filters = ("id", "code", "name_zh", "name_en", "product_category_id")
