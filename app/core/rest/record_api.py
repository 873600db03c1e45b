"""REST of a kind of record: steps, history, deadlines, files and paper, by the names of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypedDict

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from sqlalchemy.orm import Query

from app.extensions import db

from ..fields.forms import StepForm, received
from ..kind import own_forms
from ..model import AnyColumn
from ..pages.locks import lock, lock_joined
from ..pages.views import must_see
from ..process.admission import fields, offers
from ..process.idempotency import once
from ..process.refused import Invalid, Refused
from ..process.workflow import AnyStep
from ..record.records import NUMBER, Record
from ..rights.actor import Actor
from ..text.wording import gettext as _
from ..types import Json, Values
from . import shapes
from .answers import body, if_match, message, plain, spoken
from .describing import in_json
from .parts import RecordParts
from .shapes import Schema, of_name, record_of, ref

if TYPE_CHECKING:
    from apispec import APISpec


class StepTold(TypedDict):
    """A step somebody may take now."""

    name: str
    label: str
    clause: str
    fields: Schema


class RecordApi(RecordParts):
    """What a program may do with a record; `state` is moved by steps alone."""

    writes = frozenset({"post", "put"})
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_attach"]

    replies = {**RecordParts.replies, "steps": list[StepTold]}

    # ---- what a kind supplies

    def editable(self, record: Record, actor: Actor) -> bool:
        return False

    def corrected(self, record: Record, values: Values) -> Values:
        return values

    def as_correction(self, record: Record) -> Values:
        return {}

    @property
    def number_column(self) -> AnyColumn:
        return NUMBER

    def scoped(self) -> Query[Any]:
        return super().scoped().filter(self.datamodel.obj.kind == self.workflow.name)  # the indexes begin with it

    def form_at(self, place: str) -> type[StepForm] | None:
        base = self.correction if place == own_forms.EDIT else self.form
        return own_forms.form_for(self.datamodel.obj, base, place)

    # ---- as OpenAPI tells it

    def described(self) -> dict[str, Schema]:
        """The state is one of its table's."""
        told = super().described()
        told["state"] = {**told["state"], "enum": [str(state) for state in self.workflow.states]}
        return told

    def step_forms(self) -> dict[str, list[type[StepForm]]]:
        """What each step asks; a step of several rows may ask for different things."""
        return {
            name: list(dict.fromkeys(form for row in self.workflow.rows(name) if (form := self.asked_by(row))))
            for name in self.workflow.step_names
        }

    def components(self) -> Iterator[tuple[str, Schema]]:
        yield from super().components()
        for name, forms in self.step_forms().items():
            asked = [shapes.sent(form.json_schema()) for form in forms] or [record_of({})]
            yield f"{self.component}.{name}", asked[0] if len(asked) == 1 else {"anyOf": asked}
        told = {name: of_name(self.model, name) or {} for name in ("id", "state", "version")}
        yield f"{self.component}.taken", record_of(told, told)

    def add_api_spec(self, api_spec: APISpec) -> None:
        """One path a step: what it asks, by its own schema."""
        super().add_api_spec(api_spec)
        path = f"{self.route_base}/{{pk}}/"
        general = api_spec._paths.pop(f"{path}{{step}}")["post"]
        for row in {row.name: row for row in self.workflow.steps}.values():
            one = deepcopy(general)
            one["summary"] = str(row.label)
            one["parameters"] = [each for each in one["parameters"] if each["name"] != "step"]
            one["requestBody"]["content"] = in_json(ref(f"{self.component}.{row.name}"))
            one["responses"]["200"]["content"] = in_json(ref(f"{self.component}.taken"))
            api_spec._paths[f"{path}{row.name}"] = {"post": one}

    # ---- create and change

    @expose("/", methods=["POST"])
    @protect()
    @spoken
    @permission_name("add")
    def post(self) -> ResponseReturnValue | None:
        """Create
        ---
        post:
          description: Register a record; its number is given out now.
          requestBody:
            content:
              application/json:
                schema: {type: object}
          responses:
            201: {description: "id, result"}
            422: {description: "wrong fields, with a sentence each"}
        """
        values = self._values(_without_state(body()), None)

        def deed() -> tuple[Json, int]:
            row = self.create(values)
            must_see(self.scoped(), self.pk_column, row)
            return {"id": self.pk_of(row), "result": self.dump(row)}, 201

        return once(db.session, self.actor().user_id or 0, deed)

    @expose("/<pk>", methods=["PUT"])
    @protect()
    @spoken
    @permission_name("edit")
    def put(self, pk: str) -> ResponseReturnValue:
        """Correct
        ---
        put:
          description: Correct the head of the form; `If-Match` names the version that was seen.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          - in: header
            name: If-Match
            schema: {type: integer}
          requestBody:
            content:
              application/json:
                schema: {type: object}
          responses:
            200: {description: "id, result"}
            409: {description: "changed meanwhile, or refused"}
            428: {description: "If-Match is missing"}
        """
        version = if_match()
        if version is None:
            self.row(pk)
            return message(428, _("Send the version you have seen in If-Match."))
        record, actor = lock(self.scoped(), self.pk_column, pk), self.actor()
        if self.correction is None or not self.editable(record, actor):
            raise Refused(_("The form can't be corrected now."))
        asked = self.form_at(own_forms.EDIT)
        sent = {**self.as_correction(record), **_without_state(body())}
        data = {key: plain(value) for key, value in sent.items()}
        values, own = own_forms.parted(fields(db.session, asked, record, data))
        values = self.corrected(record, values)
        self.workflow.edit(db.session, record, actor, values, version=version, own=own)
        db.session.commit()
        return jsonify(id=record.id, result=self.dump(record))

    # ---- steps

    @expose("/<pk>/steps", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def steps(self, pk: str) -> Response:
        """The steps this caller may take now, without those that cannot succeed
        ---
        get:
          description: Name, label, clause and fields (JSON Schema) of each.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "a list of steps"}
        """
        found = offers(self.workflow, db.session, self.row(pk), self.actor())
        empty = {"type": "object", "properties": {}, "required": []}
        return jsonify(
            [
                {
                    "name": step.name,
                    "label": str(step.label),
                    "clause": step.clause,
                    "fields": form.json_schema() if form else empty,
                }
                for step, form in ((offer.step, self.asked_by(offer.step)) for offer in found if offer.open)
            ]
        )

    def asked_by(self, step: AnyStep) -> type[StepForm] | None:
        """A step's form with the company's own fields."""
        return own_forms.asked(db.session, step.form, self.workflow.name, step.name)

    @expose("/<pk>/<step>", methods=["POST"])
    @protect()
    @spoken
    @permission_name("show")
    def take(self, pk: str, step: str) -> ResponseReturnValue | None:
        """Take a step
        ---
        post:
          description: Move the record by one step of its workflow table.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          - in: path
            name: step
            required: true
            schema: {type: string}
          requestBody:
            content:
              application/json:
                schema: {type: object}
          responses:
            200: {description: "id, state, version"}
            403: {description: "not your step"}
            404: {description: "not visible, or no such step"}
            409: {description: "not now, with the sentence"}
            422: {description: "wrong fields, with a sentence each"}
        """
        rows = self.workflow.rows(step)
        if not rows:
            self.row(pk)
            return message(404, _("There is no step of this name."))

        def deed() -> tuple[Json, int]:
            lock_joined(rows, body(), pk)
            record = lock(self.scoped(), self.pk_column, pk)
            self.workflow.fire(db.session, record, step, self.actor(), sent, version=if_match(), own=True)
            return {"id": record.id, "state": record.state, "version": record.version}, 200

        self.row(pk)
        sent = received(body(), (self.asked_by(row) for row in rows))
        return once(db.session, self.actor().user_id or 0, deed)


def _without_state(data: Json) -> Json:
    """`state` is never writable: only steps move a record."""
    if "state" in data:
        raise Invalid({"state": [_("The state is changed by steps only.")]})
    return dict(data)
