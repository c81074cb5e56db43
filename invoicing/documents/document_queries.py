"""Every invoice and credit note in the books, found by what a person knows of it, page by page, with count and sums.

Each order of the list and what is sought by text is answered from an index, so that a page costs the same however many
documents there are. The sums are added up in an index that holds all they need.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from foundation.money import Money
from foundation.sql import Session
from invoicing.documents.tables import invoice as _I
from invoicing.model import DocumentType, InvoiceState


class DocumentOrder(StrEnum):
    """What the documents are ordered by."""

    RECEIVED = "received"
    ISSUED = "issued"
    NUMBER = "number"
    SUPPLIER = "supplier"
    REFERENCE = "reference"
    STATE = "state"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """What is sought; what is empty narrows nothing.

    `text` is a number, an execution reference, an order number or an organisation number, in small letters or large.
    The days are those on which documents came; the amounts are to be paid, with VAT, both ends included.
    """

    text: str = ""
    state: InvoiceState | None = None
    document_type: DocumentType | None = None
    supplier: str = ""
    received_from: date | None = None
    received_to: date | None = None
    amount_least: Decimal | None = None
    amount_most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document as the list shows it. `amount` is to be paid, with VAT; a credit note's is positive, as it says."""

    id: int
    document_type: DocumentType
    number: str
    supplier: str
    execution_reference: str
    order_number: str
    issued_on: date
    received_on: date
    pays_on: date
    paid_on: date | None
    amount: Money
    state: InvoiceState


@dataclass(frozen=True, slots=True)
class DocumentSum:
    """How many documents of a kind are found, and what they come to, with VAT."""

    document_type: DocumentType
    count: int
    amount: Money


def sums(session: Session, wanted: DocumentFilter) -> Sequence[DocumentSum]:
    """How many are found and what they come to: invoices, then credit notes, in each currency there is."""
    question = (
        select(
            _I.c.document_type,
            _I.c.currency,
            func.count().label("many"),
            func.sum(_I.c.amount_payable, type_=_I.c.amount_payable.type).label("amount"),
        )
        .where(*_conditions(wanted))
        .group_by(_I.c.document_type, _I.c.currency)
    )
    found = [
        DocumentSum(DocumentType(row.document_type), row.many, Money(row.amount, row.currency))
        for row in session.execute(question)
    ]
    return sorted(
        found, key=lambda each: (each.document_type is DocumentType.CREDIT_NOTE, each.amount.currency)
    )


def listed(
    session: Session,
    wanted: DocumentFilter,
    *,
    order: DocumentOrder = DocumentOrder.RECEIVED,
    descending: bool = True,
    limit: int,
    offset: int = 0,
) -> Sequence[ListedDocument]:
    """One page of the documents found."""
    question = _ordered(_LISTED.where(*_conditions(wanted)), order, descending=descending)
    return [_listed(row) for row in session.execute(question.limit(limit).offset(offset))]


def every(
    session: Session,
    wanted: DocumentFilter,
    *,
    order: DocumentOrder = DocumentOrder.RECEIVED,
    descending: bool = True,
) -> Iterator[ListedDocument]:
    """All of the documents found, one by one as they are read."""
    question = _ordered(_LISTED.where(*_conditions(wanted)), order, descending=descending)
    return (_listed(row) for row in session.execute(question))


def _conditions(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        # Each of them by its own index. What an organisation number is written with between its digits says nothing.
        digits = wanted.text.replace("-", "").replace(" ", "")
        found.append(
            or_(
                func.lower(_I.c.number) == func.lower(wanted.text),
                _I.c.execution_reference == wanted.text,
                _I.c.order_number == wanted.text,
                _I.c.supplier == digits,
            )
        )
    if wanted.state is not None:
        found.append(_I.c.state == wanted.state)
    if wanted.document_type is not None:
        found.append(_I.c.document_type == wanted.document_type)
    if wanted.supplier:
        found.append(_I.c.supplier == wanted.supplier)
    if wanted.received_from is not None:
        found.append(_I.c.received_on >= wanted.received_from)
    if wanted.received_to is not None:
        found.append(_I.c.received_on <= wanted.received_to)
    if wanted.amount_least is not None:
        found.append(_I.c.amount_payable >= wanted.amount_least)
    if wanted.amount_most is not None:
        found.append(_I.c.amount_payable <= wanted.amount_most)
    return found


# In the order of the columns of an index, so that a page is read from where it begins; the id makes the order certain.
_ORDERS: Final[Mapping[DocumentOrder, tuple[ColumnElement[Any], ...]]] = {
    DocumentOrder.RECEIVED: (_I.c.received_on, _I.c.id),
    DocumentOrder.ISSUED: (_I.c.issued_on, _I.c.id),
    DocumentOrder.NUMBER: (func.lower(_I.c.number), _I.c.id),
    DocumentOrder.SUPPLIER: (_I.c.supplier, _I.c.state, _I.c.document_type, _I.c.issued_on, _I.c.id),
    DocumentOrder.REFERENCE: (_I.c.execution_reference, _I.c.id),
    DocumentOrder.STATE: (_I.c.state, _I.c.id),
    DocumentOrder.AMOUNT: (_I.c.amount_payable, _I.c.id),
}


def _ordered(question: Select[Any], order: DocumentOrder, *, descending: bool) -> Select[Any]:
    columns = _ORDERS[order]
    return question.order_by(*(each.desc() for each in columns) if descending else columns)


_LISTED: Final = select(*(column for column in _I.c if column.name not in ("content", "codes")))


def _listed(row: Row[Any]) -> ListedDocument:
    return ListedDocument(
        id=row.id,
        document_type=DocumentType(row.document_type),
        number=row.number,
        supplier=row.supplier,
        execution_reference=row.execution_reference,
        order_number=row.order_number,
        issued_on=row.issued_on,
        received_on=row.received_on,
        pays_on=row.pays_on,
        paid_on=row.paid_on,
        amount=Money(row.amount_payable, row.currency),
        state=InvoiceState(row.state),
    )
