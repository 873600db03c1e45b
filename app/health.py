"""Is everything there that the portal needs? Each problem is a sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app.core.files import files
from app.core.process import foresight
from app.core.record.triggers import missing
from app.core.tally import proof

from .extensions import db

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

MORE: list[Callable[[bool], Iterator[str]]] = []  # what else can be wrong; told whether the portal serves


def problems(quick: bool = False) -> Iterator[str]:
    """Every problem found; `quick` asks only what a load balancer needs."""
    try:
        with db.engine.connect() as connection:
            yield from _schema(connection)
    except SQLAlchemyError as error:
        yield f"The database does not answer: {error.__class__.__name__}. Check PORTAL_DATABASE_URL."
        return
    for part in MORE:
        yield from part(quick)
    if not quick:
        yield from _triggers()
        yield from _turns()
        yield from proof.differing(db.session)  # type: ignore[arg-type]
        yield from _machine()


def _schema(connection: object) -> Iterator[str]:
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    current = MigrationContext.configure(connection).get_current_revision()  # type: ignore[arg-type]
    if current != head:
        yield f"The database is at migration {current}, the program at {head}: run `portal init`."


def _triggers() -> Iterator[str]:
    if lacking := missing(db.session.connection()):
        yield f"{len(lacking)} database triggers are missing: run `portal init`."


def _turns() -> Iterator[str]:
    """What is due and nobody can do: it waits for a department's manager or the Leader."""
    for row in foresight.unheld(db.session):  # type: ignore[arg-type]
        where = f"{row.kind}, {row.state}: {row.n} open records"
        yield f"Nobody can take the step {row.step} ({where}): give it to a function that has people."


def _machine() -> Iterator[str]:
    config = current_app.config
    uploads = Path(config["UPLOAD_DIR"])
    files.folder(uploads)
    if not os.access(uploads, os.W_OK):
        yield f"The upload folder {uploads} can't be written to."
    if len(config["SECRET_KEY"]) < 32:
        yield "PORTAL_SECRET_KEY is shorter than 32 characters."
    for language in ("zh",):
        folder = Path(config["BABEL_TRANSLATION_DIRECTORIES"].split(";")[-1])
        if not (folder / language / "LC_MESSAGES" / "messages.mo").exists():
            yield f"The {language} catalogue is not compiled: run `make setup`."
    if config["PORTAL_ENGINE"] != "embedded":
        yield "PORTAL_ENGINE: only the embedded engine is part of this version."
    try:
        import weasyprint  # noqa: F401
    except OSError:
        yield "pango is missing, paper forms can't be made as PDF: install libpango-1.0-0 libpangoft2-1.0-0."
    fonts = shutil.which("fc-list")
    if fonts and not subprocess.run([fonts, ":lang=zh"], capture_output=True, check=False).stdout:  # noqa: S603
        yield "No Chinese font is installed, paper forms would be empty: install fonts-noto-cjk."
