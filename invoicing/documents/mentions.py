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
_WORDS: Final = frozenset({"BT-22", "BT-127", "BT-153", "BT-154"})


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


def _of_line(line: billing.InvoiceLine | billing.CreditNoteLine) -> Iterator[tuple[str, str | None]]:
    if line.document_reference is not None:
        yield "BT-128", line.document_reference.id.value
    yield "BT-133", line.accounting_cost
    yield "BT-127", line.note
    yield "BT-153", line.item.name
    yield "BT-154", line.item.description
    # Some write both numbers in one place: 2100000023/001.
    if line.order_line_reference is not None:
        yield "BT-132", line.order_line_reference.line_id
