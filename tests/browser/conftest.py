"""A portal with the small demo, served to a real browser."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from app.core.time import clock
from app.demo.plots import PLOTS
from app.demo.staff import PEOPLE
from app.demo.story import tell
from app.extensions import db
from tests.support import PASSWORD

OFFICE_HOURS = datetime(2026, 11, 24, 7, 45, tzinfo=UTC)  # Tuesday 15:45 in Shanghai, whenever the tests run
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()
RUN_AXE = """part => axe.run(part || document, {runOnly: ['wcag2a', 'wcag2aa']}).then(r => r.violations.map(
    v => v.id + ' (' + v.impact + ') ' + v.nodes[0].html.slice(0, 160)))"""


TARGETS = """() => [...document.querySelectorAll(
    'button, .btn, main summary, .chip, .tabs a, .pages a, .menu a, select, textarea, main input, #dlg input')]
    .filter(item => !/^(hidden|checkbox|radio)$/.test(item.type))
    .filter(item => !item.matches('.select2-hidden-accessible, .select2-search__field'))
    .map(item => [item, item.getBoundingClientRect()])
    .filter(([item, box]) => box.width && box.height && box.height < 43.5)
    .map(([item, box]) => `${item.tagName}.${item.className} ${item.innerText || item.name} is ${box.height} px`)"""
IN_VIEW = """part => { const box = part.getBoundingClientRect(); const at = document.elementFromPoint(
    box.x + Math.min(box.width / 2, 40), box.y + Math.min(box.height / 2, 10));
    const seen = part === at || part.contains(at) || at.contains(part);
    return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight && seen; }"""
EVERYWHERE = [(locale, width) for locale in ("zh", "en") for width in (1366, 390)]
NAMES = {login: f"{given} {family}" if family.isascii() else family + given for login, family, given, *_rest in PEOPLE}
SIGNED_IN: dict[tuple[str, str], list[Any]] = {}


@dataclass
class Visit:
    """One person's browser window, and everything in it that should not have happened."""

    page: Any
    base: str
    trouble: list[str] = field(default_factory=list)

    def sign_in(self, login: str, locale: str = "") -> None:
        """As another person, in a language; who has signed in once is known by the cookies of that time."""
        self.page.goto("about:blank")  # what the last page still asks for would bring the last person's cookies back
        self.page.context.clear_cookies()
        self.page.context.add_cookies(SIGNED_IN.get((self.base, login), []))
        self.page.goto(f"{self.base}/")
        if self.page.locator("#username").count():
            self.page.fill("#username", login)
            self.page.fill("#password", PASSWORD)
            self.page.press("#password", "Enter")
        self.page.wait_for_selector(f".p-user[aria-label='{NAMES[login]}']")
        SIGNED_IN[self.base, login] = self.page.context.cookies()
        if locale and self.page.locator(f".p-right [name=locale][value={locale}]").count():
            self.page.click(".p-right [name=locale]")
            self.page.wait_for_selector(f"html[lang^={locale}]")

    def open(self, path: str) -> Any:
        return self.page.goto(self.base + path)

    def watch(self) -> None:
        """Note requests to other hosts, script errors, violations of the content policy and server errors."""
        self.page.on("request", self._foreign)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script: {error} on {self.page.url}"))
        self.page.on("console", self._console)
        self.page.on(
            "response", lambda answer: answer.status >= 500 and self.trouble.append(f"{answer.status} {answer.url}")
        )

    def _foreign(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.trouble.append(f"another host: {request.url}")

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.trouble.append(f"console: {message.text[:200]} on {self.page.url}")

    def barriers(self, part: str = "") -> list[str]:
        """What axe finds on the page as it stands, or on a part of it."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(RUN_AXE, part or None)
        return [f"{self.page.url}: {item}" for item in found]

    def targets(self) -> list[str]:
        """What is too small for a finger."""
        return [f"{self.page.url}: {item}" for item in self.page.evaluate(TARGETS)]

    def in_view(self, selector: str) -> bool:
        """Whether the first such part is there, whole, and nothing lies over it."""
        self.page.wait_for_selector(selector)
        return bool(self.page.locator(selector).first.evaluate(IN_VIEW))

    def overflow(self) -> list[str]:
        """Whether the page is wider than the window."""
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        return [f"{self.page.url}: {wide} px wide in a window of {window}"] if wide > window else []


def whole(app: Flask) -> Callable[..., list[bytes]]:
    """Every answer is read and closed at once: this server forgets that when the browser goes away meanwhile."""

    def answered(environ: Any, start: Any) -> list[bytes]:
        answer = app.wsgi_app(environ, start)
        try:
            return [b"".join(answer)]
        finally:
            getattr(answer, "close", lambda: None)()

    return answered


@pytest.fixture(scope="session")
def portal(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """The demo's portal with form tokens checked, on a port of its own."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copy(template / "portal.db", folder / "portal.db")
    app = create_app(
        {
            "TESTING": True,
            "PORTAL_ENV": "test",
            "DATA_DIR": str(folder),
            "UPLOAD_DIR": str(folder / "uploads"),
            "MAIL_DIR": str(folder / "mail"),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'portal.db'}",
            "SECRET_KEY": "test-" * 8,
            "AUDIT_KEY": b"audit-test",
            "RATELIMIT_ENABLED": False,
            "MAIL_SERVER": "",
        }
    )
    with app.app_context(), clock.frozen(OFFICE_HOURS):
        tell(db.session, PLOTS)
        db.session.remove()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, whole(app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def office_hours() -> Iterator[None]:
    """The portal's clock stands; a phone takes its time from the portal."""
    clock.set_frozen(OFFICE_HOURS)
    yield
    clock.set_frozen(None)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium, headless=True, args=ARGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Any, portal: tuple[Flask, str]) -> Callable[..., Any]:
    """visit("qc", locale="zh", width=390) is a context manager: that person's window."""

    @contextmanager
    def window(
        login: str = "", *, locale: str = "zh", width: int = 1366, script: bool = True, dark: bool = False
    ) -> Iterator[Visit]:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 500 else 768},
            locale={"zh": "zh-CN", "en": "en-US"}[locale],
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            is_mobile=width < 500,
        )
        found = Visit(context.new_page(), portal[1])
        found.watch()
        if login:
            found.sign_in(login, locale)
        yield found
        context.close()

    return window
