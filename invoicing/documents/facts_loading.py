"""The facts of a match, loaded by one question per order and one for the register.

The lines of the order are locked while the invoice is judged, so that two invoices for one
line are judged one after the other. The row of a line is the only lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from foundation.sql import Session
from invoicing.documents import order_facts_queries, suggesting
from invoicing.documents import store as document_store
from invoicing.matching.credit_notes import credit_suggestions
from invoicing.matching.facts import CreditFacts, Facts, OrderFacts
from invoicing.matching.order_slices import has_order_number, order_slices
from invoicing.model import DocumentType, InvoiceContent, SupplierInvoice
from orders.model import Handling
from orders.placements import store as placement_store
from orders.purchase_orders import line_store
from orders.register.parties import Supplier
from orders.register.register import NotInRegister, Register

# Of an invoice that names more lines than an order has, the whole order is asked for.
_ASKED_BY_LINE: Final = 100


def facts_of(
    session: Session,
    register: Register,
    invoice: InvoiceContent,
    *,
    received_on: date,
    invoice_id: int | None = None,
    lock: bool = True,
    ahead: Mapping[str, OrderFacts] | None = None,
) -> Facts:
    """What an invoice is judged by. `invoice_id` is the invoice itself where it lies on a line already.

    `received_on` is the day it came, or today for one that is yet to come. Without `lock` the facts are only looked
    at, for a verdict that takes no effect. `ahead` are its orders where `orders_ahead` has asked for them.
    """
    supplier = registered(register, invoice.supplier)
    slices = order_slices(invoice, register.policy)
    # In the order of their numbers, as everybody locks: then nobody waits in a circle.
    named = sorted(filter(has_order_number, slices), key=lambda one: one.order_number)
    orders: Mapping[str, OrderFacts | None]
    if ahead is not None:
        orders = ahead
    else:
        # Strangers decide how many orders they name: nothing is asked about those that are not there.
        there = order_facts_queries.known(session, [each.order_number for each in named])
        orders = {
            each.order_number: _order_of(session, register, each, invoice_id=invoice_id, lock=lock)
            for each in named
            if each.order_number in there
        }
    order = next((orders[each.order_number] for each in slices if orders.get(each.order_number)), None)
    outside = None if order is not None else _outside(session, invoice)
    may_suggest = order is None and outside is None and supplier is not None
    suggestions = suggesting.orders(session, register, invoice) if may_suggest else ()
    tenure = register.tenure(order.order.supplier, invoice.supplier) if order is not None else None
    found = Facts(register.buyer, register.policy, supplier, order, outside, suggestions, tenure, received_on)
    if len(slices) == 1:
        return found
    known = {number: each for number, each in orders.items() if each is not None}
    tenures = {
        number: register.tenure(each.order.supplier, invoice.supplier) for number, each in known.items()
    }
    return replace(
        found, orders=known, tenures={number: each for number, each in tenures.items() if each is not None}
    )


def orders_ahead(
    session: Session, register: Register, invoices: Sequence[InvoiceContent]
) -> dict[int, dict[str, OrderFacts]]:
    """The orders of invoices that name different ones, locked and asked for together; by the invoice's place.

    Only those of an invoice that is for lines of orders that are all there, whose other lines do not matter.
    """
    slices = {
        place: order_slices(invoice, register.policy)
        for place, invoice in enumerate(invoices)
        if has_order_number(invoice)
    }
    plain = {place: these for place, these in slices.items() if all(map(_names_its_lines, these))}
    of_order = {each.order_number: each for these in plain.values() for each in these}
    line_store.lock_orders(session, of_order)
    found = order_facts_queries.facts_of_lines(
        session,
        register,
        [(number, line_id) for number, each in of_order.items() for line_id in each.order_lines],
        sellers={number: each.supplier for number, each in of_order.items()},
    )
    stands_alone = {number for number, each in found.items() if _stands_alone(each, of_order[number])}
    return {
        place: {each.order_number: found[each.order_number] for each in these}
        for place, these in plain.items()
        if all(each.order_number in stands_alone for each in these)
    }


def alone(order: OrderFacts, invoice: InvoiceContent) -> dict[str, OrderFacts] | None:
    """The facts of an invoice's order that were asked for with the lines it names, as `facts_of` takes them.

    None where other lines of the order may matter too.
    """
    number = order.order.number
    if invoice.order_number != number or not _names_its_lines(invoice) or not _stands_alone(order, invoice):
        return None
    return {number: order}


def _names_its_lines(invoice: InvoiceContent) -> bool:
    """Whether an invoice for one order says of all that it charges which of the order's lines it is for."""
    named = invoice.order_lines
    return (
        has_order_number(invoice)
        and 0 < len(named) <= _ASKED_BY_LINE
        and all(line.order_line for line in invoice.charging_lines)
    )


