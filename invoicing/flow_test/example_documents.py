"""The documents of the flow as they look for one supplier: made of its sample orders, and sent to nobody. Pure.

An order of each sort, the invoice and the credit note that match, the answers they get, and an order response. They are
what the description of the documents shows as examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from foundation.money import Quantity
from invoicing.documents.reading import read_invoice
from invoicing.flow_test import sample_orders
from invoicing.flow_test.sample_orders import Sample
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.responses import response_documents
from orders.register.register import Register
from peppol.documents import billing, ordering, responses, shapes
from peppol.xml import codec

INVOICE, CREDIT_NOTE, ORDER_RESPONSE = "TEST-FAKTURA", "TEST-KREDIT", "TEST-SVAR"
_ACCEPTED = "5"


@dataclass(frozen=True, slots=True)
class ExampleDocuments:
    """What passes between a supplier and the buyer, one of each sort or more."""

    orders: Sequence[ordering.Order]
    order_responses: Sequence[ordering.OrderResponse]
    invoices: Sequence[billing.Invoice]
    credit_notes: Sequence[billing.CreditNote]
    invoice_responses: Sequence[responses.InvoiceResponse]


def examples(register: Register, supplier: str) -> ExampleDocuments:
    """The supplier's own. Raises NoSamples where the register does not say enough."""
    samples = sample_orders.samples(register, supplier)
    orders = [codec.parse(ordering.Order, each.body) for each in samples.values()]
    invoices = [_invoice(register, supplier, each) for each in samples.values()]
    credit_notes = [
        flipping.credit_note_of(
            each, given=Numbered(f"{CREDIT_NOTE}-{place}", each.issue_date + timedelta(days=1))
        )
        for place, each in enumerate(invoices, 1)
    ]
    return ExampleDocuments(
        orders=orders,
        order_responses=[_accepting(each) for each in orders],
        invoices=invoices,
        credit_notes=credit_notes,
        invoice_responses=_answers(register, supplier, invoices[0]),
    )


def _invoice(register: Register, supplier: str, sample: Sample) -> billing.Invoice:
    line = sample.facts.lines[sample.order.lines[0].line_id]
    return flipping.flip(
        sample.facts,
        line,
        supplier=register.supplier(supplier),
        buyer=register.buyer,
        policy=register.policy,
        given=Numbered(
            f"{INVOICE}-{sample.order.number}", sample.order.lines[0].period.end + timedelta(days=5)
        ),
    )


def _answers(register: Register, supplier: str, invoice: billing.Invoice) -> list[responses.InvoiceResponse]:
    """The answer to the invoice as it is, and to one that says a day too much."""
    right = read_invoice(invoice)
    line = right.lines[0]
    wrong = replace(
        right,
        lines=(
            replace(line, quantity=Quantity(line.quantity.value + Decimal(1), line.quantity.unit)),
            *right.lines[1:],
        ),
    )
    return [
        response_documents.response(
            register,
            sample_orders.held(said),
            code,
            sample_orders.judge(register, supplier, said).deviations,
            supplier=register.supplier(supplier),
            today=right.issued_on + timedelta(days=1),
        )
        for said, code in ((wrong, response_documents.REJECTED), (right, response_documents.APPROVED))
    ]


def _accepting(order: ordering.Order) -> ordering.OrderResponse:
    """An answer that accepts every line of the order and says something about it."""
    seller, buyer = order.seller_supplier_party.party, order.buyer_customer_party.party
    return ordering.OrderResponse(
        id=ORDER_RESPONSE,
        issue_date=order.issue_date + timedelta(days=1),
        order_response_code="CA",
        note="Vi börjar några dagar senare.",
        document_currency_code=order.document_currency_code,
        order_reference=shapes.Reference(id=order.id),
        seller_supplier_party=_responding(seller),
        buyer_customer_party=_responding(buyer),
        order_lines=tuple(
            ordering.OrderResponseLine(
                line_item=ordering.ResponseLineItem(
                    id=line.line_item.id,
                    note="Start den 12:e.",
                    line_status_code=_ACCEPTED,
                    quantity=line.line_item.quantity,
                    price=line.line_item.price,
                    item=shapes.Item(name=line.line_item.item.name),
                ),
                order_line_reference=shapes.LineReference(line_id=line.line_item.id),
            )
            for line in order.order_lines
        ),
    )


def _responding(party: shapes.TradingParty) -> ordering.ResponseParty:
    number = party.party_legal_entity.company_id
    return ordering.ResponseParty(
        party=ordering.RespondingParty(
            endpoint_id=party.endpoint_id,
            party_identifications=() if number is None else (shapes.PartyIdentification(id=number),),
            party_legal_entity=shapes.PartyLegalEntity(
                registration_name=party.party_legal_entity.registration_name
            ),
        )
    )
