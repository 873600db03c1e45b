"""The tables behind a search: laid by one word in migrations, and never made wrong by a generated one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from flask_migrate import check, downgrade, revision, upgrade

from app.core.kind.facts import searched
from app.core.kind.registry import KINDS
from app.core.record import finding
from app.core.record.grams import grams, sign
from app.core.record.records import Record
from app.core.record.search import INDEXES
from app.core.record.shadows import in_no_model, is_shadow, lay_search, lift_search, shadow_named
from app.customers.models import Product
from app.customers.searching import PRODUCTS
from app.extensions import db
from app.gm.models import GmReport

MIGRATIONS = Path(__file__).parents[2] / "migrations"


@pytest.fixture
def portal(own_portal: Flask) -> Iterator[Flask]:
    with own_portal.app_context():
        yield own_portal


def migrated(*done: Any) -> None:
    """What a migration does, by hand."""
    with db.engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        for words, *names in done:
            words(operations, *names)


def laid(name: str) -> tuple[Any, ...]:
    """A shadow as the database knows it: columns, keys, and what the database adds."""
    with db.engine.connect() as connection:
        known = sa.inspect(connection)
        columns = [(each["name"], str(each["type"]), each["nullable"]) for each in known.get_columns(name)]
        keys = [
            (each["referred_table"], each["constrained_columns"], each["options"])
            for each in known.get_foreign_keys(name)
        ]
        if db.engine.dialect.name == "sqlite":
            ask = sa.text("SELECT sql FROM sqlite_master WHERE name = :name")
            own = connection.scalar(ask, {"name": f"{name}_fts"})
        else:
            ask = sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = :name")
            own = connection.scalar(ask, {"name": f"ix_{name}_grams"})
        return columns, known.get_pk_constraint(name)["constrained_columns"], keys, own


def test_a_generated_migration_finds_no_difference_at_a_migrated_database(portal: Flask):
    check()
    with db.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
    assert {name for name in tables if is_shadow(name)} == {index.name for index in INDEXES}
    assert not any(in_no_model(name) for name in db.metadata.tables)


def test_a_table_laid_by_the_helper_is_the_one_of_the_models(portal: Flask):
    text, grams = ("TEXT", "TEXT") if db.engine.dialect.name == "sqlite" else ("TEXT", "ARRAY")
    before = laid("record_search")
    columns, key, links, own = before
    assert columns == [("id", "INTEGER", False), ("text", text, False), ("grams", grams, True)]
    assert (key, links) == (["id"], [("record", ["id"], {"ondelete": "CASCADE"})])
    assert ("fts5" if db.engine.dialect.name == "sqlite" else "USING gin (grams)") in own
    migrated((lift_search, "record_search"))
    with pytest.raises(SystemExit):
        check()  # a shadow that is missing is seen
    migrated((lay_search, "record_search", "record"))
    check()
    assert laid("record_search") == before


def test_a_generated_migration_lays_a_search_by_the_same_words(portal: Flask, tmp_path: Path):
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    here = {path.name for path in (folder / "versions").glob("*.py")}
    migrated((lift_search, "product_search"))
    revision(directory=str(folder), message="products are searched", autogenerate=True, rev_id="generated")
    (made,) = {path.name for path in (folder / "versions").glob("*.py")} - here
    written = (folder / "versions" / made).read_text()
    up, down = written.split("def upgrade")[1].split("def downgrade")
    assert "lay_search(op, 'product_search', 'product')" in up
    assert "lift_search(op, 'product_search')" in down
    assert "create_table" not in written
    assert "drop_table" not in written
    upgrade(directory=str(folder))
    check(directory=str(folder))
    assert PRODUCTS.fill_missing(db.session) > 0
    assert db.session.scalars(sa.select(Product.model).where(PRODUCTS.has(db.session, "ht850"))).all() == ["HT-850"]
    db.session.remove()
    downgrade(directory=str(folder))
    with db.engine.connect() as connection:
        assert "product_search" not in sa.inspect(connection).get_table_names()


def test_every_kind_is_looked_through_by_number_and_subject(app: Flask):
    for kind in KINDS.values():
        words, codes = searched(kind.model)
        assert "number" in codes, kind.code
        assert "title" in words, kind.code
        assert not set(words) & set(codes), kind.code
    own = {index.name for index in INDEXES if issubclass(index.model, Record)}
    assert own == {finding.RECORDS.name, finding.PHONES.name} == {"record_search", "record_phone_search"}


def test_texts_lose_their_sign_and_their_blocks_by_a_downgrade_and_have_them_again(portal: Flask):
    head = {"id": 20_000, "number": "ZD-2026-901", "title": "主轴异响", "state": "open", "reason": "other"}
    db.session.execute(sa.insert(GmReport), [head])  # an id of the second block
    db.session.commit()

    def kept() -> tuple[str, set[int]]:
        shadow, _fts = shadow_named("record_search")
        text, codes = db.session.execute(sa.select(shadow.c.text, shadow.c.grams).where(shadow.c.id == 20_000)).one()
        db.session.remove()
        return text, set(codes or ())

    signed, scattered = kept()
    downgrade(revision="20261129_tell")
    text, plain = kept()
    assert (signed[0], signed[2:]) == (sign("gm_report"), text)
    if db.engine.dialect.name == "postgresql":
        assert grams(text) <= plain
    upgrade()
    assert kept() == (signed, scattered)
    assert KINDS["gm_report"].finder.newest(db.session, "轴异", sa.true(), 5) == [20_000]
