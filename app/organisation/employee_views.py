"""What the pages of employees and competences have of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import User
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Query, joinedload

from app.core.fields.forms import marked
from app.core.kind.columns import columns_of
from app.core.kind.tells import Cell
from app.core.pages import drafts
from app.core.pages.listing import Choice
from app.core.pages.show import tag
from app.core.pages.views import BaseView, Column
from app.core.process.refused import Invalid
from app.core.rights.current import current_rights
from app.core.rights.people import full_name, name_of
from app.core.text.reading import reading
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.core.time.when import HOUR, stamp
from app.extensions import db

from . import absences, handing, roles, staffing
from .models import Competence, Department, EmployeeCompetence, EmployeeProfile

SOON = timedelta(days=60)


def status_cell(row: EmployeeProfile) -> Any:
    """Active, absent, locked out: what matters when work is given."""
    if not row.user.active:
        return tag(_("inactive"), "mut")
    if row.locked_until and row.locked_until > clock.now():
        return tag(_("locked until %(time)s", time=stamp(row.locked_until, HOUR)), "bad")
    return tag(_("absent"), "warn", name_of(row.deputy_id)) if row.is_away(clock.today()) else tag(_("active"), "ok")


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


def own_roles(row: EmployeeProfile) -> str:
    return ", ".join(roles.words_of(db.session, row.user.roles))


def inherited_roles(row: EmployeeProfile) -> str:
    group = row.department.group if row.department else None
    return ", ".join(roles.words_of(db.session, group.roles)) if group else ""


def absence(row: EmployeeProfile) -> str:
    """From when to when."""
    return _("%(first)s to %(last)s", first=row.absent_from, last=row.absent_to) if row.absent_from else ""


def login(row: EmployeeProfile) -> str | None:
    """What a person signs in with: for whoever keeps the people."""
    return row.user.username if current_rights().may("can_edit", "Employee") else None


VALIDITY = Cell(EmployeeCompetence.valid_to, validity_cell)
EXPIRED = Choice(
    _l("Valid until"), lambda: [("expired", _("expired"))], lambda code: EmployeeCompetence.valid_to < clock.today()
)
WHERE = Choice(
    _l("Department"),
    lambda: [(row.code, row.label) for row in db.session.scalars(select(Department).order_by(Department.id))],
    lambda code: EmployeeProfile.department.has(code=code),
)
WHETHER_ACTIVE = Choice(
    _l("State"), lambda: [("yes", _("active")), ("no", _("inactive"))], lambda code: User.active.is_(code == "yes")
)
CERTIFIED = (EmployeeCompetence.certificate_no, EmployeeCompetence.valid_from, VALIDITY)


class EmployeePages(BaseView):
    """员工: user, profile, department, roles and language in one form."""

    blocks = ("portal/organisation/_competences.html", "portal/organisation/_hand_over.html")

    def scoped(self) -> Query[Any]:
        return super().scoped().join(EmployeeProfile.user)

    def initial(self) -> Mapping[str, Any]:
        return {"locale": "zh", "active": "true", **super().initial()}

    def as_form(self, row: Any) -> dict[str, Any]:
        return {**super().as_form(row), **staffing.person_fields(row)}

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return super().save(row, {**values, "roles": values.get("roles") or []})

    def warnings(self, row: Any) -> Sequence[str]:
        return (*absences.warnings(db.session, row), *roles.warnings(db.session))

    def onward(self, row: Any) -> str | None:
        """Who leaves with open work hands it over next."""
        if row.user.active or not handing.amounts(db.session, row.user_id):
            return None
        return url_for("EmployeeView.hand_over", pk=row.user_id)

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
        drafts.done()
        flash(_("%(n)s items of work were handed over.", n=number), "success")
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
            candidates=handing.candidates(db.session, row.user_id),
            name=full_name,
        )

    def held(self, row: EmployeeProfile) -> list[EmployeeCompetence]:
        """What the person is able to do, for the page's block."""
        query = select(EmployeeCompetence).where(EmployeeCompetence.user_id == row.user_id)
        return list(db.session.scalars(query.options(joinedload(EmployeeCompetence.competence))))

    def held_columns(self) -> Mapping[str, Column]:
        return columns_of(EmployeeCompetence, None, (EmployeeCompetence.competence_id, *CERTIFIED))


class CompetencePages(BaseView):
    """专业技能: what a class of products asks of whoever is sent (2.3)."""

    blocks = ("portal/organisation/_holders.html",)

    def holders(self, row: Competence) -> list[EmployeeCompetence]:
        """Who holds it, for the page's block."""
        query = select(EmployeeCompetence).where(EmployeeCompetence.competence_id == row.id)
        found = db.session.scalars(query.options(joinedload(EmployeeCompetence.user)))
        return sorted(found, key=lambda item: reading(full_name(item.user)))

    def holder_columns(self) -> Mapping[str, Column]:
        return columns_of(EmployeeCompetence, None, (EmployeeCompetence.user_id, *CERTIFIED))
