"""What a group of messages needs of the books, asked for all of them at once before the first takes its turn.

Only of an invoice that shares nothing with those before it in the group: not its number, not an order, not what would
make it look like another. What one of them does then changes nothing that was asked for the others, unless it did more
than to lie on its own lines; after such a one, and after a credit note, it is asked anew for the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation.sql import Session, take_all_turns
from invoicing.decisions import protected_store
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.reading import Reading
from invoicing.intake import near_duplicate_queries
from invoicing.intake.near_duplicate_queries import Alike
from invoicing.intake.turns import turn_of
from invoicing.matching.facts import OrderFacts
from invoicing.matching.order_slices import orders_named
from invoicing.model import DocumentType, InvoiceContent, SupplierInvoice
from orders.register.register import Register
from peppol.exchange.inbox_store import InboundMessage


@dataclass(frozen=True, slots=True)
class AskedAhead:
    """What is known for one invoice before its turn, in the same transaction.

    `earlier` is the document that has its number already, `orders` those it names by number, `alike` the earlier
    documents that it may be a copy of; `credit_waits`: of its supplier a credit note waits for its invoice;
    `is_cleared`: somebody has said of the message that it names nobody.
    """

    earlier: SupplierInvoice | None
    orders: dict[str, OrderFacts]
    alike: Sequence[Alike]
    credit_waits: bool
    is_cleared: bool


def take_turns(session: Session, group: Sequence[tuple[InboundMessage, Reading]]) -> None:
    """Take the turns of all documents of the group, once, before anything is asked."""
    take_all_turns(session, {turn_of(reading.invoice) for _, reading in group if reading.invoice is not None})


def ask(
    session: Session, register: Register, group: Sequence[tuple[InboundMessage, Reading]]
) -> dict[int, AskedAhead]:
    """What is known for the invoices of the group, by the number of their message; the others ask for themselves."""
    contents = [(message, reading.invoice) for message, reading in group if reading.invoice is not None]
    apart = _sharing_nothing(contents)
    if not apart:
        return {}
    invoices = [content for _, content in apart]
    keys = [_key(each) for each in invoices]
    earlier = document_store.by_keys(session, keys)
    orders = facts_loading.orders_ahead(session, register, invoices)
    credit_waits = document_store.with_parked_credits(session, {supplier for supplier, _, _ in keys})
    alike = near_duplicate_queries.alike_on_orders(
        session, [invoices[place].order_number for place in orders]
    )
    cleared = protected_store.cleared_messages(session, [message.id for message, _ in apart])
    return {
        apart[place][0].id: AskedAhead(
            earlier=earlier.get(keys[place]),
            orders=found,
            alike=alike.get(near_duplicate_queries.likeness(invoices[place]), ()),
            credit_waits=keys[place][0] in credit_waits,
            is_cleared=apart[place][0].id in cleared,
        )
        for place, found in orders.items()
    }


def _key(content: InvoiceContent) -> tuple[str, DocumentType, str]:
    return document_store.supplier_key(content), content.document_type, content.number


def _sharing_nothing(
    group: Sequence[tuple[InboundMessage, InvoiceContent]],
) -> list[tuple[InboundMessage, InvoiceContent]]:
    """The invoices up to the first credit note that have nothing in common with an earlier one of the group."""
    seen: set[object] = set()
    apart = []
    for message, content in group:
        if content.document_type is DocumentType.CREDIT_NOTE:
            break
        its_own = {_key(content), *orders_named(content)}
        if seen.isdisjoint(its_own):
            apart.append((message, content))
        seen |= its_own
    return apart
