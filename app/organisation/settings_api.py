"""The settings by REST: each with its value, its default and its words; the logo from a file."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from flask import jsonify, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from werkzeug.exceptions import NotFound

from app.core import settings
from app.core.company import LOGO, put_logo
from app.core.fields.forms import StepForm
from app.core.pages.views import table
from app.core.process.refused import Invalid
from app.core.record import numbers
from app.core.rest.api import BaseApi, body, plain, spoken
from app.core.settings import DECLARED, Setting
from app.extensions import db

from . import settings_form


class SettingTold(TypedDict):
    """A setting as REST tells it."""

    key: str
    value: Any
    default: Any
    label: str
    group: str
    kind: str
    choices: list[str]
    next: NotRequired[str]


class Settings(TypedDict):
    """Every setting."""

    count: int
    result: list[SettingTold]


class Kept(TypedDict):
    """A setting as it is now, and how many running deadlines moved with it."""

    id: str
    result: SettingTold
    moved: NotRequired[int]


class Value(TypedDict):
    """What is sent."""

    value: Any


class Next(TypedDict):
    """What the next number would be."""

    next: str


def told(key: str) -> SettingTold:
    """A setting with its value, its default and its words."""
    item = DECLARED[key]
    facts: SettingTold = {
        "key": key,
        "value": settings.get(db.session, key),
        "default": item.default,
        "label": str(item.label),
        "group": str(item.group),
        "kind": item.kind,
        "choices": [code for code, _words in item.choices],
    }
    if item.kind == "number":
        facts["next"] = numbers.coming(db.session, facts["value"])
    return facts


def known(key: str) -> None:
    if key not in DECLARED:
        raise NotFound


class SettingApi(BaseApi):
    """参数."""

    resource_name = "setting"
    datamodel = table(Setting)
    class_permission_name = "Setting"
    writes = frozenset({"put", "delete"})
    base_permissions = ["can_list", "can_show", "can_edit"]
    answer = SettingTold
    replies = {
        **BaseApi.replies,
        **{"get_list": Settings, "get": Kept, "put": Kept, "upload": Kept, "delete": Kept, "preview": Next},
    }
    takes = {"put": Value}

    @expose("/", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def get_list(self) -> Any:
        """Every setting
        ---
        get:
          responses:
            200: {description: "count, result: key, value, default, label, group, kind, choices"}
        """
        return jsonify(count=len(DECLARED), result=[told(key) for key in DECLARED])

    @expose("/<key>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def get(self, key: str) -> Any:
        """One setting
        ---
        get:
          parameters:
          - {in: path, name: key, required: true, schema: {type: string}}
          responses:
            200: {description: "id, result"}
        """
        known(key)
        return jsonify(id=key, result=told(key))

    @expose("/<key>", methods=["PUT"])
    @protect()
    @spoken
    @permission_name("edit")
    def put(self, key: str) -> Any:
        """Set a value
        ---
        put:
          description: In force at the next request.
          parameters:
          - {in: path, name: key, required: true, schema: {type: string}}
          responses:
            200: {description: "id, result, moved: running deadlines that moved"}
            422: {description: "a wrong value"}
        """
        known(key)
        if DECLARED[key].kind == settings_form.UPLOADED:
            raise NotFound
        form = self._form(key)
        _changed, moved = settings_form.save(db.session, form, self.actor())
        db.session.commit()
        return jsonify(id=key, result=told(key), moved=moved)

    @expose("/<key>/preview", methods=["POST"])
    @protect()
    @spoken
    @permission_name("list")
    def preview(self, key: str) -> Any:
        """The next number
        ---
        post:
          description: What the next number would be by a pattern; nothing is saved.
          parameters:
          - {in: path, name: key, required: true, schema: {type: string}}
          requestBody:
            content:
              application/json:
                schema: {type: object, properties: {value: {type: string}}}
          responses:
            200: {description: "next"}
            404: {description: "no pattern of a number"}
            422: {description: "it cannot be used"}
        """
        if key not in DECLARED or DECLARED[key].kind != "number":
            raise NotFound
        return jsonify(next=numbers.coming(db.session, self._form(key)[key].data))

    def _form(self, key: str) -> StepForm:
        """All settings in force, with one given another value. Raises Invalid."""
        values = {**settings_form.in_force(db.session), key: body().get("value")}
        form = settings_form.form_class().of({name: plain(value) for name, value in values.items()})
        if not form.validate():
            wrong = form.sentences()
            raise Invalid({"value": wrong[key]} if key in wrong else wrong)
        return form

    @expose("/company_logo/upload", methods=["POST"])
    @protect()
    @spoken
    @permission_name("edit")
    def upload(self) -> Any:
        """The company's logo
        ---
        post:
          requestBody:
            content:
              multipart/form-data:
                schema: {type: object, properties: {file: {type: string, format: binary}}}
          responses:
            200: {description: "id, result; its value is the digest of the picture that is kept"}
            422: {description: "no picture"}
        """
        settings_form.save_logo(db.session, request.files.get("file"), self.actor())
        db.session.commit()
        return jsonify(id=LOGO, result=told(LOGO))

    @expose("/company_logo", methods=["DELETE"])
    @protect()
    @spoken
    @permission_name("edit")
    def delete(self) -> Any:
        """Without a logo
        ---
        delete:
          responses:
            200: {description: "id, result"}
        """
        put_logo(db.session, b"", self.actor().user_id)
        db.session.commit()
        return jsonify(id=LOGO, result=told(LOGO))
