"""Who works where, who can do what, and where the customers are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum, auto

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.core.names import full_name, in_locale
from app.core.types import UtcDateTime


class Zone(StrEnum):
    """How far the customer is, in the words of 2.2."""

    in_province = auto()
    out_province = auto()
    remote = auto()
    special = auto()


class Department(Model):
    """部门: one group of people; its group carries the roles every member has."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("ab_group.id"), unique=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    email: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20), default="other")
    line: Mapped[str] = mapped_column(String(4), default="mf")
    active: Mapped[bool] = mapped_column(default=True)
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
    employee_no: Mapped[str | None] = mapped_column(String(30), unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    position: Mapped[str | None] = mapped_column(String(60))
    mobile: Mapped[str | None] = mapped_column(String(30))
    locale: Mapped[str] = mapped_column(String(8), default="zh")
    is_dedicated_intake: Mapped[bool] = mapped_column(default=False)  # 2.1 专人
    is_dedicated_feedback: Mapped[bool] = mapped_column(default=False)  # 4.3 专人
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    absent_from: Mapped[date | None]
    absent_to: Mapped[date | None]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    session_epoch: Mapped[int] = mapped_column(default=0)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    department: Mapped[Department | None] = relationship()
    deputy: Mapped[User | None] = relationship(foreign_keys=[deputy_id])
    leader: Mapped[User | None] = relationship(foreign_keys=[leader_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def id(self) -> int:
        return self.user_id

    def __repr__(self) -> str:
        return full_name(self.user)


class Competence(Model):
    """专业技能: what a technician must master for a class of products (2.3)."""

    __tablename__ = "competence"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    product_category_id: Mapped[int | None] = mapped_column(ForeignKey("product_category.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def label(self) -> str:
        return in_locale(self.name_zh, self.name_en)

    def __repr__(self) -> str:
        return self.label


class EmployeeCompetence(Model):
    """资质: a competence somebody holds, with its certificate and validity (2.3)."""

    __tablename__ = "employee_competence"
    __table_args__ = (UniqueConstraint("user_id", "competence_id", name="uq_employee_competence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    competence_id: Mapped[int] = mapped_column(ForeignKey("competence.id"))
    level: Mapped[str | None] = mapped_column(String(30))
    certificate_no: Mapped[str | None] = mapped_column(String(60))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
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

    adcode: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    full_name: Mapped[str] = mapped_column(String(120))
    pinyin: Mapped[str] = mapped_column(String(60), default="")
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.adcode"))
    is_remote: Mapped[bool] = mapped_column(default=False)  # 边远地区
    special: Mapped[bool] = mapped_column(default=False)  # Hong Kong, Macao, Taiwan, abroad
    is_leaf: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def id(self) -> str:
        return self.adcode

    def __repr__(self) -> str:
        return self.full_name
