"""Lists of documents for programs: narrowed by what they ask, a page at a time in the order of arrival."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select

from foundation.sql import Session, among
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice

_I = document_tables.invoice


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """What is wanted; nothing given narrows nothing. `ids` are those among which it is looked for."""

    state: InvoiceState | None = None
    document_type: DocumentType | None = None
    supplier: str = ""
    reference: str = ""
    number: str = ""
    received_from: date | None = None
    received_to: date | None = None
    ids: Collection[int] | None = None
    after: int = 0


def page(session: Session, wanted: DocumentFilter, *, limit: int | None) -> Sequence[SupplierInvoice]:
    """The first documents after `wanted.after`, by their numbers; all of them without a limit."""
    question = select(_I.c.id).where(*_conditions(session, wanted)).order_by(_I.c.id)
    found = session.scalars(question if limit is None else question.limit(limit))
    return document_store.by_ids(session, list(found))


def _conditions(session: Session, wanted: DocumentFilter) -> Iterator[ColumnElement[bool]]:
    yield _I.c.id > wanted.after
    if wanted.state is not None:
        yield _I.c.state == wanted.state
    if wanted.document_type is not None:
        yield _I.c.document_type == wanted.document_type
    for column, value in (
        (_I.c.supplier, wanted.supplier),
        (_I.c.execution_reference, wanted.reference),
        (_I.c.number, wanted.number),
    ):
        if value:
            yield column == value
    if wanted.received_from is not None:
        yield _I.c.received_on >= wanted.received_from
    if wanted.received_to is not None:
        yield _I.c.received_on <= wanted.received_to
    if wanted.ids is not None:
        yield among(session, _I.c.id, list(wanted.ids))
