"""How the answers of a form become a row."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from ..kind import own_forms
from ..kind.facts import key_of
from ..model import AnyRow
from . import taken


def write(session: Session, model: AnyRow, row: AnyRow, values: Mapping[str, object]) -> AnyRow:
    """Form fields as attributes; what is asked by a relation's name goes to its key, the company's own to `extra`."""
    taken.refuse_taken(session, model, row, values)
    row = model() if row is None else row
    values, own = own_forms.parted(values)
    own_forms.keep(session, row, own, None)
    for name, value in values.items():
        setattr(row, key_of(model, name), value)
    session.add(row)
    session.flush()
    return row
