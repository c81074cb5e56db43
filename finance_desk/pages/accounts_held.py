"""Payment accounts that nobody has confirmed: invoices that wait for them, and suppliers' requests for a change.

Two people of ours confirm, the first after calling the supplier back on a number known before; then the register
has a new version and the invoices that waited are judged again.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from accounts.pages.changes import tell
from finance_desk.pages.held_back import payees_held
from finance_desk.pages.paying_parts import (
    READERS,
    account_words,
    given_account_words,
    people,
    supplier_names,
)
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from foundation.text import JoinedText, Text, WrittenText
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.matching import payee_accounts, payees
from invoicing.matching.deviations import DeviationCode
from invoicing.model import AccountGiven, PayeeGiven, SupplierInvoice
from invoicing.supplier_changes import change_request_store, change_requests, confirming
from invoicing.supplier_changes.change_request_store import ChangeKind, ChangeRequest
from orders.register import store as register_store
from orders.register.parties import PaymentAccount, Supplier
from orders.register.register import NotInRegister, Register
from web.access import instant_of, signed_in
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_MOST = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invoice held for its account: the account it names, those registered, and the request, if any."""

    invoice: SupplierInvoice
    named: AccountGiven
    registered: tuple[PaymentAccount, ...]
    request: ChangeRequest | None
    unregistered: bool = False


