"""The menu: its groups in the order people see them; the lines come from what the domains declare."""

from __future__ import annotations

from typing import Any

from flask import request

from app.core.kind.registry import AREAS, PAGES, place_forms
from app.core.kind.things import Page
from app.core.rights.current import current_rights
from app.core.text.wording import lazy_gettext as _l

GROUPS: dict[str, Any] = {
    "complaints": _l("Complaint handling"),
    "customers": _l("Customers and products"),
    "reports": _l("Reports"),
    "organisation": _l("Organisation"),
    "administration": _l("Administration"),
}
AREAS |= {  # the tabs of the access page
    "complaints": _l("Complaint handling"),
    "complaint_parts": _l("Parts of complaints"),
    "corrective": _l("Corrective actions"),
    "gm": _l("General Manager"),
    "customers": _l("Customers"),
    "products": _l("Products"),
    "reports": _l("Reports"),
    "organisation": _l("Organisation"),
    "administration": _l("Administration"),
    "words": _l("Lists and words"),
    "mails": _l("Mails and notifications"),
}


def register(builder: Any) -> None:
    """Hang every page and resource on the portal."""
    place_forms()
    for page in PAGES:
        if page.page is not None:
            builder.add_view_no_menu(page.page)
    for page in PAGES:
        if page.resource is not None:
            builder.add_api(page.resource)


def groups() -> list[tuple[Any, list[tuple[Any, str, str, bool]]]]:
    """The menu of this person: only what may be seen, with the page one is on."""
    rights, here = current_rights(), _entry_here()
    found = []
    for code, label in GROUPS.items():
        shown = [
            (page.label, _home(page.page), page.icon, page is here)
            for page in PAGES
            if page.menu == code and rights.may("menu_access", page.thing)
        ]
        if shown:
            found.append((label, shown))
    return found


def module() -> tuple[Any, str]:
    """Where every trail of crumbs begins: the group of the menu this page is in, else the workbench."""
    here = _entry_here()
    return (GROUPS[here.menu], "") if here is not None else (_l("Workbench"), "/")


def _entry_here() -> Page | None:
    """The menu entry that stands for the page one is on."""
    here = next((page for page in PAGES if page.page and request.path.startswith(f"{page.page.route_base}/")), None)
    if here is None or here.menu:
        return here
    return next((page for page in PAGES if page.menu and page.thing == here.under), None)


def _home(view: Any) -> str:
    """Where a page's menu entry leads."""
    has_list = getattr(view, "datamodel", None) is not None
    return f"{view.route_base}/list/" if has_list else f"{view.route_base}/"
