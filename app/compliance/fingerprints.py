"""The fingerprint of a signed text, computed by the database: which signatures no longer fit their text (2.5)."""

from __future__ import annotations

from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from app.complaints.services import SiteService
from app.core.record.records import Record


class Fingerprint(GenericFunction[str]):
    """SHA-256 of a text, in hexadecimal."""

    type = String()
    name = "portal_sha256"
    inherit_cache = True


class TwoDecimals(GenericFunction[str]):
    """An amount as it is signed: 3600.50."""

    type = String()
    name = "portal_amount"
    inherit_cache = True


@compiles(Fingerprint, "postgresql")
def _fingerprint(element: Any, compiler: Any, **words: Any) -> str:
    return f"encode(sha256(convert_to({compiler.process(element.clauses, **words)}, 'UTF8')), 'hex')"


@compiles(TwoDecimals, "postgresql")
def _amount(element: Any, compiler: Any, **words: Any) -> str:
    return f"CAST(CAST({compiler.process(element.clauses, **words)} AS NUMERIC(14, 2)) AS TEXT)"


@compiles(TwoDecimals, "sqlite")
def _amount_sqlite(element: Any, compiler: Any, **words: Any) -> str:
    return f"printf('%.2f', {compiler.process(element.clauses, **words)})"


def fingerprint() -> ColumnElement[str]:
    """The fingerprint of `SiteService.signed_text` as it stands now."""
    work = SiteService.__table__.c
    facts: tuple[Any, ...] = (
        Record.__table__.c.number,
        cast(work.round, String),
        work.phenomenon,
        work.investigation,
        work.responsibility,
        work.remedy,
        case((work.charge.is_not(None), TwoDecimals(work.charge))),
        work.work_done,
        work.parts_used,
        work.old_serial,
        work.new_serial,
    )
    told: list[Any] = [func.coalesce(fact, "") for fact in facts]
    return Fingerprint(reduce(lambda text, fact: text + literal("\n") + fact, told))
