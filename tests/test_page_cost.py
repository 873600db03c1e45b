"""What a page costs: of every kind and thing the same few questions to the database; a start writes none."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.core.kind.registry import KINDS, things
from tests.support import counted

from .conftest import portal_at

LIST, FORM = 8, 4
LISTED = sorted(page.thing for page in things() if getattr(page.page, "columns", None))
MADE = sorted(page.thing for page in things() if "can_add" in (getattr(page.page, "base_permissions", None) or ()))
BY_THING = {page.thing: page for page in things()}
OF_RECORDS = {kind.thing for kind in KINDS.values()}


def who_may(permission: str, thing: str) -> str:
    """Somebody who has a right from the start."""
    rights = BY_THING[thing].rights
    return next(code for code in ("auditor", "admin", *sorted(rights)) if permission in rights.get(code, ()))


def asked(browser: Any, url: str) -> list[str]:
    assert browser.get(url).status_code == 200, url  # rights, catalogues and calendar are known from here on
    with counted() as statements:
        assert browser.get(url).status_code == 200
    return statements


@pytest.mark.parametrize("thing", LISTED)
def test_a_list_asks_few_questions(app: Any, as_role: Any, thing: str):
    statements = asked(as_role(who_may("can_list", thing)), f"{BY_THING[thing].page.route_base}/list/")
    assert len(statements) <= LIST, "\n".join(statements)


@pytest.mark.parametrize("thing", MADE)
def test_a_form_asks_few_questions(app: Any, as_role: Any, thing: str):
    statements = asked(as_role(who_may("can_add", thing)), f"{BY_THING[thing].page.route_base}/add")
    assert len(statements) <= FORM, "\n".join(statements)


def test_every_kind_is_measured():
    assert set(LISTED) >= OF_RECORDS
    assert set(MADE) >= {kind.thing for kind in KINDS.values() if kind.creates}


def test_a_start_writes_no_rights(template: Path, tmp_path: Path):
    shutil.copy(template / "portal.db", tmp_path / "portal.db")
    with counted() as statements:
        portal_at(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}")
    writing = [each for each in statements if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", each, re.IGNORECASE)]
    assert writing == []
