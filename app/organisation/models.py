"""Who works where, who can do what, and where the customers are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import Connection, ForeignKey, Index, String, UniqueConstraint, event, select, update
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from app.core.fields.fields import CodeField, EmailField, MarkField
from app.core.fields.phone_field import PhoneField
from app.core.kind.facts import fact, internal
from app.core.model import Model
from app.core.rights.people import full_name, in_locale
from app.core.text.reading import LONGEST, reading
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.types import UtcDateTime

from .codes import DEPARTMENT_KINDS, LANGUAGES, LEVELS, LINES
from .codes import Zone as Zone

ABROAD = "990000"  # the code of all that is neither on the mainland nor Hong Kong, Macao or Taiwan


class Named(Model):
    """A code with its names: a product category, a failure mode, a competence."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = fact(_l("Code"), String(30), unique=True, field=CodeField)
    name_zh: Mapped[str] = fact(_l("Name (Chinese)"), String(80))
    name_en: Mapped[str] = fact(_l("Name (English)"), String(80))
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    @property
    def label(self) -> str:
        return in_locale(self.name_zh, self.name_en)

    def __repr__(self) -> str:
        return self.label


class Department(Model):
    """部门: one group of people; its group carries the roles every member has."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = fact(_l("Code"), String(30), unique=True, field=CodeField)
    name_zh: Mapped[str] = fact(_l("Name (Chinese)"), String(60))
    name_en: Mapped[str] = fact(_l("Name (English)"), String(60))
    parent_id: Mapped[int | None] = fact(_l("Part of"), ForeignKey("department.id"), lookup="department")
    group_id: Mapped[int | None] = internal(ForeignKey("ab_group.id"), unique=True)
    manager_id: Mapped[int | None] = fact(_l("Manager"), ForeignKey("ab_user.id"), lookup="user")
    email: Mapped[str | None] = fact(_l("E-mail"), String(120), field=EmailField)
    kind: Mapped[str] = fact(_l("Kind of department"), String(20), default="other", choices=DEPARTMENT_KINDS)
    line: Mapped[str] = fact(_l("Business line"), String(4), default="mf", choices=LINES)
    active: Mapped[bool] = fact(_l("Active"), default=True)
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[Group | None] = relationship(foreign_keys=[group_id])
    manager: Mapped[User | None] = relationship(foreign_keys=[manager_id])
    parent: Mapped[Department | None] = relationship(remote_side=[id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def label(self) -> str:
        return in_locale(self.name_zh, self.name_en)

    def ensure_group(self, session: Session) -> Group:
        """The FAB group behind the department, made with it."""
        if self.group is None:
            self.group = Group(name=f"department:{self.code}", label=self.name_zh, description=self.name_en)
            session.add(self.group)
        return self.group

    def grant(self, session: Session, roles: Iterable[Role | None]) -> None:
        """Give every member of the department these roles."""
        self.ensure_group(session).roles = [role for role in roles if role]
        session.flush()

    def __repr__(self) -> str:
        return self.label


class EmployeeProfile(Model):
    """员工档案: what the portal knows of a user beside the login."""

    __tablename__ = "employee_profile"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    reading: Mapped[str] = internal(String(LONGEST), default="")  # the order among colleagues
    employee_no: Mapped[str | None] = fact(_l("Employee number"), String(30), unique=True, field=MarkField)
    department_id: Mapped[int | None] = fact(
        _l("Department"), ForeignKey("department.id"), index=True, lookup="department"
    )
    position: Mapped[str | None] = fact(_l("Position"), String(60))
    mobile: Mapped[str | None] = fact(_l("Mobile"), String(30), field=PhoneField)
    locale: Mapped[str] = fact(_l("Language"), String(8), default="zh", choices=LANGUAGES)
    is_dedicated_intake: Mapped[bool] = fact(_l("Dedicated person for complaints (2.1)"), default=False)
    is_dedicated_feedback: Mapped[bool] = fact(_l("Dedicated person for customer information (4.3)"), default=False)
    leader_id: Mapped[int | None] = fact(_l("Responsible executive"), ForeignKey("ab_user.id"), lookup="user")
    absent_from: Mapped[date | None] = fact(_l("Absent from"))
    absent_to: Mapped[date | None] = fact(_l("Absent until"))
    deputy_id: Mapped[int | None] = fact(
        _l("Deputy"),
        ForeignKey("ab_user.id"),
        lookup="user",
        help=_l("Gets the steps and the mails while the person is absent."),
    )
    session_epoch: Mapped[int] = internal(default=0)
    failed_logins: Mapped[int] = internal(default=0)
    locked_until: Mapped[datetime | None] = internal(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    department: Mapped[Department | None] = relationship()
    deputy: Mapped[User | None] = relationship(foreign_keys=[deputy_id])
    leader: Mapped[User | None] = relationship(foreign_keys=[leader_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def id(self) -> int:
        return self.user_id

    def is_away(self, day: date) -> bool:
        """Absent that day."""
        return bool(self.absent_from and self.absent_to and self.absent_from <= day <= self.absent_to)

    def __repr__(self) -> str:
        return full_name(self.user)


class Competence(Named):
    """专业技能: what a technician must master for a class of products (2.3)."""

    __tablename__ = "competence"

    product_category_id: Mapped[int | None] = fact(
        _l("Needed for product category"), ForeignKey("product_category.id"), lookup="category"
    )


class EmployeeCompetence(Model):
    """资质: a competence somebody holds, with its certificate and validity (2.3)."""

    __tablename__ = "employee_competence"
    __table_args__ = (UniqueConstraint("user_id", "competence_id", name="uq_employee_competence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = fact(_l("Employee"), ForeignKey("ab_user.id"), lookup="user")
    competence_id: Mapped[int] = fact(_l("Competence"), ForeignKey("competence.id"), lookup="competence")
    level: Mapped[str | None] = fact(_l("Level"), String(30))
    certificate_no: Mapped[str | None] = fact(_l("Certificate number"), String(60), field=MarkField)
    valid_from: Mapped[date | None] = fact(_l("Valid from"))
    valid_to: Mapped[date | None] = fact(_l("Valid until"))
    version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship()
    competence: Mapped[Competence] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return f"{self.competence}"


class Region(Model):
    """行政区划: province, city, county; a site is always a leaf of this table."""

    __tablename__ = "region"
    __table_args__ = (Index("ix_region_parent", "parent_code"), Index("ix_region_name", "name"))

    adcode: Mapped[str] = fact(_l("Code"), String(6), primary_key=True, code=True)
    name: Mapped[str] = fact(_l("Name"), String(60))
    full_name: Mapped[str] = fact(_l("Region"), String(120))
    pinyin: Mapped[str] = fact(_l("Pinyin initials"), String(60), default="")
    level: Mapped[str] = fact(_l("Level"), String(10), choices=LEVELS)
    parent_code: Mapped[str | None] = fact(_l("Part of"), ForeignKey("region.adcode"), lookup="region")
    is_remote: Mapped[bool] = fact(
        _l("Remote area (2.2)"), default=False, help=_l("Holds for everything inside the region too.")
    )  # 边远地区
    special: Mapped[bool] = fact(_l("Hong Kong, Macao, Taiwan or abroad"), default=False)
    is_leaf: Mapped[bool] = fact(_l("Divided no further"), default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def id(self) -> str:
        return self.adcode

    @property
    def label(self) -> str:
        """The whole name; only “abroad” is a word and has a translation."""
        return str(_("Abroad")) if self.adcode == ABROAD else self.full_name

    @property
    def short(self) -> str:
        """The name below its province or city."""
        return self.label if self.adcode == ABROAD else self.name

    def __repr__(self) -> str:
        return self.label


NAME = select(User.first_name, User.last_name)


@event.listens_for(EmployeeProfile, "before_insert")
def _placed(_mapper: Any, connection: Connection, row: EmployeeProfile) -> None:
    """A new colleague stands where the name is read."""
    person = connection.execute(NAME.where(User.id == row.user_id)).first()
    row.reading = reading(full_name(person)) if person else ""


@event.listens_for(User, "after_update")
def _moved(_mapper: Any, connection: Connection, row: User) -> None:
    """Whoever changes a name changes its place."""
    place = {"reading": reading(full_name(row))}
    connection.execute(update(EmployeeProfile).where(EmployeeProfile.user_id == row.id).values(place))
