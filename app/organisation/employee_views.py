"""The pages of employees and of what they are able to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Query, joinedload

from app.core import clock
from app.core.forms import marked
from app.core.listing import Choice
from app.core.names import full_name, name_of
from app.core.show import tag
from app.core.views import BaseView, Column, table
from app.core.workflow import Invalid
from app.extensions import db

from . import handing, roles, staffing
from . import lookups as _lookups  # noqa: F401
from .codes import LANGUAGES, word
from .forms import CompetenceForm, EmployeeCompetenceForm, EmployeeForm
from .models import Competence, Department, EmployeeCompetence, EmployeeProfile

SOON = timedelta(days=60)


def absent(row: EmployeeProfile) -> bool:
    return bool(row.absent_from and row.absent_to and row.absent_from <= clock.today() <= row.absent_to)


def status_cell(row: EmployeeProfile) -> Any:
    """Active, absent, locked out: what matters when work is given."""
    if not row.user.active:
        return tag(_("inactive"), "mut")
    if row.locked_until and row.locked_until > clock.now():
        return tag(_("locked until %(time)s", time=clock.local(row.locked_until).strftime("%H:%M")), "bad")
    return tag(_("absent"), "warn", name_of(row.deputy_id)) if absent(row) else tag(_("active"), "ok")


def own_roles(row: EmployeeProfile) -> str:
    return ", ".join(roles.words_of(db.session, row.user.roles))


class EmployeeView(BaseView):
    """员工: user, profile, department, roles and language in one form."""

    route_base = "/employee"
    datamodel = table(EmployeeProfile)
    class_permission_name = "Employee"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_export"]
    exclude_route_methods = BaseView.exclude_route_methods | {"delete"}
    form = EmployeeForm
    blocks = ("portal/organisation/_competences.html", "portal/organisation/_hand_over.html")
    list_title, show_title = _l("Employees"), _l("Employee")
    add_title, edit_title = _l("New employee"), _l("Edit employee")
    search_hint = _l("Name or login")
    searched = (User.username, User.last_name + User.first_name, User.first_name, EmployeeProfile.employee_no)
    default_order = ("username", False)
    eager = (joinedload(EmployeeProfile.user).selectinload(User.roles), joinedload(EmployeeProfile.department))
    columns = {
        "name": Column(_l("Full name"), lambda row: full_name(row.user), order=User.last_name),
        "username": Column(_l("Login name"), lambda row: row.user.username, order=User.username),
        "department": Column(_l("Department"), lambda row: row.department.label if row.department else ""),
        "position": Column(_l("Position"), "position"),
        "roles": Column(_l("Own roles"), own_roles),
        "status": Column(_l("State"), status_cell),
    }
    choices = {
        "department": Choice(
            _l("Department"),
            lambda: [(row.code, row.label) for row in db.session.scalars(select(Department).order_by(Department.id))],
            lambda code: EmployeeProfile.department.has(code=code),
        ),
        "active": Choice(
            _l("State"),
            lambda: [("yes", _("active")), ("no", _("inactive"))],
            lambda code: User.active.is_(code == "yes"),
        ),
    }

    def scoped(self) -> Query[Any]:
        return super().scoped().join(EmployeeProfile.user)

    def shown(self, row: Any) -> Any:
        days = _("%(first)s to %(last)s", first=row.absent_from, last=row.absent_to) if row.absent_from else ""
        inherited = (
            roles.words_of(db.session, row.department.group.roles) if row.department and row.department.group else []
        )
        return [
            (_("Full name"), full_name(row.user)),
            (_("Login name"), row.user.username),
            (_("State"), status_cell(row)),
            (_("E-mail"), row.user.email),
            (_("Department"), row.department.label if row.department else ""),
            (_("Position"), row.position),
            (_("Employee number"), row.employee_no),
            (_("Mobile"), row.mobile),
            (_("Own roles"), own_roles(row)),
            (_("Roles through the department"), ", ".join(inherited)),
            (_("Language"), word(LANGUAGES, row.locale)),
            (_("Responsible executive"), name_of(row.leader_id)),
            (_("Dedicated person for complaints (2.1)"), row.is_dedicated_intake),
            (_("Dedicated person for customer information (4.3)"), row.is_dedicated_feedback),
            (_("Absence"), days),
            (_("Deputy"), name_of(row.deputy_id)),
        ]

    def initial(self) -> Mapping[str, Any]:
        return {"locale": "zh", "active": "true", **super().initial()}

    def as_form(self, row: Any) -> dict[str, Any]:
        return staffing.employee_fields(row)

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        saved = staffing.save_employee(db.session, row, {**values, "roles": values.get("roles") or []})
        waiting = staffing.open_work(db.session, saved.user_id) if not saved.user.active or absent(saved) else 0
        if waiting and not saved.user.active:
            flash(_("%(n)s records still wait for this person. Give them to somebody else.", n=waiting), "warning")
        if absent(saved) and not saved.deputy_id:
            flash(_("Nobody stands in during the absence. Name a deputy, or the work waits."), "warning")
        for warning in roles.warnings(db.session):
            flash(warning, "warning")
        return saved

    @expose("/hand_over/<int:pk>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def hand_over(self, pk: int) -> Any:
        """All open work of somebody who leaves goes to colleagues: first shown who gets what, then done."""
        row = self.get_or_404(pk)
        asked = handing.form_class(db.session, row.user_id)
        if request.method == "GET":
            return self._hand_over_page(row, asked())
        form = asked.of(request.form)
        try:
            if not form.validate():
                raise Invalid(form.sentences())
            if "confirmed" not in request.form:
                return self._hand_over_page(row, form, handing.shares(db.session, row.user_id, form.values()))
            number = handing.hand_over(db.session, row.user_id, form.values(), self.actor())
            db.session.commit()
        except Invalid as wrong:
            db.session.rollback()
            return self._hand_over_page(self.get_or_404(pk), marked(form, wrong.errors)), 422
        flash(_("%(n)s pieces of work were handed over.", n=number), "success")
        return redirect(url_for("EmployeeView.show", pk=pk))

    def _hand_over_page(self, row: EmployeeProfile, form: Any, shares: Any = ()) -> Any:
        title = _("Hand over the work of %(name)s", name=full_name(row.user))
        amounts = handing.amounts(db.session, row.user_id)
        return self.render_template(
            "portal/organisation/hand_over.html",
            view=self,
            row=row,
            form=form,
            title=title,
            amounts=amounts,
            shares=shares,
            name=full_name,
        )

    def held(self, row: EmployeeProfile) -> list[EmployeeCompetence]:
        """What the person is able to do, for the page's block."""
        query = select(EmployeeCompetence).where(EmployeeCompetence.user_id == row.user_id)
        return list(db.session.scalars(query.options(joinedload(EmployeeCompetence.competence))))

    def validity(self, row: EmployeeCompetence) -> Any:
        return validity_cell(row)


