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
from tests.support.stories.january import FEBRUARY, january, received_january
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


def messages(system: System) -> list[tuple[str, str]]:
    inbox = exchange_tables.inbox
    with system.database.reading() as session:
        return [
            tuple(row) for row in session.execute(select(inbox.c.state, inbox.c.reason).order_by(inbox.c.id))
        ]


# Copies and conflicts -------------------------------------------------------------------------


@pytest.mark.both_engines
def test_the_same_bytes_again_are_a_repeat_and_give_no_second_invoice(system: System) -> None:
    body = codec.serialise(january(system))
    system.post(body, on=FEBRUARY)
    system.read_messages(on=FEBRUARY)
    assert system.post(body, on=date(2026, 2, 4)).state is InState.REPEAT
    assert system.read_messages(on=date(2026, 2, 4)) == []
    assert messages(system) == [("HANDLED", ""), ("REPEAT", "REPEAT")]
    with system.database.reading() as session:
        assert [invoice.number for invoice in document_store.listed(session)] == ["F-1"]


def test_the_same_document_in_a_new_envelope_is_a_repeat(system: System) -> None:
    body = codec.serialise(january(system))
    first = system.send_bytes(body, on=FEBRUARY)
    addressed = for_payload(
        body,
        sender=ParticipantId.of_organisation(FYRBAKEN),
        receiver=ParticipantId.of_organisation("2021002114"),
        instance_id="5d2f1b3e-6a0c-4c58-9f2e-0a3b7c1d9e10",
        created_at=datetime.combine(FEBRUARY, time(8), UTC),
    )
    system.post(wrap(body, addressed), on=FEBRUARY)
    (outcome,) = system.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.invoice) == (InState.REPEAT, None)
    assert system.invoice(first.id) == first


def test_the_same_document_with_one_more_line_feed_has_other_bytes_and_is_kept_aside(system: System) -> None:
    body = codec.serialise(january(system))
    first = system.send_bytes(body, on=FEBRUARY)
    system.post(body + b"\n", on=FEBRUARY)
    (outcome,) = system.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.invoice) == (InState.CONFLICT, None)
    inbox = exchange_tables.inbox
    with system.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == outcome.letter_id)).one()
        kept = inbox_store.body_of(session, outcome.letter_id)
    assert (row.repeats, kept) == (first.letter_id, body + b"\n")
    assert system.invoice(first.id) == first


@pytest.mark.both_engines
def test_the_same_number_with_other_bytes_is_kept_aside_and_the_first_stands(system: System) -> None:
    invoice = january(system)
    first = system.send(invoice)
    changed = billed(invoice, price="94.00")
    system.post(codec.serialise(changed), on=FEBRUARY)
    (outcome,) = system.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.invoice) == (InState.CONFLICT, None)
    inbox = exchange_tables.inbox
    with system.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == outcome.letter_id)).one()
        kept = inbox_store.body_of(session, outcome.letter_id)
    assert row.repeats == first.letter_id
    assert row.business_key == f"{FYRBAKEN} INVOICE F-1"
    assert "F-1" in row.reason_sv
    assert kept == codec.serialise(changed)
    assert system.invoice(first.id) == first


def test_two_suppliers_may_use_the_same_number(system: System) -> None:
    system.decide("100000102", supplier=LARKDRILLEN)
    system.report("100000102", "2026-01", on=date(2026, 2, 2))
    assert system.send(january(system, "1")).state is InvoiceState.ACCEPTED
    assert (
        system.send_invoice(system.order("100000102").number, number="1", on=FEBRUARY).state
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
    system: System, body: bytes, reason: str
) -> None:
    system.post(body, on=FEBRUARY)
    system.post(codec.serialise(january(system)), on=FEBRUARY)
    first, second = system.read_messages(on=FEBRUARY)
    assert (first.message_state, second.message_state) == (InState.QUARANTINED, InState.HANDLED)
    assert first.reason.startswith(reason)
    inbox = exchange_tables.inbox
    with system.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == first.letter_id)).one()
        assert inbox_store.body_of(session, first.letter_id) == body
    assert row.reason_sv
    assert row.reason_en


def test_an_invalid_invoice_is_refused_by_its_rule_and_never_for_a_business_reason(system: System) -> None:
    invoice = january(system)
    totals = replace(invoice.legal_monetary_total, payable_amount=shapes.Amount(Decimal("1.00"), "SEK"))
    system.post(codec.serialise(replace(invoice, legal_monetary_total=totals)), on=FEBRUARY)
    (outcome,) = system.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.reason) == (InState.QUARANTINED, "BR-CO-16")
    # And the number is free for the right one.
    assert system.send(january(system)).state is InvoiceState.ACCEPTED


def test_one_of_our_own_orders_sent_back_is_not_for_us(system: System) -> None:
    with system.database.reading() as session:
        (order,) = outbox_store.messages_out(session, kind=DocumentKind.ORDER)
    system.post(order.body, on=FEBRUARY)
    (outcome,) = system.read_messages(on=FEBRUARY)
    assert (outcome.message_state, outcome.reason) == (InState.QUARANTINED, "NOT_FOR_US")


def test_a_reading_tells_what_the_document_says_and_keeps_the_warnings(system: System) -> None:
    reading = document_reading.read(codec.serialise(january(system)), on=FEBRUARY)
    assert reading.kind is DocumentKind.INVOICE
    assert reading.invoice is not None
    assert (reading.invoice.supplier, reading.invoice.buyer) == (FYRBAKEN, "2021002114")
    assert reading.invoice.order_lines == ("001",)
    assert reading.invoice.accounts[0].scheme == "BANKGIRO"
