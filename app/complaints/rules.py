"""The conditions of chapter 2 §2: each returns the sentence it refuses with, or None."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from app.core import deadlines, settings
from app.core.names import full_name
from app.core.workflow import Deed, Invalid
from app.organisation.competence import missing_competences
from app.organisation.models import Zone
from app.organisation.people import find_login
from app.organisation.regions import zone_of

from . import codes
from .models import Complaint

D = Deed[Complaint]
ARRIVAL = {
    Zone.in_province: "ARRIVE_IN",
    Zone.out_province: "ARRIVE_OUT",
    Zone.remote: "ARRIVE_REMOTE",
    Zone.special: "ARRIVE_SPECIAL",
}
NEGOTIATIONS_BEFORE_GIVING_UP = 3


def letter_attached(deed: D) -> str | None:
    """2.1: the customer's letter goes with the form."""
    record = deed.record
    if record.channel in codes.PAPER_CHANNELS and not any(a.category == "letter" for a in record.attachments):
        return _("attach the scan of the letter or fax first (2.1).")
    return None


def customer_satisfied(deed: D) -> str | None:
    """2.1: a non-quality complaint is settled when the customer is satisfied."""
    talks = deed.record.negotiations
    return None if talks and talks[-1].satisfied else _("2.1: the customer must be satisfied first. Log a negotiation.")


def negotiated_enough(deed: D) -> str | None:
    if len(deed.record.negotiations) < NEGOTIATIONS_BEFORE_GIVING_UP:
        return _("at least three negotiations must be logged first.")
    return None


def not_who_handed_over(deed: D) -> str | None:
    if deed.actor.user_id == deed.record.handed_over_by_id:
        return _("another person than the one who handed over must acknowledge receipt.")
    return None


def not_who_returned(deed: D) -> str | None:
    if deed.actor.user_id == deed.record.form_returned_by_id:
        return _("another person than the one who returned the form must acknowledge receipt.")
    return None


def nothing_issued(deed: D) -> str | None:
    record = deed.record
    if record.round > 1 or any(item.issued_at for item in record.dispositions):
        return _("only possible in the first round, before a disposition is issued.")
    return None


def drafted_by_another(deed: D) -> str | None:
    """2.1: one drafts the 处理意见, another issues it."""
    draft = deed.record.disposition
    if draft is None or draft.issued_at:
        return _("fill in the disposition first (2.1).")
    if draft.by_id == deed.actor.user_id:
        return _("the draft must be issued by another person than its author.")
    return None


def travellers_fit(deed: D) -> str | None:
    """2.3: everybody sent out is active, a technician or inspector, and holds the competence for the product."""
    category = deed.record.product.category_id if deed.record.product else None
    lacking: list[str] = []
    for login in [deed.data["technician"], *(deed.data.get("co_workers") or [])]:
        person = find_login(deed.session, login)
        if person is None or not person.active or not person.travels:
            return _("%(name)s is not an active technician or inspector. Choose another person.", name=login)
        missing = missing_competences(deed.session, person.user_id, category, deed.at.date())
        lacking += [f"{full_name(person.user)}: {item.label}" for item in missing]
    deed.data["missing_competence"] = "; ".join(lacking)
    if lacking and not (deed.data.get("override_reason") or "").strip():
        return _(
            "2.3: no valid competence: %(missing)s. Choose another person or give the reason.",
            missing="; ".join(lacking),
        )
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


def before_arrival(deed: D) -> str | None:
    assignment = deed.record.assignment
    return _("only possible before the arrival.") if assignment and assignment.arrived_at else None


def after_assignment(deed: D) -> str | None:
    """Nobody arrives before being sent."""
    assignment = deed.record.assignment
    if assignment and deed.moment < assignment.at - timedelta(minutes=1):
        raise Invalid({deed.step.moment: [_("This is before the assignment.")]})
    return None


def own_file(deed: D) -> str | None:
    """A named file must hang on this very record."""
    number = deed.data.get("attachment")
    if number and number not in {item.id for item in deed.record.attachments}:
        raise Invalid({"attachment": [_("This file does not belong to the record. Upload it again.")]})
    return None


