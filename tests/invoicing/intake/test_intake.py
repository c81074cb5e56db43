"""An invoice for what was received is accepted, answered and paid, whoever sends it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from invoicing.model import InvoiceState
from orders.terms import Article
from peppol.documents import billing, shapes
from peppol.exchange import tables as exchange_tables
from tests.support.stories.house import FYRBAKEN, HAVTORNET, LARKDRILLEN, STIGFINNAREN, TALLKOTTEN, House
from tests.support.stories.january import FEBRUARY, REFERENCE, answer, january, received_january


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with received_january(database_url) as house:
        yield house


def test_an_invoice_for_what_was_received_is_accepted_answered_and_paid_in_thirty_days(
    house: House,
) -> None:
    invoice = house.send(january(house))
    assert (invoice.state, invoice.codes, invoice.answered) == (InvoiceState.ACCEPTED, (), "AP")
    assert (invoice.amount_net.amount, invoice.amount_payable.amount) == (
        Decimal("1900.00"),
        Decimal("2375.00"),
    )
    assert (invoice.execution_reference, invoice.pays_on) == (REFERENCE, date(2026, 3, 5))
    account = house.line(invoice.order_number)
    assert (account.amount_claimed.amount, account.invoice_id) == (Decimal("1900.00"), invoice.id)
    told = answer(house, invoice.id, "AP")
    assert told.document_response.document_reference.id == "F-1"
    assert told.receiver_party.endpoint_id == shapes.Identifier(FYRBAKEN, "0007")
    assert told.document_response.response.statuses == ()


@pytest.mark.parametrize("supplier", [LARKDRILLEN, TALLKOTTEN, HAVTORNET, STIGFINNAREN])
def test_every_kind_of_supplier_can_turn_its_line_into_an_invoice_that_matches(
    house: House, supplier: str
) -> None:
    house.decide("100000102", supplier=supplier)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    invoice = house.send_invoice(house.order("100000102").number, number="F-9", on=FEBRUARY)
    assert (invoice.state, invoice.codes) == (InvoiceState.ACCEPTED, ())
    taxed = supplier in (LARKDRILLEN, TALLKOTTEN)
    assert invoice.amount_vat.amount == (Decimal("475.00") if taxed else Decimal("0.00"))


def test_a_supplier_that_takes_no_answers_over_the_network_reads_them_in_the_portal(house: House) -> None:
    house.decide("100000102", supplier=TALLKOTTEN)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    invoice = house.send_invoice(house.order("100000102").number, number="F-9", on=FEBRUARY)
    outbox = exchange_tables.outbox
    with house.database.reading() as session:
        question = select(outbox.c.state, outbox.c.receiver, outbox.c.recipient)
        (row,) = session.execute(question.where(outbox.c.about == f"invoice {invoice.id}"))
    assert tuple(row) == ("IN_PORTAL", "", TALLKOTTEN)


def test_an_invoice_from_another_endpoint_of_the_same_legal_entity_is_taken_and_answered_there(
    house: House,
) -> None:
    house.decide("100000102", supplier=LARKDRILLEN)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    invoice = house.flip(house.order("100000102").number, number="F-9", on=FEBRUARY)
    party = invoice.accounting_supplier_party.party
    other = replace(party, endpoint_id=shapes.Identifier("7390000100002", "0088"))
    document = house.send(replace(invoice, accounting_supplier_party=billing.AccountingParty(party=other)))
    assert document.state is InvoiceState.ACCEPTED
    assert answer(house, document.id, "AP").receiver_party.endpoint_id == shapes.Identifier(
        "7390000100002", "0088"
    )


def test_a_result_is_invoiced_like_any_line(house: House) -> None:
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-02-02"}
    house.must("supplement.approved", told, on=date(2026, 2, 2))
    (order,) = house.orders(REFERENCE, Article.SUPPLEMENTARY)
    assert house.send_invoice(order.number, number="F-T", on=FEBRUARY).state is InvoiceState.ACCEPTED
