"""Who is told what: outbox, engine, templates, bell."""

from __future__ import annotations

from flask import Flask

TABLES = ("models",)  # where they are declared


def install(app: Flask) -> None:
    """Listen to the workflow tables and show the bell."""
    from app import health
    from app.core.pages import timeline
    from app.core.process.workflow import LISTENERS

    from . import pulse
    from .listener import listen
    from .timeline import mails
    from .unreached import STEP, WORDS, sentence
    from .views import engine_silent, unread_count

    if listen not in LISTENERS:
        LISTENERS.append(listen)
    timeline.WORDS[STEP], timeline.SENTENCES[STEP] = WORDS, sentence
    if mails not in timeline.MORE:
        timeline.MORE.append(mails)
    if pulse.problems not in health.MORE:
        health.MORE.append(pulse.problems)
    app.jinja_env.globals.update(unread_count=unread_count, engine_silent=engine_silent)
