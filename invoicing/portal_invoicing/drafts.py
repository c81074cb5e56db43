"""What a supplier may send from the portal: the document as it will be, and how it will be judged.

The verdict is no estimate: the document's own bytes go through the very gate, rules and matching that
every message goes through (`documents`, `matching`, `credit_matching`), on the facts as they stand; only
nothing of it takes effect. Who sees what is decided here: another supplier's line does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from foundation.errors import NotThere, Refused
from foundation.money import line_amount
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.documents import (
    expected_credit_store,
    facts_loading,
    order_facts_queries,
    partial_credit_store,
    view,
)
from invoicing.documents import reading as document_reading
from invoicing.documents import store as document_store
from invoicing.documents import view as document_view
from invoicing.matching.deviation_texts import sentences
from invoicing.matching.deviations import Match, Weight
from invoicing.matching.facts import Facts, OrderFacts
from invoicing.matching.invoice_matching import match
from invoicing.model import CreditedLine, DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import flipping, portal_document_store, scope_queries
from invoicing.portal_invoicing.credit_of_lines import credit_note_of_lines
from invoicing.portal_invoicing.flipping import AS_RECEIVED, Numbered, Stated
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.verdicts import crediting
from orders.register.register import Register
from peppol.documents import billing
from peppol.exchange import inbox_store
from peppol.xml import codec

_WITHOUT_CREDIT = (InvoiceState.CREDITED, InvoiceState.SETTLED)


class CannotBeSent(Refused):
    """The document would be refused or come into question; the sentence says why."""


class NumberTaken(Refused):
    """The supplier has sent another document under this number."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as it will be sent, and its verdict. `order` is known where it lies on one of our orders."""

    document: billing.Invoice | billing.CreditNote
    body: bytes
    content: InvoiceContent
    match: Match
    order: OrderFacts | None = None
    line_id: str = ""
    credits: str = ""

    @property
    def paper(self) -> document_view.Paper:
        """The document for a person to read."""
        return document_view.paper(self.document)


def order_line(
    session: Session, register: Register, actor: SupplierActor, order_number: str, line_id: str
) -> OrderFacts:
    """The order with this one line, if the person may see it. Raises NotThere."""
    order = order_facts_queries.order_facts(
        session, register, order_number, only=(line_id,), seller=actor.supplier
    )
    if order is None or not scope_queries.is_seen(session, order_number, actor.of_orders()):
        raise NotThere
    return order


def invoice_of_line(
    session: Session,
    register: Register,
    actor: SupplierActor,
    order_number: str,
    line_id: str,
    *,
    given: Numbered,
    stated: Stated = AS_RECEIVED,
    credited_first: bool = False,
    lock: bool = False,
) -> Draft:
    """The invoice of a received line. With `credited_first` as it will be once the line is open again.

    With `lock` its order's lines are the caller's already, or are locked here. Raises NotThere, flipping.NotToInvoice,
    or CannotBeSent where the register lacks something.
    """
    order = order_line(session, register, actor, order_number, line_id)
    if credited_first:
        order = _opened(order, line_id)
    document = flipping.flip(
        order,
        order.lines[line_id],
        supplier=register.supplier(actor.supplier),
        buyer=register.buyer,
        policy=register.policy,
        given=given,
        stated=stated,
    )
    body = codec.serialise(document)
    content = _read(body, on=given.issued_on)
    # What was read of the order just now is what the invoice is judged by, where its other lines do not matter.
    known = None if credited_first else facts_loading.alone(order, content)
    facts = facts_loading.facts_of(
        session, register, content, received_on=given.issued_on, lock=lock, ahead=known
    )
    if credited_first and facts.order is not None:
        facts = _without_occupant(facts, facts.order, line_id)
    return Draft(document, body, content, match(content, facts), order, line_id)


def credit_of(
    session: Session,
    register: Register,
    actor: SupplierActor,
    invoice: SupplierInvoice,
    *,
    given: Numbered,
    only_expected: bool = False,
    quantities: Mapping[str, Decimal] | None = None,
    lock: bool = False,
) -> Draft:
    """The credit note of all that is left of an invoice in our books, or of what the buyer expects of it alone.

    With `quantities` of these of its lines (BT-126) alone, each at its own price. Raises CannotBeSent, or
    view.NoDocumentView.
    """
    if invoice.supplier not in actor.suppliers:
        raise NotThere
    if invoice.document_type is DocumentType.CREDIT_NOTE or invoice.state in _WITHOUT_CREDIT:
        raise CannotBeSent(
            Text(
                "%(invoice_number)s är redan krediterad eller är själv en kreditfaktura.",
                invoice_number=invoice.number,
            ),
        )
    original = document_view.document_of(inbox_store.body_of(session, invoice.letter_id) or b"")
    if not isinstance(original, billing.Invoice):
        raise view.NoDocumentView
    # A successor credits what its predecessor invoiced in its own name.
    by = None
    if invoice.supplier != actor.supplier:
        supplier = register.supplier(actor.supplier)
        by = flipping.party_of(supplier, taxed=invoice.issued_on, written=given.issued_on)
    if quantities is not None:
        lines = _chosen(session, invoice, quantities)
    else:
        lines = _expected(session, invoice) if only_expected else _left(session, invoice)
    if lines:
        document = credit_note_of_lines(original, lines, given=given, by=by)
    else:
        document = flipping.credit_note_of(original, given=given, by=by)
    body = codec.serialise(document)
    content = _read(body, on=given.issued_on)
    judged = crediting.judge(session, register, content, lock=lock)
    return Draft(document, body, content, judged.match, credits=invoice.number)


