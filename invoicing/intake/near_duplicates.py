"""A second invoice that looks like the first: a note for people, never a refusal.

The same number with other content is a conflict and never comes so far. What is noted here is
another number with the same supplier, amount, day and order. The order is part of it: a supplier
with a hundred participants sends a hundred invoices of the same amount on the same day, and a
warning that is always there is read by nobody. Two months of one order are two lines, and no copies.
"""

from collections.abc import Sequence

from foundation.personal_numbers import masked
from foundation.sql import Session, moment_of
from foundation.text import Text
from invoicing.intake import near_duplicate_queries
from invoicing.intake.near_duplicate_queries import Alike
from invoicing.model import SupplierInvoice
from peppol.exchange import inbox_store

NEAR_DUPLICATE = "NEAR_DUPLICATE"


def note(
    session: Session, letter_id: int, invoice: SupplierInvoice, *, alike: Sequence[Alike] | None = None
) -> list[str]:
    """Lay a note on the message about the documents it may be a copy of; their numbers, oldest first.

    `alike` are those that agree with it in all but number, where that was asked before.
    """
    if alike is None:
        alike = near_duplicate_queries.alike(session, invoice)
    if not alike:
        return []
    lines = near_duplicate_queries.lines_of(session, [invoice.id, *(each.id for each in alike)])
    own = lines.get(invoice.id, set())
    alike = [each for each in alike if not own or each.id not in lines or own & lines[each.id]]
    moment = moment_of(session)
    if not alike or moment is None:
        return []
    numbers = [each.number for each in alike]
    inbox_store.note(
        session,
        letter_id,
        NEAR_DUPLICATE,
        other=alike[-1].letter_id,
        at=moment,
        sentence=Text(
            "%(invoice_number)s liknar %(numbers)s: samma leverantör, order, dag och belopp.",
            invoice_number=masked(invoice.number),
            numbers=", ".join(map(masked, numbers)),
        ),
    )
    return numbers