@router.get("/finance/payments/accounts")
def accounts(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """Every invoice held for its account, and every open request."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        requests = change_request_store.listed(session, only_open=True)
        context: dict[str, Any] = {
            "payees": payees_held.waiting(session, register, requests),
            "waiting": _waiting(session, register, requests, today=today_of(request)),
            "requests": requests,
            "people": people(session, register),
            "suppliers": supplier_names(register),
            "registered": {
                each.organisation_number: each.on(today_of(request)).payment_accounts
                for each in register.suppliers
            },
            "done": [each for each in change_request_store.listed(session) if not each.is_open][:20],
        }
    return render(
        request,
        person,
        "pay/accounts.html",
        account_words=account_words,
        given_account_words=given_account_words,
        content_words=_content_words,
        may=person.may(_P.FINANCE),
        me=person.id,
        **context,
    )


@router.post("/finance/payments/accounts/invoices/{invoice_id}")
def call_back(request: Request, invoice_id: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The first person has called the supplier back about the account on an invoice: asked for and confirmed once."""
    now = instant_of(request)
    with database_of(request).writing() as session:
        register = register_store.load(session)
        invoice = next((each for each in _held(session) if each.id == invoice_id), None)
        if invoice is None:
            raise NotThere
        kind, digits = payee_accounts.kind_and_digits(_unknown_account(session, register, invoice))
        named_payee = payees.other_than_seller(
            document_store.content(session, invoice.id), facts_loading.registered(register, invoice.supplier)
        )
        request_id = change_requests.ask(
            session,
            register,
            supplier=invoice.supplier,
            kind=ChangeKind.ADD_ACCOUNT,
            content={"scheme": kind or text_of(request, "scheme"), "number": digits} | _whose(named_payee),
            by=f"invoice-{invoice.id}",
            now=now,
        )
        change_requests.confirm_first(
            session, request_id, by=person.id, call_back=text_of(request, "call_back"), now=now
        )
    said = Text("Motringningen är noterad. Nu bekräftar en annan person.")
    return see_other("/finance/payments/accounts", said)


@router.post("/finance/payments/accounts/requests/{request_id}/first")
def confirm_first(request: Request, request_id: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The first person has called the supplier back about its request."""
    with database_of(request).writing() as session:
        change_requests.confirm_first(
            session,
            request_id,
            by=person.id,
            call_back=text_of(request, "call_back"),
            now=instant_of(request),
        )
    said = Text("Motringningen är noterad. Nu bekräftar en annan person.")
    return see_other("/finance/payments/accounts", said)


@router.post("/finance/payments/accounts/requests/{request_id}/second")
def confirm_second(
    request: Request, request_id: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """Another person confirms: the register has a new version, and what waited for it is judged again."""
    with database_of(request).writing() as session:
        judged = confirming.confirm_second(
            session,
            request_id,
            by=person.id,
            now=instant_of(request),
            today=today_of(request),
        )
        tell(session, change_request_store.get(session, request_id), at=instant_of(request))
    said = Text("Ändringen gäller. %(judged)s fakturor som väntade har prövats igen.", judged=judged)
    return see_other("/finance/payments/accounts", said)


@router.post("/finance/payments/accounts/requests/{request_id}/refuse")
def refuse(request: Request, request_id: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)) -> Response:
    """The change is not made, and the supplier reads why."""
    with database_of(request).writing() as session:
        change_requests.refuse(
            session, request_id, by=person.id, reason=text_of(request, "reason"), now=instant_of(request)
        )
        tell(session, change_request_store.get(session, request_id), at=instant_of(request))
    return see_other("/finance/payments/accounts", Text("Begäran är avslagen."))


class NoUnknownAccount(Refused):
    """Every account on the invoice is registered by now."""

    def __init__(self) -> None:
        super().__init__(Text("Kontot på fakturan är redan registrerat. Ladda om sidan."))


def _held(session: Session) -> list[SupplierInvoice]:
    """Those whose account is the seller's to be; one that names another payee is decided as that."""
    found = document_store.held_for(session, DeviationCode.PAYEE_ACCOUNT, limit=_MOST)
    return [each for each in found if DeviationCode.PAYEE not in each.codes]


def _waiting(session: Session, register: Register, requests: object, *, today: date) -> list[Waiting]:
    opened = requests if isinstance(requests, list) else []
    found = []
    for invoice in _held(session):
        try:
            named = _unknown_account(session, register, invoice)
        except (NoUnknownAccount, NotInRegister):
            continue
        asked = next(
            (
                each
                for each in opened
                if each.supplier == invoice.supplier
                and each.content.get("number") == payee_accounts.kind_and_digits(named)[1]
                and each.kind is ChangeKind.ADD_ACCOUNT
            ),
            None,
        )
        supplier = _supplier_of(session, register, invoice)
        is_lost = facts_loading.registered(register, invoice.supplier) is None
        found.append(Waiting(invoice, named, supplier.on(today).payment_accounts, asked, is_lost))
    return found


def _unknown_account(session: Session, register: Register, invoice: SupplierInvoice) -> AccountGiven:
    supplier = _supplier_of(session, register, invoice)
    content = document_store.content(session, invoice.id)
    other = payees.other_than_seller(content, supplier)
    known = payee_accounts.of_payee(supplier.payment_accounts, other)
    for account in content.accounts:
        if payee_accounts.registered(account, known) is None:
            return account
    raise NoUnknownAccount


def _whose(payee: PayeeGiven | None) -> dict[str, str]:
    """Whose the account is, where it is another payee's."""
    if payee is None:
        return {}
    return {"payee_name": payee.name, "payee_number": payees.number_of(payee)}


def _supplier_of(session: Session, register: Register, invoice: SupplierInvoice) -> Supplier:
    """The supplier, as it was last known where the register has lost it. Raises NotInRegister."""
    known = register_store.last_known_supplier(session, register, invoice.supplier)
    return known if known is not None else register.supplier(invoice.supplier)


def _content_words(request: ChangeRequest) -> Text:
    """What a request asks for, in words."""
    content = request.content
    if request.kind is ChangeKind.DETAILS:
        details = ", ".join(content.get(each, "") for each in ("name", "street", "postal_code", "city"))
        return Text("Nya uppgifter: %(details)s", details=details)
    if request.kind is ChangeKind.PAY_SELLER:
        return Text("Betala säljaren för faktura %(number)s", number=content["invoice"])
    account = given_account_words(AccountGiven(content.get("scheme", ""), content.get("number", "")))
    if content.get("payee_name"):
        account = JoinedText(" ", (account, WrittenText(f"({content['payee_name']})")))
    if request.kind is ChangeKind.ADD_ACCOUNT:
        return Text("Lägg till %(account)s", account=account)
    return Text("Ta bort %(account)s", account=account)
