"""Copies, conflicts and messages that cannot be read: each is kept, and none gives a second invoice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from sqlalchemy import select

from invoicing.documents import reading as document_reading
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState
from peppol.documents import shapes
from peppol.envelope.envelope import for_payload, wrap
from peppol.exchange import inbox_store, outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.xml import codec
from tests.support.stories.bills import billed
from tests.support.stories.house import FYRBAKEN, LARKDRILLEN, House
from tests.support.stories.january import FEBRUARY, january, received_january


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with received_january(database_url) as house:
        yield house


def messages(house: House) -> list[tuple[str, str]]:
    inbox = exchange_tables.inbox
    with house.database.reading() as session:
        return [
            tuple(row) for row in session.execute(select(inbox.c.state, inbox.c.reason).order_by(inbox.c.id))
        ]


# Copies and conflicts -------------------------------------------------------------------------


@pytest.mark.both_engines
def test_the_same_bytes_again_are_a_repeat_and_give_no_second_invoice(house: House) -> None:
    body = codec.serialise(january(house))
    house.post(body, on=FEBRUARY)
    house.read_messages(on=FEBRUARY)
    assert house.post(body, on=date(2026, 2, 4)).state is InState.REPEAT
    assert house.read_messages(on=date(2026, 2, 4)) == []
    assert messages(house) == [("HANDLED", ""), ("REPEAT", "REPEAT")]
    with house.database.reading() as session:
        assert [invoice.number for invoice in document_store.listed(session)] == ["F-1"]


def test_the_same_document_in_a_new_envelope_is_a_repeat(house: House) -> None:
    body = codec.serialise(january(house))
    first = house.send_bytes(body, on=FEBRUARY)
    addressed = for_payload(
        body,
        sender=ParticipantId.of_organisation(FYRBAKEN),
        receiver=ParticipantId.of_organisation("2021002114"),
        instance_id="5d2f1b3e-6a0c-4c58-9f2e-0a3b7c1d9e10",
        created_at=datetime.combine(FEBRUARY, time(8), UTC),
    )
    house.post(wrap(body, addressed), on=FEBRUARY)
    (outcome,) = house.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.invoice) == (InState.REPEAT, None)
    assert house.invoice(first.id) == first


def test_the_same_document_with_one_more_line_feed_has_other_bytes_and_is_kept_aside(house: House) -> None:
    body = codec.serialise(january(house))
    first = house.send_bytes(body, on=FEBRUARY)
    house.post(body + b"\n", on=FEBRUARY)
    (outcome,) = house.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.invoice) == (InState.CONFLICT, None)
    inbox = exchange_tables.inbox
    with house.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == outcome.letter_id)).one()
    assert (row.repeats, bytes(row.body)) == (first.letter_id, body + b"\n")
    assert house.invoice(first.id) == first


@pytest.mark.both_engines
def test_the_same_number_with_other_bytes_is_kept_aside_and_the_first_stands(house: House) -> None:
    invoice = january(house)
    first = house.send(invoice)
    changed = billed(invoice, price="94.00")
    house.post(codec.serialise(changed), on=FEBRUARY)
    (outcome,) = house.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.invoice) == (InState.CONFLICT, None)
    inbox = exchange_tables.inbox
    with house.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == outcome.letter_id)).one()
    assert row.repeats == first.letter_id
    assert row.business_key == f"{FYRBAKEN} INVOICE F-1"
    assert "F-1" in row.reason_sv
    assert bytes(row.body) == codec.serialise(changed)
    assert house.invoice(first.id) == first


def test_two_suppliers_may_use_the_same_number(house: House) -> None:
    house.decide("100000102", supplier=LARKDRILLEN)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    assert house.send(january(house, "1")).state is InvoiceState.ACCEPTED
    assert (
        house.send_invoice(house.order("100000102").number, number="1", on=FEBRUARY).state
        is InvoiceState.ACCEPTED
    )


# What cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "GATE-EMPTY"),
        (b"%PDF-1.7 not an e-invoice", "GATE-"),
        (b"<Invoice xmlns='urn:example'/>", "GATE-KIND"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "GATE-DOCTYPE"),
    ],
)
def test_what_cannot_be_read_lies_in_quarantine_with_its_bytes_and_a_reason(
    house: House, body: bytes, reason: str
) -> None:
    house.post(body, on=FEBRUARY)
    house.post(codec.serialise(january(house)), on=FEBRUARY)
    first, second = house.read_messages(on=FEBRUARY)
    assert (first.message_state, second.message_state) == (InState.QUARANTINED, InState.HANDLED)
    assert first.reason.startswith(reason)
    inbox = exchange_tables.inbox
    with house.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == first.letter_id)).one()
        assert inbox_store.body_of(session, first.letter_id) == body
    assert row.reason_sv
    assert row.reason_en


def test_an_invalid_invoice_is_refused_by_its_rule_and_never_for_a_business_reason(house: House) -> None:
    invoice = january(house)
    totals = replace(invoice.legal_monetary_total, payable_amount=shapes.Amount(Decimal("1.00"), "SEK"))
    house.post(codec.serialise(replace(invoice, legal_monetary_total=totals)), on=FEBRUARY)
    (outcome,) = house.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.reason) == (InState.QUARANTINED, "BR-CO-16")
    # And the number is free for the right one.
    assert house.send(january(house)).state is InvoiceState.ACCEPTED


def test_one_of_our_own_orders_sent_back_is_not_for_us(house: House) -> None:
    with house.database.reading() as session:
        (order,) = outbox_store.messages_out(session, kind=DocumentKind.ORDER)
    house.post(order.body, on=FEBRUARY)
    (outcome,) = house.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.reason) == (InState.QUARANTINED, "NOT_FOR_US")


def test_a_reading_tells_what_the_document_says_and_keeps_the_warnings(house: House) -> None:
    reading = document_reading.read(codec.serialise(january(house)), on=FEBRUARY)
    assert reading.kind is DocumentKind.INVOICE
    assert reading.invoice is not None
    assert (reading.invoice.supplier, reading.invoice.buyer) == (FYRBAKEN, "2021002114")
    assert reading.invoice.order_lines == ("001",)
    assert reading.invoice.accounts[0].scheme == "BANKGIRO"
