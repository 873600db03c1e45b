"""Who is told of a step beside those the regulation names: the administrator's word, asked at every step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.fields.fields import YesNoField
from app.core.fields.forms import StepForm
from app.core.kind.registry import KINDS, sees
from app.core.pages.timeline import step_label
from app.core.process import versions
from app.core.process.refused import Invalid
from app.core.process.turns import holders, users_who_may
from app.core.record import decisions
from app.core.record.records import Follower, Record
from app.core.rights.rights import rights_of
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.organisation import roles
from app.organisation.roles import RolesField

from .models import ToldBeside
from .quiet import QUIET

THING = "ToldBeside"
decisions.WORDS[THING] = {"functions": _l("Functions"), "followers": _l("Followers of the record")}
decisions.NAMES[THING] = lambda key: words_of(*key.split("/", 1))
decisions.VALUES[THING] = lambda _key, _name, value: (
    decisions.in_words(roles.choices(), value) if isinstance(value, list) else value
)


class BesideForm(StepForm):
    """Functions and followers: one declaration for page and REST."""

    functions = RolesField(_l("Functions"))
    followers = YesNoField(_l("Followers of the record"))


@dataclass(frozen=True)
class Beside:
    """Who hears of a step by the administrator's word."""

    functions: list[str]
    followers: bool

    @property
    def facts(self) -> dict[str, Any]:
        return {"functions": self.functions, "followers": self.followers}


def steps() -> list[tuple[str, str]]:
    """Every step of every kind, the beginning included."""
    return [(code, step) for code, kind in KINDS.items() for step in ("register", *kind.workflow.step_names)]


def words_of(kind: str, step: str) -> str:
    """A step in words, with the kind of record."""
    return f"{KINDS[kind].one}{_(': ')}{step_words(kind, step)}" if kind in KINDS else f"{kind} {step}"


def step_words(kind: str, step: str) -> str:
    return str(step_label(KINDS[kind].workflow, step))


def row_of(session: Session, kind: str, step: str) -> ToldBeside | None:
    return session.scalars(select(ToldBeside).where(ToldBeside.kind == kind, ToldBeside.step == step)).first()


def followers_hear(kind: str, step: str) -> bool:
    """Whether a record's followers are told anyway."""
    return step not in QUIET | KINDS[kind].quiet


def in_force(session: Session, kind: str, step: str) -> Beside:
    """What holds now; without a word of the administrator nobody is told beside, and followers as it stands."""
    query = select(ToldBeside.roles, ToldBeside.followers).where(ToldBeside.kind == kind, ToldBeside.step == step)
    row = session.execute(query).first()
    return Beside(list(row.roles), row.followers) if row else Beside([], followers_hear(kind, step))


def told_by(session: Session, record: Record, step: str) -> set[int]:
    """Those told by the administrator's word and the record's followers, as far as they may open this record."""
    beside, people = in_force(session, record.kind, step), set[int]()
    if beside.functions:
        keys = [f"role:{role.id}@0" for role in roles.roles_by_key(session, beside.functions)]
        people = {person for key in keys for person in holders(session, key)}
    if beside.followers:
        people |= set(session.scalars(select(Follower.user_id).where(Follower.record_id == record.id)))
    session.flush()
    known = {person: rights_of(session, person) for person in people}
    return {person for person, rights in known.items() if rights and sees(session, rights, record)}


def save(session: Session, kind: str, step: str, form: StepForm, by_id: int | None, seen: int | None = None) -> None:
    """Tell others beside. Raises Invalid, Stale; the caller commits."""
    if not form.validate():
        raise Invalid(form.sentences())
    values = form.values()
    row, before = row_of(session, kind, step), in_force(session, kind, step)
    versions.unchanged(row, seen)
    after = Beside(sorted(values["functions"] or []), bool(values["followers"]))
    _allowed(session, kind, after.functions)
    if not decisions.note(session, THING, f"{kind}/{step}", before.facts, after.facts, by_id):
        return
    if row is None:
        row = ToldBeside(kind=kind, step=step, version=0)
        session.add(row)
    row.roles, row.followers, row.version = after.functions, after.followers, row.version + 1
    session.flush()


def restore(session: Session, kind: str, step: str, by_id: int | None, seen: int | None = None) -> None:
    """Back to what the regulation says. Raises Stale; the caller commits."""
    row, before = row_of(session, kind, step), in_force(session, kind, step)
    versions.unchanged(row, seen)
    if row is not None:
        session.delete(row)
        session.flush()
        after = in_force(session, kind, step)
        decisions.note(session, THING, f"{kind}/{step}", before.facts, after.facts, by_id, decisions.RESTORED)


def _allowed(session: Session, kind: str, keys: list[str]) -> None:
    """Whoever is told must be allowed to open the record. Raises Invalid."""
    may = set(users_who_may(session, "can_show", KINDS[kind].thing))
    blind = [key for key, role, words in roles.known(session) if key in keys and _blind(session, role.id, may)]
    if blind:
        told = ", ".join(words for key, _role, words in roles.known(session) if key in blind)
        sentence = _("They may not open such records: %(roles)s. Give them the right first.", roles=told)
        raise Invalid({"functions": [sentence]})


def _blind(session: Session, role_id: int, may: set[int]) -> bool:
    people = set(holders(session, f"role:{role_id}@0"))
    return bool(people) and not people & may
