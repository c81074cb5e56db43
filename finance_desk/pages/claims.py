"""What suppliers owe after credits of paid invoices: a list, and a repayment that one notes and another confirms."""

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, day_of, download, people, supplier_names, text_of
from foundation.errors import NotThere
from foundation.spreadsheets import CSV_TYPE, csv_bytes
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import store as document_store
from invoicing.payment import payment_store, proposal_store, repayments
from invoicing.payment.payment_store import Claim
from orders.register import store as register_store
from web.access import signed_in
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission


@router.get("/finance/payments/claims.csv")
def claims_csv(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What suppliers owe after credits of paid invoices, for those who claim it instead of netting it."""
    header = ("payment", "invoice", "supplier", "amount", "currency")
    with database_of(request).reading() as session:
        rows = [
            (
                each.payment_number,
                each.invoice_number,
                each.supplier,
                each.amount.amount,
                each.amount.currency,
            )
            for each in payment_store.claims(session)
        ]
    return download(csv_bytes(header, rows), name=f"fordringar-{today_of(request)}.csv", media_type=CSV_TYPE)


@router.get("/finance/payments/claims/{invoice_id}")
def claim(request: Request, invoice_id: int, person: Person = signed_in(*READERS)) -> Response:
    """One claim: what it comes from, and how far its repayment has come."""
    with database_of(request).reading() as session:
        found = _claim(session, invoice_id)
        register = register_store.load(session)
        return render(
            request,
            person,
            "pay/claim.html",
            claim=found,
            invoice=document_store.by_id(session, invoice_id),
            credit=document_store.credited_by(session, invoice_id),
            noted=repayments.noted(session, [found]).get(invoice_id),
            proposal=proposal_store.netting(session, invoice_id),
            people=people(session, register),
            suppliers=supplier_names(register),
            today=today_of(request),
            may_note=person.may(_P.FINANCE),
            may_confirm=person.may(_P.FINANCE, _P.ATTEST),
        )


@router.post("/finance/payments/claims/{invoice_id}")
def note(request: Request, invoice_id: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The first person notes that the money has come."""
    came_on, today = day_of(request, "came_on"), today_of(request)
    with database_of(request).writing() as session:
        _claim(session, invoice_id)
        repayments.note(
            session,
            invoice_id,
            by=person.id,
            came_on=came_on,
            reference=text_of(request, "reference"),
            today=today,
        )
    said = Text("Återbetalningen är noterad. Nu bekräftar någon annan den.")
    return see_other(f"/finance/payments/claims/{invoice_id}", said)


@router.post("/finance/payments/claims/{invoice_id}/confirm")
def confirm(request: Request, invoice_id: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)) -> Response:
    """The second person confirms: the claim is settled."""
    with database_of(request).writing() as session:
        _claim(session, invoice_id)
        settled = repayments.confirm(session, invoice_id, by=person.id)
    number = settled.invoice_number
    said = Text("Fordran för %(number)s är reglerad.", number=number)
    return see_other("/finance/payments", said)


@router.post("/finance/payments/claims/{invoice_id}/take-back")
def take_back(
    request: Request, invoice_id: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """What was noted was wrong."""
    with database_of(request).writing() as session:
        _claim(session, invoice_id)
        repayments.take_back(session, invoice_id, by=person.id, reason=text_of(request, "reason"))
    said = Text("Noteringen är tillbakatagen.")
    return see_other(f"/finance/payments/claims/{invoice_id}", said)


def _claim(session: Session, invoice_id: int) -> Claim:
    found = repayments.claim_of(session, invoice_id)
    if found is None:
        raise NotThere
    return found
