"""A credit note finds its own supplier's invoice alone, whatever number it names."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from peppol.documents import billing
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

OURS, THEIRS = "100000101", "100000102"
FEBRUARY, MARCH = date(2026, 2, 3), date(2026, 3, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Fyrbåken and Lärkdrillen have each a month received, of the same days at the same price."""
    with a_system(database_url) as system:
        for reference, supplier in ((OURS, FYRBAKEN), (THEIRS, LARKDRILLEN)):
            system.decide(reference, supplier=supplier)
            system.report(reference, "2026-01", on=date(2026, 2, 2))
        yield system


def invoice(system: System, reference: str, number: str) -> billing.Invoice:
    return system.flip(system.order(reference).number, number=number, on=FEBRUARY)


def credit_naming(system: System, own: billing.Invoice, named: str) -> SupplierInvoice:
    """A supplier credits one of its invoices under the number of another."""
    credit = flipping.credit_note_of(own, given=Numbered(f"K-{named}", MARCH))
    (said,) = credit.billing_references
    reference = replace(said.invoice_document_reference, id=named)
    return system.send(
        replace(credit, billing_references=(replace(said, invoice_document_reference=reference),))
    )


def test_a_number_that_only_another_supplier_has_used_is_unknown(system: System) -> None:
    theirs, ours = invoice(system, THEIRS, "L-1"), invoice(system, OURS, "F-1")
    held = system.send(ours)
    credit = credit_naming(system, theirs, "F-1")
    assert (credit.state, credit.codes) == (InvoiceState.PARKED, ("CREDIT_UNKNOWN",))
    assert system.invoice(held.id).state is InvoiceState.ACCEPTED


def test_of_two_suppliers_with_the_same_number_each_credits_its_own(system: System) -> None:
    theirs, ours = invoice(system, THEIRS, "1"), invoice(system, OURS, "1")
    held = {supplier: system.send(each) for supplier, each in ((LARKDRILLEN, theirs), (FYRBAKEN, ours))}
    credit_naming(system, theirs, "1")
    assert system.invoice(held[LARKDRILLEN].id).state is not InvoiceState.ACCEPTED
    assert system.invoice(held[FYRBAKEN].id).state is InvoiceState.ACCEPTED
