"""What a page brings along is small, whole and asked for once."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
from flask import Flask

from app.core.pages.assets import BUNDLES
from tools import icons

KILOBYTE = 1024


def over_the_wire(client: Any, address: str) -> tuple[int, str]:
    with client.get(address, headers={"Accept-Encoding": "br, gzip"}) as answer:
        assert answer.status_code == 200, address
        data = answer.data
    coding = answer.headers.get("Content-Encoding", "")
    plain = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[coding](data)
    return len(data), plain.decode("utf-8", "replace")


def named(text: str) -> list[str]:
    return re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="(/[^"]+)"', text)


def test_the_first_page_of_a_day_brings_at_most_200_kb_its_font_included(as_role: Callable[..., Any]):
    client = as_role("reception").client
    size, page = over_the_wire(client, "/complaint/list/")
    wanted = list(dict.fromkeys(named(page)))
    for address in wanted:
        more, text = over_the_wire(client, address)
        size += more
        if address.endswith(".css"):
            fonts = [found for found in re.findall(r"url\(([^)]+woff2)\)", text) if "icons" in found]
            size += sum(over_the_wire(client, font)[0] for font in fonts)
    assert size <= 200 * KILOBYTE, size
    assert len([address for address in wanted if address.endswith((".css", ".js"))]) <= 3


def test_what_a_stylesheet_names_beside_itself_is_there(app: Flask):
    client = app.test_client()
    page = client.get("/login/").text
    for address in [item for item in named(page) if ".css" in item]:
        for found in set(re.findall(r"url\((/[^)?#]+)", over_the_wire(client, address)[1])):
            with client.get(found) as answer:
                assert answer.status_code == 200, found


def test_a_page_of_an_older_version_never_pins_the_new_file(app: Flask):
    client = app.test_client()
    for name in BUNDLES:
        now = client.get(f"/assets/{app.config['ASSET_VERSION']}/{name}").headers["Cache-Control"]
        old = client.get(f"/assets/0123456789/{name}").headers["Cache-Control"]
        assert "immutable" in now and old == "no-cache"
    assert client.get("/assets/0123456789/config.py").status_code == 404


def test_every_icon_in_use_is_in_the_font():
    sheet = (Path(icons.TARGET) / "icons.css").read_text()
    missing = [name for name in sorted(icons.used()) if f".{name}:before" not in sheet]
    assert missing == [], "make icons"
