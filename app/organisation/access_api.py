"""Who may do what, by REST: the same change as on the page, with the open records that follow."""

from __future__ import annotations

from typing import Any, TypedDict

from flask import jsonify
from flask_appbuilder.api import BaseApi as FabApi
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect

from app.core.process.foresight import Move
from app.core.process.refused import Invalid
from app.core.rest.answers import body, message, spoken, spoken_of
from app.core.rest.describing import Described
from app.core.text.wording import gettext as _
from app.extensions import db

from . import granting, needs, roles
from .plain_words import Grant


class Need(TypedDict):
    """A right that another one is of no use without."""

    thing: str
    permission: str


class Given(TypedDict):
    """A right of a function, and whether it has it."""

    function: str
    thing: str
    permission: str
    granted: bool


class AccessTold(Given):
    """The same with what is lacking for it."""

    needs: list[Need]


Moved = TypedDict(
    "Moved",
    {"kind": str, "state": str, "step": str, "open": int, "from": str | None, "to": str, "held": bool},
)


class AccessChanged(AccessTold):
    """The same with the open records that follow."""

    moves: list[Moved]


class AccessApi(Described, FabApi):
    """权限: every right of every function."""

    resource_name = "access"
    class_permission_name = "Access"
    base_permissions = ["can_list", "can_edit"]
    allow_browser_login = True
    csrf_exempt = True  # `spoken` checks the token of browsers itself
    replies = {"index": list[AccessTold], "put": AccessChanged, "preview": AccessChanged}
    takes = {"put": Given, "preview": Given}

    def response_401(self) -> Any:
        return message(401, spoken_of(401))

    def response_403(self) -> Any:
        return message(403, spoken_of(403))

    @expose("/", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def index(self) -> Any:
        """Every right of every function
        ---
        get:
          responses:
            200: {description: "a list of: function, thing, permission, granted, needs (what is lacking for it)"}
        """
        held, rights = granting.granted(db.session), granting.catalogue(db.session)
        wanted = needs.all_needs(rights)
        rows = [
            self._row(key, (role.id, permission, thing), held, wanted)
            for key, role, _words in roles.known(db.session)
            for permission, thing in sorted(rights, key=lambda pair: (pair[1], pair[0]))
        ]
        return jsonify(rows)

    @expose("/", methods=["PUT"])
    @protect()
    @spoken
    @permission_name("edit")
    def put(self) -> Any:
        """Give or take a right
        ---
        put:
          description: The open records whose turn it decides follow, and whoever gets them is told in one mail.
          responses:
            200: {description: "function, thing, permission, granted, needs, moves"}
            409: {description: "refused, with the sentence"}
            422: {description: "no such function or right"}
        """
        answer, change = self._changed()
        change.settle(db.session)
        db.session.commit()
        return jsonify(answer)

    @expose("/preview", methods=["POST"])
    @protect()
    @spoken
    @permission_name("edit")
    def preview(self) -> Any:
        """What giving or taking a right would move
        ---
        post:
          description: The answer of the same PUT, before anything is saved.
          responses:
            200: {description: "function, thing, permission, granted, needs, moves"}
            422: {description: "no such function or right"}
        """
        answer, _change = self._changed()
        db.session.rollback()
        return jsonify(answer)

    def _changed(self) -> tuple[dict[str, Any], granting.Change]:
        data = body()
        found = {key: role.id for key, role, _words in roles.known(db.session)}
        key, pair = str(data.get("function")), (str(data.get("permission")), str(data.get("thing")))
        rights = granting.catalogue(db.session)
        wrong = {"function": key not in found, "permission": pair not in rights}
        wrong["granted"] = not isinstance(data.get("granted"), bool)
        if any(wrong.values()):
            raise Invalid({name: [_("Please choose")] for name, bad in wrong.items() if bad})
        grant = {(found[key], *pair)}
        change = granting.change(db.session, *((set(), grant) if data["granted"] else (grant, set())))
        row = self._row(key, (found[key], *pair), granting.granted(db.session), needs.all_needs(rights))
        return {**row, "moves": [as_told(move) for move in change.moves]}, change

    def _row(self, key: str, grant: Grant, held: set[Grant], wanted: needs.Needs) -> dict[str, Any]:
        _role, permission, thing = grant
        missing = [pair for _grant, pairs in needs.lacking(wanted, [grant], held) for pair in pairs]
        return {
            "function": key,
            "thing": thing,
            "permission": permission,
            "granted": grant in held,
            "needs": [{"thing": other, "permission": verb} for verb, other in missing],
        }


def as_told(move: Move) -> dict[str, Any]:
    """So many open records, from whom to whom."""
    told = {"kind": move.kind, "state": move.state, "step": move.step, "open": move.n}
    return {**told, "from": move.old or None, "to": move.new, "held": not move.left}
