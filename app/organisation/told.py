"""What REST tells of a department that a record names."""

from __future__ import annotations

from typing import Any, TypedDict


class DepartmentTold(TypedDict):
    """A department by number and code."""

    id: int
    code: str


def department(record: Any) -> DepartmentTold:
    """The department of a record."""
    return {"id": record.department.id, "code": record.department.code}
