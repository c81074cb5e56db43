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

    cases: list[str]
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


class CaseOrder(BaseModel):
    """An order of the case."""

    number: str
    supplier: str
    article: str
    stage: str
    issued_on: date
    amount_ordered: str
    currency: str
    lines: int


class ToldCase(BaseModel):
    """What the period has of a case."""

    execution_reference: str
    first_day: date = Field(description="The case's first day, also where it lies before the period.")
    last_day: date
    is_within: bool = Field(
        description="Whether all of it lies in the period, so that it can be handed out whole."
    )
    orders: list[CaseOrder]
    documents: list[ToldDocument]
    href_zip: str


class AuditedDocuments(BaseModel):
    """A page of the documents received in the period."""

    documents: list[ToldDocument]
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


class ToldJournalRow(BaseModel):
    """One row of the journal, with its place in its chain."""

    sequence: int
    at: str
    actor: str
    action: str
    subject: str
    execution_reference: str | None
    detail: dict[str, str]
    chain: str
    position: int
    hash: str


class JournalPage(BaseModel):
    """A page of the journal's rows in the period, in their order."""

    rows: list[ToldJournalRow]
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
