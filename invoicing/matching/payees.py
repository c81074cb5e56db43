"""Who an invoice is to be paid to, where that is somebody else than its seller (BG-10). Pure.

A seller may name itself as payee: by its organisation or VAT number, its endpoint, or, where no number says
otherwise, by its name. Only what stands in its own element counts; an assignment told in free text is for people.
"""

import re

from invoicing.model import InvoiceContent, PayeeGiven, PaymentInstructions
from orders.register.parties import PaymentAccount, Supplier

FACTORED = frozenset({"393", "472"})
"""Factored invoices (UNCL1001, `invoicing/type_codes.py`): the claim is assigned, whether or not it says to whom."""

UNNAMED = PayeeGiven("")
"""The payee of a factored invoice that names none."""

_ORGANISATION = re.compile(r"[0-9]{10}", re.ASCII)


def other_than_seller(
    invoice: InvoiceContent | PaymentInstructions, supplier: Supplier | None
) -> PayeeGiven | None:
    """Who is to be paid instead of the seller; None where the seller is."""
    payee = invoice.payee
    if payee is None or _is_seller(payee, invoice, supplier):
        return UNNAMED if invoice.type_code in FACTORED else None
    return payee


def number_of(payee: PayeeGiven) -> str:
    """The organisation number of a payee, ten digits; empty where it gives none."""
    return next(iter(_numbers(payee)), "")


def words_of(payee: PayeeGiven) -> str:
    """The payee for people: name and number, as far as they are given."""
    number = number_of(payee)
    return f"{payee.name} ({number})" if number else payee.name


def is_account_of(account: PaymentAccount, payee: PayeeGiven) -> bool:
    """Whether a registered account is this payee's: by its number where both have one, otherwise by name."""
    if account.is_own:
        return False
    number = number_of(payee)
    if number and account.payee_number:
        return number == account.payee_number
    return bool(payee.name) and _plain(account.payee_name) == _plain(payee.name)


def _is_seller(
    payee: PayeeGiven, invoice: InvoiceContent | PaymentInstructions, supplier: Supplier | None
) -> bool:
    numbers = _numbers(payee)
    if numbers:
        return numbers == [invoice.supplier]
    endpoint = invoice.endpoint.partition(":")[2]
    if any(each.strip() == endpoint for each in payee.identifiers if endpoint):
        return True
    names = {_plain(invoice.supplier_name), _plain(supplier.name if supplier is not None else "")}
    return _plain(payee.name) in names - {""}


def _numbers(payee: PayeeGiven) -> list[str]:
    """The organisation numbers it gives, each once: written so, or within a VAT number (SE, the number, 01)."""
    found = []
    for given in (payee.company, *payee.identifiers):
        compact = re.sub(r"[^0-9A-Z]", "", given.upper())
        if compact.startswith("SE") and compact.endswith("01") and len(compact) == 14:
            compact = compact[2:-2]
        if _ORGANISATION.fullmatch(compact):
            found.append(compact)
    return list(dict.fromkeys(found))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