def _stands_alone(order: OrderFacts, invoice: InvoiceContent) -> bool:
    """Whether the lines that the invoice names are all there, and the order's others cannot matter."""
    return len(order.lines) == len(invoice.order_lines) and order.interruption is None


def _order_of(
    session: Session, register: Register, invoice: InvoiceContent, *, invoice_id: int | None, lock: bool
) -> OrderFacts | None:
    """The invoice's order with the lines it names; with all lines where others may matter too.

    They do where a line is missing or unknown, for suggestions, and after an interruption, when
    later lines are closed.
    """
    if lock:
        line_store.lock_lines(session, invoice.order_number)
    if _names_its_lines(invoice):
        order = order_facts_queries.order_facts(
            session,
            register,
            invoice.order_number,
            but_not=invoice_id,
            only=invoice.order_lines,
            seller=invoice.supplier,
        )
        if order is not None and _stands_alone(order, invoice):
            return order
    return order_facts_queries.order_facts(
        session, register, invoice.order_number, but_not=invoice_id, seller=invoice.supplier
    )


def credit_facts_of(
    session: Session, register: Register, credit: InvoiceContent, *, lock: bool = True
) -> CreditFacts:
    """What a credit note is judged by; without `lock` the facts are only looked at."""
    supplier = document_store.supplier_key(credit)
    if len(credit.credits) != 1:
        ranked = () if credit.credits else suggesting.credits(session, register, credit)
        return CreditFacts(register.buyer, register.policy, suggestions=credit_suggestions.best(ranked))
    number = credit.credits[0].number
    credited = document_store.by_key(session, supplier, DocumentType.INVOICE, number)
    if credited is None:
        credited = document_store.by_key(session, supplier, DocumentType.CREDIT_NOTE, number)
    if credited is None:
        credited = of_predecessor(session, register, credit.supplier, number, on=credit.issued_on)
    if credited is not None and lock:
        # First the lines, then the invoice, as everybody does: then nobody waits in a circle.
        line_store.lock_orders(session, document_store.orders_of(session, credited))
        credited = document_store.lock(session, credited.id)
    if credited is None:
        ranked = suggesting.credits(session, register, credit)
        return CreditFacts(register.buyer, register.policy, suggestions=credit_suggestions.meant(ranked))
    return CreditFacts(
        register.buyer,
        register.policy,
        credited,
        document_store.credited_by(session, credited.id),
        invoiced=document_store.content(session, credited.id),
    )


def of_predecessor(
    session: Session, register: Register, supplier: str, number: str, *, on: date
) -> SupplierInvoice | None:
    """The invoice of a supplier that this one has taken over by the credit note's day; never one of two alike."""
    others = register.predecessors(supplier, on)
    found = [document_store.by_key(session, each, DocumentType.INVOICE, number) for each in others]
    known = [each for each in found if each is not None]
    return known[0] if len(known) == 1 else None


def registered(register: Register, organisation_number: str) -> Supplier | None:
    """The supplier in the register, or None where the number is not in it."""
    try:
        return register.supplier(organisation_number)
    except NotInRegister:
        return None


def _outside(session: Session, invoice: InvoiceContent) -> Handling | None:
    """How the case is handled when the invoice names an execution reference of its own that is not ordered here."""
    supplier = document_store.supplier_key(invoice)
    return placement_store.outside(session, (invoice.order_number, *invoice.references), supplier=supplier)
