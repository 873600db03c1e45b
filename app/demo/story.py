"""The demo: complaints in every state, told by the steps their people really took."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.complaints import intake
from app.complaints.models import Complaint
from app.complaints.workflow import COMPLAINT
from app.core.process.refused import Invalid
from app.core.record import attachments
from app.core.rights.actor import Actor
from app.core.tally.folding import fold_all
from app.core.time import clock, deadlines
from app.core.time.workdays import load_calendar
from app.customers.models import Customer, FailureMode, Product
from app.extensions import db

from . import beside, full, notices
from .plots import PLOTS, Plot, Scene
from .staff import PEOPLE, hire
from .stage import Stage, Story

RECENT, BATCH = 10, 50  # days back that are working days; moments of a commit
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63"
    "f80f0001010100b138f6140000000049454e44ae426082"
)


def load(password: str | None, size: str = "small") -> Iterator[str]:
    """Fill an empty portal, small or full. Raises ValueError when it already has people of its own."""
    session = db.session
    if session.scalar(select(func.count()).select_from(User)):
        raise ValueError("This portal already has users: the demo is only for an empty one.")
    chosen = password or f"Demo-{secrets.token_urlsafe(6)}-9a!"
    hire(session, chosen)
    session.commit()
    if size == "full":
        full.staff(session, chosen)
        session.commit()
    tell(session, (*PLOTS, *full.plots(session, len(PLOTS))) if size == "full" else PLOTS)
    beside.put_to_rest(session)
    fold_all(session)
    _keep(chosen)
    yield from (f"{login}  {position}" for login, *_names, position in PEOPLE)
    yield f"password: {chosen}"


def _keep(password: str) -> None:
    file = Path(current_app.config["DATA_DIR"]) / "demo-password"
    file.write_text(password)
    file.chmod(0o600)


def tell(session: Session, plots: Iterable[Plot]) -> None:
    """Play all stories at once, in the order of the calendar, up to this moment."""
    names = {login: number for number, login in session.execute(select(User.id, User.username))}
    real = clock.now()
    stage = Stage(real)
    for plot in plots:
        stage.begin(_story(session, _receipt_day(session, plot, real), plot, names, stage))
    with clock.frozen(real):
        for count, _moment in enumerate(stage.play()):
            if count % BATCH == 0:
                session.commit()
        session.commit()


def _actor(login: str, names: dict[str, int]) -> Actor:
    return Actor(names[login], login, lambda permission: True, stands_for=frozenset({names[login]}))


def _story(session: Session, day: date, plot: Plot, names: dict[str, int], stage: Stage) -> Story:
    """One complaint, from its receipt as far as it is told."""
    yield clock.at(day, time.fromisoformat(plot.clock))
    record, reports = _receive(session, plot, names), set[int]()
    for scene in plot.scenes:
        yield max(_moment(session, scene, day), clock.now() + timedelta(minutes=5))
        _take(session, record, scene, names)
        for story in beside.follows(session, record, reports, lambda login: _actor(login, names)):
            stage.begin(story)
    if plot.tampered:
        beside.tamper(session, record)


def _receive(session: Session, plot: Plot, names: dict[str, int]) -> Complaint:
    customer = session.scalars(select(Customer).where(Customer.name == plot.customer)).one()
    product = session.scalars(select(Product).where(Product.model == plot.product)).first() if plot.product else None
    record = intake.create(
        session,
        {
            "channel": plot.channel,
            "customer": customer.id,
            "site_region": customer.region_code,
            "site_address": customer.address,
            "product": product.id if product else None,
            "complainant": plot.complainant,
            "contact_name": plot.complainant,
            "contact_phone": customer.phone,
            "subject": plot.subject,
            "description": plot.description,
            "customer_demand": plot.demand,
            "severity": plot.severity,
            "serial_no": plot.serial or None,
            "batch_no": plot.batch or None,
            "failure_mode": _failure_mode(session, plot.failure_mode),
        },
        _actor("reception", names),
    )
    deadlines.meet(
        session, record, ("ACK",), clock.now() + timedelta(minutes=1)
    )  # the engine's mail of the minute after
    if plot.channel in ("letter", "fax"):
        letter = attachments.made("投诉函件.png", PIXEL, "letter")
        attachments.keep(session, record, letter, names["reception"])
    return record


def _take(session: Session, record: Complaint, scene: Scene, names: dict[str, int]) -> None:
    actor = _actor(scene.who, names)
    if beside.plays(scene.step):
        beside.play(session, record, scene, actor)
        return
    if scene.step == "notice":
        notices.issue(session, record, lambda login: _actor(login, names), alone=scene.data.get("alone", False))
        return
    data = beside.filled(session, record, scene)
    if record.version < 1 or COMPLAINT.row(scene.step, record.state) is None:
        return  # the record went another way meanwhile (a quotation that was refused)
    try:
        COMPLAINT.fire(session, record, scene.step, actor, data)
    except Invalid as wrong:  # a weekend in between made it late: say why, as people must
        if set(wrong.errors) != {"late_reason"}:
            raise
        COMPLAINT.fire(session, record, scene.step, actor, {**data, "late_reason": "周末无人值班，周一补办"})


def _failure_mode(session: Session, code: str) -> int | None:
    return session.scalars(select(FailureMode.id).where(FailureMode.code == code)).first() if code else None


def _receipt_day(session: Session, plot: Plot, real: datetime) -> date:
    """Recent days count as working days, today only once its story is over: each plot comes as far as it is told."""
    calendar, today = load_calendar(session), clock.local(real).date()
    if plot.days_ago > RECENT:
        return calendar.on_or_before(today - timedelta(days=plot.days_ago))
    last = max([plot.clock, *(scene.clock for scene in plot.scenes if scene.day == 0)])
    told = plot.days_ago or clock.at(today, time.fromisoformat(last)) <= real
    day = calendar.on_or_before(today if told else today - timedelta(days=1))
    for _ in range(plot.days_ago):
        day = calendar.on_or_before(day - timedelta(days=1))
    return day


def _moment(session: Session, scene: Scene, day: date) -> datetime:
    """The office works on working days; technicians also travel on the others."""
    later = day + timedelta(days=scene.day)
    if not scene.who.startswith("technician"):
        later = load_calendar(session).on_or_after(later)
    return clock.at(later, time.fromisoformat(scene.clock))
