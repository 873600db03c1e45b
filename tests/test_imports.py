"""The direction of the imports is the picture in the architecture."""

from __future__ import annotations

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_imports_follow_the_picture():
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
