"""Paying the seller of an invoice that names another payee (BG-10, or a factored invoice): two people decide it.

The other way is to register the payee's account with the supplier (`change_requests`), which two people confirm as
well. Whichever it is, what the invoice is held for besides still holds it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching import payee_accounts, payees
from invoicing.matching.deviations import Deviation, DeviationCode, Weight
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.supplier_changes import change_request_store, change_requests
from invoicing.supplier_changes.change_request_store import ChangeKind, ChangeRefused, ChangeRequest
from invoicing.verdicts import verdicts
from orders.purchase_orders import line_store
from orders.register.register import Register

# An account that is not the seller's is the payee's: who pays the seller disregards both.
_OF_THE_PAYEE = (DeviationCode.PAYEE, DeviationCode.PAYEE_ACCOUNT)


def held(session: Session, *, limit: int) -> list[tuple[SupplierInvoice, Deviation]]:
    """The invoices held for their payee, oldest first, each with what says who that is."""
    invoices = document_store.held_for(session, DeviationCode.PAYEE, limit=limit)
    latest = document_store.latest_matches(session, [each.id for each in invoices])
    return [
        (invoice, told)
        for invoice in invoices
        for told in latest[invoice.id].deviations
        if told.code is DeviationCode.PAYEE
    ]


def ask(session: Session, invoice_id: int, *, by: str, reason: str, now: datetime) -> int:
    """The first person says, and why, that the seller is paid; the number of the request. Raises ChangeRefused."""
    invoice = _locked(session, invoice_id)
    open_now = change_request_store.listed(session, only_open=True)
    if any(_is_about(each, invoice) for each in open_now):
        raise ChangeRefused(Text("%(number)s väntar redan på den andra personen.", number=invoice.number))
    content = {"invoice": invoice.number, "document": str(invoice.id)}
    # Nobody's own: who asks has vouched for it too, and the invoice is what asks.
    request_id = change_request_store.add(
        session,
        supplier=invoice.supplier,
        kind=ChangeKind.PAY_SELLER,
        content=content,
        by=f"invoice-{invoice.id}",
        now=now,
    )
    change_requests.confirm_first(session, request_id, by=by, call_back=reason, now=now)
    record(session, invoice, DocumentAction.PAYEE_RELEASE_ASKED, actor=by, request=str(request_id))
    return request_id


def ask_to_register(
    session: Session,
    register: Register,
    invoice_id: int,
    *,
    by: str,
    call_back: str,
    now: datetime,
    scheme: str = "",
) -> int:
    """The first person has called back and vouches for the payee's account on the invoice; the number of the request.

    `scheme` says what kind of account it is where the invoice does not. Raises ChangeRefused.
    """
    invoice = _locked(session, invoice_id)
    content = document_store.content(session, invoice.id)
    payee, given = content.payee, next(iter(content.accounts), None)
    if payee is None or given is None:
        raise ChangeRefused(
            Text(
                "%(number)s anger inte både en betalningsmottagare och dess konto. Betala säljaren, eller fråga "
                "leverantören.",
                number=invoice.number,
            )
        )
    kind, digits = payee_accounts.kind_and_digits(given)
    request_id = change_requests.ask(
        session,
        register,
        supplier=invoice.supplier,
        kind=ChangeKind.ADD_ACCOUNT,
        content={
            "scheme": kind or scheme,
            "number": digits,
            "payee_name": payee.name,
            "payee_number": payees.number_of(payee),
        },
        by=f"invoice-{invoice.id}",
        now=now,
    )
    change_requests.confirm_first(session, request_id, by=by, call_back=call_back, now=now)
    record(session, invoice, DocumentAction.PAYEE_RELEASE_ASKED, actor=by, request=str(request_id))
    return request_id


def release(session: Session, register: Register, request: ChangeRequest, *, today: date) -> SupplierInvoice:
    """Let what two people have said stand, and judge the invoice again. Raises ChangeRefused where it is not held."""
    invoice = _locked(session, int(request.content["document"]))
    told = _told(session, invoice)
    before = decision_store.acceptance_of(session, invoice.id, currency=invoice.currency)
    others = [each for each in before.deviations if each.code not in _OF_THE_PAYEE] if before else []
    nothing = Money(Decimal("0.00"), invoice.currency)
    decision_store.add_acceptance(
        session,
        invoice,
        by=request.second_by,
        on=today,
        reason=request.call_back,
        difference=before.difference if before else nothing,
        at_stake=nothing,
        deviations=(*others, *told),
    )
    judged = verdicts.judge_again(session, register, invoice, today=today, actor=request.second_by)
    record(session, judged, DocumentAction.PAYEE_RELEASED, actor=request.second_by, first_by=request.first_by)
    return judged


def _is_about(request: ChangeRequest, invoice: SupplierInvoice) -> bool:
    return request.kind is ChangeKind.PAY_SELLER and request.content["document"] == str(invoice.id)


def _locked(session: Session, invoice_id: int) -> SupplierInvoice:
    """The invoice, its order's lines locked before it. Raises ChangeRefused where it is not held for its payee."""
    seen = document_store.find(session, invoice_id)
    if seen is None:
        raise ChangeRefused(Text("Det finns ingen sådan faktura. Se dem med billing payees list."))
    if seen.order_number:
        line_store.lock_lines(session, seen.order_number)
    invoice = document_store.lock(session, invoice_id)
    if invoice.state is not InvoiceState.ON_HOLD or DeviationCode.PAYEE not in invoice.codes:
        raise ChangeRefused(
            Text(
                "%(number)s hålls inte för sin betalningsmottagare. Ladda om och se hur den står.",
                number=invoice.number,
            )
        )
    return invoice


def _told(session: Session, invoice: SupplierInvoice) -> Sequence[Deviation]:
    latest = document_store.matches(session, invoice.id)[-1][1]
    return [each for each in latest.deviations if each.code in _OF_THE_PAYEE and each.weight is Weight.HOLD]
