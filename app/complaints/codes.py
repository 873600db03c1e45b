"""The codes of a complaint and their words."""

from __future__ import annotations

from enum import StrEnum, auto

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp


class S(StrEnum):
    """The states of 顾客投诉及处理记录表."""

    received = auto()
    negotiating = auto()
    pending_qc = auto()
    handed_over = auto()
    at_qc = auto()
    disposed = auto()
    assigned = auto()
    on_site = auto()
    awaiting_confirmation = auto()
    confirmed = auto()
    form_returned = auto()
    returned = auto()
    closed = auto()
    merged = auto()
    void = auto()


OPEN = frozenset(S) - {S.closed, S.merged, S.void}

CHANNELS = {
    "phone": _l("Phone call"),
    "visit": _lp("channel", "Visit"),
    "letter": _l("Letter"),
    "fax": _l("Fax"),
    "email": _l("E-mail"),
    "portal": _l("Portal"),
    "wechat": _l("WeChat"),
}
PAPER_CHANNELS = ("letter", "fax")  # 2.1: the letter goes to QC with the form
NATURES = {"undetermined": _l("Undetermined"), "quality": _l("Quality"), "non_quality": _l("Non-quality")}
SEVERITIES = {"minor": _l("Minor"), "serious": _l("Serious"), "critical": _l("Critical")}
RESPONSIBILITIES = {
    "own_quality": _l("Our product quality"),
    "misuse": _l("Misuse by the customer"),
    "third_party": _l("Third party"),
    "unclear": _l("Unclear"),
}
CAUSES = {
    "design": _l("Design"),
    "material": _l("Material"),
    "process": _l("Process"),
    "assembly": _l("Assembly"),
    "transport": _l("Transport"),
    "installation": _l("Installation"),
    "misuse": _l("Misuse"),
    "third": _l("Third party"),
    "unknown": _l("Unknown"),
}
REMEDIES = {
    "return": _l("Return"),
    "exchange": _l("Exchange"),
    "free_repair": _l("Free repair"),
    "paid_repair": _l("Paid repair"),
    "explain": _l("Explanation"),
    "none": _l("No remedy"),
}
FREE_REMEDIES = ("return", "exchange", "free_repair")
ASSIGNMENT_KINDS = {"technician": _l("Technician"), "inspector": _l("Inspector")}
METHODS = {
    "onscreen": _l("Signed on the screen"),
    "paper_scan": _l("Signed on paper (scan)"),
    "link": _l("By link"),
    "return_slip": _l("Return slip"),
}
SATISFACTION = {
    "5": _l("5 – very satisfied"),
    "4": _l("4 – satisfied"),
    "3": _l("3 – neutral"),
    "2": _l("2 – dissatisfied"),
    "1": _l("1 – very dissatisfied"),
}
DISSATISFIED = 2  # this many stars and fewer
ATTITUDES = {"calm": _l("Calm"), "upset": _l("Upset"), "angry": _l("Angry")}
CONTACT_CHANNELS = {
    "phone": _l("Phone call"),
    "email": _l("E-mail"),
    "sms": _l("Text message"),
    "wechat": _l("WeChat"),
    "visit": _lp("channel", "Visit"),
    "letter": _l("Letter"),
    "fax": _l("Fax"),
}
MAJOR_CRITERIA = {
    "safety": _l("Injury, fire or safety risk"),
    "loss": _l("High loss claimed"),
    "repeat": _l("Repeated complaints with the same product and failure mode"),
    "batch": _l("Several complaints of one batch"),
    "public": _l("Media, regulator, 12315 or lawyer's letter"),
    "key_customer": _l("Key customer"),
    "reopened": _l("Reopened twice or more"),
    "unsatisfied": _l("Still dissatisfied after three negotiations"),
}
OUTCOMES = {
    "settled": _l("Settled with the customer"),
    "unsatisfied": _l("Customer dissatisfied, duty done"),
    "confirmed": _l("Confirmed by the customer"),
    "unconfirmed": _l("Not confirmed by the customer"),
    "withdrawn": _l("Withdrawn by the customer"),
}
NEGATIVE_WORDS = (
    "未解决",
    "没解决",
    "没有解决",
    "未修",
    "没修",
    "不满意",
    "仍然",
    "仍未",
    "依然",
    "还是坏",
    "还没",
    "不行",
    "not solved",
    "not resolved",
    "unresolved",
    "still",
    "not fixed",
    "unsatisf",
    "dissatisf",
    "not working",
)
ZONES = {
    "in_province": _l("In the province"),
    "out_province": _l("Outside the province"),
    "remote": _l("Remote area"),
    "special": _l("Hong Kong, Macao, Taiwan, abroad"),
}
