"""Before the portal itself: who is calling when a proxy stands between, and under which name the portal is called."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HEALTH = "/health/"
REFUSED = (
    "This portal is not known by that name. Use the address you were given. "
    "系统没有这个名称，请使用公司提供的网址访问。"
)


class Doorstep:
    """A layer around the application. Its settings are read at each call, like all others."""

    def __init__(self, app: Flask) -> None:
        self.app, self.inside = app, app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self._see_through_proxies(environ)
        if asked := environ.get("HTTP_HOST"):
            environ["HTTP_HOST"] = _plain(asked)
        known = self.app.config["TRUSTED_HOSTS"]
        if known and not host_is_trusted(environ.get("HTTP_HOST"), known):
            if not environ.get("PATH_INFO", "").startswith(HEALTH):
                return _refuse(environ, start)
            environ["HTTP_HOST"] = known[0]  # a load balancer asks by address
        return self.inside(environ, start)

    def _see_through_proxies(self, environ: WSGIEnvironment) -> None:
        """The caller's address and scheme as our own proxies noted them; nobody else is believed."""
        trusted = self.app.config["TRUSTED_PROXIES"]
        peer = environ.get("REMOTE_ADDR", "")
        noted = [part.strip() for part in environ.pop("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        scheme = environ.pop("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
        if not trusted or (not isinstance(trusted, int) and not _within(peer, trusted)):
            return
        environ["REMOTE_ADDR"] = _caller(peer, noted, trusted)
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme


def _plain(host: str) -> str:
    """A name and its port in one spelling: small letters, without the dot a full name may end with."""
    name, colon, port = host.lower().partition(":")
    return f"{name.removesuffix('.')}{colon}{port}" if not host.startswith("[") else host.lower()


def _caller(peer: str, noted: list[str], trusted: int | list[Network]) -> str:
    """Each proxy adds at the right end whom it saw: ours are passed over, the first stranger is the caller."""
    if isinstance(trusted, int):
        seen = noted[-trusted] if len(noted) >= trusted else peer
        return seen if _address(seen) else peer
    for seen in reversed(noted):
        if not _address(seen):
            return peer
        peer = seen
        if not _within(seen, trusted):
            break
    return peer


def _within(address: str, networks: list[Network]) -> bool:
    found = _address(address)
    return found is not None and any(found in network for network in networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def proxies(text: str) -> int | list[Network]:
    """PORTAL_TRUSTED_PROXIES: how many stand in front, or the addresses and networks they have."""
    if not text.strip():
        return 0
    if text.strip().isdecimal():
        return int(text)
    return [ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


def _refuse(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    as_json = environ.get("PATH_INFO", "").startswith("/api/")
    text = f'{{"message": "{REFUSED}"}}' if as_json else REFUSED
    kind = "application/json" if as_json else "text/plain; charset=utf-8"
    body = text.encode()
    start(
        "400 Bad Request", [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    )
    return [body]
