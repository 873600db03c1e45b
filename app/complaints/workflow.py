"""Chapter 2 §2 as a table. Read it top to bottom: it is the life of a complaint."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from app.core.workflow import Stage, State, Transition, Workflow

from . import forms, rules, steps
from .codes import OPEN, S
from .models import Complaint
from .people import (
    clerk,
    is_assigned,
    is_assigned_or_office,
    is_assigned_or_qc,
    may_dispute,
    own_slip,
    qc_or_manager,
    role,
    traveller,
)

RECEPTION, QC, QC_MANAGER = ("reception",), ("qc",), ("qc_manager",)
TRAVELLERS = ("technician", "inspector")
ARRIVALS = ("ARRIVE_IN", "ARRIVE_OUT", "ARRIVE_REMOTE", "ARRIVE_SPECIAL", "REVISIT")

STATES = {
    S.received: State(_l("Received"), "warn", clerk),
    S.negotiating: State(_l("Negotiating"), "warn", clerk),
    S.pending_qc: State(_l("To be handed to QC"), "warn", role("reception")),
    S.handed_over: State(_l("Waiting for QC's receipt"), "info", role("qc")),
    S.at_qc: State(_l("At QC"), "info", qc_or_manager),
    S.disposed: State(_l("Disposition issued"), "warn", role("qc_manager")),
    S.assigned: State(_l("Assigned"), "info", traveller),
    S.on_site: State(_l("On site"), "info", traveller),
    S.awaiting_confirmation: State(_l("Awaiting customer confirmation"), "warn", traveller),
    S.confirmed: State(_l("Confirmed by the customer"), "info", traveller),
    S.form_returned: State(_l("Form returned, to be received"), "info", role("qc")),
    S.returned: State(_l("Back at QC"), "warn", role("qc_manager")),
    S.closed: State(_l("Closed"), "ok", None),
    S.merged: State(_l("Merged"), "mut", None),
    S.void: State(_l("Void"), "mut", None),
}

STAGES = (
    Stage(_l("Receipt"), frozenset({S.received, S.negotiating}),
          frozenset({"register", "classify_quality", "reclassify_quality", "classify_non_quality", "settle"})),
    Stage(_l("Hand-over to QC"), frozenset({S.pending_qc, S.handed_over}), frozenset({"hand_over", "receive"}), ("HAND_TO_QC",)),
    Stage(_l("Disposition"), frozenset({S.at_qc}), frozenset({"issue_disposition"}), ("DISPOSE",)),
    Stage(_l("Assignment"), frozenset({S.disposed}), frozenset({"assign", "handle_remotely"}), ("ASSIGN",)),
    Stage(_lp("stage", "On site"), frozenset({S.assigned, S.on_site}), frozenset({"complete", "handle_remotely"}), ARRIVALS),
    Stage(_l("Customer confirmation"), frozenset({S.awaiting_confirmation}), frozenset({"confirm", "no_answer"}), ("CONFIRM",)),
    Stage(_l("Filing"), frozenset({S.confirmed, S.form_returned, S.returned}), frozenset({"close"}), ("RETURN_FORM", "CLOSE")),
)

TABS = {
    "todo": (_l("To do"), (S.received, S.negotiating)),
    "handover": (_l("To hand over"), (S.pending_qc,)),
    "qc": (_l("QC"), (S.handed_over, S.at_qc)),
    "dispatch": (_l("To assign"), (S.disposed,)),
    "site": (_lp("tab", "On site"), (S.assigned, S.on_site)),
    "confirm": (_l("To confirm"), (S.awaiting_confirmation,)),
    "close": (_l("To close"), (S.confirmed, S.form_returned, S.returned)),
    "closed": (_lp("tab", "Closed"), (S.closed, S.merged, S.void)),
}

COMPLAINT = Workflow[Complaint](
    "complaint", thing="Complaint", title=_l("Customer complaints"), initial=S.received, states=STATES, stages=STAGES,
    tabs=TABS, begins=("HAND_TO_QC", "ACK"),
    steps=[
        # 2.1 reception
        Transition("classify_quality", _l("Judge as quality problem"), frozenset({S.received}), S.pending_qc, RECEPTION, "2.1",
                   form=forms.Plan, effect=steps.judge_quality, icon="fa-clipboard-check"),
        Transition("classify_non_quality", _l("Judge as non-quality"), frozenset({S.received}), S.negotiating, RECEPTION, "2.1",
                   form=forms.OptionalReason, effect=steps.judge_non_quality, starts=("NEGOTIATE",),
                   cancels=("HAND_TO_QC",), tone="side", icon="fa-comments"),
        Transition("negotiate", _l("Log a negotiation"), frozenset({S.negotiating}), None, RECEPTION, "2.1",
                   form=forms.Negotiate, effect=steps.log_negotiation, icon="fa-comments"),
        Transition("settle", _l("Settle and close"), frozenset({S.negotiating}), S.closed, RECEPTION, "2.1",
                   guards=(rules.customer_satisfied, rules.letter_attached), effect=steps.settle, meets=("NEGOTIATE",),
                   tone="side", icon="fa-handshake"),
        Transition("settle_unsatisfied", _l("Close as duty done"), frozenset({S.negotiating}), S.closed, ("gm",), "2.1",
                   form=forms.Reason, guards=(rules.negotiated_enough,), effect=steps.give_up, meets=("NEGOTIATE",),
                   icon="fa-gavel"),
        Transition("reclassify_quality", _l("Reclassify as quality problem"), frozenset({S.negotiating}), S.pending_qc,
                   RECEPTION, "2.1", form=forms.PlanWithReason, effect=steps.judge_quality, starts=("HAND_TO_QC",),
                   cancels=("NEGOTIATE",), tone="side", icon="fa-exchange-alt"),
        Transition("hand_over", _l("Hand over to QC"), frozenset({S.pending_qc}), S.handed_over, RECEPTION, "2.1",
                   form=forms.Late, guards=(rules.letter_attached,), effect=steps.hand_over, starts=("QC_RECEIVE",),
                   meets=("HAND_TO_QC",), late=("HAND_TO_QC",), icon="fa-share"),
        # 2.1 quality control
        Transition("receive", _l("Acknowledge receipt"), frozenset({S.handed_over}), S.at_qc, QC, "2.1",
                   guards=(rules.not_who_handed_over,), starts=("DISPOSE",), meets=("QC_RECEIVE",), icon="fa-inbox"),
        Transition("send_back", _l("Send back to reception"), frozenset({S.handed_over, S.at_qc}), S.received, QC, "2.1",
                   form=forms.Reason, guards=(rules.nothing_issued,), effect=steps.send_back, starts=("HAND_TO_QC",),
                   cancels=("QC_RECEIVE", "DISPOSE"), tone="side", icon="fa-undo"),
        Transition("draft_disposition", _l("Draft the disposition"), frozenset({S.at_qc}), None, QC, "2.1",
                   form=forms.Draft, effect=steps.draft_disposition, icon="fa-pen"),
        Transition("issue_disposition", _l("Issue the disposition"), frozenset({S.at_qc}), S.disposed, QC_MANAGER, "2.1",
                   form=forms.Issue, guards=(rules.drafted_by_another,), effect=steps.issue_disposition,
                   starts=("ASSIGN",), meets=("DISPOSE",), icon="fa-gavel"),
        # 2.2, 2.3 assignment and journey
        Transition("assign", _l("Assign"), frozenset({S.disposed}), S.assigned, QC_MANAGER, "2.2", form=forms.Assign,
                   checks=(rules.travellers_fit, rules.special_zone_dated), effect=steps.assign,
                   starts=(rules.arrival_starts,), meets=("ASSIGN",), icon="fa-user-plus"),
        Transition("reassign", _l("Reassign"), frozenset({S.assigned, S.on_site}), S.assigned, QC_MANAGER, "2.2",
                   form=forms.Reassign, checks=(rules.travellers_fit,), effect=steps.assign, tone="side",
                   icon="fa-user-edit"),
        Transition("arrive", _l("Arrived on site"), frozenset({S.assigned}), S.on_site, TRAVELLERS, "2.2", form=forms.Arrive,
                   whose=is_assigned, checks=(rules.after_assignment,), effect=steps.arrive,
                   starts=(rules.completion_starts,), meets=ARRIVALS, late=ARRIVALS, moment="arrived_at",
                   icon="fa-map-marker-alt"),
        Transition("accept", _l("Accept"), frozenset({S.assigned}), None, TRAVELLERS, "2.2", form=forms.PlannedOn,
                   whose=is_assigned, effect=steps.accept, tone="side", icon="fa-check"),
        Transition("depart", _l("Set out"), frozenset({S.assigned}), None, TRAVELLERS, "2.2", form=forms.At,
                   whose=is_assigned, effect=steps.depart, moment="at", tone="side", icon="fa-car"),
        Transition("decline", _l("Decline"), frozenset({S.assigned}), S.disposed, TRAVELLERS, "2.2", form=forms.Reason,
                   whose=is_assigned, guards=(rules.before_arrival,), effect=steps.decline, tone="side", icon="fa-times"),
        Transition("agree_later_date", _l("Customer asked for a later date"), frozenset({S.assigned}), None, TRAVELLERS, "2.2",
                   form=forms.AgreedDate, whose=is_assigned, effect=steps.agree_later_date, tone="side",
                   icon="fa-calendar-check"),
        # 2.4, 2.5 on site
        Transition("complete", _l("Complete the work"), frozenset({S.on_site}), S.awaiting_confirmation, TRAVELLERS, "2.4",
                   form=forms.Complete, whose=is_assigned,
                   checks=(rules.charge_fits_responsibility, rules.consent_given, rules.photos_attached),
                   effect=steps.complete, starts=("CONFIRM",), meets=("COMPLETE",), icon="fa-wrench"),
        Transition("investigate", _l("Record the cause"), frozenset({S.on_site}), None, TRAVELLERS, "2.4",
                   form=forms.Investigate, whose=is_assigned, effect=steps.investigate, tone="side", icon="fa-search"),
        Transition("reschedule", _l("Reschedule the visit"), frozenset({S.on_site}), S.assigned, TRAVELLERS, "2.2",
                   form=forms.Reschedule, whose=is_assigned, effect=steps.reschedule, starts=(lambda record: "REVISIT",),
                   cancels=("COMPLETE",), tone="side", icon="fa-calendar-alt"),
        Transition("dispute", _l("Dispute / chargeable service refused"), frozenset({S.disposed, S.on_site}), S.at_qc,
                   (*TRAVELLERS, *QC), "2.4", form=forms.Reason, whose=may_dispute, effect=steps.next_round,
                   starts=("DISPOSE",), cancels=("ASSIGN", "COMPLETE", *ARRIVALS), tone="side", icon="fa-balance-scale"),
        Transition("handle_remotely", _l("Handle without a visit"), frozenset({S.disposed}), S.awaiting_confirmation, QC, "2.4",
                   form=forms.Remote, checks=(rules.charge_fits_responsibility, rules.consent_given, rules.photos_attached),
                   effect=steps.complete, starts=("CONFIRM",), meets=("ASSIGN",), cancels=ARRIVALS, tone="side",
                   icon="fa-phone"),
        Transition("confirm", _l("Customer confirms"), frozenset({S.awaiting_confirmation}), S.confirmed,
                   (*TRAVELLERS, *QC), "2.5", form=forms.Confirm, whose=is_assigned_or_qc,
                   checks=(rules.signature_present, rules.positive_means_it), effect=steps.confirm,
                   starts=("RETURN_FORM",), meets=("CONFIRM",), icon="fa-signature"),
        Transition("reject", _l("Customer does not accept"), frozenset({S.awaiting_confirmation}), S.at_qc,
                   (*TRAVELLERS, *QC), "2.5", form=forms.Reason, whose=is_assigned_or_qc, effect=steps.next_round,
                   starts=("DISPOSE",), meets=("CONFIRM",), tone="side", icon="fa-thumbs-down"),
        Transition("no_answer", _l("Customer does not answer"), frozenset({S.awaiting_confirmation}), S.returned, QC_MANAGER,
                   "2.5", form=forms.Reason, guards=(rules.tried_to_reach,), effect=steps.give_up_waiting,
                   starts=("CLOSE", rules.notice_due), meets=("CONFIRM",), tone="side", icon="fa-phone-slash"),
        # 2.6 back at the company
        Transition("return_form", _l("Return the form to QC"), frozenset({S.confirmed}), S.form_returned,
                   (*TRAVELLERS, *QC), "2.6", form=forms.Late, whose=is_assigned_or_qc, effect=steps.return_form,
                   starts=("QC_RECEIVE",), meets=("RETURN_FORM",), late=("RETURN_FORM",), icon="fa-file-import"),
        Transition("back_at_company", _l("Back at the company"), frozenset({S.confirmed}), None, TRAVELLERS, "2.6",
                   form=forms.At, whose=is_assigned, effect=steps.back_at_company, starts=("RETURN_FORM",),
                   cancels=("RETURN_FORM",), moment="at", tone="side", icon="fa-building"),
        Transition("receive_form", _l("Receive the form"), frozenset({S.form_returned}), S.returned, QC, "2.6",
                   guards=(rules.not_who_returned,), starts=("CLOSE", rules.notice_due), meets=("QC_RECEIVE",),
                   icon="fa-inbox"),
        Transition("close", _l("Close"), frozenset({S.returned}), S.closed, QC_MANAGER, "2.6", form=forms.Late,
                   guards=(rules.notice_issued, rules.nothing_owed, rules.confirmed_or_unconfirmed), effect=steps.close,
                   meets=("CLOSE",), late=("CLOSE",), icon="fa-archive"),
        # at any time
        Transition("log_contact", _l("Log a contact"), OPEN, None, (*RECEPTION, *QC, *TRAVELLERS), "2.5",
                   form=forms.LogContact, whose=is_assigned_or_office, effect=steps.log_contact, tone="side",
                   icon="fa-phone"),
        Transition("mark_major", _l("Mark as major"), OPEN, None, (*RECEPTION, *QC), "4.4", form=forms.Major,
                   checks=(rules.not_yet_major,), effect=steps.mark_major, tone="more", icon="fa-star"),
        Transition("unmark_major", _l("No longer major"), OPEN, None, ("qc_manager", "leader"), "4.4", form=forms.Reason,
                   guards=(rules.is_major,), effect=steps.unmark_major, tone="more", icon="fa-star-half-alt"),
        Transition("correct_site", _l("Correct the site region"),
                   frozenset({S.received, S.negotiating, S.pending_qc, S.handed_over, S.at_qc, S.disposed, S.assigned}), None,
                   (*RECEPTION, *QC), "2.2", form=forms.CorrectSite, checks=(rules.region_is_leaf,),
                   effect=steps.correct_site, tone="more", icon="fa-map"),
        Transition("reopen", _l("Reopen"), frozenset({S.closed}), steps.state_after_reopening, (*RECEPTION, *QC_MANAGER), "2.6",
                   form=forms.Reason, guards=(rules.recently_closed,), effect=steps.reopen,
                   starts=(steps.clock_after_reopening,), tone="side", icon="fa-redo"),
        Transition("void", _l("Void"), frozenset({S.received, S.negotiating, S.pending_qc}), S.void, (*RECEPTION, *QC_MANAGER),
                   "2.1", form=forms.Reason, guards=(rules.nothing_issued,), whose=own_slip, tone="danger",
                   icon="fa-ban"),
    ],
)
