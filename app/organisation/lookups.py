"""Regions, departments, colleagues and competences as remote selects."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from app.core.lookups import PAGE, lookup
from app.core.names import full_name
from app.core.turns import Function

from .models import Competence, Department, Region
from .people import TRAVELLING
from .regions import find_leaf, search_leaves

Rows = list[tuple[Any, str]]


def number(text: str) -> int | None:
    """A typed key, when it can be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) < 2**31 else None


# ---- regions


@lookup("region", permission=("can_list", "Region"), find=find_leaf)
def regions(session: Session, term: str, offset: int) -> Rows:
    return list(search_leaves(session, term, offset))


def find_province(session: Session, text: str) -> tuple[Any, str] | None:
    row = session.get(Region, text)
    return (row.adcode, row.name) if row and row.level == "province" else None


@lookup("province", permission=("can_list", "Region"), find=find_province)
def provinces(session: Session, term: str, offset: int) -> Rows:
    query = select(Region.adcode, Region.name).where(Region.level == "province")
    if term:
        query = query.where(
            Region.name.contains(term, autoescape=True) | Region.pinyin.startswith(term.lower(), autoescape=True)
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


@lookup("department", permission=("can_list", "Department"), find=find_department)
def departments(session: Session, term: str, offset: int) -> Rows:
    query = select(Department).where(Department.active.is_(True))
    return _few(session, Department, query, term, offset)


def find_competence(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or by code."""
    row = session.scalar(select(Competence).where(or_(Competence.code == text, Competence.id == number(text))))
    return (row.id, row.label) if row else None


@lookup("competence", permission=("can_list", "Competence"), find=find_competence)
def competences(session: Session, term: str, offset: int) -> Rows:
    return _few(session, Competence, select(Competence), term, offset)


def _few(session: Session, model: Any, query: Select[Any], term: str, offset: int) -> Rows:
    """A short table by code and both names."""
    if term:
        query = query.where(
            or_(*(column.icontains(term, autoescape=True) for column in (model.code, model.name_zh, model.name_en)))
        )
    return [(row.id, row.label) for row in session.scalars(query.order_by(model.id).offset(offset).limit(PAGE + 1))]


# ---- colleagues: by login in steps, by number where a person is kept


def _colleagues(session: Session, condition: ColumnElement[bool], term: str, offset: int) -> list[User]:
    query = select(User).where(User.active.is_(True), condition)
    for word in term.split()[:3]:
        query = query.where(
            or_(
                User.username.icontains(word, autoescape=True),
                (User.last_name + User.first_name).icontains(word, autoescape=True),
                User.first_name.icontains(word, autoescape=True),
            )
        )
    return list(session.scalars(query.order_by(User.username).offset(offset).limit(PAGE + 1)))


def _told(user: User) -> str:
    return f"{full_name(user)} ({user.username})"


def find_employee(session: Session, text: str) -> tuple[Any, str] | None:
    user = session.scalar(select(User).where(User.username == text))
    return (user.username, _told(user)) if user else None


def find_user(session: Session, text: str) -> tuple[Any, str] | None:
    """By login or number."""
    key = number(text)
    user = session.scalar(select(User).where(User.username == text)) or (session.get(User, key) if key else None)
    return (user.id, _told(user)) if user else None


@lookup("employee", permission=("can_list", "Department"), find=find_employee)
def people(session: Session, term: str, offset: int) -> Rows:
    return [(user.username, _told(user)) for user in _colleagues(session, User.id > 0, term, offset)]


@lookup("user", permission=("can_list", "Department"), find=find_user)
def users(session: Session, term: str, offset: int) -> Rows:
    return [(user.id, _told(user)) for user in _colleagues(session, User.id > 0, term, offset)]


@lookup("technician", permission=("can_list", "Complaint"), find=find_employee)
def travellers(session: Session, term: str, offset: int) -> Rows:
    """Active technicians and inspectors."""
    roles = select(Function.role_id).where(Function.code.in_(TRAVELLING))
    held = or_(User.roles.any(Role.id.in_(roles)), User.groups.any(Group.roles.any(Role.id.in_(roles))))
    return [(user.username, _told(user)) for user in _colleagues(session, held, term, offset)]
