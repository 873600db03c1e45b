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


def test_every_link_of_everybodys_first_pages_opens(told: Callable[[str], Any]):
    dead = []
    for function in FUNCTIONS:
        browser, asked = told("production_manager" if function == "department_manager" else function), set()
        for start in STARTS:
            for address in map(html.unescape, LINK.findall(browser.get(start).text)):
                if address in asked or address.startswith(("/static", "/m/")):
                    continue
                asked.add(address)
                if (status := browser.get(address).status_code) >= 400:
                    dead.append(f"{function} at {start}: {address} answers {status}")
        assert asked, function
    assert dead == []


@pytest.fixture
def told(app: Flask, as_role: Callable[..., Any], session: Session) -> Callable[[str], Any]:
    """The small demo, and a browser for each person of it."""
    with app.app_context(), clock.frozen(NOW):
        tell(db.session, PLOTS)
        db.session.remove()
    return as_role
