"""Credit and correct in one guided step: what is wrong, the credit note, and the new invoice, side by side.

Convention: both documents are made by the functions that send them; the new one from the receipt as it is now, as
if the line were open, which it is once the credit note is read.
"""

from typing import Final

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import Refused
from foundation.text import Text
from invoicing.documents import view as document_view
from invoicing.documents.view import Paper
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import drafts, numbering
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing.drafts import Draft
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from peppol.exchange import inbox_store
from supplier_portal.pages.forms import SENDS, actor_of, held_of, new_key, press_of
from supplier_portal.queries.invoice_steps import story
from web.access import signed_in
from web.costly import COSTLY
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, render, see_other, today_of
from web.verdict_view import verdict_view

router = pages_router("/invoices")

_NOTHING_TO_CORRECT: Final = Text(
    "Fakturan stämmer med det som är inlevererat, så en ny faktura skulle vara likadan. Krediterar ni den ändå står "
    "raden under Att fakturera."
)


@router.get("/{invoice_id:int}/correct", dependencies=COSTLY)
def look(request: Request, invoice_id: int, person: Person = signed_in(SENDS)) -> Response:
    """The invoice, what the buyer says is wrong with it, and both documents as they will be."""
    actor, today = actor_of(person), today_of(request)
    new: Draft | None = None
    new_refusal: Text | None = None
    with database_of(request).reading() as session:
        register = register_store.load(session)
        invoice = held_of(session, actor, invoice_id)
        told = story(session, actor, invoice)
        if not told.can_be_credited:
            if told.credit_on_its_way is not None:
                return see_other(f"/to-invoice/document/{told.credit_on_its_way.id}")
            return see_other(f"/invoices/{invoice.id}")
        first, second = numbering.ahead(session, actor.supplier, today, 2)
        # What is accepted in part is credited for what the buyer asks for, unless the supplier wants to take all back.
        only_expected = told.expected is not None and request.query_params.get("what") != "all"
        credit = drafts.credit_of(
            session,
            register,
            actor,
            invoice,
            given=Numbered(str(first), today),
            only_expected=only_expected,
        )
        line_id = drafts.line_to_correct(session, register, actor, invoice)
        if line_id and not only_expected:
            try:
                portal_sending.check_free(session, invoice.order_number, line_id)
                new = drafts.invoice_of_line(
                    session,
                    register,
                    actor,
                    invoice.order_number,
                    line_id,
                    given=Numbered(str(second), today),
                    credited_first=True,
                )
                drafts.check_sendable(new)
            except Refused as refused:
                new_refusal = refused.text
        original = document_view.paper_of(inbox_store.body_of(session, invoice.letter_id) or b"")
    if new is not None and _says_the_same(invoice, original, new.paper):
        new, new_refusal = None, _NOTHING_TO_CORRECT
    return render(
        request,
        person,
        "flip/correct.html",
        invoice=invoice,
        original=original,
        judged=verdict_view(told.judged[1], in_part=told.expected is not None) if told.judged else None,
        credit=credit,
        credit_verdict=verdict_view(credit.match),
        new=new,
        new_verdict=verdict_view(new.match) if new else None,
        new_refusal=new_refusal,
        only_expected=only_expected,
        key=new_key(),
    )


def _says_the_same(invoice: SupplierInvoice, original: Paper | None, new: Paper) -> bool:
    """Whether the buyer has accepted the invoice, and a new one would ask for the same once more."""
    if original is None or invoice.state not in (InvoiceState.ACCEPTED, InvoiceState.PAID):
        return False
    told = [(each.order_line, each.quantity, each.price) for each in original.lines]
    again = [(each.order_line, each.quantity, each.price) for each in new.lines]
    return (told, original.net, original.payable) == (again, new.net, new.payable)


@router.post("/{invoice_id:int}/correct", dependencies=COSTLY)
def send(request: Request, invoice_id: int, person: Person = signed_in(SENDS)) -> Response:
    """Send the credit note, and with it the new invoice where the person chose so."""
    press = press_of(request, person)
    with database_of(request).writing() as session:
        held_of(session, press.actor, invoice_id)
        portal_sending.send_credit(
            session,
            register_store.load(session),
            press,
            invoice_id,
            new_invoice=text_of(request, "what") == "both",
            only_expected=text_of(request, "what") == "expected",
        )
    return see_other(f"/to-invoice/sent/{press.key}")
