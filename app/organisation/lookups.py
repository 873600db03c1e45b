"""Regions, departments and colleagues as remote selects."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.lookups import PAGE, lookup
from app.core.turns import Function

from .models import Competence, Department
from .people import TRAVELLING, employees, full_name
from .regions import find_leaf, search_leaves

Rows = list[tuple[Any, str]]


@lookup("region", permission=("can_list", "Region"), find=find_leaf)
def regions(session: Session, term: str, offset: int) -> Rows:
    return list(search_leaves(session, term, offset))


def find_department(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or by code."""
    condition = Department.code == text
    if text.isascii() and text.isdigit() and int(text) < 2**31:
        condition = Department.id == int(text)
    row = session.scalar(select(Department).where(condition, Department.active.is_(True)))
    return (row.id, row.label) if row else None


@lookup("department", permission=("can_list", "Department"), find=find_department)
def departments(session: Session, term: str, offset: int) -> Rows:
    rows = session.scalars(select(Department).where(Department.active.is_(True)).order_by(Department.id))
    hits = [(row.id, row.label) for row in rows if term.lower() in f"{row.name_zh} {row.name_en} {row.code}".lower()]
    return hits[offset:offset + PAGE + 1]


def find_employee(session: Session, text: str) -> tuple[Any, str] | None:
    user = session.scalar(select(User).where(User.username == text))
    return (user.username, full_name(user)) if user else None


@lookup("employee", permission=("can_list", "Department"), find=find_employee)
def people(session: Session, term: str, offset: int) -> Rows:
    return list(employees(session, term, offset))


@lookup("technician", permission=("can_list", "Complaint"), find=find_employee)
def travellers(session: Session, term: str, offset: int) -> Rows:
    """Active technicians and inspectors."""
    roles = select(Function.role_id).where(Function.code.in_(TRAVELLING))
    query = select(User).where(User.active.is_(True), or_(
        User.roles.any(Role.id.in_(roles)), User.groups.any(_group_roles(roles))))
    if term:
        name = User.last_name + User.first_name
        query = query.where(User.username.icontains(term, autoescape=True) | name.icontains(term, autoescape=True))
    found = session.scalars(query.order_by(User.username).offset(offset).limit(PAGE + 1))
    return [(user.username, f"{full_name(user)} ({user.username})") for user in found]


def _group_roles(roles: Any) -> Any:
    from flask_appbuilder.security.sqla.models import Group
    return Group.roles.any(Role.id.in_(roles))


def find_competence(session: Session, text: str) -> tuple[Any, str] | None:
    row = session.get(Competence, int(text)) if text.isascii() and text.isdigit() and int(text) < 2**31 else None
    return (row.id, row.label) if row else None


@lookup("competence", permission=("can_list", "Competence"), find=find_competence)
def competences(session: Session, term: str, offset: int) -> Rows:
    rows = [(row.id, row.label) for row in session.scalars(select(Competence).order_by(Competence.code))]
    return [row for row in rows if term.lower() in row[1].lower()][offset:offset + PAGE + 1]
