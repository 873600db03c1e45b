"""The complaint line, as the other tests work it."""

from __future__ import annotations

from tests.complaints.conftest import Line, line

__all__ = ["Line", "line"]
