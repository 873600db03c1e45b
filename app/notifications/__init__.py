"""Who is told what: outbox, engine, templates, bell."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Listen to the workflow tables and show the bell."""
    from app.core import stepper
    from app.core.workflow import LISTENERS

    from .listener import listen
    from .timeline import mails
    from .views import unread_count

    if listen not in LISTENERS:
        LISTENERS.append(listen)
    if mails not in stepper.MORE:
        stepper.MORE.append(mails)
    app.jinja_env.globals["unread_count"] = unread_count
