"""Cases, documents and the journal as an auditor's program is told of them: models, and the making of them. Pure."""

import json
from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Row

from billing.server.api.buyers.told_documents import ToldDocument
from billing.server.api.told_orders import amount_of
from operations.timeline.queries import TimelineOrder


class CasePage(BaseModel):
    """A page of references of cases that the period has something of."""

    cases: list[str] = Field(description="The execution references of the cases.")
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


class CaseOrder(BaseModel):
    """An order of the case."""

    number: str = Field(description="The number of the order.")
    supplier: str
    article: str
    stage: str
    issued_on: date
    amount_ordered: str
    currency: str
    lines: int = Field(description="How many lines it has.")


class ToldCase(BaseModel):
    """What the period has of a case."""

    execution_reference: str
    first_day: date = Field(description="The case's first day, also where it lies before the period.")
    last_day: date = Field(description="The case's last day so far.")
    is_within: bool = Field(
        description="Whether all of it lies in the period, so that it can be handed out whole."
    )
    orders: list[CaseOrder] = Field(description="The orders placed in the period.")
    documents: list[ToldDocument] = Field(description="The invoices and credit notes received in the period.")
    href_zip: str = Field(description="Where the complete case is handed out.")


class AuditedDocuments(BaseModel):
    """A page of the documents received in the period."""

    documents: list[ToldDocument] = Field(description="The invoices and credit notes of this page.")
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


class ToldJournalRow(BaseModel):
    """One row of the journal, with its place in its chain."""

    sequence: int = Field(description="The row's number in the journal.")
    at: str = Field(description="When it was written.")
    actor: str = Field(description="Who did it, by id: a person, a client, or the system.")
    action: str = Field(description="What was done, as `order.placed`.")
    subject: str = Field(description="What it was done to.")
    execution_reference: str | None
    detail: dict[str, str] = Field(description="What else was noted, by name.")
    chain: str = Field(description="The chain that the row is proved in.")
    position: int = Field(description="Its place in that chain, from 1.")
    hash: str = Field(description="Its SHA-256, over itself and the row before it in the chain.")


class JournalPage(BaseModel):
    """A page of the journal's rows in the period, in their order."""

    rows: list[ToldJournalRow] = Field(description="The rows of this page, in their order.")
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


def order(each: TimelineOrder) -> CaseOrder:
    """An order of a case."""
    return CaseOrder(
        number=each.number,
        supplier=each.supplier,
        article=each.article,
        stage=each.stage,
        issued_on=each.issued_on,
        amount_ordered=amount_of(each.amount),
        currency=each.amount.currency,
        lines=each.lines,
    )


def row(found: Row[Any]) -> ToldJournalRow:
    """A row of the journal."""
    return ToldJournalRow(
        sequence=found.sequence,
        at=found.at,
        actor=found.actor,
        action=found.action,
        subject=found.subject,
        execution_reference=found.execution_reference or None,
        detail=json.loads(found.detail),
        chain=found.chain,
        position=found.position,
        hash=found.hash,
    )
