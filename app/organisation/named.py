"""What has a code and its names in both languages: asked, listed, found and ordered alike."""

from __future__ import annotations

from typing import Any

from app.core.kind.asks import Ask, need
from app.core.text.wording import lazy_gettext as _l

from .models import Named


def named(model: type[Named], *more: Ask) -> dict[str, Any]:
    """The columns of such a thing and what is asked beside, in the words of its declaration."""
    facts = (model.code, model.name_zh, model.name_en)
    return {
        "add_columns": (*(need(each) for each in facts), *more),
        "list_columns": (*facts, *(each.attribute for each in more)),
        "search_columns": facts,
        "order_columns": facts,
        "order": ("code", False),
        "search_hint": _l("Code or name"),
    }
