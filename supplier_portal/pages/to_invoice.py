"""From received lines to invoices: the list, one line's invoice as it will be, and many at once.

Convention: what is shown before sending is made by the same functions that send it, on the same facts; it takes no
number and no lock. What a press came to stands in `sent`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import view as document_view
from invoicing.portal_invoicing import drafts, numbering, portal_document_store
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing.drafts import Draft
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.portal_invoicing.numbering import OwnNumber
from invoicing.portal_invoicing.portal_document_store import Made
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.queries import ReadyFilter, ReadyLine, ReadyOrder
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.sending import ROWS_MAX, LineToInvoice
from orders.register import store as register_store
from orders.register.register import Register
from supplier_portal.pages.forms import SEES, SENDS, WAITING_SHOWN, actor_of, as_pdf, as_xml, new_key
from supplier_portal.pages.line_choices import fingerprint_of, lines_named, sum_of
from supplier_portal.pages.query_params import month_of, text_of
from web.access import signed_in
from web.costly import COSTLY
from web.invoice_pdf import part_of, parts_of, pdf_of
from web.lists import addresses, chips, sorting
from web.lists.sorting import Sorting
from web.pages import Page, database_of, language_of, pages_router, render, today_of
from web.verdict_view import VerdictView, verdict_view

router = pages_router("/to-invoice")

_SHOWN = 100
_FALLS = frozenset({ReadyOrder.QUANTITY, ReadyOrder.AMOUNT})
# So many rows of a review or of a press stand on one page, where there are more than one press does at once.
_ROWS_SHOWN = 50
# How long a document stopped before it left is told about here.
_STOPPED_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Previewed:
    """One line of a bulk preview: its invoice as it will be, or why there will be none."""

    order_number: str
    line_id: str
    number: OwnNumber | None
    proposal: Draft | None
    verdict: VerdictView | None
    refusal: Text | None


@router.get("")
def lines_to_invoice(request: Request, person: Person = signed_in(*SEES)) -> Response:
    """Every line that can be invoiced, and what is on its way."""
    actor, now = actor_of(person), database_of(request).clock()
    wanted, sorted_by = ready_filter(request), _sorting(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        sums = portal_queries.ready_sums(session, actor, wanted)
        page = Page.of(request, sum(count for count, _ in sums), size=_SHOWN)
        lines = portal_queries.ready_among(session, actor, wanted, limit=page.size, offset=page.offset)
        months = portal_queries.ready_months(session, actor)
        waiting = portal_document_store.in_state(session, actor, PortalState.WAITING, limit=WAITING_SHOWN)
        waiting_count = portal_document_store.count_in_state(session, actor, PortalState.WAITING)
        stopped = portal_document_store.in_state(session, actor, PortalState.STOPPED, limit=5)
    units = actor.units_in(register)
    return render(
        request,
        person,
        "flip/to_invoice.html",
        lines=lines,
        page=page,
        count=page.total,
        # Sums of several currencies are no one sum.
        sum=sums[0][1] if len(sums) == 1 else None,
        months=months,
        units=units,
        chosen_month=wanted.month,
        unit=wanted.unit,
        sorting=sorted_by,
        sorts=sorting.headings(request, sorted_by, ReadyOrder, falls=_FALLS),
        chips=chips.chips(
            request,
            {
                "month": (Text("Månad"), wanted.month),
                "unit": (Text("Enhet"), units.get(wanted.unit, wanted.unit)),
            },
        ),
        excel=addresses.file_address(request, "/exports/to-invoice.xlsx"),
        csv=addresses.file_address(request, "/exports/to-invoice.csv"),
        waiting=waiting,
        waiting_count=waiting_count,
        stopped=[each for each in stopped if each.release_at > now - _STOPPED_SHOWN],
        may_send=person.may(SENDS),
    )


def ready_filter(request: Request) -> ReadyFilter:
    """What the address limits the lines to, and by what it orders them."""
    ordered = _sorting(request)
    return ReadyFilter(
        month=month_of(request),
        unit=text_of(request, "unit"),
        order=ordered.column,
        falling=ordered.falling,
    )


def _sorting(request: Request) -> Sorting[ReadyOrder]:
    return sorting.read(request.query_params, ReadyOrder, default=ReadyOrder.MONTH, falls=_FALLS)


@router.get("/line/{order_number}/{line_id}")
def one_line(
    request: Request, order_number: str, line_id: str, person: Person = signed_in(*SEES)
) -> Response:
    """The invoice of one line as it will be, with its verdict."""
    actor = actor_of(person)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        (number,) = numbering.ahead(session, actor.supplier, today_of(request))
        shown = _previewed(request, session, register, actor, (order_number, line_id), number, person)
    return render(
        request, person, "flip/one_line.html", shown=shown, key=new_key(), may_send=person.may(SENDS)
    )


@router.get("/preview")
def many_lines(request: Request, person: Person = signed_in(*SEES)) -> Response:
    """The invoices of several lines as they will be: a verdict for each, and the sum.

    All lines of a list may be more than one press does at once: then they are gone through page by page.
    """
    actor = actor_of(person)
    query = request.query_params
    ready: Sequence[ReadyLine] = ()
    with database_of(request).reading() as session:
        register = register_store.load(session)
        if query.get("all"):
            ready = portal_queries.ready_lines(
                session, actor, month=month_of(request), unit=query.get("unit", "")
            )
            chosen = [(each.order_number, each.line_id) for each in ready]
        else:
            chosen = lines_named(query.getlist("line"))
            if chosen:
                portal_sending.check_count(chosen)
        is_large = len(chosen) > ROWS_MAX
        page = Page.of(request, len(chosen), size=_ROWS_SHOWN if is_large else ROWS_MAX)
        numbers = numbering.ahead(session, actor.supplier, today_of(request), page.last_row)[page.offset :]
        shown = _all_previewed(request, session, register, actor, page.rows(chosen), numbers, person)
    good = [each for each in shown if each.proposal is not None and each.refusal is None]
    return render(
        request,
        person,
        "flip/many_lines.html",
        shown=shown,
        good=good,
        page=page,
        is_large=is_large,
        net=sum_of(
            [each.amount for each in ready]
            if is_large
            else [each.proposal.content.amount_net for each in good if each.proposal]
        ),
        payable=sum_of([each.proposal.content.amount_payable for each in good if each.proposal]),
        fingerprint=fingerprint_of(ready),
        month=query.get("month", ""),
        unit=query.get("unit", ""),
        key=new_key(),
        may_send=person.may(SENDS),
    )


@router.get("/document/{document_id:int}", dependencies=COSTLY)
def made_document(request: Request, document_id: int, person: Person = signed_in(*SEES)) -> Response:
    """A document made here, as it will leave or has left."""
    made, body = _made(request, person, document_id)
    with database_of(request).reading() as session:
        became = (
            portal_queries.of_message(session, actor_of(person), made.letter_id) if made.letter_id else None
        )
    paper = document_view.paper_of(body)
    return render(
        request,
        person,
        "flip/document.html",
        made=made,
        became=became,
        paper_shown=paper,
        pdf_parts=parts_of(len(paper.lines)),
        may_send=person.may(SENDS),
    )


@router.get("/document/{document_id:int}/xml")
def document_xml(request: Request, document_id: int, person: Person = signed_in(*SEES)) -> Response:
    """Its exact bytes."""
    made, body = _made(request, person, document_id)
    return as_xml(body, made.number)


@router.get("/document/{document_id:int}/pdf", dependencies=COSTLY)
def document_pdf(request: Request, document_id: int, person: Person = signed_in(*SEES)) -> Response:
    """The same as a PDF."""
    made, body = _made(request, person, document_id)
    paper = document_view.paper_of(body)
    return as_pdf(pdf_of(paper, language_of(request, person), part_of(request, paper)), made.number)


def _made(request: Request, person: Person, document_id: int) -> tuple[Made, bytes]:
    with database_of(request).reading() as session:
        made = portal_document_store.by_id(session, actor_of(person), document_id)
        if made is None:
            raise NotThere
        return made, portal_document_store.body_of(session, made.id)


def _all_previewed(
    request: Request,
    session: Session,
    register: Register,
    actor: SupplierActor,
    chosen: Sequence[LineToInvoice],
    numbers: Sequence[OwnNumber],
    person: Person,
) -> list[Previewed]:
    """Each line with the number it will get; a line that gives no invoice takes none."""
    shown = []
    left = list(numbers)
    for line in chosen:
        each = _previewed(request, session, register, actor, line, left[0], person)
        if each.refusal is None:
            left.pop(0)
        shown.append(each)
    return shown


def _previewed(
    request: Request,
    session: Session,
    register: Register,
    actor: SupplierActor,
    line: LineToInvoice,
    number: OwnNumber,
    person: Person,
) -> Previewed:
    order_number, line_id = line
    proposal, refusal = None, None
    drafts.order_line(session, register, actor, order_number, line_id)
    try:
        portal_sending.check_free(session, order_number, line_id)
        given = Numbered(str(number), today_of(request))
        proposal = drafts.invoice_of_line(session, register, actor, order_number, line_id, given=given)
        drafts.check_sendable(proposal)
    except NotThere:
        raise
    except Refused as refused:
        refusal = refused.text
    verdict = verdict_view(proposal.match) if proposal else None
    return Previewed(order_number, line_id, number, proposal, verdict, refusal)
