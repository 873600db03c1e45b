"""Each form told once for every working day of the week, by the real steps, in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.complaints import freezing
from app.complaints.models import Complaint
from app.core.record import attachments
from app.core.record.attachments import Attachment
from app.core.record.signatures import Confirmation
from app.core.time import clock
from app.core.time.workdays import WorkCalendar, load_calendar
from app.customers.models import Customer, FailureMode, Product, ProductCategory
from app.demo.plots import Plot, Scene
from app.demo.story import tell
from app.extensions import db
from app.organisation.codes import Zone

from .forms import FORMS, Form

LONG_AGO, QUIET = 70, 21  # days: the longest form is over by then; the first weeks know no holiday
WEEK: tuple[tuple[Zone, str, str], ...] = (  # per working day: where the customer is, how he calls, how bad it is
    (Zone.in_province, "phone", "serious"),
    (Zone.in_province, "visit", "minor"),
    (Zone.in_province, "portal", "serious"),
    (Zone.out_province, "phone", "critical"),
    (Zone.remote, "wechat", "serious"),
)
SUBJECT, DESCRIPTION, CONTACT, ADDRESS = "样板主题", "样板描述", "样板联系人", "样板地址"
TECHNICIAN = "technician"  # who travels in every scene
MERGE = Scene(0, "10:00", "reception", "merge", {"into": "previous"})
PAPER = "Demo data: here stands the record form, frozen when it was signed."


@dataclass(frozen=True)
class Told:
    """A form as it was told: its records stand in the database until the transaction ends."""

    number: int  # of the form
    form: Form
    zone: Zone
    customer: Customer
    product: Product | None
    serial: str


@contextmanager
def told(places: dict[Zone, str]) -> Iterator[tuple[Session, list[Told]]]:
    """All forms on all days of a week, and the session that sees them; afterwards nobody has told anything."""
    with _never_committed() as session:
        files = session.scalar(select(func.max(Attachment.id))) or 0
        try:
            yield session, _tell(session, places)
        finally:
            for name in session.scalars(select(Attachment.storage).where(Attachment.id > files)):
                (attachments.folder() / name).unlink(missing_ok=True)


@contextmanager
def _never_committed() -> Iterator[Session]:
    """The portal's session within a transaction that ends in nothing; lookups ask the same session."""
    db.session.remove()
    engine = db.engines[None]
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN" if connection.dialect.name == "sqlite" else "SELECT 1")  # it has begun
        db.engines[None] = connection
        try:
            yield db.session
        finally:
            db.session.remove()
            db.engines[None] = engine
            connection.rollback()


def _tell(session: Session, places: dict[Zone, str]) -> list[Told]:
    monday = _a_quiet_monday(load_calendar(session))
    modes = session.scalars(select(FailureMode.code).order_by(FailureMode.id)).all()
    stories: list[Told] = []
    plots: list[Plot] = []
    for number, form in enumerate(FORMS):
        for weekday in range(len(WEEK)):
            told = _setting(session, number, form, weekday, places)
            stories.append(told)
            mode = modes[len(stories) % len(modes)] if form.product else ""
            plots += _plots(told, monday + timedelta(days=weekday), weekday, mode)
    session.flush()
    tell(session, plots)
    _freeze(session)
    return stories


def _setting(session: Session, number: int, form: Form, weekday: int, places: dict[Zone, str]) -> Told:
    """A customer and a product of its own: no complaint of another form is a repetition of this one."""
    zone, called = WEEK[weekday][0], number * len(WEEK) + weekday
    customer = Customer(
        name=f"样板顾客{called:04d}",
        region_code=places[zone],
        address=ADDRESS,
        phone=f"1980000{called:04d}",
        email=f"sample{called:04d}@example.com",
    )
    session.add(customer)
    product = None
    if form.product:
        category = session.scalars(select(ProductCategory.id).order_by(ProductCategory.id)).first()
        name = f"样板产品{called:04d}"
        product = Product(model=f"YB-{called:04d}-X", name_zh=name, name_en=name, category_id=category)
        session.add(product)
    return Told(number, form, zone, customer, product, f"YBSN{called:06d}" if form.product else "")


def _plots(told: Told, day: date, weekday: int, mode: str) -> Iterator[Plot]:
    """The complaint, and the second call about the same thing."""
    _zone, channel, severity = WEEK[weekday]
    ago = (clock.today() - day).days
    product = told.product.model if told.product else ""
    facts = (channel, told.customer.name, product, CONTACT, SUBJECT, DESCRIPTION, "尽快处理", severity)
    yield Plot(ago, "09:00", *facts, told.form.scenes, mode, serial=told.serial)
    if told.form.repeated:
        yield Plot(ago, "09:20", *facts, (MERGE,), serial=told.serial)


def _a_quiet_monday(calendar: WorkCalendar) -> date:
    """The last one whose forms are over by now, and whose next weeks are weeks like any other."""
    monday = clock.today() - timedelta(days=LONG_AGO + clock.today().weekday())
    while any(calendar.is_workday(day) != (day.weekday() < 5) for day in _weeks_from(monday)):
        monday -= timedelta(days=7)
    return monday


def _weeks_from(monday: date) -> Iterator[date]:
    return (monday + timedelta(days=number) for number in range(QUIET))


def _freeze(session: Session) -> None:
    """What is signed is frozen, as the engine does; one paper stands for all."""
    paper = _paper(PAPER)
    mine = select(Confirmation).join(Complaint, Complaint.id == Confirmation.record_id)
    signed = session.scalars(mine.where(Complaint.description == DESCRIPTION, Confirmation.frozen_id.is_(None))).all()
    for signature in signed:
        with clock.frozen(max(line.moment for line in signature.record.history) + timedelta(minutes=1)):
            freezing.keep(session, signature, paper)
    session.commit()


def contents(session: Session) -> dict[str, bytes]:
    """The files of the stories, by their hash."""
    mine = select(Attachment).join(Complaint, Complaint.id == Attachment.record_id)
    files = session.scalars(mine.where(Complaint.description == DESCRIPTION))
    return {file.sha256: attachments.path_of(file).read_bytes() for file in files}


def _paper(sentence: str) -> bytes:
    """One page with a sentence: the same bytes wherever it is made."""
    text = f"BT /F1 12 Tf 60 760 Td ({sentence}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    written, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return f"{written}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()
