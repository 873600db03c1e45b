"""Who may do what: roles × rights in plain words. Saving writes only what was ticked or unticked on the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import Group
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.core.process.refused import Refused
from app.core.rights import seeing
from app.core.rights.current import current_rights
from app.core.text import cleaning
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

from . import granting, needs, own_roles, roles
from .models import Department
from .plain_words import Grant, Pair, areas, deed, things

SENT = ("group", "rights", "was", "on", "complete")  # what is confirmed is what was sent


@dataclass(frozen=True)
class Column:
    """One role of the matrix, and the departments whose people all have it."""

    role_id: int
    label: str
    departments: str
    own: bool  # made by the company, not one of the regulation's functions


@dataclass(frozen=True)
class Along:
    """What rights of the matrix lack: told in sentences, and the ticks that would help, as they travel."""

    sentences: list[str]
    rights: list[str]
    ticks: list[str]

    @classmethod
    def of(cls, lacking: list[tuple[Grant, list[Pair]]], roles_: list[Column]) -> Along:
        """For the roles of the matrix."""
        labels, words = {column.role_id: column.label for column in roles_}, things()
        told = [((role, permission, thing), pairs) for (role, permission, thing), pairs in lacking if role in labels]
        rights = sorted({f"{permission}|{thing}" for _grant, pairs in told for permission, thing in pairs})
        ticks = {f"{grant[0]}.{rights.index('|'.join(pair))}" for grant, pairs in told for pair in pairs}
        sentences = [
            _(
                "%(role)s: for “%(right)s” (%(thing)s) this is missing: %(needs)s.",
                role=labels[role],
                right=deed(permission, thing),
                thing=words[thing],
                needs=_(", ").join(f"{words[other]} – {deed(verb, other)}" for verb, other in pairs),
            )
            for (role, permission, thing), pairs in told
        ]
        return cls(sentences, rights, sorted(ticks))


def columns(session: Session) -> list[Column]:
    """The roles, with the departments that carry them."""
    carried: dict[int, list[str]] = {}
    query = select(Department).where(Department.active.is_(True)).order_by(Department.id)
    for department in session.scalars(query.options(selectinload(Department.group).selectinload(Group.roles))):
        for role in department.group.roles if department.group else []:
            carried.setdefault(role.id, []).append(department.label)
    return [
        Column(role.id, words, ", ".join(carried.get(role.id, [])), key == role.name)
        for key, role, words in roles.known(session)
    ]


class AccessView(Page):
    """The matrix; its effect is there at everybody's next click."""

    route_base = "/access"
    default_view = "list"
    class_permission_name = "Access"
    base_permissions = ["can_list", "can_edit"]

    @expose("/")
    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self._page(request.args.get("group", ""))

    @expose("/save", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self) -> Any:
        group = request.form.get("group", "")
        try:
            if request.form.get("complete") != "yes":
                raise Refused(_("The page was not sent completely. Load it again; nothing was changed."))
            listed = request.form.get("rights", "").split()
            was = granting.parse(request.form.get("was", "").split(), listed)
            change = granting.change(db.session, was, granting.parse(request.form.getlist("on"), listed))
        except Refused as refused:
            db.session.rollback()
            return self._page(group, str(refused)), 409
        if change.seal and change.seal != request.form.get("moves"):
            db.session.rollback()
            return self._ask(change)
        change.settle(db.session)
        db.session.commit()
        self._saved(change)
        return redirect(url_for("AccessView.list", group=group))

    def _ask(self, change: granting.Change) -> str:
        """Before anything is saved: which open records would move to whom."""
        page: str = self.render_template(
            "portal/organisation/access_moves.html",
            title=_l("Who may do what"),
            total=sum(move.n for move in change.moves),
            sentences=granting.told(change),
            seal=change.seal,
            sent=[(name, value) for name, value in request.form.items(multi=True) if name in SENT],
        )
        return page

    def _saved(self, change: granting.Change) -> None:
        sentence = _(
            "%(more)s rights granted, %(less)s taken away. The change takes effect at everyone's next click.",
            more=change.given,
            less=change.taken,
        )
        flash(sentence, "success")
        if total := sum(move.n for move in change.moves):
            flash(_("%(n)s open records move with it; those who get them are told in one mail.", n=total), "info")
        for warning in (*roles.warnings(db.session), *granting.warnings(db.session)):
            flash(warning, "warning")

    @expose("/role", methods=["POST"])
    @has_access
    @permission_name("edit")
    def role(self) -> Any:
        """A new role of the company's own, or another name for one."""
        number, typed = request.form.get("role", ""), cleaning.sent("name")
        if number:
            made = _("The role is called “%(name)s” now; its function in the processes stays.")
            return self._role(made, lambda: own_roles.renamed(db.session, number, typed).name)
        made = _("The role “%(name)s” was made. Tick what it may do.")
        return self._role(made, lambda: own_roles.made(db.session, typed).name)

    @expose("/role/copy", methods=["POST"])
    @has_access
    @permission_name("edit")
    def copy(self) -> Any:
        """A role of the company's own that may do whatever another may."""
        number, typed = request.form.get("role", ""), cleaning.sent("name")
        made = _("The role “%(name)s” was made; it may do all that the copied one may.")
        return self._role(made, lambda: own_roles.copied(db.session, number, typed).name)

    @expose("/role/delete", methods=["POST"])
    @has_access
    @permission_name("edit")
    def delete(self) -> Any:
        """Away with a role nobody uses."""
        number = request.form.get("role", "")
        return self._role(_("The role “%(name)s” was deleted."), lambda: own_roles.deleted(db.session, number))

    @expose("/see", methods=["POST"])
    @has_access
    @permission_name("edit")
    def see(self) -> Any:
        """The portal as a role sees it, until one ends it or signs out."""
        try:
            key, role, _words = own_roles.one(db.session, request.form.get("role", ""))
        except Refused as refused:
            flash(str(refused), "danger")
            return redirect(url_for("AccessView.list"))
        seeing.begin(db.session, key, role, current_rights().user_id)
        db.session.commit()
        return redirect("/")

    def _role(self, done: str, change: Callable[[], str]) -> Any:
        """A change of the roles themselves, and what is told of it; a refusal changes nothing."""
        try:
            name = change()
            db.session.commit()
            flash(done % {"name": name}, "success")
        except Refused as refused:
            db.session.rollback()
            flash(str(refused), "danger")
        return redirect(url_for("AccessView.list", group=request.form.get("group", "")))

    def _page(self, group: str, refused: str = "") -> str:
        found, held, rights = columns(db.session), granting.granted(db.session), granting.catalogue(db.session)
        tabs = areas(rights, len(found))
        group = group if group in tabs else next(iter(tabs))
        here = {grant for grant in held if grant[1:] in tabs[group].rights}
        page: str = self.render_template(
            "portal/organisation/access.html",
            title=_l("Who may do what"),
            group=group,
            groups=tabs,
            refused=refused,
            things=tabs[group].by_thing(),
            deed=deed,
            columns=found,
            held=held,
            along=Along.of(needs.lacking(needs.all_needs(rights), here, held), found),
            may=current_rights().may("can_edit", "Access"),
            warnings=[*roles.warnings(db.session), *granting.warnings(db.session)],
        )
        return page
