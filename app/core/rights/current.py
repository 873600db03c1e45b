"""The person of this request: what there may be done, and in whose name."""

from __future__ import annotations

from flask import g, has_request_context
from flask_login import current_user

from .actor import Actor
from .rights import NOBODY, Rights


def current_rights() -> Rights:
    """The rights of the person of this request; nobody's when signed out."""
    if not has_request_context():
        return NOBODY
    if "rights" not in g and not current_user.is_authenticated:
        return NOBODY
    rights: Rights = g.get("rights", NOBODY)
    return rights


def actor_for(thing: str) -> Actor:
    """The person of this request, as one who takes steps on a kind of thing."""
    return current_rights().actor(thing)
