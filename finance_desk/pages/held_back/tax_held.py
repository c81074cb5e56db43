"""The page of invoices held because their supplier was not approved for F-tax, each with the step that is left."""

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, supplier_names
from foundation.errors import NotThere
from foundation.money import Money
from foundation.text import Text
from invoicing.decisions.rules import ActionRefused
from invoicing.decisions.tax_decision_store import TaxReason
from invoicing.documents import store as document_store
from invoicing.exceptions import tax_releases
from invoicing.model import InvoiceState
from orders.register import store as register_store
from web.access import signed_in
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_SIZE = 25


@router.get("/finance/payments/tax")
def tax_held(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What is held, how much tax it is about, and the reasons there are."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        page = Page.of(request, tax_releases.count_held(session), size=_SIZE)
        held = tax_releases.held(session, limit=page.size, offset=page.offset)
    return render(
        request,
        person,
        "pay/tax.html",
        held=[(invoice, told.found, Money.of(told.expected, invoice.currency)) for invoice, told in held],
        page=page,
        suppliers=supplier_names(register),
        reasons=[(each.value, each.label) for each in TaxReason],
        may=person.may(Permission.FINANCE),
    )


@router.post("/finance/payments/tax/{invoice_id}")
def release(request: Request, invoice_id: int, person: Person = signed_in(Permission.FINANCE)) -> Response:
    """A person releases one with a reason."""
    reason = text_of(request, "reason")
    with database_of(request).writing() as session:
        if document_store.find(session, invoice_id) is None:
            raise NotThere
        if reason not in set(TaxReason):
            raise ActionRefused(Text("Välj varför fakturan släpps."))
        judged = tax_releases.release(
            session,
            register_store.load(session),
            invoice_id,
            reason=TaxReason(reason),
            by=person.id,
            today=today_of(request),
        )
    if judged.state is InvoiceState.ON_HOLD:
        said = Text("%(number)s är släppt för skatten men hålls av ett annat skäl.", number=judged.number)
    else:
        said = Text("%(number)s är släppt.", number=judged.number)
    return see_other("/finance/payments/tax", said)
