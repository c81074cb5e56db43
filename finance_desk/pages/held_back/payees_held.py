"""Invoices that are to be paid to somebody else than their seller: who that is, and the first of two confirmations.

They stand on the page of accounts to confirm, where the second person confirms them with the other requests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from accounts.identity import Permission, Person
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.matching import payee_accounts, payees
from invoicing.model import AccountGiven, PayeeGiven, SupplierInvoice
from invoicing.supplier_changes import payee_releases
from invoicing.supplier_changes.change_request_store import ChangeRequest
from orders.register import store as register_store
from orders.register.register import Register
from web.access import instant_of, signed_in
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, see_other

router = pages_router()
_MOST = 500
_PAGE = "/finance/payments/accounts"


@dataclass(frozen=True, slots=True)
class PayeeWaiting:
    """An invoice held for its payee. `named` is who that is, empty where it only says that it is assigned."""

    invoice: SupplierInvoice
    named: str
    payee: PayeeGiven | None
    account: AccountGiven | None
    is_asked: bool
    unregistered: bool

    @property
    def can_register(self) -> bool:
        """Whether the invoice says enough to register the payee's account by."""
        return self.payee is not None and self.account is not None

    @property
    def has_kind(self) -> bool:
        """Whether the invoice tells what kind of account it names."""
        return self.account is not None and bool(payee_accounts.kind_and_digits(self.account)[0])


def waiting(session: Session, register: Register, requests: Sequence[ChangeRequest]) -> list[PayeeWaiting]:
    """The invoices held for their payee, oldest first; those already asked about lie among the requests."""
    asked = {each.asked_by for each in requests}
    return [
        _waiting(session, register, invoice, is_asked=f"invoice-{invoice.id}" in asked)
        for invoice, _ in payee_releases.held(session, limit=_MOST)
    ]


@router.post("/finance/payments/accounts/payees/{invoice_id}/register")
def ask_to_register(
    request: Request, invoice_id: int, person: Person = signed_in(Permission.FINANCE)
) -> Response:
    """The first person has called back about the payee's account."""
    with database_of(request).writing() as session:
        _there(session, invoice_id)
        payee_releases.ask_to_register(
            session,
            register_store.load(session),
            invoice_id,
            by=person.id,
            call_back=text_of(request, "call_back"),
            scheme=text_of(request, "scheme"),
            now=instant_of(request),
        )
    return see_other(_PAGE, Text("Motringningen är noterad. Nu bekräftar en annan person."))


@router.post("/finance/payments/accounts/payees/{invoice_id}/seller")
def ask_to_pay_seller(
    request: Request, invoice_id: int, person: Person = signed_in(Permission.FINANCE)
) -> Response:
    """The first person says, and why, that the seller is paid."""
    with database_of(request).writing() as session:
        _there(session, invoice_id)
        payee_releases.ask(
            session, invoice_id, by=person.id, reason=text_of(request, "reason"), now=instant_of(request)
        )
    return see_other(_PAGE, Text("Ditt skäl är noterat. Nu bekräftar en annan person."))


def _there(session: Session, invoice_id: int) -> None:
    if document_store.find(session, invoice_id) is None:
        raise NotThere


def _waiting(
    session: Session, register: Register, invoice: SupplierInvoice, *, is_asked: bool
) -> PayeeWaiting:
    content = document_store.content(session, invoice.id)
    supplier = facts_loading.registered(register, invoice.supplier)
    other = payees.other_than_seller(content, supplier)
    return PayeeWaiting(
        invoice,
        payees.words_of(other) if other is not None else "",
        content.payee,
        next(iter(content.accounts), None),
        is_asked,
        supplier is None,
    )