def _expected(session: Session, invoice: SupplierInvoice) -> tuple[CreditedLine, ...]:
    """What the buyer expects credit of. Raises CannotBeSent where that is nothing any longer."""
    expected = expected_credit_store.open_for(session, invoice.id)
    if expected is None:
        raise CannotBeSent(
            Text(
                "Köparen väntar inte längre på kredit av %(invoice_number)s. Ladda om fakturans sida och läs vad "
                "som gäller nu.",
                invoice_number=invoice.number,
            ),
        )
    return expected.lines


def _left(session: Session, invoice: SupplierInvoice) -> tuple[CreditedLine, ...]:
    """What is left of an invoice that was credited in part; nothing of one that stands whole."""
    if not partial_credit_store.of_invoice(session, invoice.id):
        return ()
    content = decision_store.as_judged(session, invoice.id)
    return tuple(
        CreditedLine(
            line.id,
            line.order_number or content.order_number,
            line.order_line,
            line.quantity.value,
            line.amount,
        )
        for line in content.lines
    )


def _chosen(
    session: Session, invoice: SupplierInvoice, quantities: Mapping[str, Decimal]
) -> tuple[CreditedLine, ...]:
    """So much of these lines of an invoice, of what is left of each. Raises CannotBeSent where that is less."""
    content = decision_store.as_judged(session, invoice.id)
    of_invoice = {line.id: line for line in content.charging_lines}
    chosen = []
    for line_id, quantity in quantities.items():
        line = of_invoice.get(line_id)
        if line is None or not 0 < quantity <= line.quantity.value:
            raise CannotBeSent(
                Text(
                    "Rad %(line)s på %(invoice_number)s har inte så mycket kvar att kreditera. Läs fakturans rader och "
                    "ange rad och antal efter dem.",
                    line=line_id,
                    invoice_number=invoice.number,
                )
            )
        credited = replace(line.quantity, value=quantity)
        whole = quantity == line.quantity.value
        price = line_amount(
            credited, line.price, currency=line.amount.currency, base_quantity=line.base_quantity
        )
        chosen.append(
            CreditedLine(
                line.id,
                line.order_number or content.order_number,
                line.order_line,
                quantity,
                line.amount if whole else price,
            )
        )
    return tuple(chosen)


def check_number(session: Session, supplier: str, document_type: DocumentType, number: str) -> None:
    """Raise NumberTaken where a document of the supplier's has the number, in our books or on its way."""
    if document_store.by_key(session, supplier, document_type, number) is not None:
        raise NumberTaken(
            Text(
                "Numret %(invoice_number)s har ni redan skickat. Varje faktura har sitt eget nummer.",
                invoice_number=number,
            )
        )
    if portal_document_store.pending_number(session, supplier, document_type, number) is not None:
        raise NumberTaken(Text("%(invoice_number)s är redan på väg till köparen.", invoice_number=number))


def judged_credit(session: Session, register: Register, credit: InvoiceContent) -> Match:
    """How a credit note would be judged now."""
    return crediting.judge(session, register, credit).match


def check_sendable(proposal: Draft) -> None:
    """Raise CannotBeSent where the buyer's matching would ask for a credit at once."""
    grave = [each for each in proposal.match.deviations if each.weight is Weight.QUESTION]
    if grave:
        raise CannotBeSent(sentences(grave))


def line_to_correct(
    session: Session, register: Register, actor: SupplierActor, invoice: SupplierInvoice
) -> str:
    """The one order line that is invoiced anew once the invoice is credited; empty where there is none, or several."""
    content = document_store.content(session, invoice.id)
    named = content.order_lines
    if len(content.orders) != 1:
        return ""
    order = order_facts_queries.order_facts(session, register, invoice.order_number)
    if order is None or order.order.supplier not in actor.suppliers or len(named) != 1:
        return ""
    line = order.lines.get(named[0])
    if line is None or line.receipt is None or line.receipt.quantity.is_zero:
        return ""
    others = line.occupant is not None and line.occupant.invoice_id != invoice.id
    return "" if others else named[0]


def _read(body: bytes, *, on: date) -> InvoiceContent:
    reading = document_reading.read(body, on=on)
    if reading.invoice is None:
        raise CannotBeSent(Text("Dokumentet skulle inte bli giltigt: %(reason)s", reason=reading.reason_text))
    return reading.invoice


def _opened(order: OrderFacts, line_id: str) -> OrderFacts:
    lines = {**order.lines, line_id: replace(order.lines[line_id], occupant=None, shares=())}
    return replace(order, lines=lines)


def _without_occupant(facts: Facts, order: OrderFacts, line_id: str) -> Facts:
    return replace(facts, order=_opened(order, line_id)) if line_id in order.lines else facts
