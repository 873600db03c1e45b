"""FAB's `Model` as the type checker should see it: FAB ships no types, so every attribute of a table would pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

    class Model(DeclarativeBase):
        """A column that is misspelt, or given a value of another type, is found before it runs."""

else:
    from flask_appbuilder import Model

__all__ = ["Model"]
