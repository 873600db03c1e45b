"""Who is told beside, per step, by REST."""

from __future__ import annotations

from typing import Any, TypedDict

from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from werkzeug.exceptions import NotFound

from app.core.pages.views import table
from app.core.rest.api import BaseApi, body, if_match, spoken
from app.extensions import db

from . import beside
from .beside import THING, BesideForm
from .models import ToldBeside


class BesideTold(TypedDict):
    """Who is told of a step beside those whose turn it is."""

    kind: str
    step: str
    label: str
    version: int
    functions: list[str]
    followers: bool


class BesideList(TypedDict):
    """The steps with a word of the administrator."""

    count: int
    result: list[BesideTold]


def told(kind: str, step: str) -> dict[str, Any]:
    row = beside.row_of(db.session, kind, step)
    facts = {"kind": kind, "step": step, "label": beside.words_of(kind, step), "version": row.version if row else 0}
    return {**facts, **beside.in_force(db.session, kind, step).facts}


def known(kind: str, step: str) -> None:
    if (kind, step) not in beside.steps():
        raise NotFound


class ToldBesideApi(BaseApi):
    """另行通知."""

    resource_name = "told_beside"
    datamodel = table(ToldBeside)
    class_permission_name = THING
    writes = frozenset({"put", "delete"})
    base_permissions = ["can_list", "can_show", "can_edit"]
    answer = BesideTold
    replies = {
        **BaseApi.replies,
        **{"get_list": BesideList, "get": BesideTold, "put": BesideTold, "delete": BesideTold},
    }

    @expose("/", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def get_list(self) -> Any:
        """The steps with a word of the administrator
        ---
        get:
          responses:
            200: {description: "count, result: kind, step, label, functions, followers, version"}
        """
        rows = db.session.query(ToldBeside).order_by(ToldBeside.kind, ToldBeside.step).all()
        return jsonify(count=len(rows), result=[told(row.kind, row.step) for row in rows])

    @expose("/<kind>/<step>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def get(self, kind: str, step: str) -> Any:
        """One step
        ---
        get:
          parameters:
          - {in: path, name: kind, required: true, schema: {type: string}}
          - {in: path, name: step, required: true, schema: {type: string}}
          responses:
            200: {description: "kind, step, label, functions, followers, version"}
            404: {description: "no such step"}
        """
        known(kind, step)
        return jsonify(told(kind, step))

    @expose("/<kind>/<step>", methods=["PUT"])
    @protect()
    @spoken
    @permission_name("edit")
    def put(self, kind: str, step: str) -> Any:
        """Tell others beside
        ---
        put:
          description: In force from the next step on.
          parameters:
          - {in: path, name: kind, required: true, schema: {type: string}}
          - {in: path, name: step, required: true, schema: {type: string}}
          - {in: header, name: If-Match, schema: {type: integer}}
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    functions: {type: array, items: {type: string}}
                    followers: {type: boolean}
          responses:
            200: {description: "as GET"}
            409: {description: "changed meanwhile"}
            422: {description: "no such function, or one that may not open such records"}
        """
        known(kind, step)
        values = {**beside.in_force(db.session, kind, step).facts, **body()}
        beside.save(db.session, kind, step, BesideForm.of(values), self.actor().user_id, if_match())
        db.session.commit()
        return jsonify(told(kind, step))

    @expose("/<kind>/<step>", methods=["DELETE"])
    @protect()
    @spoken
    @permission_name("edit")
    def delete(self, kind: str, step: str) -> Any:
        """Back to what the regulation says
        ---
        delete:
          parameters:
          - {in: path, name: kind, required: true, schema: {type: string}}
          - {in: path, name: step, required: true, schema: {type: string}}
          responses:
            200: {description: "as GET"}
        """
        known(kind, step)
        beside.restore(db.session, kind, step, self.actor().user_id, if_match())
        db.session.commit()
        return jsonify(told(kind, step))
