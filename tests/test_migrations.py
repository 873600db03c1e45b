"""The schema goes up, down and up again with data, on both databases, and equals the models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.core import clock
from app.extensions import db
from app.setup import initialise

from .conftest import NOW, portal_at
from .support import staff


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    url = f"sqlite:///{tmp_path / 'fresh.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    app = portal_at(tmp_path, url)
    with app.app_context(), clock.frozen(NOW):
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_schema_goes_up_down_and_up_again_with_data(fresh: Flask):
    initialise()
    staff(db.session)
    db.session.commit()
    db.session.remove()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, *_: not re.search("_search_(fts|grams)", str(name)),
            },
        )
        assert compare_metadata(context, db.metadata) == []
    downgrade(revision="base")
    with db.engine.connect() as connection:
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    assert left == set()
    upgrade()
    initialise()
    assert db.session.execute(sa.text("SELECT count(*) FROM region")).scalar_one() > 3000


def test_initialising_twice_changes_nothing(fresh: Flask):
    initialise()
    counts = [
        db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in ("ab_permission_view_role", "function", "deadline_rule", "region")
    ]
    initialise()
    assert counts == [
        db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in ("ab_permission_view_role", "function", "deadline_rule", "region")
    ]
