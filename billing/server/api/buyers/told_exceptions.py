"""What needs a person, as the buyer's programs are told of it: models, and the making of them. Pure."""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field

from billing.server.api.told_orders import amount_of
from finance_desk import queue_words
from foundation.text import Text
from invoicing.exceptions.aside_queries import MessageAside, UnappliedEvent
from invoicing.exceptions.queue import QueueItem, QueuePart
from invoicing.exceptions.report_queries import WaitingReport
from orders.placements.start_queries import OddStart


class ListedKind(StrEnum):
    """The parts that are told item by item; the others are counted."""

    EXCEPTIONS = QueuePart.EXCEPTIONS
    CLAIMS = QueuePart.CLAIMS
    PARKED = QueuePart.PARKED
    ACCOUNT_CHECK = QueuePart.ACCOUNT_CHECK
    CREDITS = QueuePart.CREDITS
    ASKED = QueuePart.ASKED
    RESTING = QueuePart.RESTING
    REPORTS = QueuePart.REPORTS
    EVENTS = QueuePart.EVENTS
    MESSAGES = QueuePart.MESSAGES
    STARTS = QueuePart.STARTS


OF_DOCUMENTS: Final = frozenset(
    {
        *(ListedKind.EXCEPTIONS, ListedKind.CLAIMS, ListedKind.PARKED, ListedKind.ACCOUNT_CHECK),
        *(ListedKind.CREDITS, ListedKind.ASKED, ListedKind.RESTING),
    }
)
"""Those that hold invoices and credit notes."""


class ToldException(BaseModel):
    """One thing that needs a person."""

    kind: ListedKind = Field(description="The part of the worklist it lies in.")
    id: str = Field(
        description="Of a document or a message its number in the books; else what names it on its page."
    )
    supplier: str
    execution_reference: str | None
    number: str | None = Field(None, description="The document's number at its supplier.")
    since: date | None = Field(description="Since when it needs a person.")
    age_days: int | None = Field(description="How many days it has done so.")
    due: date | None = Field(
        None, description="When an invoice is to be paid, or what rests is taken up again."
    )
    amount: str | None = Field(None, description="The amount it is about, where it is about one.")
    currency: str | None = None
    cause: str = Field(description="The gravest deviation's code, or why it lies there.")
    cause_sv: str
    cause_en: str
    owner: str = Field("", description="The id of the person who has taken it; empty for nobody.")
    is_apart: bool = Field(
        False, description="Handled apart, as it may say who somebody is: read it on its page."
    )
    href: str | None = Field(None, description="The document in this API.")
    page: str = Field(description="Where a person decides.")


class KindCount(BaseModel):
    """How many things lie in one part, and what to do about them."""

    kind: str = Field(description="The part of the worklist.")
    count: int = Field(description="How many lie in it.")
    name_sv: str = Field(description="What the part is called, in Swedish.")
    name_en: str = Field(description="The same in English.")
    what_to_do_sv: str
    what_to_do_en: str


class ExceptionPage(BaseModel):
    """A page of one part of the worklist, and how many lie in each part. Of documents the oldest come first."""

    kind: ListedKind = Field(description="The part of the worklist.")
    what_to_do_sv: str
    what_to_do_en: str
    items: list[ToldException] = Field(description="What lies in it, a page of it.")
    counts: list[KindCount] = Field(description="How many lie in each part.")
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


def document(kind: ListedKind, row: QueueItem, named: Text, *, apart: bool, today: date) -> ToldException:
    """A document; one that is handled apart without what could say who somebody is."""
    return ToldException(
        kind=kind,
        id=str(row.id),
        supplier=row.supplier,
        execution_reference=None if apart else row.execution_reference,
        number=None if apart else row.number,
        since=row.received_on,
        age_days=(today - row.received_on).days,
        due=row.rests_until if kind is ListedKind.RESTING else row.pays_on,
        amount=amount_of(row.amount),
        currency=row.amount.currency,
        cause=row.cause,
        cause_sv=named.sv,
        cause_en=named.en,
        owner=row.owner,
        is_apart=apart,
        href=None if apart else f"/api/v1/documents/{row.id}",
        page=f"/finance/documents/{row.id}",
    )


def report(report: WaitingReport, today: date) -> ToldException:
    """A report that the buyer has not decided."""
    return ToldException(
        kind=ListedKind.REPORTS,
        id=f"{report.execution_reference} {report.month}",
        supplier=report.supplier,
        execution_reference=report.execution_reference,
        since=report.filed_on,
        age_days=report.age(today),
        amount=amount_of(report.amount) if report.amount else None,
        currency=report.amount.currency if report.amount else None,
        cause="REPORT_WAITS",
        cause_sv=queue_words.PARTS[QueuePart.REPORTS].sv,
        cause_en=queue_words.PARTS[QueuePart.REPORTS].en,
        page="/finance?part=reports",
    )


def event(event: UnappliedEvent, today: date) -> ToldException:
    """An event that could not be applied."""
    return ToldException(
        kind=ListedKind.EVENTS,
        id=str(event.sequence),
        supplier="",
        execution_reference=event.execution_reference or None,
        since=event.occurred_on,
        age_days=(today - event.occurred_on).days,
        cause=event.state,
        cause_sv=event.reason.sv,
        cause_en=event.reason.en,
        owner=event.owner,
        page="/finance?part=events",
    )


def message(message: MessageAside, today: date) -> ToldException:
    """A message that lies aside."""
    return ToldException(
        kind=ListedKind.MESSAGES,
        id=str(message.id),
        supplier=message.supplier,
        execution_reference=None,
        since=message.received_on,
        age_days=(today - message.received_on).days,
        cause=message.reason or message.state.value,
        cause_sv=message.reason_text.sv,
        cause_en=message.reason_text.en,
        owner=message.owner,
        page="/finance?part=letters",
    )


def start(start: OddStart) -> ToldException:
    """A start that somebody should ask about."""
    return ToldException(
        kind=ListedKind.STARTS,
        id=start.decision_id,
        supplier=start.supplier,
        execution_reference=start.execution_reference,
        since=None,
        age_days=None,
        cause="ODD_START",
        cause_sv=start.remark.sv,
        cause_en=start.remark.en,
        page="/finance?part=starts",
    )


def count(part: QueuePart, many: int) -> KindCount:
    """How many lie in a part."""
    name, explained = queue_words.PARTS[part], queue_words.EXPLAINED[part]
    return KindCount(
        kind=part.value,
        count=many,
        name_sv=name.sv,
        name_en=name.en,
        what_to_do_sv=explained.sv,
        what_to_do_en=explained.en,
    )
