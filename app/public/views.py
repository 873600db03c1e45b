"""The customer's pages: /t/<token> to follow a complaint, /a/<token> to act once. A GET changes nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request, url_for
from flask_babel import refresh
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response as Answer

from app.core.company import company
from app.core.fields.forms import StepForm, marked
from app.core.files.press import NotPressed
from app.core.kind.customer_page import PAGES, Act, CustomerPage, still_due
from app.core.pages import printing
from app.core.pages.web import sentences
from app.core.process.answer import ANSWERED, answer_to
from app.core.process.locking import locked
from app.core.process.refused import Invalid, Refused
from app.core.process.workflow import WORKFLOWS
from app.core.record import attachments, links
from app.core.record.links import TRACK, PublicLink
from app.core.record.records import Record
from app.core.text.wording import gettext as _
from app.customers.models import Customer
from app.extensions import csrf, db, limiter

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
        title = _("This link is no longer valid")
        advice = _("It may have expired, or a newer one has replaced it. Please ask us for a new link.")
    return render_template("public/refused.html", company=company(db.session), title=title, advice=advice), code


for number in (400, 404, 405, 410, 413, 429):
    blueprint.register_error_handler(number, refused)
blueprint.register_error_handler(NotPressed, lambda _error: refused(ServiceUnavailable()))


@blueprint.get("/t/<token>")
def track(token: str) -> Any:
    """Number, state in plain words, what happened, and what is asked of the customer."""
    given = _link(token).record
    record = _goes_on_as(given)
    page = _page_of(record)
    waiting = [(act, address) for name, act in page.acts.items() if (address := _waiting(record, name))]
    done = page.acts.get(request.args.get("done", ""))
    return _page("public/track.html", record, story=page.story(record), status=page.status(record), waiting=waiting,
                 thanks=done.thanks(record) if done else "", token=token, paper=page.paper,
                 merged=given if given is not record else None)  # fmt: skip


@blueprint.get("/t/<token>/record.pdf")
def signed_record(token: str) -> Any:
    """The paper form with the customer's signature."""
    record = _goes_on_as(_link(token).record)
    form = printing.FORMS.get((record.kind, _page_of(record).paper))
    if form is None or record.confirmation is None:
        abort(404)
    pdf = printing.pdf(printing.render(form, record, printing.language()))
    return Response(pdf, mimetype="application/pdf")


@blueprint.get("/a/<token>")
def read(token: str) -> Any:
    """What is asked, with everything the customer signs; a used link leads to the tracking page."""
    link = _link(token, to_act=True)
    if link.used_at is not None or not still_due(link):
        return _to_tracking(link.record)
    return _act_page(link, _act(link).form(data={"signer_name": _page_of(link.record).signer(link.record)}))


@blueprint.get("/a/<token>/photo/<int:number>")
def photo(token: str, number: int) -> Any:
    """A photo of the site, for whoever is asked about what was done there."""
    link = _link(token, to_act=True)
    shown = photos(link.record) if _act(link).photos else ()
    row = next((item for item in shown if item.id == number), None) or abort(404)
    return attachments.sent(row)


@csrf.exempt  # whoever holds the link may act, and nobody else can: there is no session to be misused
@blueprint.post("/a/<token>")
def answer(token: str) -> Any:
    """The act itself, exactly once; a refusal leaves the link as it was."""
    link = _link(token, to_act=True)
    if link.used_at is not None:
        return _to_tracking(link.record)
    number, record_id, model, purpose = link.id, link.record_id, type(link.record), link.purpose
    form = _act(link).form.of(request.form)
    try:
        if not links.consume(db.session, link):
            db.session.rollback()
            return _to_tracking(db.session.get_one(Record, record_id))
        record = locked(db.session, model, record_id)
        if not still_due(link):
            db.session.rollback()
            return _to_tracking(db.session.get_one(Record, record_id))
        _do(link, record, form, request.form.get("digest", ""))
        db.session.commit()
    except ANSWERED as error:
        problem = answer_to(error)
        db.session.rollback()
        link = db.session.get_one(PublicLink, number)
        if problem.fields:
            return _act_page(link, marked(form, problem.fields)), problem.status
        return _act_page(link, form, problem.sentence), problem.status
    return _to_tracking(db.session.get_one(Record, record_id), done=purpose)


def _do(link: PublicLink, record: Record, form: StepForm, digest: str) -> None:
    """What the customer asks for, under lock; raises Invalid, or Refused when the text is not the one that was read."""
    if not form.validate():
        raise Invalid(form.sentences())
    if digest != _page_of(record).text_of(link, record):
        raise Refused(_("The text has been changed since you read it. Please read it again."))
    _act(link).do(db.session, record, form.values())


def photos(record: Record) -> list[attachments.Attachment]:
    return [item for item in record.attachments if item.category == "photo" and item.mime in attachments.IMAGES]


def _link(token: str, to_act: bool = False) -> PublicLink:
    """The link, or the one page that wrong, expired and foreign links share."""
    link = links.find(db.session, token)
    if link is None or link.record.kind not in PAGES:
        abort(404)
    if (link.purpose not in _page_of(link.record).acts) if to_act else link.purpose != TRACK:
        abort(404)
    customer = db.session.get(Customer, link.record.customer_id) if link.record.customer_id else None
    g.reader_locale = customer.language if customer else None
    refresh()
    return link


def _page_of(record: Record) -> CustomerPage[Any]:
    return PAGES[record.kind]


def _act(link: PublicLink) -> Act[Any]:
    return _page_of(link.record).acts[link.purpose]


def _goes_on_as(record: Record) -> Record:
    """The record that lives on in the place of this one, or itself."""
    state = WORKFLOWS[record.kind].states[record.state]
    return (state.goes_on_as(record) if state.goes_on_as else None) or record


def _waiting(record: Record, purpose: str) -> str:
    """Where the customer can act now; empty when nothing waits."""
    link = links.current(db.session, record.id, purpose)
    return url_for("public.read", token=links.token_of(link)) if link and still_due(link) else ""


def _to_tracking(record: Record, done: str = "") -> Answer:
    link = links.current(db.session, record.id, TRACK) or abort(404)
    return redirect(url_for("public.track", token=links.token_of(link), done=done or None), 303)


def _act_page(link: PublicLink, form: Any, refused: str = "") -> str:
    record, act = link.record, _act(link)
    return _page(
        act.template,
        record,
        link=link,
        form=form,
        refused=refused,
        digest=_page_of(record).text_of(link, record),
        photos=photos(record) if act.photos else (),
        token=links.token_of(link),
        **act.shows(record),
    )


def _page(template: str, record: Record, **facts: Any) -> str:
    heading = _page_of(record).title
    facts |= {"record": record, "heading": heading, "title": f"{heading} {record.number}"}
    return render_template(template, company=company(db.session), **facts)