class CompetenceView(BaseView):
    """专业技能: what a class of products asks of whoever is sent (2.3)."""

    route_base = "/competence"
    datamodel = table(Competence)
    class_permission_name = "Competence"
    form = CompetenceForm
    blocks = ("portal/organisation/_holders.html",)
    list_title, show_title = _l("Competences"), _l("Competence")
    add_title, edit_title = _l("New competence"), _l("Edit competence")
    search_hint = _l("Code or name")
    searched = (Competence.code, Competence.name_zh, Competence.name_en)
    default_order = ("code", False)
    columns = {
        "code": Column(_l("Code"), "code", order=Competence.code),
        "name_zh": Column(_l("Name (Chinese)"), "name_zh", order=Competence.name_zh),
        "name_en": Column(_l("Name (English)"), "name_en", order=Competence.name_en),
        "category": Column(_l("Needed for product category"), lambda row: category_label(row.product_category_id)),
    }

    def holders(self, row: Competence) -> list[tuple[EmployeeCompetence, str]]:
        """Who holds it, for the page's block."""
        query = select(EmployeeCompetence).where(EmployeeCompetence.competence_id == row.id)
        return [
            (item, full_name(item.user))
            for item in db.session.scalars(query.options(joinedload(EmployeeCompetence.user)))
        ]

    def validity(self, row: EmployeeCompetence) -> Any:
        return validity_cell(row)


def category_label(category_id: int | None) -> str:
    """A product category's name; its table belongs to the customers' domain and is asked through its select."""
    from app.core.lookups import LOOKUPS

    found = LOOKUPS["category"].find(db.session, str(category_id)) if category_id else None
    return found[1] if found else ""


def validity_cell(row: EmployeeCompetence) -> Any:
    """Until when, in words that tell whether the person may be sent."""
    today = clock.today()
    if row.valid_from and row.valid_from > today:
        mark = tag(_("valid from %(day)s", day=row.valid_from.isoformat()), "mut")
    elif row.valid_to and row.valid_to < today:
        mark = tag(_("expired"), "bad")
    elif row.valid_to and row.valid_to - today <= SOON:
        mark = tag(_("expires soon"), "warn")
    else:
        mark = tag(_("valid"), "ok")
    return Markup("{} {}").format(row.valid_to.isoformat(), mark) if row.valid_to else mark


class EmployeeCompetenceView(BaseView):
    """资质: who holds which competence, with certificate and validity (2.3)."""

    route_base = "/employee_competence"
    datamodel = table(EmployeeCompetence)
    class_permission_name = "EmployeeCompetence"
    form = EmployeeCompetenceForm
    list_title, show_title = _l("Competences of employees"), _l("Competence of an employee")
    add_title, edit_title = _l("New competence of an employee"), _l("Edit competence of an employee")
    search_hint = _l("Certificate number")
    searched = (EmployeeCompetence.certificate_no,)
    eager = (joinedload(EmployeeCompetence.user), joinedload(EmployeeCompetence.competence))
    columns = {
        "user": Column(_l("Employee"), lambda row: full_name(row.user)),
        "competence": Column(_l("Competence"), lambda row: row.competence.label),
        "level": Column(_l("Level"), "level"),
        "certificate_no": Column(_l("Certificate number"), "certificate_no"),
        "valid_from": Column(_l("Valid from"), "valid_from", order=EmployeeCompetence.valid_from, nullable=True),
        "valid_to": Column(
            _l("Valid until"),
            validity_cell,
            plain=lambda row: row.valid_to,
            order=EmployeeCompetence.valid_to,
            nullable=True,
        ),
    }
    choices = {
        "validity": Choice(
            _l("Valid until"),
            lambda: [("expired", _("expired"))],
            lambda code: EmployeeCompetence.valid_to < clock.today(),
        ),
    }
