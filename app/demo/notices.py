"""2.6 in the demo: our own quality problem gets its notice, or joins the one that runs for products of its kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.core.rights.actor import Actor
from app.core.time import clock
from app.corrective import heads
from app.corrective.codes import C
from app.corrective.models import CorrectiveAction
from app.corrective.opening import create
from app.corrective.workflow import CORRECTIVE
from app.customers.models import Product
from app.organisation.models import Department

RUNNING = (C.issued, C.analysing, C.planned, C.implementing)


def issue(session: Session, record: Complaint, actor: Callable[[str], Actor], *, alone: bool = False) -> None:
    """QC drafts, the manager issues; `alone`: a notice of its own, whatever else runs."""
    if record.notices or record.state != "returned":
        return
    if (running := None if alone else _running(session, record)) is not None:
        both = [*(item.id for item in running.complaints), record.id]
        CORRECTIVE.edit(session, running, actor("qc"), {"complaints": heads.linked(session, running, both)})
        return
    production = session.scalars(select(Department.id).where(Department.code == "production")).one()
    notice = create(
        session,
        {
            "complaints": [record.id],
            "responsible_department": production,
            "problem": record.subject,
            "requirement": "查明根本原因并采取纠正措施",
            "due": clock.today() + timedelta(days=30),
        },
        actor("qc"),
    )
    CORRECTIVE.fire(session, notice, "issue", actor("qc_manager"), {})


def _running(session: Session, record: Complaint) -> CorrectiveAction | None:
    if record.product is None:
        return None
    query = (
        select(CorrectiveAction)
        .join(Product, Product.id == CorrectiveAction.product_id)
        .where(CorrectiveAction.state.in_(RUNNING), CorrectiveAction.round == 1)
        .where(Product.category_id == record.product.category_id)
    )
    return session.scalars(query.order_by(CorrectiveAction.id.desc())).first()
