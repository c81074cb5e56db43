"""A supplier's invoices: the list, and for each where it stands, why, what to do, and its documents.

Convention: what stops a payment is told first, in the words of the matching, with both values.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from invoicing.conversation import files as conversation_files
from invoicing.conversation import message_store, writing
from invoicing.documents import view
from invoicing.documents import view as document_view
from invoicing.matching.causes import awaits_decision
from invoicing.model import (
    DOCUMENT_TYPE_WORDS,
    INVOICE_WORDS,
    DocumentType,
    InvoiceState,
    SupplierInvoice,
    days_after,
)
from invoicing.payment import paid_to
from invoicing.portal_invoicing import drafts, portal_document_store, refused_message_queries
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.queries import InvoiceFilter, InvoiceStanding, SortOrder
from orders.register import store as register_store
from peppol.exchange import inbox_store
from supplier_portal.pages.forms import (
    SEES,
    SENDS,
    WAITING_SHOWN,
    actor_of,
    as_file,
    as_pdf,
    as_xml,
    held_of,
    new_key,
)
from supplier_portal.pages.query_params import month_of
from supplier_portal.queries import account_entries, search_queries
from supplier_portal.queries.invoice_steps import story
from web.access import signed_in
from web.costly import COSTLY
from web.invoice_pdf import part_of, parts_of, pdf_of
from web.lists import addresses, chips, sorting
from web.lists.chips import Chip
from web.lists.sorting import Sorting
from web.pages import Page, database_of, language_of, pages_router, render, today_of
from web.search import model as search_model
from web.search.model import Found
from web.verdict_view import verdict_view

router = pages_router("/invoices")

Choice = TypeVar("Choice", bound=StrEnum)

_FALLS = frozenset({SortOrder.RECEIVED, SortOrder.AMOUNT, SortOrder.PAYS})


@router.get("")
def listed(request: Request, person: Person = signed_in(*SEES)) -> Response:
    """The list, filtered, searched, sorted and paged."""
    actor, wanted = actor_of(person), invoice_filter(request)
    with database_of(request).reading() as session:
        found = portal_queries.listed(session, actor, wanted)
        counts = portal_queries.counts(session, actor)
        months = portal_queries.months(session, actor)
        waiting = portal_document_store.in_state(session, actor, PortalState.WAITING, limit=WAITING_SHOWN)
        waiting_count = portal_document_store.count_in_state(session, actor, PortalState.WAITING)
        under_way = portal_document_store.under_way(session, actor)
        refused_count = refused_message_queries.count(session, actor)
        # What is not in the buyer's books is no invoice of the list; who looks for its number is led to it.
        outside = _outside(session, person, wanted.text, today_of(request)) if not found.count else ()
    return render(
        request,
        person,
        "flip/invoices.html",
        found=found,
        wanted=wanted,
        counts=counts,
        all_count=sum(counts.values()),
        refused_count=refused_count,
        outside=outside,
        months=months,
        waiting=waiting,
        waiting_count=waiting_count,
        under_way=under_way,
        sorting=_sorting(request),
        sorts=sorting.headings(request, _sorting(request), SortOrder, falls=_FALLS),
        chips=_chips(request, wanted),
        excel=addresses.file_address(request, "/exports/invoices.xlsx"),
        csv=addresses.file_address(request, "/exports/invoices.csv"),
        pager_page=Page.of(request, found.count, size=portal_queries.PAGE),
        may_send=person.may(SENDS),
    )


def _outside(session: Session, person: Person, text: str, today: date) -> Sequence[Found]:
    """What of the number that was looked for was made here and has not come to the buyer, or was refused."""
    asked = search_model.read(text)
    if asked.is_too_short or asked.is_too_long:
        return ()
    told = (
        ask(session, person, asked, today)
        for ask in (search_queries.not_in_the_books, search_queries.refused)
    )
    return [each for each in told if each is not None and each.hits]


@router.get("/{invoice_id:int}", dependencies=COSTLY)
def one(request: Request, invoice_id: int, person: Person = signed_in(*SEES)) -> Response:
    """One invoice or credit note: where it stands and why, its paper, its answers, and what is said about it."""
    return shown(request, person, invoice_id)


def shown(
    request: Request,
    person: Person,
    invoice_id: int,
    *,
    status: int = 200,
    written: str = "",
    errors: Sequence[tuple[str, Text]] = (),
) -> Response:
    """The page of a document; after a message that was not taken with its words kept, and what is wrong."""
    actor = actor_of(person)
    with database_of(request).reading() as session:
        invoice = held_of(session, actor, invoice_id)
        told = story(session, actor, invoice)
        register = register_store.load(session)
        corrects = bool(told.can_be_credited and drafts.line_to_correct(session, register, actor, invoice))
        body = inbox_store.body_of(session, invoice.letter_id) or b""
        account = paid_to.words(session, register, invoice, today=today_of(request))
        paid_with = account_entries.paid_together(session, actor, invoice.id)
        messages = message_store.of(session, invoice.id)
    try:
        paper = document_view.paper_of(body)
    except view.NoDocumentView:
        paper = None
    in_part = told.expected is not None
    verdict = (
        verdict_view(told.judged[1], rejected=is_rejected(invoice), in_part=in_part) if told.judged else None
    )
    return render(
        request,
        person,
        "flip/invoice.html",
        status,
        messages=messages,
        may_write=person.may(SENDS) and writing.is_open(invoice),
        written=written,
        errors=errors,
        accept=conversation_files.ACCEPT,
        buyer_name=register.buyer.name,
        invoice=invoice,
        story=told,
        paper_shown=paper,
        pdf_parts=parts_of(len(paper.lines)) if paper else (),
        files=document_view.files_in(body),
        verdict=verdict,
        corrects=corrects,
        awaits_decision=told.judged is not None
        and awaits_decision(told.judged[1])
        and not is_rejected(invoice),
        may_send=person.may(SENDS),
        account=account,
        paid_with=paid_with,
        key=new_key(),
        counted_from_receipt=_counted_from_receipt(invoice, register.policy.payment_terms_days),
    )


def is_rejected(invoice: SupplierInvoice) -> bool:
    """Whether the buyer has asked for credit of it, so that nothing else saves it."""
    return invoice.state in (InvoiceState.CREDIT_REQUESTED, InvoiceState.CREDITED)


def _counted_from_receipt(invoice: SupplierInvoice, terms_days: int) -> bool:
    """Whether the days of payment run from the day the invoice came, after its own date."""
    return invoice.pays_on > days_after(invoice.issued_on, terms_days)


@router.get("/{invoice_id:int}/xml")
def as_sent(request: Request, invoice_id: int, person: Person = signed_in(*SEES)) -> Response:
    """The very bytes that came to the buyer."""
    invoice, body = _body(request, person, invoice_id)
    return as_xml(body, invoice.number)


@router.get("/{invoice_id:int}/pdf", dependencies=COSTLY)
def as_paper(request: Request, invoice_id: int, person: Person = signed_in(*SEES)) -> Response:
    """The document as a PDF."""
    invoice, body = _body(request, person, invoice_id)
    paper = document_view.paper_of(body)
    made = pdf_of(paper, language_of(request, person), part_of(request, paper))
    return as_pdf(made, invoice.number)


@router.get("/{invoice_id:int}/answers/{sequence:int}/xml")
def answer_as_sent(
    request: Request, invoice_id: int, sequence: int, person: Person = signed_in(*SEES)
) -> Response:
    """One of the buyer's answers, its very bytes."""
    with database_of(request).reading() as session:
        invoice = held_of(session, actor_of(person), invoice_id)
        message = portal_queries.answer(session, invoice, sequence)
    if message is None:
        raise NotThere
    return as_xml(message.body, f"{invoice.number}-{message.document_id.rpartition('-')[2]}")


