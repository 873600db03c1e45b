"""顾客签名 on a record of any kind: a step in its table, a card of its page, an array in REST (2.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar, Unpack

from markupsafe import Markup
from sqlalchemy.orm import Session

from ..fields.fields import ChoiceField, SignatureField, TextField, UploadField, WholeNumberField
from ..fields.forms import StepForm
from ..pages.record_views import Card
from ..pages.show import tag
from ..process.admission import demanded_by
from ..process.deeds import AnyDeed, Deed
from ..process.refused import Invalid
from ..process.workflow import AnyWorkflow, Guard, Starts, Transition
from ..record import attachments
from ..record.attachments import CATEGORIES
from ..record.records import Record
from ..record.signatures import METHODS, PAPERS, Confirmation, digest, holding, lapsed, text_of, to_sign
from ..rest.answers import plain
from ..rights.actor import Actor
from ..text.wording import gettext as _
from ..text.wording import lazy_gettext as _l
from ..time.when import stamp
from ..types import Text, Values
from .by_word import Row
from .customer_page import Act, AnyAct, by_link
from .parts import round_of
from .steps import Shown

R = TypeVar("R", bound=Record)
TOLD = ("signer_name", "method", "satisfaction", "remark")


class Sign(StepForm):
    """By whom, in which way, and the proof of it."""

    signer_name = TextField(_l("Signed by"), required=True, max_length=80)
    method = ChoiceField(_l("Way of signing"), choices=METHODS, required=True)
    signature = SignatureField(_l("Signature"), needed=True, when="method:onscreen")
    attachment = WholeNumberField(_l("Scan (attachment number)"), min=1, kind="hidden", twin="scan")
    scan = UploadField(_l("Scan of the signed form"), category="signature", when="method:paper_scan|link|return_slip")


def customer_signs(
    name: str,
    label: Text,
    source: Iterable[StrEnum],
    target: StrEnum | Callable[[R], StrEnum] | None,
    by: tuple[str, ...],
    clause: str,
    *,
    form: type[StepForm] = Sign,
    guards: tuple[Guard[R], ...] = (),
    checks: tuple[Guard[R], ...] = (),
    effect: Callable[[Deed[R]], None] | None = None,
    whose: Callable[[R, Actor], bool] | None = None,
    starts: tuple[Starts[R], ...] = (),
    stamps: str = "",
    **more: Unpack[Shown],
) -> Transition[R]:
    """The step by which the customer signs what the kind says is signed; the effect runs afterwards."""

    @demanded_by(clause)
    def is_proven(deed: Deed[R]) -> str | None:
        return proven(deed)

    def whole(deed: Deed[R]) -> None:
        deed.added = sign(deed)
        if effect:
            effect(deed)

    before, after = (*guards, is_written), (is_proven, *checks)
    states = frozenset(source)
    return Transition(
        name, label, states, target, by, clause, form, before, after, whole, starts, whose=whose, stamps=stamps, **more
    )


class SignByLink(StepForm):
    """A customer's name under what the page shows."""

    signer_name = TextField(_l("Your name"), required=True, max_length=80)
    signature = SignatureField(_l("Signature"), required=True, needed=True)


def signs_by_link(workflow: AnyWorkflow, name: str, label: Text, *, after: tuple[str, ...], mail: str = "") -> AnyAct:
    """The same step by link, on a page that shows the text; asked for where the step stands and nothing holds yet."""
    customer = by_link(name)

    def waits(record: Record) -> int | None:
        row = to_sign(record) if workflow.row(name, record.state) else None
        return None if row is None or holding(record) else row.id

    def do(session: Session, record: Record, values: Values) -> None:
        workflow.fire(session, record, name, customer, {**values, "method": "link"})

    return Act(
        label=label,
        form=SignByLink,
        template="public/sign.html",
        mail=mail,
        after=after,
        waits=waits,
        do=do,
        thanks=lambda record: _("Thank you for your signature. There is nothing more for you to do."),
        reads=digest,
        shows=lambda record: {"label": label, "text": text_of(record)},
    )


def is_written(deed: AnyDeed) -> str | None:
    """Nobody signs what is not written down."""
    return None if to_sign(deed.record) is not None else _("There is nothing to sign yet.")


def proven(deed: AnyDeed) -> str | None:
    """A drawn signature, or the paper with the signature on it."""
    data = deed.data
    if data["method"] == "onscreen" and not (data.get("signature") or data.get("attachment") or data.get("scan")):
        raise Invalid({"signature": [_("Let the customer sign.")]})
    if data["method"] != "onscreen" and not (data.get("attachment") or data.get("scan") or data.get("signature")):
        raise Invalid({"attachment": [_("Attach the scan with the customer's signature.")]})
    own_file(deed, *PAPERS)
    return None


def own_file(deed: AnyDeed, *categories: str) -> str | None:
    """A named file hangs on this very record, and is of the kind that is asked for."""
    number = deed.data.get("attachment")
    if not number:
        return None
    file = next((item for item in deed.record.attachments if item.id == number), None)
    if file is None:
        raise Invalid({"attachment": [_("This file does not belong to the record. Upload it again.")]})
    if file.category not in categories:
        kinds = " / ".join(str(CATEGORIES[code]) for code in categories)
        sentence = _("“%(name)s” is filed as something else. Attach it as: %(kinds)s.", name=file.name, kinds=kinds)
        raise Invalid({"attachment": [sentence]})
    return None


def sign(deed: AnyDeed) -> Confirmation:
    """The customer's name under the text as it stands now."""
    record, said, under = deed.record, {name: deed.data.get(name) for name in TOLD}, to_sign(deed.record)
    assert under is not None  # its table asks `is_written` before
    deed.note(**said)
    row = Confirmation(
        round=round_of(record),
        at=deed.at,
        by_id=deed.actor.user_id,
        subject_id=under.id,
        content_sha256=digest(record),
        attachment_id=proof(deed),
        **said,
    )
    record.confirmations.append(row)
    return row


def proof(deed: AnyDeed) -> int | None:
    """The file with the signature: scanned now, drawn, or uploaded before."""
    if got := deed.data.get("scan") or deed.data.get("signature"):
        return attachments.keep(deed.session, deed.record, got, deed.actor.user_id).id
    number: int | None = deed.data.get("attachment")
    return number


def signatures(record: Record) -> list[Row]:
    """Who signed when and how, and whether it still holds."""
    rows: list[Row] = []
    if lapsed(record):
        rows.append(
            (_("Customer confirmation"), tag(_("The text was changed after it was signed: sign again."), "bad"))
        )
    for item in record.confirmations:
        valid = tag(_("valid"), "ok") if item.holds else tag(_("signature no longer valid"), "bad")
        rows += [
            (_("Signed by"), Markup("{} {}").format(item.signer_name, valid)),
            (_("Signed at"), stamp(item.at)),
            (_("Way of signing"), METHODS.get(item.method, item.method)),
            (_("Satisfaction"), item.satisfaction and "★" * item.satisfaction + "☆" * (5 - item.satisfaction)),
            (_("Customer's remark"), item.remark),
        ]
    return rows


def in_rest(record: Record) -> list[Values]:
    """The same as JSON."""
    return [
        {"id": item.id, "round": item.round, "at": plain(item.at), "by_id": item.by_id, "valid": item.holds}
        | {name: getattr(item, name) for name in (*TOLD, "subject_id", "attachment_id", "content_sha256")}
        for item in record.confirmations
    ]


SIGNATURES = Card("confirmation", _l("Customer confirmation"), signatures, optional=True, clause="2.5")
