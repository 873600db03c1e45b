"""Demos of three sizes, into an empty portal."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.core.tally.folding import fold_all
from app.extensions import db

from . import beside, full, million
from .plots import PLOTS
from .staff import PEOPLE, hire
from .story import tell


def load(password: str | None, size: str = "small", complaints: int = million.COMPLAINTS) -> Iterator[str]:
    """Fill an empty portal: small, full, or full and a million more. Raises ValueError where people work already."""
    session = db.session
    if session.scalar(select(func.count()).select_from(User)):
        raise ValueError("This portal already has users: the demo is only for an empty one.")
    chosen = password or f"Demo-{secrets.token_urlsafe(6)}-9a!"
    hire(session, chosen)
    session.commit()
    if size != "small":
        full.staff(session, chosen)
        session.commit()
    tell(session, (*PLOTS, *full.plots(session, len(PLOTS))) if size != "small" else PLOTS)
    beside.put_to_rest(session)
    _keep(chosen)
    if size == "million":
        yield from million.lay(session, complaints, complaints // million.A_CUSTOMER)
    fold_all(session)
    yield from (f"{login}  {position}" for login, *_names, position in PEOPLE)
    yield f"password: {chosen}"


def _keep(password: str) -> None:
    file = Path(current_app.config["DATA_DIR"]) / "demo-password"
    file.write_text(password)
    file.chmod(0o600)
