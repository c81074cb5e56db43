"""From received lines to invoices: the list, one line's invoice as it will be, many at once, and what came of it.

Convention: what is shown before sending is made by the same functions that send it, on the same facts; it takes no
number and no lock. Sending answers with a redirect to the result, so that reloading sends nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere, Refused
from foundation.identifiers import key_in
from foundation.money import Money, total
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import view as document_view
from invoicing.portal_invoicing import drafts, numbering, portal_document_store, release
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing.drafts import Draft
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.portal_invoicing.numbering import OwnNumber
from invoicing.portal_invoicing.portal_document_store import Made
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.sending import ROWS_MAX, UNDO, LineToInvoice
from orders.register import store as register_store
from orders.register.register import Register
from supplier_portal.pages.forms import SEES, SENDS, actor_of, as_pdf, as_xml, new_key, press_of
from supplier_portal.pages.query_params import month_of
from web.access import signed_in
from web.costly import COSTLY
from web.csrf import form_of
from web.guards.form_fields import text_of
from web.invoice_pdf import part_of, parts_of, pdf_of
from web.pages import database_of, language_of, own_path, pages_router, render, see_other, today_of
from web.verdict_view import VerdictView, verdict_view

router = pages_router("/to-invoice")

_SHOWN = 500
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
    month, unit = month_of(request), request.query_params.get("unit", "")
    with database_of(request).reading() as session:
        register = register_store.load(session)
        everything = portal_queries.ready_lines(session, actor)
        chosen = month is not None or unit
        lines = portal_queries.ready_lines(session, actor, month=month, unit=unit) if chosen else everything
        waiting = portal_document_store.in_state(session, actor, PortalState.WAITING)
        stopped = portal_document_store.in_state(session, actor, PortalState.STOPPED, limit=5)
    months = sorted({each.month for each in everything}, key=str, reverse=True)
    return render(
        request,
        person,
        "flip/to_invoice.html",
        lines=lines[:_SHOWN],
        count=len(lines),
        most=ROWS_MAX,
        sum=_sum([each.amount for each in lines]),
        months=months,
        units=actor.units_in(register),
        chosen_month=month,
        unit=unit,
        waiting=waiting,
        stopped=[each for each in stopped if each.release_at > now - _STOPPED_SHOWN],
        may_send=person.may(SENDS),
    )


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
    """The invoices of several lines as they will be: a verdict for each, and the sum."""
    actor = actor_of(person)
    query = request.query_params
    with database_of(request).reading() as session:
        register = register_store.load(session)
        if query.get("all"):
            ready = portal_queries.ready_lines(
                session, actor, month=month_of(request), unit=query.get("unit", "")
            )
            chosen = [(each.order_number, each.line_id) for each in ready[:ROWS_MAX]]
        else:
            chosen = _lines(query.getlist("line"))
            if chosen:
                portal_sending.check_count(chosen)
        numbers = numbering.ahead(session, actor.supplier, today_of(request), len(chosen))
        shown = _all_previewed(request, session, register, actor, chosen, numbers, person)
    good = [each for each in shown if each.proposal is not None and each.refusal is None]
    return render(
        request,
        person,
        "flip/many_lines.html",
        shown=shown,
        good=good,
        net=_sum([each.proposal.content.amount_net for each in good if each.proposal]),
        payable=_sum([each.proposal.content.amount_payable for each in good if each.proposal]),
        key=new_key(),
        may_send=person.may(SENDS),
    )


@router.post("/send")
def send(request: Request, person: Person = signed_in(SENDS)) -> Response:
    """Send the invoices of the lines in the form; each stands for itself."""
    lines = _lines([str(each) for each in form_of(request).getlist("line")])
    press = press_of(request, person)
    with database_of(request).writing() as session:
        rows = portal_sending.send_lines(session, register_store.load(session), press, lines)
        if not any(each.order_number for each in rows):
            # Not one of the lines is theirs: nothing of it happened, not even a press.
            raise NotThere
    return see_other(f"/to-invoice/sent/{press.key}")


@router.get("/sent/{key}")
def sent(request: Request, key: str, person: Person = signed_in(*SEES)) -> Response:
    """What a press came to, row by row, with undo."""
    actor = actor_of(person)
    with database_of(request).reading() as session:
        rows = portal_document_store.press_rows(session, actor, key)
    if not rows:
        raise NotThere
    made = [each for row in rows for each in row.made]
    return render(
        request,
        person,
        "flip/sent.html",
        rows=rows,
        made=made,
        undoable={each.bundle for each in made if each.state is PortalState.WAITING},
        sum=_sum([each.amount_payable for each in made if each.state is not PortalState.UNDONE]),
        key=key,
        minutes=int(UNDO.total_seconds() // 60),
        may_send=person.may(SENDS),
    )


@router.post("/undo")
def undo(request: Request, person: Person = signed_in(SENDS)) -> Response:
    """Take back what has not left: one bundle, or several of one press."""
    actor = actor_of(person)
    bundles = [str(each) for each in form_of(request).getlist("bundle")]
    undone: list[Made] = []
    late: Refused | None = None
    with database_of(request).writing() as session:
        for bundle in bundles:
            key = key_in(bundle)
            if key is None:
                raise NotThere
            try:
                undone += release.undo(session, actor, key)
            except release.TooLate as error:
                late = error
    if late is not None and not undone:
        raise late
    numbers = ", ".join(each.number for each in undone[:3]) + (" …" if len(undone) > 3 else "")
    return see_other(
        own_path(text_of(request, "next") or "/to-invoice"),
        Text("Ångrat: %(numbers)s. Köparen har inte sett något.", numbers=numbers),
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
    chosen: list[LineToInvoice],
    numbers: list[OwnNumber],
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


def _lines(given: list[str]) -> list[LineToInvoice]:
    """Order lines as the forms write them, ORDER/LINE; anything else is left out."""
    pairs = (each.partition("/") for each in dict.fromkeys(given))
    return sorted((order, line) for order, _, line in pairs if order and line)


def _sum(amounts: list[Money]) -> Money | None:
    """The sum, where there is one in one currency."""
    currencies = {each.currency for each in amounts}
    return total(amounts, currency=currencies.pop()) if len(currencies) == 1 else None
