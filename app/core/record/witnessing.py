"""Whatever the portal writes of a record is witnessed in the same transaction, whoever writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import InstanceState, ORMExecuteState, RelationshipProperty, Session, SessionTransaction

from ..model import Model
from . import witness
from .records import Record
from .witness import BROKEN, WITNESSES, Marks, Part

NOTED, JOINED = "witnessed", "witnessed_pairs"


@dataclass
class Touched:
    """A row this transaction has written: which attributes, and what they were before."""

    row: object
    attributes: set[str] = field(default_factory=set)
    before: dict[str, object] = field(default_factory=dict)


@dataclass
class Written:
    """What this transaction has written of a record: its rows, and its pairs by their names."""

    rows: list[tuple[Touched, Part, bool]] = field(default_factory=list)  # the last says whether it stays
    pairs: list[tuple[str, bool]] = field(default_factory=list)


def _note(session: Session, row: object, attributes: Iterable[str], before: Mapping[str, object] | None = None) -> None:
    touched: dict[int, Touched] = session.info.setdefault(NOTED, {})
    known = touched.setdefault(id(row), Touched(row))
    known.attributes.update(attributes)
    for name, value in (before or {}).items():
        known.before.setdefault(name, value)


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: object) -> None:
    for row in [*session.new, *session.deleted]:
        if witness.is_witnessed(mapper := sa.inspect(row).mapper):
            _note(session, row, (name for name, _column in witness.columns_of(mapper)))
    for row in session.dirty:
        state: InstanceState[object] = sa.inspect(row)
        past = {
            name: state.attrs[name].history
            for name, _column in witness.columns_of(state.mapper)
            if name in state.committed_state
        }
        before = {name: item.deleted[0] for name, item in past.items() if item.has_changes() and item.deleted}
        if changed := [name for name, item in past.items() if item.has_changes()]:
            _note(session, row, changed, before)
    for row in [*session.new, *session.dirty]:
        for link in witness.pairs_of(sa.inspect(row).mapper):
            _join(session, row, link)


def _join(session: Session, row: object, link: RelationshipProperty[object]) -> None:
    """The pairs of a table of pairs: records that belong to a record."""
    past, joined = sa.inspect(row).attrs[link.key].history, session.info.setdefault(JOINED, {})
    for other, stays in [*((item, True) for item in past.added), *((item, False) for item in past.deleted)]:
        keys = {there: _value(row, here) for here, there in link.synchronize_pairs}
        keys |= {there: _value(other, here) for here, there in link.secondary_synchronize_pairs or ()}
        part = witness.parts()[str(link.secondary)]
        name = witness.row_name(part, (keys[column] for column in part.keys))
        joined[name] = (keys[part.record_id], stays)


@event.listens_for(Session, "do_orm_execute")
def _by_condition(state: ORMExecuteState) -> sa.Result[*tuple[object, ...]] | None:
    """UPDATE or DELETE … WHERE of witnessed rows: they are looked up before, and read again before the commit."""
    mapper = state.bind_mapper
    if not (state.is_update or state.is_delete) or mapper is None or state.execution_options.get("changes_nothing"):
        return None
    if not witness.is_witnessed(mapper):
        return None
    columns = witness.columns_of(mapper)
    statement = state.statement
    assert isinstance(statement, sa.Update | sa.Delete)
    query = sa.select(mapper.entity).where(*statement._where_criteria).with_for_update(of=mapper.local_table)
    rows = state.session.scalars(query).all()
    before = [{name: getattr(row, name) for name, _column in columns} for row in rows]
    result = state.invoke_statement()
    assert isinstance(result, sa.CursorResult)
    for row, known in zip(rows, before, strict=True) if result.rowcount == len(rows) else ():
        _note(state.session, row, known, known)
        if state.is_update:
            state.session.expire(row, list(known))
    return result


@event.listens_for(Session, "after_soft_rollback")
def _forgotten(session: Session, previous: SessionTransaction) -> None:
    if previous.parent is None:
        session.info.pop(NOTED, None)
        session.info.pop(JOINED, None)


@event.listens_for(Session, "before_commit")
def _committing(session: Session) -> None:
    if session.in_nested_transaction():
        return
    lay_down(session)


def lay_down(session: Session) -> None:
    """Witness what was written so far, as every commit does."""
    session.flush()
    touched: dict[int, Touched] = session.info.pop(NOTED, {})
    joined: dict[str, tuple[int, bool]] = session.info.pop(JOINED, {})
    if touched or joined:
        _testify(session, list(touched.values()), joined)


def _testify(session: Session, touched: list[Touched], joined: dict[str, tuple[int, bool]]) -> None:
    """Lay the marks of the written rows into the witness of each record; the witnesses are locked in order."""
    changes: dict[int, Written] = {}
    for item in touched:
        for table in sa.inspect(item.row).mapper.tables:
            if (part := witness.parts().get(table.name)) is None:
                continue
            for number, stays in _records(session, part, item).items():
                changes.setdefault(number, Written()).rows.append((item, part, stays))
    for name, (number, stays) in joined.items():
        changes.setdefault(number, Written()).pairs.append((name, stays))
    connection, ids = session.connection(), sorted(changes)
    for first in range(0, len(ids), witness.BATCH):
        some = ids[first : first + witness.BATCH]
        stored = witness.stored(connection, some, lock=True)
        rows = [_testimony(number, changes[number], stored.get(number)) for number in some]
        known = [row for row in rows if row["number"] in stored]
        new = [{"record_id": row["number"], "marks": row["marks"], "code": row["code"]} for row in rows
               if row["number"] not in stored]  # fmt: skip
        if known:
            connection.execute(REWRITE, known)
        if new:
            connection.execute(sa.insert(WITNESSES), new)


REWRITE = (
    sa.update(WITNESSES)
    .where(WITNESSES.c.record_id == sa.bindparam("number"))
    .values(marks=sa.bindparam("marks"), code=sa.bindparam("code"))
)


def _records(session: Session, part: Part, item: Touched) -> dict[int, bool]:
    """The record a row belongs to, and the one it was taken away from."""
    state: InstanceState[object] = sa.inspect(item.row)
    if state.transient or (state.detached and not state.was_deleted):
        return {}  # its savepoint was rolled back
    name = state.mapper.get_property_by_column(part.path[0]).key if len(part.path) == 1 else None
    if name is None:
        return {_onward(session, part, item.row): not state.was_deleted and not state.deleted}
    there = {getattr(item.row, name): not state.was_deleted and not state.deleted}
    left = item.before.get(name)
    return {**({left: False} if isinstance(left, int) else {}), **there}


def _onward(session: Session, part: Part, row: object) -> int:
    """Along the keys: a part of a part leads to the part, and that to the record."""
    for column, onward in zip(part.path, part.path[1:], strict=False):
        row = session.get_one(_kind(onward.table), _value(row, column))
    number = _value(row, part.record_id)
    assert isinstance(number, int)
    return number


def _value(row: object, column: sa.ColumnElement[object]) -> object:
    return getattr(row, sa.inspect(row).mapper.get_property_by_column(column).key)


def _kind(table: sa.FromClause) -> type[Model]:
    return next(mapper.class_ for mapper in Record.registry.mappers if mapper.local_table is table)


def _testimony(number: int, change: Written, known: witness.Known | None) -> dict[str, int | str]:
    """The record's marks with those of the written rows; what was false before is never made true."""
    marks: Marks = json.loads(known.marks) if known else {}
    honest = known is None or known.code == witness.code_of(number, known.marks)
    for item, part, stays in change.rows:
        honest = _lay(marks, item, part, stays) and honest
    for name, stays in change.pairs:
        marks.update({name: {}}) if stays else marks.pop(name, None)
    text = witness.written(marks)
    return {"number": number, "marks": text, "code": witness.code_of(number, text) if honest else BROKEN}


def _lay(marks: Marks, item: Touched, part: Part, stays: bool) -> bool:
    """The new marks of one row; False when the end of the history was not the one that was witnessed."""
    state: InstanceState[object] = sa.inspect(item.row)
    assert state.identity is not None  # it was in the database
    name = witness.row_name(part, state.identity)
    if not stays:
        marks.pop(name, None)
        return True
    known = marks.get(name)
    columns = [(key, column) for key, column in witness.columns_of(state.mapper) if column.table is part.table]
    honest = True
    for key, column in columns:
        if key == "head" and known and key in item.before:
            honest = known.get(key) == witness.mark(name, column, item.before[key])
    written = item.attributes if known else {key for key, _column in columns}
    fresh = {
        witness.name_in_marks(column): witness.mark(name, column, getattr(item.row, key))
        for key, column in columns
        if key in written
    }
    marks[name] = {**(known or {}), **fresh}
    return honest
