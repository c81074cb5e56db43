"""Invoices as suppliers' own programs write them, from the order they got to the payment they may expect."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from invoicing.exceptions import linking
from invoicing.exceptions.steps import DeskActor
from invoicing.matching.deviations import DeviationCode
from invoicing.model import InvoiceState
from peppol.documents import ordering
from peppol.explanations.explain import explained
from peppol.validation import validation
from peppol.xml import codec
from tests.suppliers.installed import made_by_node, made_by_python
from tests.support.golden import message_body
from tests.support.stories.system import System, a_system

Facts = Mapping[str, Any]
REFERENCE: Final = "100000101"
SENT_ON: Final = date(2026, 2, 4)

MAKERS: Final[Mapping[str, Callable[[Facts], bytes]]] = {
    "eu-einvoice": lambda facts: made_by_python("make_with_eu_einvoice.py", "small.lock", facts),
    "json2ubl": lambda facts: made_by_python("make_with_json2ubl.py", "small.lock", facts),
    "e-invoice-eu": lambda facts: made_by_node("e_invoice_eu", facts),
}
_HYPHEN: Final = re.compile(rb"(?<=<cbc:EndpointID schemeID=\"0007\">)(\d{6})-(\d{4})")


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 3))
        yield system


def facts(system: System, *, number: str, days: str) -> Facts:
    """What the supplier's economist types in or its program takes over: the order it got, and what it has of itself."""
    order = codec.parse(ordering.Order, message_body(system, system.order(REFERENCE).number))
    line = order.order_lines[0].line_item
    assert line.price is not None
    assert line.item.sellers_item_identification is not None
    quantity, price = Decimal(days), line.price.price_amount.value
    supplier = system.register.supplier(system.order(REFERENCE).supplier)
    buyer = system.register.buyer
    return {
        "number": number,
        "issue_date": f"{SENT_ON}",
        "due_date": "2026-03-06",
        "order": order.id,
        "reference": REFERENCE,
        "bankgiro": supplier.on(SENT_ON).payment_accounts[0].number.replace("-", ""),
        "seller": party(supplier.name, supplier.organisation_number, supplier.on(SENT_ON)),
        "buyer": party(buyer.name, buyer.organisation_number, buyer, address=buyer.invoice_address),
        "lines": [
            {
                "id": "1",
                "order_line": line.id,
                "quantity": days,
                "unit": line.quantity.unit_code,
                "price": f"{price}",
                "net": f"{quantity * price:.2f}",
                "name": line.item.name,
                "article": line.item.sellers_item_identification.id,
                "vat": "25",
            }
        ],
    }


def party(name: str, organisation: str, of: Any, *, address: Any = None) -> Facts:  # noqa: ANN401 - buyer or supplier
    where = address or of.address
    return {
        "name": name,
        "organisation": organisation,
        "vat_id": of.vat_id,
        "street": where.street,
        "postcode": where.postal_code,
        "city": where.city,
    }


def days_received(system: System) -> str:
    """How many days of January the buyer has received, as the supplier's portal tells."""
    (line,) = system.flip(system.order(REFERENCE).number, number="X", on=SENT_ON).invoice_lines
    return f"{line.invoiced_quantity.value.normalize():f}"


@pytest.mark.parametrize("program", MAKERS)
def test_what_the_program_writes_is_matched_and_approved(system: System, program: str) -> None:
    body = MAKERS[program](facts(system, number="M-1", days=days_received(system)))
    invoice = system.send_bytes(body, on=SENT_ON)
    assert (invoice.state, system.sentences(invoice)) == (InvoiceState.ACCEPTED, [])
    assert system.answers(invoice) == ["AP"]
    assert system.broken() == []


def test_a_day_too_many_is_found_whatever_wrote_it(system: System) -> None:
    body = MAKERS["eu-einvoice"](facts(system, number="M-1", days="99"))
    assert system.send_bytes(body, on=SENT_ON).state is InvoiceState.IN_QUESTION


@pytest.mark.slow
def test_each_fault_of_trytons_invoice_is_told_and_it_is_approved_when_they_are_mended(
    system: System,
) -> None:
    """Tryton 8.2.0 writes a Swedish number in Peppol's address with a hyphen, which the published rules refuse.

    It says of an invoice nobody has paid that all of it is prepaid, and names no order line. The two first are the
    supplier's to mend; the line a person at the buyer may name, and it is suggested.
    """
    body = made_by_python(
        "make_with_tryton.py", "tryton.lock", facts(system, number="M-1", days=days_received(system))
    )
    report = validation.validate(body, on=SENT_ON)
    assert {finding.rule for finding in report.findings} == {"PEPPOL-COMMON-R049"}
    assert "tio siffror utan bindestreck" in " ".join(explained(each).sv for each in report.findings)
    without_hyphens, count = _HYPHEN.subn(rb"\1\2", body)
    assert count == 2
    prepaid = system.send_bytes(without_hyphens, on=SENT_ON)
    told = " ".join(system.sentences(prepaid))
    assert "som redan betalt" in told
    assert "Förslag: orderrad 001" in told

    invoice = system.send_bytes(mended(without_hyphens), on=SENT_ON)
    # It names no account either, which stops nothing: it is paid to the one that is registered.
    found = {each.code for each in system.match(invoice).deviations}
    assert found == {DeviationCode.LINE_MISSING, DeviationCode.PAYEE_ACCOUNT}
    order, register = system.order(REFERENCE).number, system.register
    with system.database.writing() as session:
        actor = DeskActor("user-1", datetime(2026, 2, 4, 9, tzinfo=UTC), SENT_ON)
        linking.link(
            session, register, invoice.id, actor, order_number=order, line_id="001", reason="Januari"
        )
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED
    assert system.broken() == []


def mended(body: bytes) -> bytes:
    """The invoice under another number, with nothing prepaid."""
    total = re.search(rb"<cbc:TaxInclusiveAmount[^>]*>([\d.]+)<", body)
    assert total is not None
    body = re.sub(rb"<cbc:PrepaidAmount.*?</cbc:PrepaidAmount>", b"", body)
    body = re.sub(rb"(<cbc:PayableAmount[^>]*>)[\d.]+", rb"\g<1>" + total[1], body)
    return body.replace(b"<cbc:ID>1</cbc:ID>\n<cbc:IssueDate>", b"<cbc:ID>2</cbc:ID>\n<cbc:IssueDate>", 1)
