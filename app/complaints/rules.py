"""The conditions of chapter 2 §2: each returns the sentence it refuses with, or None."""

from __future__ import annotations

from datetime import timedelta

from app.core import settings
from app.core.process.admission import demanded_by
from app.core.process.deeds import Deed, reads
from app.core.process.refused import Invalid
from app.core.rights.people import full_name
from app.core.text.wording import gettext as _
from app.core.time import clock, deadlines
from app.customers.twins import one_customer
from app.organisation.models import Zone
from app.organisation.people import find_login
from app.organisation.regions import zone_of

from . import codes
from .dispatch import gaps
from .models import Complaint
from .remarks import contradicts

D = Deed[Complaint]
ARRIVAL = {
    Zone.in_province: "ARRIVE_IN",
    Zone.out_province: "ARRIVE_OUT",
    Zone.remote: "ARRIVE_REMOTE",
    Zone.special: "ARRIVE_SPECIAL",
}
NEGOTIATIONS_BEFORE_GIVING_UP = 3


@reads("attachments")
@demanded_by("2.1")
def letter_attached(deed: D) -> str | None:
    """2.1: the customer's letter goes with the form."""
    record = deed.record
    if record.channel in codes.PAPER_CHANNELS and not any(a.category == "letter" for a in record.attachments):
        return _("Attach the scan of the letter or fax first.")
    return None


@reads("negotiations")
def customer_satisfied(deed: D) -> str | None:
    """2.1: a non-quality complaint is settled when the customer is satisfied."""
    talks = deed.record.negotiations
    if talks and talks[-1].satisfied:
        return None
    return _("The customer must be satisfied first: log a negotiation that says so.")


@reads("negotiations")
def negotiated_enough(deed: D) -> str | None:
    if len(deed.record.negotiations) < NEGOTIATIONS_BEFORE_GIVING_UP:
        return _("At least three negotiations must be logged first.")
    return None


def not_who_handed_over(deed: D) -> str | None:
    if deed.actor.user_id == deed.record.handed_over_by_id:
        return _("Another person than the one who handed over must acknowledge receipt.")
    return None


def not_who_returned(deed: D) -> str | None:
    if deed.actor.user_id == deed.record.form_returned_by_id:
        return _("Another person than the one who returned the form must acknowledge receipt.")
    return None


@reads("dispositions")
def nothing_issued(deed: D) -> str | None:
    record = deed.record
    if record.round > 1 or any(item.issued_at for item in record.dispositions):
        return _("This is only possible in the first round, before a disposition is issued.")
    return None


@reads("dispositions")
def drafted_by_another(deed: D) -> str | None:
    """2.1: one drafts the 处理意见, another issues it."""
    draft = deed.record.disposition
    if draft is None or draft.issued_at:
        return _("Fill in the disposition first.")
    if draft.by_id == deed.actor.user_id:
        return _("The draft must be issued by another person than its author.")
    return None


@demanded_by("2.3")
def travellers_fit(deed: D) -> str | None:
    """2.3: everybody sent out is active, a technician or inspector, and holds the competence for the product."""
    people = []
    for login in [deed.data["technician"], *(deed.data.get("co_workers") or [])]:
        person = find_login(deed.session, login)
        if person is None or not person.active or not person.travels:
            name = full_name(person.user) if person else login
            return _("%(name)s is not an active technician or inspector. Choose another person.", name=name)
        people.append(person.user_id)
    missing = gaps(deed.session, deed.record, people, clock.local(deed.at).date())
    deed.data["missing_competence"] = missing
    if missing and not (deed.data.get("override_reason") or "").strip():
        return _("Without a valid competence: %(missing)s. Choose another person, or give the reason.", missing=missing)
    return None


def special_zone_dated(deed: D) -> str | None:
    """Hong Kong, Macao, Taiwan and abroad have no period of their own: QC types the date, with the reason."""
    if arrival_starts(deed.record) != "ARRIVE_SPECIAL":
        return None
    errors = {name: [_("Required for this region.")] for name in ("due_at", "due_reason") if not deed.data.get(name)}
    if errors:
        raise Invalid(errors)
    if deed.data["due_at"] <= deed.at:
        raise Invalid({"due_at": [_("The date must be in the future.")]})
    return None


@reads("assignments")
def before_arrival(deed: D) -> str | None:
    assignment = deed.record.assignment
    return _("This is only possible before the arrival.") if assignment and assignment.arrived_at else None


def after_assignment(deed: D) -> str | None:
    """Nobody arrives before being sent."""
    assignment = deed.record.assignment
    if assignment and deed.moment < assignment.at - timedelta(minutes=1):
        raise Invalid({deed.step.moment: [_("This is before the assignment.")]})
    return None


def departments_answered(deed: D) -> str | None:
    """2.1 会同有关部门: everybody asked has answered, or the reason why not is on the record."""
    silent = [item for item in deed.record.consultations if item.is_waiting]
    if silent and not (deed.data.get("unanswered_reason") or "").strip():
        names = ", ".join(item.department.label for item in silent)
        sentence = _("There is no answer yet from %(departments)s. Wait for it, or give the reason.", departments=names)
        raise Invalid({"unanswered_reason": [sentence]})
    return None


