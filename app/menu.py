"""The whole menu, in the order people see it, and every page and resource of the portal."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from .complaints import api as complaints_api
from .complaints import handing as _complaint_handing  # noqa: F401
from .complaints import lookups as _complaint_lookups  # noqa: F401
from .complaints import major as _major  # noqa: F401  (what marks itself)
from .complaints import printing as _complaint_printing  # noqa: F401
from .complaints.consultation_pages import ConsultationApi, ConsultationView
from .complaints.slips import SlipPage
from .complaints.views import ComplaintView
from .compliance.views import ComplianceApi, CompliancePage, RegulationPage
from .core.security import current_rights
from .corrective import handing as _corrective_handing  # noqa: F401
from .corrective import printing as _corrective_printing  # noqa: F401
from .corrective import watch as _watch  # noqa: F401  (recurrences reopen notices)
from .corrective.api import CorrectiveActionApi
from .corrective.views import CorrectiveActionView
from .customers import api as customers_api
from .customers import handing as _customer_handing  # noqa: F401
from .customers import views as customers
from .gm import occasions as _occasions  # noqa: F401  (what comes before the GM by itself)
from .gm.views import GmReportApi, GmReportView, MajorPage
from .notifications import api as notifications_api
from .notifications import views as notifications
from .organisation import api as organisation_api
from .organisation.access_page import AccessView
from .organisation.calendar_page import CalendarView
from .organisation.employee_views import CompetenceView, EmployeeCompetenceView, EmployeeView
from .organisation.profile_page import ProfilePage
from .organisation.rules_page import DeadlineRuleView
from .organisation.settings_page import SettingView
from .organisation.views import DepartmentView, RegionView
from .reports.api import HistoryApi
from .reports.dashboard import WorkPage
from .reports.search import SearchPage
from .visits.api import VisitApi
from .visits.page import PhonePage

MENU: tuple[tuple[Any, tuple[tuple[Any, Any, str, str], ...]], ...] = (  # group: label, view, thing, icon
    (
        _l("Complaint handling"),
        (
            (_l("Customer complaints"), ComplaintView, "Complaint", "fa-comments"),
            (_l("Return slips"), SlipPage, "ReturnSlip", "fa-qrcode"),
            (_l("My visits"), PhonePage, "Visit", "fa-mobile-alt"),
            (_l("Consultations"), ConsultationView, "Consultation", "fa-users"),
            (_l("Corrective actions"), CorrectiveActionView, "CorrectiveAction", "fa-check-square"),
            (_l("Major matters"), MajorPage, "GmReport", "fa-star"),
        ),
    ),
    (
        _l("Customers and products"),
        (
            (_l("Customers"), customers.CustomerView, "Customer", "fa-address-book"),
            (_l("Products"), customers.ProductView, "Product", "fa-cube"),
            (_l("Product units"), customers.ProductUnitView, "ProductUnit", "fa-barcode"),
        ),
    ),
    (
        _l("Reports"),
        (
            (_l("Compliance"), CompliancePage, "Compliance", "fa-balance-scale"),
            (_l("Regulation"), RegulationPage, "Regulation", "fa-book"),
        ),
    ),
    (
        _l("Organisation"),
        (
            (_l("Departments"), DepartmentView, "Department", "fa-sitemap"),
            (_l("Employees"), EmployeeView, "Employee", "fa-user"),
            (_l("Competences"), CompetenceView, "Competence", "fa-graduation-cap"),
            (_l("Regions"), RegionView, "Region", "fa-map"),
        ),
    ),
    (
        _l("Administration"),
        (
            (_l("Who may do what"), AccessView, "Access", "fa-key"),
            (_l("Deadline rules"), DeadlineRuleView, "DeadlineRule", "fa-clock"),
            (_l("Working calendar"), CalendarView, "WorkCalendar", "fa-calendar-alt"),
            (_l("Settings"), SettingView, "Setting", "fa-cog"),
            (_l("Outbox"), notifications.OutboxView, "OutboxMail", "fa-envelope"),
        ),
    ),
)
UNLISTED: tuple[tuple[Any, Any], ...] = (  # view, and the entry it is reached from: nobody's is the workbench
    (GmReportView, MajorPage),
    (customers.ContactView, customers.CustomerView),
    (customers.ProductCategoryView, customers.ProductView),
    (customers.FailureModeView, customers.ProductView),
    (EmployeeCompetenceView, EmployeeView),
    (notifications.NoticePage, None),
    (SearchPage, None),
    (WorkPage, None),
    (ProfilePage, None),
)
APIS = (
    complaints_api.ComplaintApi,
    complaints_api.DispositionApi,
    complaints_api.AssignmentApi,
    complaints_api.SiteServiceApi,
    complaints_api.ConfirmationApi,
    ComplianceApi,
    ConsultationApi,
    VisitApi,
    CorrectiveActionApi,
    GmReportApi,
    customers_api.CustomerApi,
    customers_api.ContactApi,
    customers_api.ProductApi,
    customers_api.ProductUnitApi,
    organisation_api.RegionApi,
    organisation_api.DepartmentApi,
    organisation_api.EmployeeApi,
    organisation_api.CompetenceApi,
    HistoryApi,
    notifications_api.OutboxMailApi,
)


def register(builder: Any) -> None:
    """Hang every page and resource on the portal."""
    for _label, entries in MENU:
        for _text, view, _thing, _icon in entries:
            builder.add_view_no_menu(view)
    for view, _entry in UNLISTED:
        builder.add_view_no_menu(view)
    for api in APIS:
        builder.add_api(api)


def groups() -> list[tuple[Any, list[tuple[Any, str, str, bool]]]]:
    """The menu of this person: only what may be seen, with the page one is on."""
    rights, here = current_rights(), _entry_here()
    found = []
    for label, entries in MENU:
        shown = [
            (text, _home(view), icon, view is here)
            for text, view, thing, icon in entries
            if rights.may("menu_access", thing)
        ]
        if shown:
            found.append((label, shown))
    return found


def module() -> tuple[Any, str]:
    """Where every trail of crumbs begins: the group of the menu this page is in, else the workbench."""
    here = _entry_here()
    for label, entries in MENU:
        if here is not None and any(view is here for _text, view, _thing, _icon in entries):
            return label, ""
    return _l("Workbench"), "/"


def _entry_here() -> Any:
    """The menu entry that stands for the page one is on."""
    listed = [(view, view) for _label, entries in MENU for _text, view, _thing, _icon in entries]
    return next((entry for view, entry in (*listed, *UNLISTED) if request.path.startswith(f"{view.route_base}/")), None)


def _home(view: Any) -> str:
    """Where a page's menu entry leads."""
    return (
        f"{view.route_base}/list/"
        if hasattr(view, "datamodel") and view.datamodel is not None
        else f"{view.route_base}/"
    )
