"""People by name, by login, and how they are made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.core.process.turns import Function
from app.core.text.wording import gettext as _
from app.core.time.clock import now

from .models import Department, EmployeeProfile

TRAVELLING = ("technician", "inspector")


@dataclass(frozen=True)
class Person:
    """A colleague as a step sees one."""

    user_id: int
    user: User
    active: bool
    travels_as: tuple[str, ...]  # technician, inspector
    department_id: int | None

    @property
    def travels(self) -> bool:
        """A technician or inspector."""
        return bool(self.travels_as)


def find_login(session: Session, login: str) -> Person | None:
    """Who has this login, and whether the person may be sent to a customer."""
    user = session.scalar(select(User).where(User.username == login))
    if user is None:
        return None
    held = {role.id for role in user.roles} | {role.id for group in user.groups for role in group.roles}
    wanted = select(Function.code).where(Function.code.in_(TRAVELLING), Function.role_id.in_(held))
    ways = tuple(session.scalars(wanted.order_by(Function.code.desc())))
    profile = session.get(EmployeeProfile, user.id)
    return Person(user.id, user, bool(user.active), ways, profile.department_id if profile else None)


def check_password(password: str) -> None:
    """The password policy, the same on every way in. Raises ValueError."""
    kinds = sum(bool(re.search(pattern, password)) for pattern in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    if len(password) < 10 or kinds < 3:
        raise ValueError(
            _("The password needs at least 10 characters of three kinds: small and capital letters, digits, signs.")
        )


def create_person(
    session: Session,
    *,
    username: str,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    functions: Iterable[str] = (),
    department: Department | None = None,
    locale: str = "zh",
    position: str = "",
    mobile: str = "",
) -> EmployeeProfile:
    """A user with a profile, in a department, with functions of their own. Raises ValueError; the caller commits."""
    check_password(password)
    taken = session.scalar(
        select(User.username).where(
            (func.lower(User.username) == username.lower()) | (func.lower(User.email) == email.lower())
        )
    )
    if taken:
        raise ValueError(_("There is already a user with this login or e-mail address."))
    user = User(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=email,
        active=True,
        password=generate_password_hash(password),
        created_on=now().replace(tzinfo=None),
        changed_on=now().replace(tzinfo=None),
    )
    user.roles = roles_of(session, functions)
    session.add(user)
    session.flush()
    profile = EmployeeProfile(
        user_id=user.id, locale=locale, position=position, mobile=mobile, employee_no=f"E{user.id:04d}"
    )
    session.add(profile)
    move_to(session, user, profile, department)
    return profile


def roles_of(session: Session, functions: Iterable[str]) -> list[Role]:
    """The roles that hold these functions."""
    query = select(Role).join(Function, Function.role_id == Role.id).where(Function.code.in_(list(functions)))
    return list(session.scalars(query))


def move_to(session: Session, user: User, profile: EmployeeProfile, department: Department | None) -> None:
    """Put somebody into a department: out of the others' groups, into this one's."""
    groups = set(session.scalars(select(Department.group_id).where(Department.group_id.is_not(None))))
    user.groups = [group for group in user.groups if group.id not in groups]
    if department is not None:
        user.groups.append(department.ensure_group(session))
    profile.department_id = department.id if department else None
    session.flush()


def add_missing_profiles(session: Session) -> None:
    """Whoever was made by another tool gets a profile: lock-out and session ends hang on it."""
    known = select(EmployeeProfile.user_id)
    for number in session.scalars(select(User.id).where(User.id.not_in(known))).all():
        session.add(EmployeeProfile(user_id=number))
    session.flush()


def colleagues_of_manager(session: Session) -> dict[int, list[int]]:
    """Everybody who works in a department, by its manager."""
    query = select(Department.manager_id, EmployeeProfile.user_id).join(
        EmployeeProfile, EmployeeProfile.department_id == Department.id
    )
    found: dict[int, list[int]] = {}
    for manager, person in session.execute(query.where(Department.manager_id.is_not(None))):
        found.setdefault(int(manager or 0), []).append(person)
    return found


def managers_of(session: Session, people: Iterable[int]) -> list[int]:
    """The managers of the departments these colleagues work in."""
    theirs = select(EmployeeProfile.department_id).where(EmployeeProfile.user_id.in_(list(people)))
    query = select(Department.manager_id).where(Department.id.in_(theirs), Department.manager_id.is_not(None))
    return [number for number in session.scalars(query) if number is not None]
