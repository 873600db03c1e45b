"""The staff of the test company, and the clients through which its people work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.demo.staff import hire

PASSWORD = "Test-Password-2026!"


def staff(session: Any) -> None:
    """The departments, people, customers and products of contract.md's demo, without any complaint."""
    hire(session, PASSWORD)


class Asked(str):
    """A statement that was sent, and what it was sent with."""

    parameters: Any


@contextmanager
def counted() -> Iterator[list[Asked]]:
    """The statements that are sent meanwhile; what a connection begins with is none of them."""
    statements: list[Asked] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if not statement.startswith("PRAGMA"):
            statements.append(Asked(statement))
            statements[-1].parameters = parameters

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class Browser:
    """A person at the screen."""

    def __init__(self, app: Flask, login: str, password: str, locale: str = "en") -> None:
        self.app, self.login = app, login
        self.client: FlaskClient = app.test_client()
        self.answer = self.client.post("/login/", data={"username": login, "password": password})
        if locale:
            self.client.post("/language", data={"locale": locale})

    def get(self, url: str, **kwargs: Any) -> Any:
        return self.client.get(url, **kwargs)

    def post(self, url: str, data: Any = None, **kwargs: Any) -> Any:
        return self.client.post(url, data=data, **kwargs)

    def step(self, record: int, step: str, kind: str = "complaint", **fields: Any) -> Any:
        """Press a step's button, fill in its dialog, send it."""
        return self.client.post(
            f"/{kind}/{record}/step/{step}",
            data=fields,
            headers={"X-Fragment": "1"},
            content_type="multipart/form-data",
        )


class Rest:
    """A program speaking REST with a person's token."""

    def __init__(self, app: Flask, login: str, password: str, locale: str = "en") -> None:
        self.client = app.test_client()
        answer = self.client.post(
            "/api/v1/security/login", json={"username": login, "password": password, "provider": "db"}
        )
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
        if locale:
            self.headers["Accept-Language"] = locale

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", headers={**self.headers, **kwargs.pop("headers", {})}, **kwargs)

    def post(self, path: str, body: Any = None, **kwargs: Any) -> Any:
        return self.client.post(
            f"/api/v1/{path}",
            json=body if body is not None else {},
            headers={**self.headers, **kwargs.pop("headers", {})},
            **kwargs,
        )

    def put(self, path: str, body: Any, **kwargs: Any) -> Any:
        return self.client.put(
            f"/api/v1/{path}",
            data=json.dumps(body),
            content_type="application/json",
            headers={**self.headers, **kwargs.pop("headers", {})},
            **kwargs,
        )

    def upload(self, path: str, **fields: Any) -> Any:
        return self.client.post(
            f"/api/v1/{path}", data=fields, headers=self.headers, content_type="multipart/form-data"
        )
