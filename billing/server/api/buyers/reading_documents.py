"""Documents as more than one resource reads them: a page, one with all that came of it, and its bytes as they came.

Convention: `seen` is the period in which a document must have been received to be there at all; None for all of them.
What is handled apart stands in lists without what could say who somebody is, is not found by its reference or number,
and is not handed out.
"""

from dataclasses import replace

from fastapi import Request
from fastapi.responses import Response

from billing.server.api import exact_bytes
from billing.server.api.buyers import told_documents
from billing.server.api.buyers.told_documents import OneDocument, ToldDocument
from foundation.database import Database
from foundation.errors import NotThere
from foundation.periods import Period
from foundation.sql import Session
from invoicing.decisions import protected_store
from invoicing.documents import listing_queries
from invoicing.documents import store as document_store
from invoicing.documents.listing_queries import DocumentFilter
from invoicing.model import SupplierInvoice
from invoicing.payment import attest_store
from operations.timeline import queries as timeline_queries
from peppol.exchange import inbox_store
from web.problems import language_of
from web.verdict_words import why_document

XML = "application/xml"


def page(
    session: Session, wanted: DocumentFilter, *, seen: Period | None = None, limit: int | None
) -> tuple[list[ToldDocument], int | None]:
    """The documents of a page, and the number after which there are more; None on the last page."""
    found = listing_queries.page(session, _within(wanted, seen), limit=None if limit is None else limit + 1)
    shown = found if limit is None else found[:limit]
    hidden = protected_store.among(session, [each.id for each in shown])
    is_sought = bool(wanted.reference or wanted.number)
    told = [
        told_documents.told(each, apart=each.id in hidden)
        for each in shown
        if not (is_sought and each.id in hidden)
    ]
    return told, shown[-1].id if len(found) > len(shown) else None


def one(request: Request, session: Session, number: int, *, seen: Period | None = None) -> OneDocument:
    """One document with its verdict and what came of it. Raises NotThere."""
    invoice = _found(session, number, seen)
    return told_documents.one(
        invoice,
        why_document(session, invoice),
        document_store.matches(session, number),
        attest_store.of_document(session, number),
        timeline_queries.answers_to(session, [number]).get(number, []),
        timeline_queries.payments_of_document(session, number),
        path=request.url.path,
        language=language_of(request),
    )


def xml(request: Request, database: Database, number: int, *, seen: Period | None = None) -> Response:
    """The document's bytes as they came. Raises NotThere, also where they are disposed of."""
    with database.reading() as session:
        invoice = _found(session, number, seen)
        sha256 = inbox_store.sha256_of(session, invoice.letter_id)
        body = inbox_store.body_of(session, invoice.letter_id)
    if not body:
        raise NotThere
    return exact_bytes.answer(request, body, sha256, name=f"document-{number}.xml", media_type=XML)


def _found(session: Session, number: int, seen: Period | None) -> SupplierInvoice:
    invoice = document_store.find(session, number)
    if invoice is None or protected_store.is_protected(session, number):
        raise NotThere
    if seen is not None and not seen.start <= invoice.received_on <= seen.end:
        raise NotThere
    return invoice


def _within(wanted: DocumentFilter, seen: Period | None) -> DocumentFilter:
    """The filter, narrowed to what may be seen."""
    if seen is None:
        return wanted
    first, last = wanted.received_from or seen.start, wanted.received_to or seen.end
    return replace(wanted, received_from=max(first, seen.start), received_to=min(last, seen.end))
