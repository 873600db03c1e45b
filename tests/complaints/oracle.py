"""A complaint as the process table describes it, in plain Python: what must happen when somebody tries a step.

It knows nothing of the portal's own code. `expect` answers "done" or the refusal of the contract (403, 409, 422),
in its order; `apply` takes a step that was done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

from tests.spec_tables import Row, tables

WRITTEN = next(table for table in tables() if table.kind == "complaint").steps
TABLE = {
    step: Row(*(set().union(*(getattr(row, part) for row in rows)) for part in ("source", "target", "by")))
    for step, rows in WRITTEN.items()
}
SHANGHAI = ZoneInfo("Asia/Shanghai")
QC, RECEPTION = {"qc", "qc_manager"}, {"reception", "reception_lead"}
OF_QC_TOO = ("quote", "answer_quote", "dispute", "amend")
BY_THE_CUSTOMERS_SIDE = ("confirm", "reject", "return_form")
TRAVELLING = ("accept", "depart", "decline", "agree_later_date", "arrive", "reschedule", "investigate", "complete",
              "back_at_company")  # fmt: skip
FINISHED = ("closed", "merged", "void")
PLACES = {"320583": 7, "330206": 3}  # days to arrive outside and in the province
LATE_ASKS = {"hand_over": ("hand",), "arrive": ("arrive", "revisit"), "return_form": ("return",)}


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def next_workday(day: date) -> date:
    day += timedelta(days=1)
    while not chinese_calendar.is_workday(day):
        day += timedelta(days=1)
    return day


@dataclass
class Model:
    """What the process table needs to know of one complaint."""

    now: datetime
    paper: bool
    state: str = "received"
    round: int = 1
    nature: str = ""
    site: str = "320583"
    files: set[str] = field(default_factory=set)
    clocks: dict[str, datetime] = field(default_factory=dict)
    handed_by: str = ""
    returned_by: str = ""
    drafted_by: str = ""
    draft_waits: bool = False
    ever_issued: bool = False
    asked: set[str] = field(default_factory=set)
    talks: list[bool] = field(default_factory=list)
    assigned: str = ""
    arrived: bool = False
    arrived_this_round: bool = False
    responsibility: str = ""
    charge: int | None = None
    paid: int = 0
    waived: bool = False
    quote_waits: bool = False
    consent: int = 0
    completed_at: datetime | None = None
    contacts: list[tuple[datetime, str]] = field(default_factory=list)
    withdrawal_by: str = ""
    criteria: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    reopened: int = 0
    notice: bool = False

    def __post_init__(self) -> None:
        self.created_on = self.today
        self.clocks["hand"] = midnight_after(self.today)

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    @property
    def owed(self) -> int:
        return 0 if self.waived else max((self.charge or 0) - self.paid, 0)

    def turn(self) -> set[str]:
        """Whose turn it is, by the table of states."""
        who = {
            "received": {"reception"}, "negotiating": {"reception"}, "pending_qc": RECEPTION, "handed_over": QC,
            "at_qc": {"qc_manager"} if self.draft_waits else QC, "disposed": {"qc_manager"}, "form_returned": QC,
            "returned": {"qc_manager"},
        }  # fmt: skip
        return set() if self.state in FINISHED else who.get(self.state, {self.assigned} if self.assigned else QC)

    # ---- what must happen

    def expect(self, login: str, functions: set[str], step: str, data: dict[str, Any], good: bool) -> str:
        row = TABLE[step]
        if not functions & row.by or not self.his(login, functions, step):
            return "403"
        if self.state not in row.source or not self.now_possible(login, step):
            return "409"
        if not good or self.late_without_reason(step, data):
            return "422"
        return self.fields_fit(step, data)

    def his(self, login: str, functions: set[str], step: str) -> bool:
        mine = login == self.assigned
        if step in TRAVELLING:
            return mine
        if step in OF_QC_TOO:
            return mine or bool(functions & QC)
        if step in BY_THE_CUSTOMERS_SIDE:
            return mine if self.assigned else bool(functions & QC)
        if step == "log_contact":
            return mine or bool(functions & (QC | RECEPTION))
        if step == "void":
            return "qc_manager" in functions or (login == "reception" and self.today == self.created_on)
        return True

    def now_possible(self, login: str, step: str) -> bool:
        letter = not self.paper or "letter" in self.files
        noticed = self.responsibility != "own_quality" or self.notice
        tries = [channel for at, channel in self.contacts if self.completed_at is None or at >= self.completed_at]
        untouched = self.round == 1 and not self.ever_issued
        return {
            "settle": bool(self.talks and self.talks[-1]) and letter,
            "settle_unsatisfied": len(self.talks) >= 3,
            "hand_over": letter,
            "receive": login != self.handed_by,
            "send_back": untouched,
            "void": untouched,
            "issue_disposition": self.draft_waits and login != self.drafted_by,
            "decline": not self.arrived,
            "quote": self.responsibility != "own_quality",
            "answer_quote": self.quote_waits,
            "record_payment": self.owed > 0,
            "waive_payment": self.owed > 0,
            "no_answer": len(tries) >= 3 and len(set(tries)) >= 2,
            "receive_form": login != self.returned_by,
            "close": noticed and self.owed == 0,
            "unmark_major": bool(self.criteria),
            "ask_withdrawal": not self.withdrawal_by and bool(self.files & {"evidence", "letter", "signature"}),
            "approve_withdrawal": self.withdrawal_by not in ("", login) and noticed,
        }.get(step, True)

    def late_without_reason(self, step: str, data: dict[str, Any]) -> bool:
        missed = [code for code in LATE_ASKS.get(step, ()) if code in self.clocks and self.now >= self.clocks[code]]
        return bool(missed) and not data.get("late_reason")

    def fields_fit(self, step: str, data: dict[str, Any]) -> str:
        if step in ("assign", "reassign") and data["technician"] not in ("technician", "inspector"):
            return "409"
        if step == "issue_disposition" and self.asked and not data.get("unanswered_reason"):
            return "422"
        if step in ("complete", "handle_remotely", "amend"):
            charge = float(data["charge"])
            if (data["responsibility"] == "own_quality" and charge) or charge > self.consent:
                return "409"
        if step == "record_payment" and float(data["amount"]) > self.owed:
            return "422"
        if step == "correct_site" and data["site_region"] == self.site:
            return "422"
        if step == "mark_major" and self.criteria and not set(data["criteria"]) - self.criteria:
            return "409"
        return "done"

    # ---- what then is the case

    def apply(self, login: str, step: str, data: dict[str, Any]) -> None:
        ends = TABLE[step].target
        if len(ends) == 1 and None not in ends:  # else it depends, or the state stays
            self.state = str(*ends)
        if change := getattr(self, f"after_{step}", None):
            change(login, data)
        if self.state in FINISHED:
            self.clocks.clear()

    def next_round(self) -> None:
        self.round += 1
        self.assigned = self.drafted_by = self.responsibility = ""
        self.draft_waits = self.quote_waits = self.arrived = self.arrived_this_round = False
        self.charge = None
        self.asked.clear()
        self.clocks.clear()

    def after_classify_non_quality(self, _login: str, _data: Any) -> None:
        self.nature = "non_quality"
        self.clocks.clear()

    def after_classify_quality(self, _login: str, _data: Any) -> None:
        self.nature = "quality"

    def after_reclassify_quality(self, _login: str, _data: Any) -> None:
        self.nature, self.clocks["hand"] = "quality", midnight_after(self.today)

    def after_negotiate(self, _login: str, data: Any) -> None:
        self.talks.append(data["satisfied"])
        if len(self.talks) >= 3 and not any(self.talks[-3:]):
            self.criteria |= {"unsatisfied"} - self.taken_back

    def after_hand_over(self, login: str, _data: Any) -> None:
        self.handed_by = login
        self.clocks.pop("hand", None)

    def after_send_back(self, _login: str, _data: Any) -> None:
        self.nature, self.clocks["hand"] = "", midnight_after(self.today)
        self.asked.clear()

    def after_consult(self, _login: str, data: Any) -> None:
        self.asked |= set(data["departments"])

    def after_draft_disposition(self, login: str, _data: Any) -> None:
        self.drafted_by, self.draft_waits = login, True

    def after_issue_disposition(self, _login: str, data: Any) -> None:
        self.draft_waits, self.ever_issued = False, True
        if data.get("unanswered_reason"):
            self.asked.clear()

    def after_assign(self, _login: str, data: Any) -> None:
        self.assigned, self.arrived = data["technician"], False
        if not self.arrived_this_round and "arrive" not in self.clocks:
            self.assigned_on = self.today
            self.clocks["arrive"] = midnight_after(self.today + timedelta(days=PLACES[self.site]))

    def after_reassign(self, _login: str, data: Any) -> None:
        self.assigned, self.arrived = data["technician"], False

    def after_correct_site(self, _login: str, data: Any) -> None:
        self.site = data["site_region"]
        if "arrive" in self.clocks:
            self.clocks["arrive"] = midnight_after(self.assigned_on + timedelta(days=PLACES[self.site]))

    def after_decline(self, _login: str, _data: Any) -> None:
        self.assigned = ""

    def after_arrive(self, _login: str, _data: Any) -> None:
        self.arrived = self.arrived_this_round = True
        self.clocks.clear()

    def after_reschedule(self, _login: str, data: Any) -> None:
        self.clocks["revisit"] = midnight_after(date.fromisoformat(data["new_date"]))

    def after_investigate(self, _login: str, data: Any) -> None:
        self.responsibility = data["responsibility"]

    def after_complete(self, _login: str, data: Any) -> None:
        charge = int(float(data["charge"]))
        self.waived = self.waived and charge == self.charge
        self.charge, self.responsibility, self.completed_at = charge, data["responsibility"], self.now
        self.clocks.clear()

    after_handle_remotely = after_amend = after_complete

    def after_quote(self, _login: str, _data: Any) -> None:
        self.quote_waits = True

    def after_answer_quote(self, _login: str, data: Any) -> None:
        self.quote_waits, self.consent = False, 9 if data["accepted"] else 0
        if not data["accepted"]:
            self.state = "at_qc"
            self.next_round()

    def after_dispute(self, _login: str, _data: Any) -> None:
        self.next_round()

    after_reject = after_dispute

    def after_confirm(self, _login: str, _data: Any) -> None:
        self.files.add("signature")
        self.clocks["return"] = midnight_after(next_workday(self.today))

    def after_back_at_company(self, _login: str, _data: Any) -> None:
        self.clocks["return"] = midnight_after(next_workday(self.today))

    def after_return_form(self, login: str, _data: Any) -> None:
        self.returned_by = login
        self.clocks.clear()

    def after_log_contact(self, _login: str, data: Any) -> None:
        self.contacts.append((self.now, data["channel"]))

    def after_record_payment(self, _login: str, data: Any) -> None:
        self.paid += int(data["amount"])

    def after_waive_payment(self, _login: str, _data: Any) -> None:
        self.waived = True

    def after_mark_major(self, _login: str, data: Any) -> None:
        self.criteria |= set(data["criteria"])

    def after_unmark_major(self, _login: str, _data: Any) -> None:
        self.taken_back |= self.criteria
        self.criteria = set()

    def after_ask_withdrawal(self, login: str, _data: Any) -> None:
        self.withdrawal_by = login

    def after_reopen(self, _login: str, _data: Any) -> None:
        self.next_round()
        self.reopened += 1
        self.withdrawal_by = ""
        self.state = {"quality": "at_qc", "non_quality": "negotiating"}.get(self.nature, "received")
        if self.state == "received":
            self.clocks["hand"] = midnight_after(self.today)
        if self.reopened >= 2:
            self.criteria |= {"reopened"} - self.taken_back
