"""What happens beside the complaint itself: opinions of departments, the life of a notice, files, mergers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.complaints.codes import OPEN
from app.complaints.consultation import CONSULTATION
from app.complaints.models import Complaint
from app.complaints.services import SiteService
from app.core.record import attachments
from app.core.rights.actor import Actor
from app.core.time import clock
from app.core.time.workdays import load_calendar
from app.corrective.models import CorrectiveAction
from app.corrective.workflow import CORRECTIVE
from app.gm.models import GmReport
from app.gm.workflow import GM_REPORT
from app.notifications.models import Notice, OutboxMail

from .plots import Scene
from .stage import Story

OLD = timedelta(days=2)
LETTER = "顾客来函：故障已自行排除，撤回投诉。".encode()


def plays(step: str) -> bool:
    """Whether a scene is about something beside the complaint."""
    return step == "attach" or (step.partition(".")[0] in ("consultation", "notice", "gm") and "." in step)


def play(session: Session, record: Complaint, scene: Scene, actor: Actor) -> None:
    """Play one scene beside the complaint."""
    kind, _dot, step = scene.step.partition(".")
    if kind == "attach":
        attachments.keep(session, record, attachments.made("撤诉函.txt", LETTER, "evidence"), actor.user_id)
    elif kind == "consultation":
        row = next(item for item in record.consultations if item.department.code == step)
        CONSULTATION.fire(session, row, "answer", actor, scene.data)
    elif kind == "gm":
        report = session.scalars(select(GmReport).where(GmReport.about_id == record.id)).first()
        if report is not None and GM_REPORT.row(step, report.state):
            GM_REPORT.fire(session, report, step, actor, scene.data)
    elif record.notices and _brought(record, record.notices[-1]):
        _notice(session, record.notices[-1], step, scene, actor)


def _brought(record: Complaint, notice: CorrectiveAction) -> bool:
    """The complaint it was written for, or the one that reopened it; not one that only joined."""
    reopened = any(line.step == "recur" and line.comment == record.number for line in notice.history)
    return reopened or notice.problem == record.subject


def _notice(session: Session, notice: CorrectiveAction, step: str, scene: Scene, actor: Actor) -> None:
    if step == "finish_actions":
        for item in notice.open_actions:
            owner = Actor(
                item.owner_id, item.owner.username, lambda permission: True, stands_for=frozenset({item.owner_id})
            )
            CORRECTIVE.fire(
                session, notice, "finish_action", owner, {"action": item.id, "evidence": "作业指导书与现场照片"}
            )
        return
    data = dict(scene.data)
    if step == "plan":
        due = str(clock.today() + timedelta(days=data.pop("days")))
        data["actions"] = [
            {"type": "correction", "description": "返工库存同批次产品", "owner": "production_manager", "due": due},
            {
                "type": "corrective",
                "description": "更换压装工装并加装力矩监控",
                "owner": "production_manager",
                "due": due,
            },
        ]
    if step == "verify":
        data["early_reason"] = "顾客要求尽快确认"
    if CORRECTIVE.row(step, notice.state):
        CORRECTIVE.fire(session, notice, step, actor, data)


def filled(session: Session, record: Complaint, scene: Scene) -> dict[str, Any]:
    """The fields of a step, with what is only known when it is played."""
    data = dict(scene.data)
    if data.get("into") == "previous":
        query = select(Complaint.number).where(
            Complaint.customer_id == record.customer_id,
            Complaint.id < record.id,
            Complaint.state.in_([state.value for state in OPEN]),
        )
        data["into"] = session.scalars(query.order_by(Complaint.id.desc())).first()
    if data.get("paid_on") == "today":
        data["paid_on"] = str(clock.today())
    return data


def follows(session: Session, record: Complaint, told: set[int], actor: Callable[[str], Actor]) -> Iterator[Story]:
    """What a step has brought before the general manager and nobody has taken up yet."""
    for report in session.scalars(select(GmReport).where(GmReport.about_id == record.id, GmReport.id.not_in(told))):
        told.add(report.id)
        yield _before_the_gm(session, report, actor)


def _before_the_gm(session: Session, report: GmReport, actor: Callable[[str], Actor]) -> Story:
    """4.4: read within hours, reported the next working day; every second time with an instruction."""
    calendar = load_calendar(session)

    def fire(step: str, login: str, **data: Any) -> None:
        GM_REPORT.fire(session, report, step, actor(login), data)

    yield report.created_at + timedelta(hours=2)
    fire("read", "gm")
    day = calendar.on_or_after(clock.today() + timedelta(days=1))
    yield clock.at(day, time(10))
    fire("report", "sales_manager", summary=report.title, measures="已派员处理，持续跟踪至结案")
    yield clock.at(day, time(15))
    if report.id % 2:
        fire("file_away", "gm")
        return
    due = str(day + timedelta(days=7))
    fire("instruct", "gm", text="查清原因，举一反三", department="production", due=due)
    yield clock.at(calendar.on_or_after(day + timedelta(days=5)), time(16))
    fire("close_report", "production_manager", outcome="已落实，见纠正措施通知单")


def tamper(session: Session, record: Complaint) -> None:
    """Past every step and rule: the signature on the record no longer holds, and its page says so."""
    session.execute(
        sa.update(SiteService).where(SiteService.complaint_id == record.id).values(work_done="（事后改动的内容）")
    )
    session.expire_all()


def put_to_rest(session: Session) -> None:
    """Nobody gets the mails of last year: what is older than two days counts as sent and read."""
    before = clock.now() - OLD
    session.execute(
        sa.update(OutboxMail)
        .where(OutboxMail.state == "pending", OutboxMail.created_at < before)
        .values(state="sent", attempts=1, sent_at=OutboxMail.created_at)
    )
    session.execute(sa.update(Notice).where(Notice.created_at < before).values(read_at=Notice.created_at))
    session.commit()
