"""Chapter 2 §2 as a table. Read it top to bottom: it is the life of a complaint."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _lp

from app.core.kind.asks import LATE, REASON, may
from app.core.kind.contacting import log_contact
from app.core.kind.signing import customer_signs
from app.core.kind.steps import step
from app.core.process.whose_turn import ByRight
from app.core.process.workflow import Stage, State, Workflow
from app.core.text.wording import lazy_gettext as _l

from . import (
    asks,
    consultation,
    dispatch,
    forms,
    merging,
    rules,
    rules_charge,
    standing_in,
    steps,
    steps_beside,
    steps_charge,
    steps_paths,
)
from .codes import OPEN, S
from .models import Assignment, Complaint
from .people import (
    clerk,
    drafted,
    is_assigned,
    is_assigned_or_office,
    is_assigned_or_qc,
    may_dispute,
    own_slip,
    party,
    withdrawal_asked,
)

RECEPTION, QC, QC_MANAGER = ("reception",), ("qc",), ("qc_manager",)
TRAVELLERS = ("technician", "inspector")
PAYABLE = frozenset({S.awaiting_confirmation, S.confirmed, S.form_returned, S.returned})
ARRIVALS = ("ARRIVE_IN", "ARRIVE_OUT", "ARRIVE_REMOTE", "ARRIVE_SPECIAL", "REVISIT")

WITHDRAWAL = (ByRight("approve_withdrawal", when=withdrawal_asked),)
VISIT = (ByRight("reassign", when=standing_in.nobody_can_go), *WITHDRAWAL)

STATES = {
    S.received: State(_l("Received"), "warn", ByRight("classify_quality", clerk), WITHDRAWAL),
    S.negotiating: State(_l("Negotiating"), "warn", ByRight("negotiate", clerk), WITHDRAWAL),
    S.pending_qc: State(_l("To be handed to QC"), "warn", ByRight("hand_over"), WITHDRAWAL),
    S.handed_over: State(_l("Waiting for QC's receipt"), "info", ByRight("receive"), WITHDRAWAL),
    S.at_qc: State(_l("At QC"), "info", (ByRight("issue_disposition", when=drafted), ByRight("draft_disposition")), WITHDRAWAL),
    S.disposed: State(_l("Disposition issued"), "warn", ByRight("assign"), WITHDRAWAL),
    S.assigned: State(_l("Assigned"), "info", ByRight("arrive", party, shared=True), VISIT),
    S.on_site: State(_l("On site"), "info", ByRight("complete", party, shared=True), VISIT),
    S.awaiting_confirmation: State(_l("Awaiting customer confirmation"), "warn", ByRight("confirm", party, shared=True), WITHDRAWAL),
    S.confirmed: State(_l("Confirmed by the customer"), "info", ByRight("return_form", party, shared=True), WITHDRAWAL),
    S.form_returned: State(_l("Form returned, to be received"), "info", ByRight("receive_form"), WITHDRAWAL),
    S.returned: State(_l("Back at QC"), "warn", ByRight("close"), WITHDRAWAL),
    S.closed: State(_l("Closed"), "ok", None),
    S.merged: State(_l("Merged"), "mut", None, goes_on_as=lambda record: record.goes_on_as),
    S.void: State(_l("Void"), "mut", None),
}

STAGES = (
    Stage(_l("Receipt"), frozenset({S.received, S.negotiating}),
          frozenset({"register", "classify_quality", "reclassify_quality", "classify_non_quality", "settle"}), ("NEGOTIATE",)),
    Stage(_l("Hand-over to QC"), frozenset({S.pending_qc, S.handed_over}), frozenset({"hand_over", "receive"}), ("HAND_TO_QC",)),
    Stage(_l("Disposition"), frozenset({S.at_qc}), frozenset({"issue_disposition"}), ("DISPOSE",)),
    Stage(_l("Assignment"), frozenset({S.disposed}), frozenset({"assign", "handle_remotely"}), ("ASSIGN",)),
    Stage(_lp("stage", "On site"), frozenset({S.assigned, S.on_site}), frozenset({"complete", "handle_remotely"}), (*ARRIVALS, "COMPLETE")),
    Stage(_l("Customer confirmation"), frozenset({S.awaiting_confirmation}), frozenset({"confirm", "no_answer"}), ("CONFIRM",)),
    Stage(_l("Filing"), frozenset({S.confirmed, S.form_returned, S.returned}),
          frozenset({"close", "settle", "settle_unsatisfied", "approve_withdrawal"}), ("RETURN_FORM", "CLOSE")),
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
    tabs=TABS, begins=("HAND_TO_QC", "ACK"), since={"HAND_TO_QC": lambda record: record.received_at},
    steps=[
        # 2.1 reception
        step("classify_quality", _l("Judge as quality problem"), S.received, S.pending_qc, RECEPTION, "2.1",
             asks=asks.PLAN, effect=steps.judge_quality, icon="fa-clipboard-check"),
        step("classify_non_quality", _l("Judge as non-quality"), S.received, S.negotiating, RECEPTION, "2.1",
             asks=(asks.WHY,), effect=steps.judge_non_quality, starts=("NEGOTIATE",),
             cancels=("HAND_TO_QC",), tone="side", icon="fa-comments"),
        step("negotiate", _l("Log a negotiation"), S.negotiating, None, RECEPTION, "2.1",
             adds=Complaint.negotiations, asks=asks.NEGOTIATION, icon="fa-comments"),
        step("settle", _l("Settle and close"), S.negotiating, S.closed, RECEPTION, "2.1",
             guards=(rules.customer_satisfied, rules.letter_attached), effect=steps.settle, meets=("NEGOTIATE",),
             icon="fa-handshake"),
        step("settle_unsatisfied", _l("Close as duty done"), S.negotiating, S.closed, ("gm",), "2.1",
             asks=(REASON,), guards=(rules.negotiated_enough,), effect=steps.give_up, meets=("NEGOTIATE",),
             tone="side", icon="fa-gavel"),
        step("reclassify_quality", _l("Reclassify as quality problem"), S.negotiating, S.pending_qc,
             RECEPTION, "2.1", asks=(*asks.PLAN, REASON), effect=steps.judge_quality, starts=("HAND_TO_QC",),
             cancels=("NEGOTIATE",), tone="side", icon="fa-exchange-alt"),
        step("hand_over", _l("Hand over to QC"), S.pending_qc, S.handed_over, RECEPTION, "2.1",
             asks=(LATE,), stamps="handed_over", guards=(rules.letter_attached,), starts=("QC_RECEIVE",),
             meets=("HAND_TO_QC",), late=("HAND_TO_QC",), icon="fa-share"),
        # 2.1 quality control
        step("receive", _l("Acknowledge receipt"), S.handed_over, S.at_qc, QC, "2.1",
             guards=(rules.not_who_handed_over,), starts=("DISPOSE",), meets=("QC_RECEIVE",), icon="fa-inbox"),
        step("send_back", _l("Send back to reception"), (S.handed_over, S.at_qc), S.received, QC, "2.1",
             asks=(REASON,), guards=(rules.nothing_issued,), effect=steps.send_back, starts=("HAND_TO_QC",),
             cancels=("QC_RECEIVE", "DISPOSE"), tone="side", icon="fa-undo"),
        step("draft_disposition", _l("Draft the disposition"), S.at_qc, None, QC, "2.1",
             asks=asks.DISPOSITION, effect=steps.draft_disposition, icon="fa-pen"),
        step("consult", _l("Consult departments"), S.at_qc, None, QC, "2.1", asks=asks.CONSULT,
             checks=(consultation.somebody_answers,), effect=consultation.ask, tone="side", icon="fa-users"),
        step("issue_disposition", _l("Issue the disposition"), S.at_qc, S.disposed, QC_MANAGER, "2.1",
             asks=asks.ISSUE, guards=(rules.drafted_by_another,), checks=(rules.departments_answered,), effect=steps.issue_disposition,
             starts=("ASSIGN",), meets=("DISPOSE",), icon="fa-gavel"),
        # 2.2, 2.3 assignment and journey
        step("assign", _l("Assign"), S.disposed, S.assigned, QC_MANAGER, "2.2", asks=asks.ASSIGN, form=forms.Assign,
             checks=(rules.travellers_fit, dispatch.kind_fits, rules.special_zone_dated), effect=steps.assign,
             starts=(rules.arrival_starts,), meets=("ASSIGN",), icon="fa-user-plus"),
        step("reassign", _l("Reassign"), (S.assigned, S.on_site), S.assigned, QC_MANAGER, "2.2",
             asks=(*asks.ASSIGN, REASON), form=forms.Assign, checks=(rules.travellers_fit, dispatch.kind_fits), effect=steps.assign, tone="side",
             icon="fa-user-edit"),
        step("arrive", _l("Arrived on site"), S.assigned, S.on_site, TRAVELLERS, "2.2", asks=asks.ARRIVAL,
             whose=is_assigned, guards=(standing_in.masters_it_too,), checks=(rules.after_assignment,), effect=steps.arrive,
             starts=(rules.completion_starts,), meets=ARRIVALS, late=ARRIVALS, moment="arrived_at",
             icon="fa-map-marker-alt"),
        step("accept", _l("Accept"), S.assigned, None, TRAVELLERS, "2.2", asks=(may(Assignment.planned_on),),
             whose=is_assigned, guards=(standing_in.masters_it_too,), effect=steps.accept, tone="side", icon="fa-check"),
        step("depart", _l("Set out"), S.assigned, None, TRAVELLERS, "2.2", asks=(asks.AT,),
             whose=is_assigned, guards=(standing_in.masters_it_too,), checks=(rules.after_assignment,), effect=steps.depart, moment="at", tone="side",
             icon="fa-car"),
        step("decline", _l("Decline"), S.assigned, S.disposed, TRAVELLERS, "2.2", asks=(REASON,),
             whose=is_assigned, guards=(rules.before_arrival,), effect=steps.decline, tone="side", icon="fa-times"),
        step("agree_later_date", _l("Customer asked for a later date"), S.assigned, None, TRAVELLERS, "2.2",
             asks=asks.AGREED, whose=is_assigned, effect=steps.agree_later_date, tone="side",
             icon="fa-calendar-check"),
        # 2.4, 2.5 on site
        step("complete", _l("Complete the work"), S.on_site, S.awaiting_confirmation, TRAVELLERS, "2.4",
             asks=asks.WORK, whose=is_assigned, guards=(standing_in.masters_it_too, rules.photos_attached),
             checks=(rules_charge.charge_fits_responsibility, rules_charge.consent_given),
             effect=steps.complete, starts=("CONFIRM",), meets=("COMPLETE",), icon="fa-wrench"),
        step("investigate", _l("Record the cause"), S.on_site, None, TRAVELLERS, "2.4",
             asks=asks.FOUND, whose=is_assigned, guards=(standing_in.masters_it_too,), effect=steps.investigate, tone="side", icon="fa-search"),
        step("reschedule", _l("Reschedule the visit"), S.on_site, S.assigned, TRAVELLERS, "2.2",
             asks=asks.RESCHEDULED, whose=is_assigned, effect=steps.reschedule, starts=(lambda record: "REVISIT",),
             cancels=("COMPLETE",), tone="side", icon="fa-calendar-alt"),
        step("quote", _l("Quote a price"), (S.disposed, S.on_site), None, (*TRAVELLERS, *QC), "2.4",
             asks=asks.QUOTE, whose=may_dispute, guards=(rules_charge.not_own_quality,),
             checks=(rules_charge.quote_adds_up,), effect=steps_charge.quote, tone="side", icon="fa-file-invoice"),
        step("answer_quote", _l("Answer to the quotation"), (S.disposed, S.on_site), None,
             (*TRAVELLERS, *QC), "2.4", asks=asks.ANSWER, whose=may_dispute,
             guards=(rules_charge.quote_waits,), checks=(rules_charge.consent_proven,), effect=steps_charge.answer_quote,
             tone="side", icon="fa-file-signature"),
        step("dispute", _l("Dispute / chargeable service refused"), (S.disposed, S.on_site), S.at_qc,
             (*TRAVELLERS, *QC), "2.4", asks=(REASON,), whose=may_dispute, effect=steps.next_round,
             starts=("DISPOSE",), cancels=("ASSIGN", "COMPLETE", *ARRIVALS), tone="side", icon="fa-balance-scale"),
        step("handle_remotely", _l("Handle without a visit"), S.disposed, S.awaiting_confirmation, QC, "2.4",
             asks=asks.REMOTE, guards=(rules.photos_attached,),
             checks=(rules_charge.charge_fits_responsibility, rules_charge.consent_given),
             effect=steps.complete, starts=("CONFIRM",), meets=("ASSIGN", "COMPLETE"), cancels=ARRIVALS, tone="side",
             icon="fa-phone"),
        customer_signs("confirm", _l("Customer confirms"), (S.awaiting_confirmation,), S.confirmed,
                       (*TRAVELLERS, *QC), "2.5", form=forms.Confirm, whose=is_assigned_or_qc, guards=(rules.work_recorded,),
                       checks=(rules.positive_means_it,), effect=steps.satisfied,
                       starts=("RETURN_FORM",), meets=("CONFIRM",), icon="fa-signature"),
        step("reject", _l("Customer does not accept"), S.awaiting_confirmation, S.at_qc,
             (*TRAVELLERS, *QC), "2.5", asks=(REASON,), whose=is_assigned_or_qc, effect=steps.next_round,
             starts=("DISPOSE",), meets=("CONFIRM",), tone="side", icon="fa-thumbs-down"),
        step("no_answer", _l("Customer does not answer"), S.awaiting_confirmation, S.returned, QC_MANAGER,
             "2.5", asks=(REASON,), guards=(rules.tried_to_reach,), effect=steps_beside.give_up_waiting,
             starts=("CLOSE", rules.notice_due), meets=("CONFIRM",), tone="side", icon="fa-phone-slash"),
        step("amend", _l("Correct the implementation record"),
             (S.awaiting_confirmation, S.confirmed, S.form_returned, S.returned), S.awaiting_confirmation,
             (*TRAVELLERS, *QC), "2.5", asks=asks.AMEND, whose=may_dispute,
             checks=(rules_charge.charge_fits_responsibility, rules_charge.consent_given), effect=steps.amend,
             starts=("CONFIRM",), cancels=("CONFIRM", "RETURN_FORM", "QC_RECEIVE", "CLOSE", "CAPA_ISSUE"), tone="more",
             icon="fa-eraser"),
        # 2.4 what was charged
        step("record_payment", _l("Record a payment"), PAYABLE, None, ("finance",), "2.4", adds=Complaint.payments, asks=asks.PAYMENT,
             guards=(rules_charge.charged,), checks=(rules_charge.not_overpaid,), tone="side", icon="fa-coins"),
        step("waive_payment", _l("Waive the payment"), PAYABLE, None, ("leader",), "2.4", asks=(REASON,),
             guards=(rules_charge.charged,), effect=steps_charge.waive_payment, tone="side", icon="fa-hand-holding-usd"),
        # 2.6 back at the company
        step("return_form", _l("Return the form to QC"), S.confirmed, S.form_returned,
             (*TRAVELLERS, *QC), "2.6", asks=(LATE,), whose=is_assigned_or_qc, effect=steps_beside.return_form,
             starts=("QC_RECEIVE",), meets=("RETURN_FORM",), late=("RETURN_FORM",), icon="fa-file-import"),
        step("back_at_company", _l("Back at the company"), S.confirmed, None, TRAVELLERS, "2.6",
             asks=(asks.AT,), whose=is_assigned, checks=(rules.after_assignment,), effect=steps_beside.back_at_company,
             starts=("RETURN_FORM",),
             cancels=("RETURN_FORM",), moment="at", tone="side", icon="fa-building"),
        step("receive_form", _l("Receive the form"), S.form_returned, S.returned, QC, "2.6",
             guards=(rules.not_who_returned,), starts=("CLOSE", rules.notice_due), meets=("QC_RECEIVE",),
             icon="fa-inbox"),
        step("close", _l("Close"), S.returned, S.closed, QC_MANAGER, "2.6", asks=(LATE,),
             guards=(rules.notice_issued, rules_charge.nothing_owed, rules.confirmed_or_unconfirmed), effect=steps_beside.close,
             meets=("CLOSE",), icon="fa-archive"),
        # at any time
        log_contact(OPEN, (*RECEPTION, *QC, *TRAVELLERS), "2.5", whose=is_assigned_or_office),
        step("mark_major", _l("Mark as major"), OPEN, None, (*RECEPTION, *QC), "4.4", asks=(asks.CRITERIA,),
             checks=(rules.not_yet_major,), effect=steps_beside.mark_major, tone="more", icon="fa-star"),
        step("unmark_major", _l("No longer major"), OPEN, None, ("qc_manager", "leader"), "4.4", asks=(REASON,),
             guards=(rules.is_major,), effect=steps_beside.unmark_major, tone="more", icon="fa-star-half-alt"),
        step("correct_site", _l("Correct the site region"),
             (S.received, S.negotiating, S.pending_qc, S.handed_over, S.at_qc, S.disposed, S.assigned), None,
             (*RECEPTION, *QC), "2.2", asks=asks.SITE, checks=(rules.region_is_leaf,),
             effect=steps_beside.correct_site, tone="more", icon="fa-map"),
        step("merge", _l("Merge into another complaint"), OPEN, S.merged, (*RECEPTION, *QC), "2.1", asks=asks.MERGE,
             guards=(merging.another_is_open,), checks=(rules.may_be_merged,), effect=steps_paths.merge, joins="into", tone="more",
             icon="fa-compress-arrows-alt"),
        step("ask_withdrawal", _l("Ask for the withdrawal"), OPEN, None, RECEPTION, "2.1", asks=asks.WITHDRAWAL,
             guards=(rules.evidence_attached,), effect=steps_paths.ask_withdrawal, tone="more", icon="fa-undo-alt"),
        step("approve_withdrawal", _l("Approve the withdrawal"), OPEN, S.closed, QC_MANAGER, "2.1",
             guards=(rules.withdrawal_asked, rules.notice_issued), effect=steps_paths.approve_withdrawal, tone="more",
             icon="fa-check-double"),
        step("reopen", _l("Reopen"), S.closed, steps_beside.state_after_reopening, (*RECEPTION, *QC_MANAGER), "2.6",
             asks=(REASON,), guards=(rules.recently_closed,), effect=steps_beside.reopen,
             starts=(steps_beside.clock_after_reopening,), tone="side", icon="fa-redo", fades=True),
        step("void", _l("Void"), (S.received, S.negotiating, S.pending_qc), S.void, (*RECEPTION, *QC_MANAGER),
             "2.1", asks=(REASON,), guards=(rules.nothing_issued,), whose=own_slip, effect=steps_paths.void, tone="danger",
             icon="fa-ban"),
    ],
)
