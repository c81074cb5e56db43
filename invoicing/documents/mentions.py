"""Where in a supplier's document a number of ours may stand besides where it belongs, the likeliest place first.

Programs that cannot write an order reference (BT-13) put it where they can. What is found so is only ever a
suggestion, and never more of a text than its numbers: what people wrote stays in the document.
"""

from collections.abc import Iterator
from typing import Final

from foundation.identifiers import numbers_in
from foundation.personal_numbers import found_in
from invoicing.model import Mention
from peppol.documents import billing

# A document with more is searched no further; all of it stays in the document.
_MOST: Final = 60
# Places for words, where a number may be a person's.
_WORDS: Final = frozenset({"BT-22", "BT-56", "BT-123", "BT-127", "BT-153", "BT-154", "BT-161"})


def mentions_in(document: billing.Invoice | billing.CreditNote) -> tuple[Mention, ...]:
    """The numbers of each place, each number once."""
    found: dict[str, Mention] = {}
    for term, text in _places(document):
        for number in numbers_in(text or ""):
            if len(found) >= _MOST:
                return tuple(found.values())
            if term not in _WORDS or not found_in(number):
                found.setdefault(number, Mention(term, number))
    return tuple(found.values())


def _places(document: billing.Invoice | billing.CreditNote) -> Iterator[tuple[str, str | None]]:
    order = document.order_reference
    contract = document.contract_document_reference
    if order is not None:
        yield "BT-13", order.id
    yield "BT-10", document.buyer_reference
    if order is not None:
        yield "BT-14", order.sales_order_id
    if contract is not None:
        yield "BT-12", contract.id
    for additional in document.additional_document_references:
        yield "BT-18", additional.id.value
    yield "BT-19", document.accounting_cost
    if isinstance(document, billing.Invoice) and document.project_reference is not None:
        yield "BT-11", document.project_reference.id
    for tender in document.originator_document_references:
        yield "BT-17", tender.id
    for term, reference in (
        ("BT-16", document.despatch_document_reference),
        ("BT-15", document.receipt_document_reference),
    ):
        if reference is not None:
            yield term, reference.id
    yield "BT-22", document.note
    for line in document.lines:
        yield from _of_line(line)
    yield from _besides(document)


def _besides(document: billing.Invoice | billing.CreditNote) -> Iterator[tuple[str, str | None]]:
    """Where one stands when nobody thought of an order: contact, delivery, payment, an attachment's description."""
    contact = document.accounting_customer_party.party.contact
    if contact is not None:
        yield "BT-56", contact.name
    if document.delivery is not None and document.delivery.delivery_location is not None:
        location = document.delivery.delivery_location.id
        yield "BT-71", location.value if location is not None else None
    for means in document.payment_means:
        yield "BT-83", means.payment_id
    for attached in document.additional_document_references:
        yield "BT-123", attached.document_description


def _of_line(line: billing.InvoiceLine | billing.CreditNoteLine) -> Iterator[tuple[str, str | None]]:
    if line.document_reference is not None:
        yield "BT-128", line.document_reference.id.value
    yield "BT-133", line.accounting_cost
    yield "BT-127", line.note
    yield "BT-153", line.item.name
    yield "BT-154", line.item.description
    if line.item.buyers_item_identification is not None:
        yield "BT-156", line.item.buyers_item_identification.id
    for stated in line.item.additional_item_properties:
        yield "BT-161", stated.value
    if line.order_line_reference is not None:
        own = line.order_line_reference.order_reference
        yield "BT-188", own.id if own is not None else None
        # Some write both numbers in one place: 2100000023/001.
        yield "BT-132", line.order_line_reference.line_id
