"""Settings from the environment. Business settings live in the database and have a page."""

from __future__ import annotations

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
    data.mkdir(parents=True, exist_ok=True)
    mode = env.get("PORTAL_ENV", "development")
    return {**_basics(env, data, mode), **_mail(env, data), **FAB, **_security(mode, env.get("PORTAL_PUBLIC_URL", ""))}


def _basics(env: dict[str, str], data: Path, mode: str) -> dict[str, Any]:
    return {
        "PORTAL_ENV": mode,  # development | production | test
        "DATA_DIR": str(data),  # PORTAL_DATA_DIR: database, uploads, keys, mails
        "UPLOAD_DIR": str(data / "uploads"),
        "SQLALCHEMY_DATABASE_URI": env.get("PORTAL_DATABASE_URL") or f"sqlite:///{data / 'portal.db'}",
        "SECRET_KEY": _secret(env, data, mode),
        "AUDIT_KEY": _kept(data / "audit-key").encode(),  # the history's chain; keep it with the backups
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
}


def _security(mode: str, public_url: str) -> dict[str, Any]:
    return {
        "TRUSTED_HOSTS": [urlsplit(public_url).hostname, "127.0.0.1", "localhost"] if mode == "production" else None,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": mode == "production",
        "PERMANENT_SESSION_LIFETIME": 12 * 3600,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "SEND_FILE_MAX_AGE_DEFAULT": 0 if mode == "test" else 30 * 24 * 3600,  # addresses carry ASSET_VERSION
        "MAX_CONTENT_LENGTH": 25 * 1024 * 1024,
        "RATELIMIT_ENABLED": mode != "test",
        "RATELIMIT_STORAGE_URI": "memory://",
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
    try:
        with file.open("x") as new:
            file.chmod(0o600)
            new.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return file.read_text()


def _flag(env: dict[str, str], name: str) -> bool:
    return env.get(name, "").lower() in ("1", "true", "yes", "on")
