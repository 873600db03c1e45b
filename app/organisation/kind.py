"""The organisation: departments, people and what they can do, and what the administrator decides."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import Group, User
from sqlalchemy.orm import joinedload, selectinload

from app.core.kind.asks import may, need
from app.core.kind.overrides import ChoiceRow, FieldRule, Label
from app.core.kind.own_fields import CustomField
from app.core.kind.things import Page, Thing
from app.core.pages.views import Column
from app.core.rest.shapes import says
from app.core.rights.people import full_name
from app.core.rights.verbs import EXPORT, LIST, WRITE, Verbs
from app.core.settings import COMPANY, Declared
from app.core.text.wording import lazy_gettext as _l

from . import api, choices_page, employee_views, fields_api, handing, lookups, person, regions, staffing, views
from .access_api import AccessApi
from .access_page import AccessView
from .calendar_page import CalendarView
from .decisions_page import DecisionApi, DecisionView
from .fields_page import FieldPage
from .forms import DepartmentForm, EmployeeCompetenceForm, EmployeeForm
from .functions import FUNCTIONS, READ
from .models import Competence, Department, EmployeeCompetence, EmployeeProfile, Region
from .named import named
from .own_fields_api import CustomFieldApi
from .own_fields_page import CustomFieldView
from .profile_page import ProfilePage
from .rule_page import FieldRulePage
from .rules_api import DeadlineRuleApi
from .rules_page import DeadlineRuleView
from .settings_api import SettingApi
from .settings_page import SettingView

NAME, STATE, OWN_ROLES = _l("Full name"), _l("State"), _l("Own roles")
HOME = Declared(
    "home_province", "330000", _l("Home province"), kind="region", group=COMPANY,
    help=_l("Decides what counts as in-province (2.2)."),
)
ADMIN: Verbs = {"leader": LIST, "gm": LIST, "auditor": LIST, "admin": (*LIST, *WRITE, "can_delete")}
QUALIFIED: Verbs = {**ADMIN, "qc": LIST, "qc_manager": WRITE}
DESKS: Verbs = {**ADMIN, **dict.fromkeys(("reception", "qc"), LIST)}

DECLARED = (
    Thing(
        thing="Department", model=Department, label=_l("Departments"), one=_l("Department"),
        new=_l("New department"), edit=_l("Edit department"),
        menu="organisation", icon="fa-sitemap", rights={**READ, "marketing": LIST, "agent": LIST, **ADMIN},
        search_hint=_l("Code or name"), search_columns=(Department.code, Department.name_zh, Department.name_en),
        add_columns=(
            need(Department.code), need(Department.name_zh), need(Department.name_en), may(Department.kind),
            may(Department.line), may(Department.parent_id), may(Department.manager_id), may(Department.email),
            person.OF_ALL, may(Department.active),
        ),
        list_columns=(
            ("name", Column(_l("Department"), views.department_cell, order=Department.name_zh, plain=str)),
            Department.kind, Department.line, Department.manager_id,
            ("roles", Column(_l("Roles"), views.roles_cell)),
        ),
        show_columns=(
            Department.code, Department.name_zh, Department.name_en, Department.kind, Department.line,
            Department.parent_id, Department.manager_id, Department.email, (person.OF_ALL.label, views.roles_cell),
            Department.active,
        ),
        order=("id", False), loads=(selectinload(Department.group).selectinload(Group.roles),), deletable=False,
        told={"roles": staffing.roles_of}, form=DepartmentForm, write=staffing.save_department,
        pages=views.DepartmentPages, rest=api.DepartmentRest,
    ),
    Thing(
        thing="Employee", model=EmployeeProfile, path="employee", label=_l("Employees"), one=_l("Employee"),
        new=_l("New employee"), edit=_l("Edit employee"), menu="organisation", icon="fa-user", rights=ADMIN,
        search_hint=_l("Name or login"),
        search_columns=(User.username, User.last_name + User.first_name, User.first_name, EmployeeProfile.employee_no),
        add_columns=(
            person.LOGIN, person.LAST, person.FIRST, person.EMAIL, person.PASSWORD,
            may(EmployeeProfile.department_id), may(EmployeeProfile.position), may(EmployeeProfile.employee_no),
            may(EmployeeProfile.mobile), person.ROLES, may(EmployeeProfile.locale), may(EmployeeProfile.leader_id),
            may(EmployeeProfile.is_dedicated_intake), may(EmployeeProfile.is_dedicated_feedback),
            may(EmployeeProfile.absent_from), may(EmployeeProfile.absent_to), may(EmployeeProfile.deputy_id),
            person.ACTIVE,
        ),
        list_columns=(
            ("name", Column(NAME, lambda row: full_name(row.user), order=EmployeeProfile.reading)),
            ("username", Column(person.LOGIN.label, employee_views.login, order=User.username)),
            EmployeeProfile.department_id, EmployeeProfile.position,
            ("roles", Column(OWN_ROLES, employee_views.own_roles)),
            ("status", Column(STATE, employee_views.status_cell)),
        ),
        show_columns=(
            (NAME, lambda row: full_name(row.user)), (person.LOGIN.label, employee_views.login),
            (STATE, employee_views.status_cell), (person.EMAIL.label, lambda row: row.user.email),
            EmployeeProfile.department_id, EmployeeProfile.position, EmployeeProfile.employee_no,
            EmployeeProfile.mobile, (OWN_ROLES, employee_views.own_roles),
            (_l("Roles through the department"), employee_views.inherited_roles), EmployeeProfile.locale,
            EmployeeProfile.leader_id, EmployeeProfile.is_dedicated_intake, EmployeeProfile.is_dedicated_feedback,
            (_l("Absence"), employee_views.absence), EmployeeProfile.deputy_id,
        ),
        order=("name", False), loads=(joinedload(EmployeeProfile.user).selectinload(User.roles),), deletable=False,
        choices=(("department", employee_views.WHERE), ("active", employee_views.WHETHER_ACTIVE)),
        told=api.OF_THE_USER, form=EmployeeForm, write=staffing.save_employee,
        pages=employee_views.EmployeePages, rest=api.EmployeeRest,
    ),
    Thing(
        thing="Competence", model=Competence, label=_l("Competences"), one=_l("Competence"),
        new=_l("New competence"), edit=_l("Edit competence"), menu="organisation", icon="fa-graduation-cap",
        rights=QUALIFIED, pages=employee_views.CompetencePages,
        **named(Competence, may(Competence.product_category_id)),
    ),
    Thing(
        thing="EmployeeCompetence", model=EmployeeCompetence, label=_l("Competences of employees"),
        one=_l("Competence of an employee"), new=_l("New competence of an employee"),
        edit=_l("Edit competence of an employee"), under="Employee", area="organisation", rights=QUALIFIED,
        search_hint=_l("Certificate number"), search_columns=(EmployeeCompetence.certificate_no,),
        add_columns=(
            need(EmployeeCompetence.user_id), need(EmployeeCompetence.competence_id), may(EmployeeCompetence.level),
            may(EmployeeCompetence.certificate_no), may(EmployeeCompetence.valid_from),
            may(EmployeeCompetence.valid_to),
        ),
        list_columns=(
            EmployeeCompetence.user_id, EmployeeCompetence.competence_id, EmployeeCompetence.level,
            *employee_views.CERTIFIED,
        ),
        order_columns=(EmployeeCompetence.valid_from, EmployeeCompetence.valid_to),
        choices=(("validity", employee_views.EXPIRED),), form=EmployeeCompetenceForm,
    ),
    Thing(
        thing="Region", settings=(HOME,), scripts=("regions.js",),
        model=Region, label=_l("Regions"), one=_l("Region"), edit=_l("Remote area or not"),
        menu="organisation", icon="fa-map", rights={**dict.fromkeys(FUNCTIONS, LIST), "admin": (*LIST, "can_edit")},
        search_hint=_l("Name, initials or code"), search_columns=(Region.full_name, Region.pinyin, Region.adcode),
        edit_columns=(need(Region.is_remote),),
        list_columns=views.REGION, show_columns=views.REGION_SHOWN, order_columns=(Region.full_name, Region.adcode),
        order=("adcode", False), deletable=False,
        choices=(("province", views.PROVINCE), Region.level, ("remote", views.REMOTE)),
        told={"zone": says(str, lambda row: regions.zone_of(row).value)}, pages=views.RegionPages, rest=api.RegionRest,
    ),
    Page(
        thing="Access", label=_l("Who may do what"), view=AccessView, api=AccessApi, menu="administration",
        icon="fa-key", rights={**ADMIN, "admin": (*LIST, "can_edit")},
    ),
    Page(
        thing="DeadlineRule", label=_l("Deadline rules"), view=DeadlineRuleView, api=DeadlineRuleApi,
        menu="administration", icon="fa-clock", rights=DESKS,
    ),
    Thing(
        thing="Choice", model=ChoiceRow, label=_l("Choice lists"), one=_l("Value of a choice list"),
        view=choices_page.ChoiceView, api=choices_page.ChoiceApi, menu="administration", area="words",
        icon="fa-tasks", rights=ADMIN,
    ),
    Thing(
        thing="Label", model=Label, label=_l("Words and rules of fields"), one=_l("Word of a field"),
        view=FieldPage, api=fields_api.LabelApi, menu="administration", area="words", icon="fa-pen",
        rights=ADMIN,
    ),
    Thing(
        thing="FieldRule", model=FieldRule, label=_l("Rules of fields"), one=_l("Rule of a field"),
        view=FieldRulePage, api=fields_api.FieldRuleApi, under="Label", area="words", rights=ADMIN,
    ),
    Page(
        thing="WorkCalendar", label=_l("Working calendar"), view=CalendarView, menu="administration",
        icon="fa-calendar-alt", rights=DESKS,
    ),
    Thing(
        thing="CustomField", model=CustomField, label=_l("Custom fields"), one=_l("Custom field"), view=CustomFieldView,
        api=CustomFieldApi, menu="administration", area="words", icon="fa-clipboard-check",
        rights={"admin": (*LIST, *WRITE), "auditor": LIST},
    ),
    Page(
        thing="Setting", label=_l("Settings"), view=SettingView, api=SettingApi, menu="administration", icon="fa-cog",
        rights=ADMIN,
    ),
    Page(
        thing="Decision", label=_l("Changes by administrators"), view=DecisionView, api=DecisionApi,
        menu="administration", icon="fa-history",
        rights={**dict.fromkeys(("leader", "gm", "admin"), LIST), "auditor": (*LIST, *EXPORT)},
    ),
    Page(thing="Dashboard", label=_l("Workbench"), view=ProfilePage, area="administration"),
    Page(
        thing="OpenApi", label=_l("Description of the REST interface"), area="administration",
        rights=dict.fromkeys(FUNCTIONS, ("can_get",)),
    ),
    Page(
        thing="SwaggerView", label=_l("Page for trying the REST interface"), area="administration",
        rights=dict.fromkeys(FUNCTIONS, ("can_show",)),
    ),
)
WORKS = (handing, lookups)