def may_be_merged(deed: D) -> str | None:
    """合并: into another open complaint of the same customer."""
    from .models import Complaint

    target = deed.session.get(Complaint, deed.data["into"], populate_existing=True)
    if target is None or target.id == deed.record.id:
        raise Invalid({"into": [_("Choose another complaint.")]})
    if target.customer_id not in one_customer(deed.session, deed.record.customer_id):
        return _("%(number)s is a complaint of another customer. Choose another one.", number=target.number)
    if target.state not in codes.OPEN:
        return _("%(number)s is not open any more. Choose another complaint.", number=target.number)
    return None


@reads("attachments")
def evidence_attached(deed: D) -> str | None:
    """撤诉: the customer's withdrawal is on paper."""
    if deed.record.withdrawal_asked_by_id is not None:
        return _("The withdrawal has been asked for already.")
    if not any(item.category in codes.WRITTEN for item in deed.record.attachments):
        return _("Attach the customer's withdrawal as evidence first.")
    return None


def withdrawal_asked(deed: D) -> str | None:
    asked_by = deed.record.withdrawal_asked_by_id
    if asked_by is None:
        return _("Nobody has asked for the withdrawal yet.")
    if asked_by == deed.actor.user_id:
        return _("Another person than the one who asked must approve the withdrawal.")
    return None


@reads("attachments")
def photos_attached(deed: D) -> str | None:
    wanted = settings.get(deed.session, "photos_required")
    if wanted and not any(a.category == "photo" for a in deed.record.attachments):
        return _("Attach a photo of the site first.")
    return None


def positive_means_it(deed: D) -> str | None:
    """2.5: who confirms with few stars or negative words is asked once more."""
    data = deed.data
    if data.get("confirm_negative") is True or not contradicts(data["satisfaction"], data.get("remark")):
        return None
    if deed.actor.via:
        sentence = _("You say the problem is solved, yet you are not satisfied. Do you want to confirm anyway?")
        raise Invalid({"confirm_negative": [sentence]})
    sentence = _("The customer does not sound satisfied. Confirm once more, or let the customer reject.")
    raise Invalid({"confirm_negative": [sentence]})


@reads("services")
def work_recorded(deed: D) -> str | None:
    """2.5: the customer signs what is written down."""
    return None if deed.record.service else _("Fill in the implementation record first.")


@reads("services", "contacts")
def tried_to_reach(deed: D) -> str | None:
    since = deed.record.service.completed_at if deed.record.service else None
    tries = [item for item in deed.record.contacts if since is None or item.at >= since]
    if len(tries) < 3 or len({item.channel for item in tries}) < 2:
        return _("Log at least three contacts on two channels first.")
    return None


@reads("notices")
@demanded_by("2.6")
def notice_issued(deed: D) -> str | None:
    """2.6: our own quality problem needs an issued 纠正措施通知单."""
    record = deed.record
    if record.responsibility == "own_quality" and not any(n.counts_for_closing for n in record.notices):
        return _("Issue a corrective action notice to the responsible department first.")
    return None


@reads("confirmations")
@demanded_by("2.5")
def confirmed_or_unconfirmed(deed: D) -> str | None:
    if deed.record.confirmation is None and not deed.record.unconfirmed:
        return _("The customer has not confirmed yet.")
    return None


def recently_closed(deed: D) -> str | None:
    days = settings.get(deed.session, "reopen_days")
    closed = deed.record.closed_at
    if closed is None or deed.at - closed > timedelta(days=days):
        return _("The complaint was closed more than %(days)s days ago. Register a new one instead.", days=days)
    return None


def not_yet_major(deed: D) -> str | None:
    new = set(deed.data["criteria"]) - set(deed.record.major_criteria or [])
    return None if new or not deed.record.is_major else _("The complaint is already marked with these criteria.")


def is_major(deed: D) -> str | None:
    return None if deed.record.is_major else _("The complaint is not marked as major.")


def region_is_leaf(deed: D) -> str | None:
    """Guarded by the region lookup itself; the change must be one."""
    if deed.data["site_region"] == deed.record.site_region_code and not deed.data.get("site_address"):
        raise Invalid({"site_region": [_("This is the region already on the record.")]})
    return None


def arrival_code(record: Complaint) -> str:
    """2.2: three days in the province, a week outside, ten days in remote areas."""
    return ARRIVAL[zone_of(record.site_region)]


def arrival_starts(record: Complaint) -> str | None:
    """The clock of the round starts with its first assignment and runs on through the later ones."""
    running = any(item.code.startswith("ARRIVE_") and item.is_running for item in record.deadlines)
    arrived = any(item.round == record.round and item.arrived_at for item in record.assignments)
    return None if running or arrived else arrival_code(record)


def completion_starts(record: Complaint) -> str | None:
    return None if deadlines.is_running(record, "COMPLETE") else "COMPLETE"


def notice_due(record: Complaint) -> str | None:
    """2.6: an own-quality complaint that came back starts the clock of its notice."""
    missing = record.responsibility == "own_quality" and not any(n.counts_for_closing for n in record.notices)
    return "CAPA_ISSUE" if missing else None
