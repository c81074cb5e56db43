"""A system with one order and its January received, and the invoice for that month, for stories of intake."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from peppol.documents import billing, responses
from peppol.exchange import outbox_store
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from peppol.xml import codec
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)


@contextmanager
def received_january(database_url: str) -> Iterator[System]:
    """A system with one order from January to June 2026 at 95.00, and January received: 20 days, 1900.00."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def january(system: System, number: str = "F-1") -> billing.Invoice:
    """The invoice of January's line, not sent yet."""
    return system.flip(system.order(REFERENCE).number, "001", number=number, on=FEBRUARY)


def answer(system: System, invoice_id: int, code: str) -> responses.InvoiceResponse:
    """The Invoice Response as the supplier's system reads it; it must be valid."""
    with system.database.reading() as session:
        (message,) = outbox_store.messages_out(session, document_id=f"{invoice_id}-{code}")
    report = validation.validate(message.body, on=FEBRUARY)
    assert (report.kind, report.findings) == (DocumentKind.INVOICE_RESPONSE, ())
    assert report.root is not None
    return codec.parse(responses.InvoiceResponse, report.root)


def named_otherwise(invoice: billing.Invoice, order_number: str | None) -> billing.Invoice:
    """The invoice with another order number, or none."""
    reference = billing.OrderReference(id=order_number) if order_number else None
    return replace(invoice, order_reference=reference, buyer_reference="Avd 4")
