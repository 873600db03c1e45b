"""Regions, departments, colleagues and competences as remote selects."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import ColumnElement, Select, case, or_, select
from sqlalchemy.orm import Session, selectinload

from app.core.fields.lookups import PAGE, Named, lookup
from app.core.pages.listing import matching
from app.core.process.turns import Function
from app.core.record.search import plain_words
from app.core.rights.people import full_name, in_locale, name_in_full

from .models import ABROAD, Competence, Department, EmployeeProfile, Region
from .people import TRAVELLING
from .regions import find_leaf, search_leaves

Rows = list[tuple[Any, str]]
REGIONS = Named(
    Region.adcode, Region.adcode, Region.full_name, case((Region.adcode == ABROAD, "Abroad"), else_=Region.full_name)
)
DEPARTMENTS = Named(Department.id, Department.code, Department.name_zh, Department.name_en)
COMPETENCES = Named(Competence.id, Competence.code, Competence.name_zh, Competence.name_en)
COLLEAGUES = Named(User.id, User.username, User.first_name, User.last_name, said=name_in_full)


def number(text: str) -> int | None:
    """A typed key, when it can be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) < 2**31 else None


# ---- regions


@lookup("region", permission=("can_list", "Region"), find=find_leaf, named=REGIONS)
def regions(session: Session, term: str, offset: int) -> Rows:
    return list(search_leaves(session, term, offset))


def find_province(session: Session, text: str) -> tuple[Any, str] | None:
    row = session.get(Region, text)
    return (row.adcode, row.name) if row and row.level == "province" else None


@lookup("province", permission=("can_list", "Region"), find=find_province, named=REGIONS)
def provinces(session: Session, term: str, offset: int) -> Rows:
    query = select(Region.adcode, Region.name).where(Region.level == "province")
    for word in plain_words(term):
        query = query.where(
            Region.name.contains(word, autoescape=True) | Region.pinyin.startswith(word, autoescape=True)
        )
    return [
        (code, name) for code, name in session.execute(query.order_by(Region.adcode).offset(offset).limit(PAGE + 1))
    ]


# ---- departments and competences


def find_department(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or by code."""
    row = session.scalar(
        select(Department).where(
            or_(Department.code == text, Department.id == number(text)), Department.active.is_(True)
        )
    )
    return (row.id, row.label) if row else None


@lookup("department", permission=("can_list", "Department"), find=find_department, named=DEPARTMENTS)
def departments(session: Session, term: str, offset: int) -> Rows:
    query = select(Department).where(Department.active.is_(True))
    return _few(session, Department, query, term, offset)


def find_competence(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or by code."""
    row = session.scalar(select(Competence).where(or_(Competence.code == text, Competence.id == number(text))))
    return (row.id, row.label) if row else None


@lookup("competence", permission=("can_list", "Competence"), find=find_competence, named=COMPETENCES)
def competences(session: Session, term: str, offset: int) -> Rows:
    return _few(session, Competence, select(Competence), term, offset)


def _few(session: Session, model: Any, query: Select[Any], term: str, offset: int) -> Rows:
    """A short table by code and both names."""
    if (condition := matching((model.code, model.name_zh, model.name_en), term)) is not None:
        query = query.where(condition)
    return [(row.id, row.label) for row in session.scalars(query.order_by(model.id).offset(offset).limit(PAGE + 1))]


# ---- colleagues: by login in steps, by number where a person is kept


def _colleagues(session: Session, condition: ColumnElement[bool], term: str, offset: int) -> list[User]:
    query = select(User).outerjoin(EmployeeProfile, EmployeeProfile.user_id == User.id)
    query = query.where(User.active.is_(True), condition).options(selectinload(User.groups))
    named = matching((User.username, User.last_name + User.first_name, User.first_name), term)
    query = query if named is None else query.where(named)
    return list(session.scalars(query.order_by(EmployeeProfile.reading, User.id).offset(offset).limit(PAGE + 1)))


def _told(user: User) -> str:
    """A person among others of the same name: with the department, never with the login."""
    departments = "、".join(
        words for words in (in_locale(group.label, group.description) for group in user.groups) if words
    )
    return f"{full_name(user)} · {departments}" if departments else str(full_name(user))


def find_employee(session: Session, text: str) -> tuple[Any, str] | None:
    user = session.scalar(select(User).where(User.username == text))
    return (user.username, _told(user)) if user else None


def find_user(session: Session, text: str) -> tuple[Any, str] | None:
    """By login or number."""
    key = number(text)
    user = session.scalar(select(User).where(User.username == text)) or (session.get(User, key) if key else None)
    return (user.id, _told(user)) if user else None


@lookup("employee", permission=("can_list", "Department"), find=find_employee, named=COLLEAGUES)
def people(session: Session, term: str, offset: int) -> Rows:
    return [(user.username, _told(user)) for user in _colleagues(session, User.id > 0, term, offset)]


@lookup("user", permission=("can_list", "Department"), find=find_user, named=COLLEAGUES)
def users(session: Session, term: str, offset: int) -> Rows:
    return [(user.id, _told(user)) for user in _colleagues(session, User.id > 0, term, offset)]


@lookup("technician", permission=("can_list", "Complaint"), find=find_employee, named=COLLEAGUES)
def travellers(session: Session, term: str, offset: int) -> Rows:
    """Active technicians and inspectors."""
    roles = select(Function.role_id).where(Function.code.in_(TRAVELLING))
    held = or_(User.roles.any(Role.id.in_(roles)), User.groups.any(Group.roles.any(Role.id.in_(roles))))
    return [(user.username, _told(user)) for user in _colleagues(session, held, term, offset)]
