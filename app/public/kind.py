"""The customer's own pages: reached by a link, never by the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.kind.things import Page

DECLARED: tuple[Page, ...] = ()
