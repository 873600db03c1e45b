"""The customer's pages: /t/<token> to follow a complaint, /a/<token> to act once. A GET changes nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from app.complaints import codes
from app.complaints.models import Complaint
from app.core import attachments, printing, settings
from app.core.forms import marked
from app.core.locking import locked
from app.core.names import in_locale
from app.core.web import sentences
from app.core.workflow import Invalid, Refused
from app.extensions import db, limiter

from . import links
from .acts import FORMS, Sent, act, still_due, text_digest
from .models import PublicLink, Purpose
from .story import status, story

blueprint = Blueprint("public", __name__)
limiter.limit(lambda: current_app.config["PUBLIC_RATE_LIMIT"])(blueprint)


@blueprint.after_request
def private(answer: Response) -> Response:
    """No search engine, no cache and no other site ever learns of the address."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refused(error: HTTPException) -> Any:
    """A customer is told what to do, and is never led to the colleagues' pages."""
    code = error.code or 500
    title, advice = sentences(code)
    if code == 404:
        title = _("This link does not hold")
        advice = _("It may have expired, or a newer one has replaced it. Please ask us for a new link.")
    return render_template("public/refused.html", company=_company(), title=title, advice=advice), code


for number in (400, 404, 405, 413, 429):
    blueprint.register_error_handler(number, refused)


@blueprint.get("/t/<token>")
def track(token: str) -> Any:
    """Number, state in plain words, what happened, and what is asked of the customer."""
    record = _link(token, Purpose.track).complaint
    waiting = {purpose.value: address for purpose in links.ACTS if (address := _waiting(record, purpose))}
    done = request.args.get("done", "")
    return _page("public/track.html", record, story=story(record), status=status(record), waiting=waiting, done=done,
                 token=token)  # fmt: skip


@blueprint.get("/t/<token>/record.pdf")
def signed_record(token: str) -> Any:
    """The record form with the customer's signature."""
    record = _link(token, Purpose.track).complaint
    form = printing.FORMS["complaint", "complaint_record"]
    if record.confirmation is None:
        abort(404)
    pdf = printing.pdf(printing.render(form, record, printing.language()))
    return Response(pdf, mimetype="application/pdf")


@blueprint.get("/a/<token>")
def read(token: str) -> Any:
    """What is asked, with everything the customer signs; a used link leads to the tracking page."""
    link = _link(token, *links.ACTS)
    if link.used_at is not None or not still_due(link):
        return _to_tracking(link.complaint)
    form = FORMS[link.purpose](data={"signer_name": link.complaint.contact_name or link.complaint.complainant})
    return _act_page(link, form)


@blueprint.get("/a/<token>/photo/<int:number>")
def photo(token: str, number: int) -> Any:
    """A photo of the site, for whoever is asked to confirm the work."""
    record = _link(token, Purpose.confirm).complaint
    row = next((item for item in photos(record) if item.id == number), None) or abort(404)
    return send_file(attachments.path_of(row), mimetype=row.mime, max_age=0)


@blueprint.post("/a/<token>")
def answer(token: str) -> Any:
    """The act itself, exactly once; a refusal leaves the link as it was."""
    link = _link(token, *links.ACTS)
    number, complaint_id, purpose = link.id, link.complaint_id, link.purpose
    form = FORMS[purpose].of(request.form)
    try:
        if not links.consume(db.session, link):
            db.session.rollback()
            return _to_tracking(db.session.get_one(Complaint, complaint_id))
        record = locked(db.session, Complaint, complaint_id)
        if not still_due(link):
            db.session.rollback()
            return _to_tracking(db.session.get_one(Complaint, complaint_id))
        act(db.session, link, record, Sent(form, request.form.get("digest", "")))
        db.session.commit()
    except Invalid as wrong:
        db.session.rollback()
        return _act_page(db.session.get_one(PublicLink, number), marked(form, wrong.errors)), 422
    except Refused as refused:
        db.session.rollback()
        return _act_page(db.session.get_one(PublicLink, number), form, str(refused)), 409
    return _to_tracking(db.session.get_one(Complaint, complaint_id), done=purpose)


def photos(record: Complaint) -> list[attachments.Attachment]:
    return [item for item in record.attachments if item.category == "photo" and item.mime in attachments.IMAGES]


def _link(token: str, *purposes: str) -> PublicLink:
    """The link, or the one page that wrong, expired and foreign links share."""
    link = links.find(db.session, token)
    if link is None or link.purpose not in purposes:
        abort(404)
    g.reader_locale = link.complaint.customer.language
    refresh()
    return link


def _waiting(record: Complaint, purpose: Purpose) -> str:
    """Where the customer can act now; empty when nothing waits."""
    link = links.current(db.session, record.id, purpose)
    return url_for("public.read", token=links.token_of(link)) if link and still_due(link) else ""


def _to_tracking(record: Complaint, done: str = "") -> Answer:
    link = links.current(db.session, record.id, Purpose.track) or abort(404)
    return redirect(url_for("public.track", token=links.token_of(link), done=done or None), 303)


def _act_page(link: PublicLink, form: Any, refused: str = "") -> str:
    record = link.complaint
    return _page(
        f"public/{link.purpose}.html",
        record,
        link=link,
        form=form,
        refused=refused,
        digest=text_digest(link),
        service=record.service,
        quote=record.quote,
        photos=photos(record),
        token=links.token_of(link),
        codes=codes,
    )


def _page(template: str, record: Complaint, **facts: Any) -> str:
    heading = f"{_('Your complaint')} {record.number}"
    return render_template(template, record=record, company=_company(), title=heading, **facts)


def _company() -> str:
    return in_locale(settings.get(db.session, "company_name_zh"), settings.get(db.session, "company_name_en"))