@router.get("/{invoice_id:int}/files/{place:int}", dependencies=COSTLY)
def attached(request: Request, invoice_id: int, place: int, person: Person = signed_in(*SEES)) -> Response:
    """One of the files in the document, always as a download."""
    _, body = _body(request, person, invoice_id)
    files = document_view.files_in(body)
    if not 1 <= place <= len(files):
        raise NotThere
    file = files[place - 1]
    return as_file(file.content, file.mime_code.value, file.filename)


def _body(request: Request, person: Person, invoice_id: int) -> tuple[SupplierInvoice, bytes]:
    with database_of(request).reading() as session:
        invoice = held_of(session, actor_of(person), invoice_id)
        return invoice, inbox_store.body_of(session, invoice.letter_id) or b""


def invoice_filter(request: Request) -> InvoiceFilter:
    """What the address limits the documents to, and by what it orders them."""
    query, ordered = request.query_params, _sorting(request)
    return InvoiceFilter(
        standing=_one_of(InvoiceStanding, query.get("standing", "")),
        state=_one_of(InvoiceState, query.get("state", "")),
        document_type=_one_of(DocumentType, query.get("type", "")),
        month=month_of(request),
        text=query.get("q", "").strip()[:60],
        order=ordered.column,
        falling=ordered.falling,
        page=int(query["page"]) if query.get("page", "").isdecimal() and len(query["page"]) < 6 else 1,
    )


def _sorting(request: Request) -> Sorting[SortOrder]:
    """How the address sorts; a column without a direction once meant the smallest first."""
    return sorting.read(
        request.query_params, SortOrder, default=SortOrder.RECEIVED, falls=_FALLS, bare_falls=False
    )


def _chips(request: Request, wanted: InvoiceFilter) -> list[Chip]:
    """The conditions in force, but for the standing, which is the tab."""
    state, kind = wanted.state, wanted.document_type
    return chips.chips(
        request,
        {
            "q": (Text("Sök"), wanted.text),
            "month": (Text("Fakturamånad"), wanted.month),
            "type": (Text("Slag"), DOCUMENT_TYPE_WORDS[kind] if kind else ""),
            "state": (Text("Läge"), INVOICE_WORDS[state] if state else ""),
        },
    )


def _one_of(kind: type[Choice], text: str) -> Choice | None:
    """The value of the kind that the address names, or None."""
    return next((each for each in kind if each.value == text), None)
