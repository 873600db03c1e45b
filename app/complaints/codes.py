"""The codes of a complaint and their words."""

from __future__ import annotations

from enum import StrEnum, auto

from flask_babel import lazy_pgettext as _lp

from app.core.kind.choices import Choices
from app.core.record.signatures import PAPERS
from app.core.text.wording import lazy_gettext as _l


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


PROCESS = _l("The process itself goes by these values")
OPEN = frozenset(S) - {S.closed, S.merged, S.void}

PAPER_CHANNELS = ("letter", "fax")  # 2.1: the letter goes to QC with the form
CHANNELS = Choices(
    "complaint.channel",
    _l("Channel"),
    {
        "phone": _l("Phone call"),
        "visit": _lp("channel", "Visit"),
        "letter": _l("Letter"),
        "fax": _l("Fax"),
        "email": _l("E-mail"),
        "portal": _l("Portal"),
        "wechat": _l("WeChat"),
    },
    fixed=dict.fromkeys(PAPER_CHANNELS, _l("2.1: the letter or fax goes to QC with the form")),
)
JUDGEMENTS = Choices(
    "complaint.judgement",
    _l("Judgement"),
    {"quality": _l("Quality problem"), "non_quality": _l("Not a quality problem")},
    closed=PROCESS,
    kept_in=("complaint.nature",),
)
PROOFS = ("evidence", *PAPERS)  # what proves the customer's word (2.4)
PROOF_KINDS = {
    "link": _l("by the customer's own link"),
    "drawn": _l("signed on the screen"),
    "scan": _l("signed paper (scan)"),
    "words": _l("evidence in writing"),
}
WRITTEN = ("letter", *PROOFS)  # the customer's own writing, for a withdrawal
NATURES = Choices(
    "complaint.nature",
    _l("Nature"),
    {"undetermined": _l("Undetermined"), "quality": _l("Quality"), "non_quality": _l("Non-quality")},
    closed=PROCESS,
)
SEVERITIES = Choices(
    "complaint.severity",
    _l("Severity"),
    {"minor": _l("Minor"), "serious": _l("Serious"), "critical": _l("Critical")},
)
RESPONSIBILITIES = Choices(
    "complaint.responsibility",
    _l("Responsibility"),
    {
        "own_quality": _l("Our product quality"),
        "misuse": _l("Misuse by the customer"),
        "third_party": _l("Third party"),
        "unclear": _l("Unclear"),
    },
    fixed={"own_quality": _l("2.4 and 3: our own quality problem is free of charge and needs a corrective action")},
    kept_in=("complaint.responsibility", "site_service.responsibility"),
)
CAUSES = Choices(
    "complaint.cause_category",
    _l("Cause category"),
    {
        "design": _l("Design"),
        "material": _l("Material"),
        "process": _l("Process"),
        "assembly": _l("Assembly"),
        "transport": _l("Transport"),
        "installation": _l("Installation"),
        "misuse": _l("Misuse"),
        "third": _l("Third party"),
        "unknown": _l("Unknown"),
    },
    kept_in=("site_service.cause_category",),
)
FREE_REMEDIES = ("return", "exchange", "free_repair")
REMEDIES = Choices(
    "complaint.remedy",
    _l("Remedy"),
    {
        "return": _l("Return"),
        "exchange": _l("Exchange"),
        "free_repair": _l("Free repair"),
        "paid_repair": _l("Paid repair"),
        "explain": _l("Explanation"),
        "none": _l("No remedy"),
    },
    fixed=dict.fromkeys(FREE_REMEDIES, _l("2.4: this remedy is free of charge for our own quality problem")),
    kept_in=("complaint.remedy", "site_service.remedy", "disposition.remedy_proposed", "return_exchange.kind"),
)
ASSIGNMENT_KINDS = Choices(
    "complaint.assigned_as",
    _l("Assigned as"),
    {"technician": _l("Technician"), "inspector": _l("Inspector")},
    closed=PROCESS,
    kept_in=("assignment.kind",),
)
SATISFACTION = Choices(
    "complaint.satisfaction",
    _l("Satisfaction"),
    {
        "5": _l("5 – very satisfied"),
        "4": _l("4 – satisfied"),
        "3": _l("3 – neutral"),
        "2": _l("2 – dissatisfied"),
        "1": _l("1 – very dissatisfied"),
    },
    closed=_l("The stars are counted"),
    kept_in=(),
)
DISSATISFIED = 2  # this many stars and fewer
ATTITUDES = {"calm": _l("Calm"), "upset": _l("Upset"), "angry": _l("Angry")}
MAJOR_CRITERIA = Choices(
    "complaint.major_criteria",
    _l("Criteria"),
    {
        "safety": _l("Injury, fire or safety risk"),
        "loss": _l("High loss claimed"),
        "repeat": _l("Repeated complaints with the same product and failure mode"),
        "batch": _l("Several complaints of one batch"),
        "public": _l("Media, regulator, 12315 or lawyer's letter"),
        "key_customer": _l("Key customer"),
        "reopened": _l("Reopened twice or more"),
        "unsatisfied": _l("Still dissatisfied after three negotiations"),
    },
    fixed=dict.fromkeys(
        ("loss", "repeat", "batch", "key_customer", "reopened", "unsatisfied"),
        _l("4.4: the portal itself finds a complaint major by this"),
    ),
)
OUTCOMES = Choices(
    "complaint.outcome",
    _l("Outcome"),
    {
        "settled": _l("Settled with the customer"),
        "unsatisfied": _l("Customer dissatisfied, duty done"),
        "confirmed": _l("Confirmed by the customer"),
        "unconfirmed": _l("Not confirmed by the customer"),
        "withdrawn": _l("Withdrawn by the customer"),
    },
    closed=PROCESS,
)
ZONES = {
    "in_province": _l("In the province"),
    "out_province": _l("Outside the province"),
    "remote": _l("Remote area"),
    "special": _l("Hong Kong, Macao, Taiwan, abroad"),
}
