"""What a sentence calls a payment: its id at the bank, the supplier and the invoices it is for."""

from collections.abc import Sequence

from foundation import personal_numbers
from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.documents import store as document_store
from invoicing.payment.proposal_store import ProposalItem
from orders.register import store as register_store
from orders.register.register import Register

_NAMED_MAX = 3


def called(session: Session, register: Register, name: str, items: Sequence[ProposalItem]) -> Text:
    """The payment, such as `RM30000001-00003 (Fyrbåken Jobb & Väg AB, F-1)`; of a whole file its id and how many."""
    transfers = {item.end_to_end for item in items}
    if len(transfers) > 1:
        return Text("%(name)s (%(count)s betalningar)", name=name, count=len(transfers))
    ids = [item.invoice_id for item in items]
    numbers = [each.number for each in document_store.by_ids(session, ids)]
    documents = ", ".join(map(personal_numbers.masked, numbers[:_NAMED_MAX])) + (
        " …" if len(numbers) > _NAMED_MAX else ""
    )
    supplier = register_store.last_known_supplier(session, register, items[0].supplier)
    who = supplier.name if supplier else items[0].supplier
    said = f"{items[0].end_to_end or name} ({who}, {documents})"
    return WrittenText(said, said)
