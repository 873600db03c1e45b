"""Settings from the environment. Business settings live in the database and have a page."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

BASE = Path(__file__).resolve().parent


def load(environ: dict[str, str] | None = None) -> dict[str, Any]:
    """The configuration of one portal, from PORTAL_* variables."""
    env = dict(os.environ if environ is None else environ)
    data = Path(env.get("PORTAL_DATA_DIR", BASE / "instance")).absolute()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = env.get("PORTAL_ENV", "development")
    return {**_basics(env, data, mode), **_mail(env, data), **FAB, **_security(mode, env)}


def _basics(env: dict[str, str], data: Path, mode: str) -> dict[str, Any]:
    return {
        "PORTAL_ENV": mode,  # development | production | test
        "DATA_DIR": str(data),  # PORTAL_DATA_DIR: database, uploads, keys, mails
        "UPLOAD_DIR": str(data / "uploads"),
        "SQLALCHEMY_DATABASE_URI": env.get("PORTAL_DATABASE_URL") or f"sqlite:///{data / 'portal.db'}",
        "SECRET_KEY": _secret(env, data, mode),
        # PORTAL_AUDIT_KEY_FILE: the secret of the history's chain; best on a disk the database's keeper can't read,
        # and in a backup of its own (default: audit-key in the data folder; made when it is not there)
        "AUDIT_KEY": _kept(Path(env.get("PORTAL_AUDIT_KEY_FILE") or data / "audit-key")).encode(),
        "PUBLIC_URL": env.get("PORTAL_PUBLIC_URL", "http://127.0.0.1:8080").rstrip("/"),  # links in mails
        "PORTAL_ENGINE": env.get("PORTAL_ENGINE", "embedded"),
        "PORTAL_BROKER_URL": env.get("PORTAL_BROKER_URL", ""),
        "BABEL_DEFAULT_LOCALE": env.get("PORTAL_DEFAULT_LOCALE", "zh"),
        "PORTAL_TIMEZONE": env.get("PORTAL_TIMEZONE", "Asia/Shanghai"),
        "BABEL_DEFAULT_TIMEZONE": env.get("PORTAL_TIMEZONE", "Asia/Shanghai"),
        "TESTING": mode == "test",
    }


def _mail(env: dict[str, str], data: Path) -> dict[str, Any]:
    """Without PORTAL_MAIL_SERVER mails are written to instance/mail/*.eml."""
    return {
        "MAIL_SERVER": env.get("PORTAL_MAIL_SERVER", ""),
        "MAIL_PORT": int(env.get("PORTAL_MAIL_PORT", "25")),
        "MAIL_USERNAME": env.get("PORTAL_MAIL_USERNAME"),
        "MAIL_PASSWORD": env.get("PORTAL_MAIL_PASSWORD"),
        "MAIL_USE_TLS": _flag(env, "PORTAL_MAIL_USE_TLS"),
        "MAIL_USE_SSL": _flag(env, "PORTAL_MAIL_USE_SSL"),
        "MAIL_DEFAULT_SENDER": env.get("PORTAL_MAIL_SENDER", "after-sales@example.com"),
        "MAIL_TIMEOUT": 10,
        "MAIL_DIR": str(data / "mail"),
    }


FAB: dict[str, Any] = {
    "APP_NAME": "售后服务门户",
    "APP_THEME": "",  # FAB's themes import web fonts
    "AUTH_TYPE": 1,
    "FAB_CREATE_DB": False,  # the schema comes from migrations alone
    "FAB_UPDATE_PERMS": False,  # rights come from `portal init` alone
    "FAB_ADD_SECURITY_API": False,
    "FAB_API_SWAGGER_UI": True,
    "FAB_API_MAX_PAGE_SIZE": 100,
    "FAB_PASSWORD_COMPLEXITY_ENABLED": True,
    "FAB_ROLES": {},
    "AUTH_ROLE_ADMIN": "Admin",
    "AUTH_ROLE_PUBLIC": "Public",
    "AUTH_RATE_LIMITED": True,
    "AUTH_RATE_LIMIT": "30 per minute",
    "PUBLIC_RATE_LIMIT": "120 per minute",  # of one address, over all customers' pages
    "LANGUAGES": {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}},
    "BABEL_TRANSLATION_DIRECTORIES": str(BASE / "translations"),
    "SQLALCHEMY_TRACK_MODIFICATIONS": False,
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_STREAMS": False,  # a file that is sent on as it is gets closed by whoever sends it
}


def _security(mode: str, env: dict[str, str]) -> dict[str, Any]:
    public = (urlsplit(env.get("PORTAL_PUBLIC_URL", "")).hostname or "127.0.0.1").removesuffix(".")
    return {
        # in production the portal answers under these names alone; /health/ answers under any
        "TRUSTED_HOSTS": [public, "127.0.0.1", "localhost"] if mode == "production" else None,
        # PORTAL_TRUSTED_PROXIES: how many proxies stand in front ("1"), or their addresses and networks
        # ("10.0.0.5, 192.168.0.0/16"); whose X-Forwarded-For and -Proto are believed (default: nobody's)
        "TRUSTED_PROXIES": _proxies(env.get("PORTAL_TRUSTED_PROXIES", "")),
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": mode == "production",
        "PERMANENT_SESSION_LIFETIME": 12 * 3600,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "SEND_FILE_MAX_AGE_DEFAULT": 0 if mode == "test" else 30 * 24 * 3600,  # addresses carry ASSET_VERSION
        "MAX_CONTENT_LENGTH": 25 * 1024 * 1024,
        "RATELIMIT_ENABLED": mode != "test",
        # PORTAL_RATELIMIT_URL: where tries are counted for all workers: the portal's own database (portal://),
        # or redis://host:6379/0 (needs the package `redis`)
        "RATELIMIT_STORAGE_URI": env.get("PORTAL_RATELIMIT_URL") or "portal://",
        "RATELIMIT_SWALLOW_ERRORS": True,  # a store that is away is logged; it locks nobody out
        "JWT_ACCESS_TOKEN_EXPIRES": 3600,
    }


def _secret(env: dict[str, str], data: Path, mode: str) -> str:
    if "PORTAL_SECRET_KEY" in env:
        return env["PORTAL_SECRET_KEY"]
    if mode == "production":
        raise SystemExit("PORTAL_SECRET_KEY is required when PORTAL_ENV=production")
    return _kept(data / "secret-key")


def _kept(file: Path) -> str:
    """A random secret, made once and kept in a file only the owner reads."""
    if not file.exists():
        new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as key:
                key.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):  # another process was quicker: its key counts
                os.link(new, file)
        finally:
            new.unlink(missing_ok=True)
    return file.read_text()


def _proxies(text: str) -> Any:
    from app.core.pages.doorstep import proxies

    try:
        return proxies(text)
    except ValueError as error:
        raise SystemExit(f"PORTAL_TRUSTED_PROXIES: {error}. Give a number, or addresses and networks.") from error


def _flag(env: dict[str, str], name: str) -> bool:
    return env.get(name, "").lower() in ("1", "true", "yes", "on")