def departments_answered(deed: D) -> str | None:
    """2.1 会同有关部门: everybody asked has answered, or the reason why not is on the record."""
    silent = [item for item in deed.record.consultations if item.is_waiting]
    if silent and not (deed.data.get("unanswered_reason") or "").strip():
        names = ", ".join(item.department.label for item in silent)
        return _("2.1: no answer yet from %(departments)s. Wait for it or give the reason.", departments=names)
    return None


def may_be_merged(deed: D) -> str | None:
    """合并: into another open complaint of the same customer."""
    from .models import Complaint

    target = deed.session.get(Complaint, deed.data["into"])
    if target is None or target.id == deed.record.id:
        raise Invalid({"into": [_("Choose another complaint.")]})
    if target.customer_id != deed.record.customer_id:
        return _("%(number)s is a complaint of another customer.", number=target.number)
    if target.state not in codes.OPEN:
        return _("%(number)s is not open any more.", number=target.number)
    return None


def evidence_attached(deed: D) -> str | None:
    """撤诉: the customer's withdrawal is on paper."""
    if deed.record.withdrawal_asked_by_id is not None:
        return _("the withdrawal has been asked for already.")
    if not any(item.category in ("evidence", "letter", "return_slip", "signature") for item in deed.record.attachments):
        return _("attach the customer's withdrawal as evidence first.")
    return None


def withdrawal_asked(deed: D) -> str | None:
    asked_by = deed.record.withdrawal_asked_by_id
    if asked_by is None:
        return _("nobody has asked for the withdrawal.")
    if asked_by == deed.actor.user_id:
        return _("another person than the one who asked must approve the withdrawal.")
    return None


def photos_attached(deed: D) -> str | None:
    wanted = settings.get(deed.session, "photos_required")
    if wanted and not any(a.category == "photo" for a in deed.record.attachments):
        return _("attach a photo of the site first.")
    return None


def positive_means_it(deed: D) -> str | None:
    """A positive tick with negative words asks once more."""
    remark = (deed.data.get("remark") or "").lower()
    if any(word in remark for word in codes.NEGATIVE_WORDS) and deed.data.get("confirm_negative") is not True:
        raise Invalid(
            {"confirm_negative": [_("The remark sounds negative. Confirm once more, or let the customer reject.")]}
        )
    return None


def signature_present(deed: D) -> str | None:
    """2.5: a drawn signature, or the paper with the signature on it."""
    data = deed.data
    if data["method"] == "onscreen" and not (data.get("signature") or data.get("attachment") or data.get("scan")):
        raise Invalid({"signature": [_("Let the customer sign.")]})
    if data["method"] != "onscreen" and not (data.get("attachment") or data.get("scan") or data.get("signature")):
        raise Invalid({"attachment": [_("Attach the scan with the customer's signature.")]})
    if data.get("attachment") and data["attachment"] not in {item.id for item in deed.record.attachments}:
        raise Invalid({"attachment": [_("This file does not belong to the record. Upload it again.")]})
    if deed.record.service is None:
        return _("fill in the implementation record first (2.5).")
    return None


def tried_to_reach(deed: D) -> str | None:
    since = deed.record.service.completed_at if deed.record.service else None
    tries = [item for item in deed.record.contacts if since is None or item.at >= since]
    if len(tries) < 3 or len({item.channel for item in tries}) < 2:
        return _("log at least three contacts on two channels first.")
    return None


def notice_issued(deed: D) -> str | None:
    """2.6: our own quality problem needs an issued 纠正措施通知单."""
    record = deed.record
    if record.responsibility == "own_quality" and not any(n.counts_for_closing for n in record.notices):
        return _("2.6: issue a corrective action notice to the responsible department first.")
    return None


def confirmed_or_unconfirmed(deed: D) -> str | None:
    if deed.record.confirmation is None and not deed.record.unconfirmed:
        return _("2.5: the customer has not confirmed.")
    return None


def recently_closed(deed: D) -> str | None:
    days = settings.get(deed.session, "reopen_days")
    closed = deed.record.closed_at
    if closed is None or deed.at - closed > timedelta(days=days):
        return _("closed more than %(days)s days ago. Register a new complaint instead.", days=days)
    return None


def not_yet_major(deed: D) -> str | None:
    new = set(deed.data["criteria"]) - set(deed.record.major_criteria or [])
    return None if new or not deed.record.is_major else _("it is already marked with these criteria.")


def is_major(deed: D) -> str | None:
    return None if deed.record.is_major else _("it is not marked as major.")


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
