"""What the REST of departments, employees and regions has of its own: the same rules as the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Query

from app.core.process.refused import Invalid
from app.core.rest.answers import body, spoken
from app.core.rest.api import BaseApi
from app.core.rest.shapes import says
from app.core.rights.people import full_name
from app.extensions import db

from . import absences, handing, roles, staffing
from .models import EmployeeProfile

OF_THE_USER: Mapping[str, Any] = {
    "username": says(str, lambda row: row.user.username),
    "name": says(str, lambda row: full_name(row.user)),
    "last_name": says(str, lambda row: row.user.last_name),
    "first_name": says(str, lambda row: row.user.first_name),
    "email": says(str, lambda row: row.user.email),
    "roles": says(list[str], lambda row: roles.keys_of(db.session, row.user.roles)),
    "active": says(bool, lambda row: bool(row.user.active)),
}


class RegionRest(BaseApi):
    """行政区划, read only."""

    writes = frozenset()
    base_permissions = ("can_list", "can_show")


class DepartmentRest(BaseApi):
    """部门."""

    def current(self, row: Any) -> dict[str, Any]:
        return {**super().current(row), "roles": staffing.roles_of(row)}


class HandedOver(TypedDict):
    """How much was handed over."""

    handed_over: int


class EmployeeRest(BaseApi):
    """员工: its key is the user's number."""

    replies = {**BaseApi.replies, "hand_over": HandedOver}

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
        return {**super().current(row), **staffing.person_fields(row)}

    def warnings(self, row: Any) -> list[str]:
        return absences.warnings(db.session, row)

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
                  properties:
                    to: {type: string}
                    to_visits: {type: string}
                    reason: {type: string}
                    override_reason: {type: string}
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
