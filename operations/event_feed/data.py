"""What each event of ours says: closed models of references, numbers, days, amounts and codes.

Convention: nothing that names a person and no free text: neither who did something, nor a supplier's number of its
own document, nor its organisation number, which for a sole trader is a personal identity number. `document` is our
own number of an invoice or credit note. Amounts and quantities are text, exact to the last decimal.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from invoicing.model import InvoiceState
from invoicing.payment.payment_store import ClaimWay
from orders.events.data import EventModel, MonthText, Reference
from orders.objections.model import AnswerReason, ObjectionChannel, ObjectionReason, ObjectionState
from orders.terms import (
    Activity,
    ArticleKind,
    InformativeKind,
    InterruptionReason,
    RejectionReason,
    ResultStage,
)


def _exact(value: object) -> object:
    return Decimal(value) if isinstance(value, str) else value


def _plain(value: Decimal) -> str:
    return f"{value:f}"


Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    PlainSerializer(_plain),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}),
]
"""An amount or a quantity, written as text."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
OwnNumber = Annotated[int, Field(ge=1)]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,59}$")]


def _codes(value: object) -> object:
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else value


Codes = Annotated[tuple[Code, ...], BeforeValidator(_codes)]


class CaseTold(EventModel):
    """Base of what is told about a case: its execution reference."""

    execution_reference: Reference


class ReportTold(CaseTold):
    """A version of the report of a month; versions count from 1."""

    month: MonthText
    version: Annotated[int, Field(ge=1)]


class ReportFiled(ReportTold):
    """The supplier filed the report. Where reports are approved outside, it waits for their answer."""

    filed_on: date
    activities: Annotated[tuple[Activity, ...], BeforeValidator(_codes)] = ()


class ReportApproved(ReportTold):
    """The report was approved; `counts_to` is the last day that counts where its month was not over."""

    approved_on: date | None = None
    counts_to: date | None = None


class ReportRejected(ReportTold):
    """The report was sent back, for a coded reason where one was told."""

    rejected_on: date | None = None
    reason: RejectionReason | None = None


class ReportApprovalUndone(ReportTold):
    """The approval was taken back before anything was invoiced on it: the report waits again."""


class ReportRevoked(ReportTold):
    """The approval was revoked, also where something was invoiced on it; a new version may be filed."""

    revoked_on: date | None = None
    reason: Code | None = None


class InformativeTold(CaseTold):
    """What the supplier told beside the months, in a code (REQ-54); `report` is our own number of it."""

    report: OwnNumber
    kind: InformativeKind


class InformativeFiled(InformativeTold):
    """It was told, and waits for somebody at the buyer to read it."""

    filed_on: date


class InformativeWithdrawn(InformativeTold):
    """The supplier took it back before it was read."""


class OutcomeRevoked(CaseTold):
    """An approved result was taken back: what it had ordered is cancelled."""

    stage: ResultStage
    started_on: date


class SupplementRevoked(CaseTold):
    """An approved supplement was taken back: what it had ordered is cancelled."""

    code: Reference


class OrderLineTold(CaseTold):
    """A line of an order."""

    order_number: Reference
    line_id: Reference
    amount: Exact
    currency: Currency


class LineReceived(OrderLineTold):
    """What is received on the line, after the report `month` in its version."""

    quantity: Exact
    month: MonthText | None = None
    version: Annotated[int, Field(ge=1)] | None = None


class ReceiptReversed(OrderLineTold):
    """The receipt on the line was taken back; `amount` is what it held."""


class OrderTold(CaseTold):
    """An order, by its number."""

    order_number: Reference


class OrderPlaced(OrderTold):
    """An order was placed; it is sent as soon as it can be."""

    article: ArticleKind
    stage: ResultStage | None = None
    code: Reference | None = None
    decision_id: Reference
    issued_on: date
    starts_on: date
    ends_on: date
    amount: Exact
    currency: Currency


class ObjectionTold(OrderTold):
    """A supplier's objection to an order; `objection` is our own number of it."""

    objection: OwnNumber


class ObjectionPointTold(EventModel):
    """One thing that is said to be wrong: with the order, or with a line of it; `expected` is what would be right."""

    line_id: Reference | None = None
    reason: ObjectionReason
    expected: Exact | None = None


class ObjectionMade(ObjectionTold):
    """It came by the portal or by an Order Response, and waits for the buyer's answer."""

    channel: ObjectionChannel
    made_on: date
    points: Annotated[tuple[ObjectionPointTold, ...], BeforeValidator(_codes)]


class ObjectionAnswered(ObjectionTold):
    """The order STANDS, is CANCELLED, or is REPLACED by another; `lines` are those that were cancelled."""

    answer: ObjectionState
    reason: AnswerReason
    answered_on: date
    replaced_by: Reference | None = None
    lines: Annotated[tuple[Reference, ...], BeforeValidator(_codes)] = ()


class OrderUndelivered(OrderTold):
    """The order's message did not get through; `reason` is REJECTED by the receiver's side, or STUCK on ours."""

    reason: Code


class InterruptionSet(CaseTold):
    """An interruption stands: `effective_on` is the last billable day."""

    effective_on: date
    reason: InterruptionReason


class InterruptionWithdrawn(CaseTold):
    """The standing interruption was taken back."""


class PlacementResumed(CaseTold):
    """The participant is back within the same period; the order's lines from that day on are open again."""

    resumed_on: date


class TutorAssigned(CaseTold):
    """The placement has a tutor, or another; who it is is the supplier's own matter and is not told."""


class EventKeptAside(CaseTold):
    """An interruption told too late is kept aside until a person decides; `event_id` is the event's own."""

    event_id: Reference


class EventLaidAside(EventModel):
    """A person decided that an event which could not be applied is not to be."""

    execution_reference: Reference | None = None
    event_id: Reference


class PlacementCancelled(CaseTold):
    """The placement was called off before its first day; PROVIDER_CHANGED where another supplier took over."""

    reason: Code


class DocumentTold(EventModel):
    """An invoice or a credit note in our books; `order_number` where it is an order of ours."""

    execution_reference: Reference | None = None
    document: OwnNumber
    order_number: Reference | None = None
    amount_net: Exact
    amount_vat: Exact
    amount_payable: Exact
    currency: Currency
    received_on: date
    pays_on: date


class DocumentReceived(DocumentTold):
    """It came and was judged; its state is told by the event that follows."""


class DocumentWaiting(DocumentTold):
    """It waits: PARKED for a receipt or its invoice, ON_HOLD for a check of the account."""

    state: InvoiceState
    codes: Codes = ()


class DocumentInQuestion(DocumentTold):
    """It deviates, by these codes (docs/finance-desk.md)."""

    codes: Codes = ()


class InvoiceCredited(DocumentTold):
    """It was credited in whole by the credit note `credit_note`."""

    credit_note: OwnNumber


class CreditNoteSettled(DocumentTold):
    """It settles the invoice `invoice`: the pair is never paid."""

    invoice: OwnNumber


class InvoicePaid(DocumentTold):
    """It was paid, by the payment `payment_number`."""

    payment_number: Reference
    amount_paid: Exact
    paid_on: date


class ClaimTold(EventModel):
    """What a supplier owes back after a paid invoice was credited; `document` is the invoice."""

    execution_reference: Reference | None = None
    document: OwnNumber
    payment_number: Reference
    amount: Exact
    currency: Currency


class ClaimSettled(ClaimTold):
    """It was given back: NETTED from a payment, or REPAID."""

    how: ClaimWay
    settled_on: date
