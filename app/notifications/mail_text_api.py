"""The words of mails by REST: read, put, brought back, tried."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypedDict

from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from werkzeug.exceptions import NotFound

from app.core.pages.views import table
from app.core.process.refused import Invalid
from app.core.rest.api import BaseApi, body, if_match, spoken
from app.core.rights.current import current_rights
from app.core.text.wording import gettext as _
from app.extensions import db

from . import mail_texts, trying
from .events import events, places_of
from .mail_text_form import WordsForm, typed
from .mail_texts import LANGUAGES, Wording
from .models import MailText


class Words(TypedDict):
    """Subject and text of a mail."""

    subject: str
    body: str


class MailTextTold(Words):
    """The words in force, what they may use, and what they were."""

    event: str
    lang: str
    label: str
    version: int
    placeholders: dict[str, str]
    original: Words


class Event(TypedDict):
    """An event that is mailed."""

    event: str
    lang: str
    label: str
    changed: bool


class Events(TypedDict):
    """Every event that is mailed, per language."""

    count: int
    result: list[Event]


class Previewed(TypedDict):
    """The mail as it would go."""

    subject: str
    text: str
    html: str


class Sent(TypedDict):
    """Where the test mail went."""

    to: str


def known(event: str, lang: str) -> None:
    """404 for what is no event, or no language of the portal."""
    if lang not in LANGUAGES or event not in events():
        raise NotFound


def told(event: str, lang: str) -> dict[str, Any]:
    """The words in force, what they may use, and what they were."""
    row, original = mail_texts.own(db.session, event, lang), mail_texts.original(db.session, event, lang)
    in_force = Wording(row.subject, row.body) if row else original
    facts = {"event": event, "lang": lang, "label": mail_texts.title(event), "version": row.version if row else 0}
    return {**facts, **asdict(in_force), "placeholders": places_of(event), "original": asdict(original)}


def sent(needed: bool) -> Wording | None:
    """Subject and body as a program sends them; nothing where they may be left out. Raises Invalid."""
    data: dict[str, Any] = {name: body()[name] for name in ("subject", "body") if name in body()}
    if not needed and not data:
        return None
    return typed(WordsForm.of(data))


class MailTextApi(BaseApi):
    """邮件用语."""

    resource_name = "mail_text"
    datamodel = table(MailText)
    class_permission_name = "MailText"
    writes = frozenset({"put", "delete"})
    base_permissions = ["can_list", "can_show", "can_edit"]
    answer = MailTextTold
    replies = {
        **BaseApi.replies,
        **{"get_list": Events, "get": MailTextTold, "put": MailTextTold, "delete": MailTextTold},
        **{"preview": Previewed, "test": Sent},
    }

    @expose("/", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def get_list(self) -> Any:
        """Every event
        ---
        get:
          description: Every event that is mailed, per language, and whether its words were changed.
          responses:
            200: {description: "count, result: event, lang, label, changed"}
        """
        changed = mail_texts.changed(db.session)
        rows = [
            {"event": event, "lang": lang, "label": mail_texts.title(event), "changed": (event, lang) in changed}
            for event in events()
            for lang in sorted(LANGUAGES)
        ]
        return jsonify(count=len(rows), result=rows)

    @expose("/<event>/<lang>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def get(self, event: str, lang: str) -> Any:
        """Words of a mail
        ---
        get:
          parameters:
          - {in: path, name: event, required: true, schema: {type: string}}
          - {in: path, name: lang, required: true, schema: {type: string, enum: [zh, en]}}
          responses:
            200: {description: "subject, body, placeholders (name: what it stands for), original, version"}
            404: {description: "no such event or language"}
        """
        known(event, lang)
        return jsonify(told(event, lang))

    @expose("/<event>/<lang>", methods=["PUT"])
    @protect()
    @spoken
    @permission_name("edit")
    def put(self, event: str, lang: str) -> Any:
        """Other words
        ---
        put:
          description: In force for the next mail. {placeholders}, and [[passages]] left out when theirs are empty.
          parameters:
          - {in: path, name: event, required: true, schema: {type: string}}
          - {in: path, name: lang, required: true, schema: {type: string, enum: [zh, en]}}
          - {in: header, name: If-Match, schema: {type: integer}}
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  required: [subject, body]
                  properties: {subject: {type: string, maxLength: 300}, body: {type: string, maxLength: 20000}}
          responses:
            200: {description: "as GET"}
            409: {description: "changed meanwhile"}
            422: {description: "an unknown placeholder, by its name"}
        """
        known(event, lang)
        text = sent(True)
        assert text is not None
        mail_texts.save(db.session, event, lang, text, self.actor().user_id, if_match())
        db.session.commit()
        return jsonify(told(event, lang))

    @expose("/<event>/<lang>", methods=["DELETE"])
    @protect()
    @spoken
    @permission_name("edit")
    def delete(self, event: str, lang: str) -> Any:
        """Back to the original
        ---
        delete:
          parameters:
          - {in: path, name: event, required: true, schema: {type: string}}
          - {in: path, name: lang, required: true, schema: {type: string, enum: [zh, en]}}
          responses:
            200: {description: "as GET"}
        """
        known(event, lang)
        mail_texts.restore(db.session, event, lang, self.actor().user_id, if_match())
        db.session.commit()
        return jsonify(told(event, lang))

    @expose("/<event>/<lang>/preview", methods=["POST"])
    @protect()
    @spoken
    @permission_name("show")
    def preview(self, event: str, lang: str) -> Any:
        """Preview
        ---
        post:
          description: The mail as it would go for that record, with these words or those in force.
          parameters:
          - {in: path, name: event, required: true, schema: {type: string}}
          - {in: path, name: lang, required: true, schema: {type: string, enum: [zh, en]}}
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  properties: {number: {type: string}, subject: {type: string}, body: {type: string}}
          responses:
            200: {description: "subject, text, html"}
            422: {description: "no such record, or wrong words"}
        """
        known(event, lang)
        words = trying.preview(db.session, current_rights(), event, lang, _number(), sent(False))
        return jsonify(asdict(words))

    @expose("/<event>/<lang>/test", methods=["POST"])
    @protect()
    @spoken
    @permission_name("edit")
    def test(self, event: str, lang: str) -> Any:
        """Test mail
        ---
        post:
          description: Send it to oneself.
          parameters:
          - {in: path, name: event, required: true, schema: {type: string}}
          - {in: path, name: lang, required: true, schema: {type: string, enum: [zh, en]}}
          requestBody:
            content:
              application/json:
                schema:
                  type: object
                  properties: {number: {type: string}, subject: {type: string}, body: {type: string}}
          responses:
            200: {description: "to: the address"}
            422: {description: "no such record, or wrong words"}
        """
        known(event, lang)
        address = trying.send(db.session, current_rights(), event, lang, _number(), sent(False))
        db.session.commit()
        return jsonify(to=address)


def _number() -> str:
    number = body().get("number")
    if number is not None and not isinstance(number, str):
        raise Invalid({"number": [_("Text is expected here.")]})
    return number or ""
