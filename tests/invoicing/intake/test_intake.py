"""An invoice for what was received is accepted, answered and paid, whoever sends it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from invoicing.model import InvoiceState
from orders.terms import ArticleKind
from peppol.documents import billing, shapes
from peppol.exchange import tables as exchange_tables
from tests.support.stories.january import FEBRUARY, REFERENCE, answer, january, received_january
from tests.support.stories.system import FYRBAKEN, HAVTORNET, LARKDRILLEN, STIGFINNAREN, TALLKOTTEN, System


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


def test_an_invoice_for_what_was_received_is_accepted_answered_and_paid_in_thirty_days(
    system: System,
) -> None:
    invoice = system.send(january(system))
    assert (invoice.state, invoice.codes, invoice.answered) == (InvoiceState.ACCEPTED, (), "AP")
    assert (invoice.amount_net.amount, invoice.amount_payable.amount) == (
        Decimal("1900.00"),
        Decimal("2375.00"),
    )
    assert (invoice.execution_reference, invoice.pays_on) == (REFERENCE, date(2026, 3, 5))
    account = system.line(invoice.order_number)
    assert (account.amount_claimed.amount, account.invoice_id) == (Decimal("1900.00"), invoice.id)
    told = answer(system, invoice.id, "AP")
    assert told.document_response.document_reference.id == "F-1"
    assert told.receiver_party.endpoint_id == shapes.Identifier(FYRBAKEN, "0007")
    assert told.document_response.response.statuses == ()


@pytest.mark.parametrize("supplier", [LARKDRILLEN, TALLKOTTEN, HAVTORNET, STIGFINNAREN])
def test_every_kind_of_supplier_can_turn_its_line_into_an_invoice_that_matches(
    system: System, supplier: str
) -> None:
    system.decide("100000102", supplier=supplier)
    system.report("100000102", "2026-01", on=date(2026, 2, 2))
    invoice = system.send_invoice(system.order("100000102").number, number="F-9", on=FEBRUARY)
    assert (invoice.state, invoice.codes) == (InvoiceState.ACCEPTED, ())
    taxed = supplier in (LARKDRILLEN, TALLKOTTEN)
    assert invoice.amount_vat.amount == (Decimal("475.00") if taxed else Decimal("0.00"))


def test_a_supplier_that_takes_no_answers_over_the_network_reads_them_in_the_portal(system: System) -> None:
    system.decide("100000102", supplier=TALLKOTTEN)
    system.report("100000102", "2026-01", on=date(2026, 2, 2))
    invoice = system.send_invoice(system.order("100000102").number, number="F-9", on=FEBRUARY)
    outbox = exchange_tables.outbox
    with system.database.reading() as session:
        question = select(outbox.c.state, outbox.c.receiver, outbox.c.recipient)
        (row,) = session.execute(question.where(outbox.c.about == f"invoice {invoice.id}"))
    assert tuple(row) == ("IN_PORTAL", "", TALLKOTTEN)


def test_an_invoice_from_another_endpoint_of_the_same_legal_entity_is_taken_and_answered_there(
    system: System,
) -> None:
    system.decide("100000102", supplier=LARKDRILLEN)
    system.report("100000102", "2026-01", on=date(2026, 2, 2))
    invoice = system.flip(system.order("100000102").number, number="F-9", on=FEBRUARY)
    party = invoice.accounting_supplier_party.party
    other = replace(party, endpoint_id=shapes.Identifier("7390000100002", "0088"))
    document = system.send(replace(invoice, accounting_supplier_party=billing.AccountingParty(party=other)))
    assert document.state is InvoiceState.ACCEPTED
    assert answer(system, document.id, "AP").receiver_party.endpoint_id == shapes.Identifier(
        "7390000100002", "0088"
    )


def test_a_result_is_invoiced_like_any_line(system: System) -> None:
    told = {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-02-02"}
    system.must("supplement.approved", told, on=date(2026, 2, 2))
    (order,) = system.orders(REFERENCE, ArticleKind.SUPPLEMENTARY)
    assert system.send_invoice(order.number, number="F-T", on=FEBRUARY).state is InvoiceState.ACCEPTED
