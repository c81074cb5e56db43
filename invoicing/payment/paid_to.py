"""To which account an invoice will be paid, as it stands now: told to its supplier and to finance before it happens."""

from datetime import date

from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.matching import payee_accounts
from invoicing.matching.deviations import DeviationCode
from invoicing.model import DocumentType, SupplierInvoice
from orders.register.parties import PaymentAccount
from orders.register.register import NotInRegister, Register


def account(
    session: Session, register: Register, invoice: SupplierInvoice, *, today: date
) -> PaymentAccount | None:
    """The account that is the payee's on the day the invoice is paid, or today where that has gone by.

    None for what is not to be paid, and where no account holds then.
    """
    if invoice.document_type is DocumentType.CREDIT_NOTE or invoice.amount_payable.amount <= 0:
        return None
    try:
        supplier = register.supplier(invoice.supplier)
    except NotInRegister:
        return None
    pays = max(invoice.pays_on, today)
    content = document_store.content(session, invoice.id)
    judged = document_store.latest_matches(session, [invoice.id])[invoice.id]
    if any(each.code is DeviationCode.PAYEE and each.variant == "accepted" for each in judged.deviations):
        return payee_accounts.sellers_own(supplier, on=pays, given=content.accounts)
    return payee_accounts.chosen(content, supplier, on=pays)


def words(session: Session, register: Register, invoice: SupplierInvoice, *, today: date) -> str:
    """That account as people write it, or nothing."""
    found = account(session, register, invoice, today=today)
    return payee_accounts.words_of(found) if found is not None else ""
