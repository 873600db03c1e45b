"""No link of a page is a dead end: what a person is shown to follow, the person may open."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.access import FUNCTIONS
from app.core.time import clock
from app.demo.plots import PLOTS
from app.demo.story import tell
from app.extensions import db

from .conftest import NOW

STARTS = ("/", "/major/", "/work/", "/notices/", "/search/?q=TS")
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)"')


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_link_of_a_persons_first_pages_opens(told: Callable[[str], Any], function: str):
    browser = told("production_manager" if function == "department_manager" else function)
    asked, dead = set(), []
    for start in STARTS:
        page = browser.get(start)
        for address in map(html.unescape, LINK.findall(page.text)):
            if address in asked or address.startswith(("/static", "/m/")):
                continue
            asked.add(address)
            if (status := browser.get(address).status_code) >= 400:
                dead.append(f"{start}: {address} answers {status}")
    assert dead == []


@pytest.fixture
def told(app: Flask, as_role: Callable[..., Any], session: Session) -> Callable[[str], Any]:
    """The small demo, and a browser for each person of it."""
    with app.app_context(), clock.frozen(NOW):
        tell(db.session, PLOTS)
        db.session.remove()
    return as_role
