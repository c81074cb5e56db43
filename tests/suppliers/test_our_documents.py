"""What we write is read by programs that are not ours: invoices and credit notes, orders, and answers."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import pytest

from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from peppol.documents import billing
from peppol.xml import codec
from tests.suppliers.installed import read_by_python
from tests.support.golden import message_body
from tests.support.stories.system import System, a_system

REFERENCE: Final = "100000101"
SENT_ON: Final = date(2026, 2, 4)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 3))
        yield system


def written(system: System) -> Mapping[str, billing.Invoice | billing.CreditNote]:
    """An invoice of the portal's, and its credit note."""
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=SENT_ON)
    return {"invoice": invoice, "credit": flipping.credit_note_of(invoice, given=Numbered("K-1", SENT_ON))}


@pytest.mark.parametrize("program", ["eu_einvoice", "facturex"])
@pytest.mark.parametrize("kind", ["invoice", "credit"])
def test_an_invoice_from_the_portal_is_read_by_others_as_it_is_meant(
    system: System, program: str, kind: str
) -> None:
    document = written(system)[kind]
    read = read_by_python(f"read_with_{program}.py", "small.lock", codec.serialise(document))
    lines = document.invoice_lines if isinstance(document, billing.Invoice) else document.credit_note_lines
    assert read["number"] == document.id
    assert document.order_reference is not None
    assert read["order"] == document.order_reference.id
    assert (read["seller"], read["buyer"]) == ("Fyrbåken Exempel AB", "Arbetsförmedlingen")
    assert float(read["payable"]) == float(document.legal_monetary_total.payable_amount.value)
    assert [[float(quantity), unit, float(price)] for quantity, unit, price in read["lines"]] == [
        [float(each.quantity.value), each.quantity.unit_code, float(each.price.price_amount.value)]
        for each in lines
    ]


def leaf(read: Any, *path: str) -> Any:  # noqa: ANN401 - a tree as JSON
    for name in path:
        read = read[name]
        read = read[0] if isinstance(read, list) else read
    return read["value"]


@pytest.mark.slow
def test_an_order_and_the_answers_are_read_by_another(system: System) -> None:
    """ublkit reads any document of UBL; the real access points' tests read ours with others (`make interop`)."""
    order = system.order(REFERENCE)
    read = read_by_python("read_with_ublkit.py", "ublkit.lock", message_body(system, order.number))
    assert read["kind"] == "Order"
    tree = read["content"]["Order"]
    assert leaf(tree, "ID") == order.number
    for role in ("BuyerCustomerParty", "SellerSupplierParty"):
        assert leaf(tree, role, "Party", "PartyName", "Name")
    assert leaf(tree, "OrderLine", "LineItem", "Item", "Name") == order.lines[0].article_name
    assert leaf(tree, "OrderLine", "LineItem", "Quantity")

    invoice = system.send_invoice(order.number, number="F-1", on=SENT_ON)
    answer = message_body(system, f"{invoice.id}-AP")
    read = read_by_python("read_with_ublkit.py", "ublkit.lock", answer)
    assert read["kind"] == "ApplicationResponse"
    tree = read["content"]["ApplicationResponse"]
    assert leaf(tree, "DocumentResponse", "Response", "ResponseCode") == "AP"
    assert leaf(tree, "DocumentResponse", "DocumentReference", "ID") == "F-1"
