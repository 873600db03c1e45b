"""The tables behind a search, right on each database: laid, filled and lifted by migrations, kept by the indexes.

A shadow is (id, text, grams). What makes it quick is each database's own and stands in no model: an FTS5 table on
SQLite, a GIN index on PostgreSQL. A migration says `lay_search(op, "record_search", "record")` and has both.

Both are read from the newest row on, and left as soon as there are enough: FTS5 goes that way by itself; GIN knows no
order, so its grams are others in each block of ids, and block after block is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .grams import BLOCK, SPREAD, Grams, grams, scattered, tokens

if TYPE_CHECKING:
    from alembic.operations import Operations

SHADOW = "_search"  # every shadow's name ends so, and no other table's
BATCH = 2_000
Texts = Sequence[tuple[int, str]]
LITERALLY = str.maketrans({sign: f"\\{sign}" for sign in "%_\\"})  # in a pattern of LIKE


def columns_of_a_shadow(key: str | sa.Column[int]) -> tuple[sa.schema.SchemaItem, ...]:
    """The columns of a shadow; `key` is the id it stands for."""
    return (
        sa.Column("id", sa.Integer, sa.ForeignKey(key, ondelete="CASCADE"), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("grams", Grams),
    )


def is_shadow(table: str) -> bool:
    """Whether a table is drawn from others to be searched."""
    return table.endswith(SHADOW)


def in_no_model(name: str) -> bool:
    """Whether a table or an index is what a database itself adds to a shadow."""
    return f"{SHADOW}_fts" in name or name.endswith(f"{SHADOW}_grams")


@cache
def shadow_named(name: str) -> tuple[sa.TableClause, sa.TableClause]:
    """A shadow and its FTS5 table, as statements name them."""
    shadow = sa.table(name, sa.column("id", sa.Integer), sa.column("text", sa.Text), sa.column("grams", Grams))
    return shadow, sa.table(f"{name}_fts", sa.column("rowid", sa.Integer), sa.column(f"{name}_fts"), sa.column("g"))


# ---- asked


IN_BLOCKS = """
SELECT hit.id FROM generate_series(
    (SELECT least(max(id), CAST(:before AS integer) - 1) FROM {name}) >> {block}, 0, -1
) WITH ORDINALITY AS block (at, place)
CROSS JOIN LATERAL (
    SELECT array(SELECT gram # {mask} FROM unnest(CAST(:grams AS integer[])) AS gram) AS grams OFFSET 0
) AS wanted
CROSS JOIN LATERAL (
    SELECT id FROM {name} WHERE {name}.grams @> wanted.grams AND id < coalesce(CAST(:before AS integer), 2147483647)
    AND ' ' || text || ' ' LIKE ALL (CAST(:like AS text[])) OFFSET 0
) AS hit
ORDER BY block.place, hit.id DESC LIMIT CAST(:most AS integer)
"""


def candidates(
    session: Session,
    name: str,
    words: Collection[str],
    codes: Iterable[int],
    before: int | None = None,
    most: int | None = None,
) -> sa.Select[int] | sa.TextualSelect:
    """The rows of a shadow whose text contains all words, by their grams; of `most`, the newest below an id."""
    if session.get_bind().dialect.name == "postgresql":
        like = [f"%{word.translate(LITERALLY)}%" for word in words]
        values: dict[str, object] = {"grams": sorted(codes), "like": like, "before": before, "most": most}
        own: list[sa.BindParameter[Any]] = [sa.bindparam(key, value, unique=True) for key, value in values.items()]
        found: sa.TextualSelect = _in_blocks(name).bindparams(*own)
        return found
    shadow, fts = shadow_named(name)
    held = sa.and_(*((" " + shadow.c.text + " ").contains(word, autoescape=True) for word in words))
    holds: Any = sa.select(held).where(shadow.c.id == fts.c.rowid).scalar_subquery()
    query = sa.select(fts.c.rowid.label("id")).where(fts.c[fts.name].op("MATCH")(tokens(codes)), holds)
    if before is not None:
        query = query.where(fts.c.rowid < before)
    return query if most is None else query.order_by(fts.c.rowid.desc()).limit(most)


@cache
def _in_blocks(name: str) -> sa.TextualSelect:
    text = IN_BLOCKS.format(name=name, block=BLOCK, mask=mask_of("block.at"))
    return sa.text(text).columns(sa.column("id", sa.Integer))


def mask_of(block: str) -> str:
    """What makes a gram another one in a block, in PostgreSQL's words; as `scattered` says it."""
    return f"CAST(({block} * {SPREAD} + {1 << 31}) % {1 << 32} - {1 << 31} AS integer)"


# ---- in migrations


def lay_search(op: Operations, name: str, table: str) -> None:
    """The shadow of a table, with the index each database is good at."""
    op.create_table(name, *columns_of_a_shadow(f"{table}.id"))
    if _on_sqlite(op.get_bind()):
        how = "g, content='', columnsize=0, detail=none, tokenize='ascii'"
        op.execute(f"CREATE VIRTUAL TABLE {name}_fts USING fts5({how})")
    else:
        op.create_index(f"ix_{name}_grams", name, ["grams"], postgresql_using="gin")


def lift_search(op: Operations, name: str) -> None:
    """A shadow goes with all that belongs to it."""
    if _on_sqlite(op.get_bind()):
        op.execute(f"DROP TABLE {name}_fts")
    op.drop_table(name)


def empty_search(op: Operations, name: str) -> None:
    """Nothing is found any more until `portal init` fills the shadow anew."""
    op.execute(f"DELETE FROM {name}")  # noqa: S608 (our own name)
    if _on_sqlite(op.get_bind()):
        op.execute(f"INSERT INTO {name}_fts({name}_fts) VALUES ('delete-all')")  # noqa: S608


def move_search(op: Operations, source: str, target: str, table: str) -> None:
    """What one shadow knows of the rows of a table is known by another shadow, too."""
    connection, (known, _fts), (shadow, fts) = op.get_bind(), shadow_named(source), shadow_named(target)
    mine = known.c.id.in_(sa.select(sa.table(table, sa.column("id")).c.id))
    rows = sa.select(known.c.id, known.c.text, known.c.grams).where(mine)
    connection.execute(shadow.insert().from_select(["id", "text", "grams"], rows))
    if _on_sqlite(connection):
        _index_all(connection, fts, sa.select(known.c.id, known.c.text).where(mine).order_by(known.c.id))


def index_anew(op: Operations, name: str) -> None:
    """The texts of a shadow were changed all at once: FTS5 learns them again."""
    connection, (shadow, fts) = op.get_bind(), shadow_named(name)
    connection.execute(fts.insert(), {fts.name: "delete-all"})
    _index_all(connection, fts, sa.select(shadow.c.id, shadow.c.text).order_by(shadow.c.id))


def _index_all(connection: sa.Connection, fts: sa.TableClause, texts: sa.Select[tuple[int, str]]) -> None:
    last, key = 0, texts.selected_columns[0]
    while found := connection.execute(texts.where(key > last).limit(BATCH)).all():
        _index(connection, fts, [(row.id, row.text) for row in found])
        last = found[-1].id


# ---- kept


def learn(connection: sa.Connection, name: str, rows: Texts) -> None:
    """From now on these rows are found by these texts."""
    shadow, fts = shadow_named(name)
    kept = [{"id": row, "text": text, "grams": scattered(grams(text), row)} for row, text in rows]
    connection.execute(shadow.insert(), kept)
    if _on_sqlite(connection):
        _index(connection, fts, rows)


def forget(connection: sa.Connection, name: str, number: int) -> None:
    """A row is found no more. FTS5 without a copy of the text wants to be told what it forgets."""
    shadow, fts = shadow_named(name)
    text = connection.scalar(sa.select(shadow.c.text).where(shadow.c.id == number))
    if text is None:
        return
    if _on_sqlite(connection):
        gone = {fts.name: "delete", "rowid": number, "g": tokens(grams(text))}
        connection.execute(fts.insert(), gone)
    connection.execute(shadow.delete().where(shadow.c.id == number))


def _index(connection: sa.Connection, fts: sa.TableClause, rows: Texts) -> None:
    query = fts.insert().values(rowid=sa.bindparam("rowid"), g=sa.bindparam("g"))
    connection.execute(query, [{"rowid": row, "g": tokens(grams(text))} for row, text in rows])


def _on_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"
