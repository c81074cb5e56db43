"""A document that says who somebody is, is handled apart from the moment it is read; no other document is."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from audit import journal_queries
from audit.journal_queries import Sought
from foundation import journal
from invoicing.decisions import protected_store
from invoicing.documents import reading
from invoicing.intake import protecting
from invoicing.journal_actions import DocumentAction
from invoicing.model import SupplierInvoice
from orders.register.parties import AccountScheme, PaymentAccount
from peppol.documents import billing
from peppol.envelope import envelope
from peppol.exchange import inbox, inbox_store
from peppol.identifiers import ParticipantId
from peppol.validation.personal_data import FoundNumbers
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.peers import BUYER, accepting_mlr, order_response
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

REFERENCE, FEBRUARY = "100000101", date(2026, 2, 3)
PERSON = "121212-1212"
"""Tolvan Tolvansson of the Swedish Tax Agency's own examples."""


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def in_note(invoice: billing.Invoice, words: str) -> billing.Invoice:
    return replace(invoice, note=words)


def in_line_note(invoice: billing.Invoice, words: str) -> billing.Invoice:
    (line,) = invoice.invoice_lines
    return replace(invoice, invoice_lines=(replace(line, note=words),))


def in_description(invoice: billing.Invoice, words: str) -> billing.Invoice:
    (line,) = invoice.invoice_lines
    return replace(invoice, invoice_lines=(replace(line, item=replace(line.item, description=words)),))


def in_item_name(invoice: billing.Invoice, words: str) -> billing.Invoice:
    (line,) = invoice.invoice_lines
    return replace(invoice, invoice_lines=(replace(line, item=replace(line.item, name=words)),))


Written = Callable[[billing.Invoice, str], billing.Invoice]


def received(system: System, write: Written, words: str) -> SupplierInvoice:
    return system.send(write(system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY), words))


def is_apart(system: System, invoice: SupplierInvoice) -> bool:
    with system.database.reading() as session:
        rows, _ = journal_queries.search(session, Sought(text=invoice.number), limit=100)
        marked = protected_store.is_protected(session, invoice.id)
    # The mark and what is told of it are one.
    assert marked is any(row.action == DocumentAction.PROTECTED_MARKED for row in rows)
    return marked


@pytest.mark.parametrize("write", [in_note, in_line_note, in_description, in_item_name])
def test_a_document_that_says_who_somebody_is_is_handled_apart(system: System, write: Written) -> None:
    assert is_apart(system, received(system, write, f"Avser {PERSON} enligt ok"))


@pytest.mark.parametrize("words", ["Avser 100000101", "Tolvan Tolvansson", "Tel 08-121212", ""])
def test_a_document_without_a_personal_number_is_as_all_others(system: System, words: str) -> None:
    assert not is_apart(system, received(system, in_note, words or "Januari"))


def in_reference(invoice: billing.Invoice, words: str) -> billing.Invoice:
    return replace(invoice, buyer_reference=words)


def in_its_own_number(invoice: billing.Invoice, words: str) -> billing.Invoice:
    return replace(invoice, id=words)


@pytest.mark.parametrize("write", [in_reference, in_its_own_number])
def test_an_identifier_is_no_better_place_than_a_note(system: System, write: Written) -> None:
    invoice = received(system, write, PERSON)
    with system.database.reading() as session:
        assert protected_store.is_protected(session, invoice.id)
        assert protected_store.messages_among(session, [invoice.letter_id]) == {invoice.letter_id}


def test_the_number_of_a_sole_trader_in_the_register_is_no_secret(database_url: str) -> None:
    """A sole trader's organisation number is a personal number: the register's own is let through, no other."""
    number = "8403272381"
    known = example_register()
    suppliers = tuple(
        replace(each, payment_accounts=(*each.payment_accounts, _paid_to(number)))
        if each.organisation_number == FYRBAKEN
        else each
        for each in known.suppliers
    )
    with a_system(database_url, register=replace(known, suppliers=suppliers)) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        invoice = received(system, in_note, "Betalas till 840327-2381, SE840327238101")
        assert not is_apart(system, invoice)


def _paid_to(number: str) -> PaymentAccount:
    return PaymentAccount(AccountScheme.BANKGIRO, "50501055", payee_name="Factor", payee_number=number)


def _answer(system: System) -> bytes:
    order = system.order(REFERENCE).number
    return codec.serialise(order_response(order, "RE", on=FEBRUARY, note=f"Gäller {PERSON}"))


def _status(system: System) -> bytes:
    return codec.serialise(accepting_mlr("2100000001", on=FEBRUARY, number=f"MLR {PERSON}"))


def _invalid(system: System) -> bytes:
    return b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'>" + PERSON.encode()


def _nothing(system: System) -> bytes:
    return f"Deltagare;{PERSON}".encode()


def _enveloped(system: System) -> bytes:
    flipped = system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)
    body = codec.serialise(in_note(flipped, PERSON))
    sender, receiver = ParticipantId("0007", FYRBAKEN), ParticipantId("0007", BUYER)
    written = envelope.for_payload(
        body,
        sender=sender,
        receiver=receiver,
        instance_id="7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e01",
        created_at=datetime(2026, 2, 3, 7, tzinfo=UTC),
    )
    return envelope.wrap(body, written)


@pytest.mark.parametrize("made", [_answer, _status, _invalid, _nothing, _enveloped])
def test_a_message_of_any_kind_is_handled_apart(system: System, made: Callable[[System], bytes]) -> None:
    message = system.post(made(system), on=FEBRUARY)
    system.read_messages(on=FEBRUARY)
    with system.database.reading() as session:
        assert protected_store.messages_among(session, [message.id]) == {message.id}
        rows = [row for row in journal.rows(session) if row.action == DocumentAction.PROTECTED_MARKED]
        told = json.dumps([[row.subject, row.detail] for row in rows])
    assert f"letter {message.id}" in told or f"letter:{message.id}" in told
    assert PERSON not in told


def test_the_name_of_a_file_that_came_marks_it_too(system: System) -> None:
    body = codec.serialise(system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY))
    with system.database.writing() as session:
        message = inbox.store(
            session, body, transport_id=f"{PERSON}.xml", received_on=FEBRUARY, received_at=CLOCK
        )
    (outcome,) = system.read_messages(on=FEBRUARY)
    assert outcome.invoice is not None
    with system.database.reading() as session:
        assert protected_store.messages_among(session, [message.id]) == {message.id}
        assert protected_store.is_protected(session, outcome.invoice.id)


def test_an_order_of_ours_that_looks_like_a_person_is_none(system: System) -> None:
    """After the millionth order every tenth number has the date and the check digit of somebody's."""
    body = codec.serialise(system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY))
    system.post(body, on=FEBRUARY)
    with system.database.writing() as session:
        (message,) = inbox_store.claim(session, limit=1, now=CLOCK, lease=timedelta(minutes=1))
        ours = system.order(REFERENCE).number
        assert not protecting.protect(session, message, FoundNumbers(frozenset({ours})), None, today=FEBRUARY)
        assert protecting.protect(
            session, message, FoundNumbers(frozenset({ours, "1212121212"})), None, today=FEBRUARY
        )
        assert protected_store.messages_among(session, [message.id]) == {message.id}


def test_what_cannot_be_read_is_searched_as_text() -> None:
    """Its markup says nothing then, and may stand in the middle of a number."""
    broken = f"<Invoice><cbc:ID>{PERSON[:4]}</cbc:ID><cbc:Note>{PERSON[4:]}</cbc:Note>".encode()
    known = reading.addresses_of(example_register())
    found = reading.read_message(broken, on=FEBRUARY, known=known).personal_numbers
    assert found.written == {PERSON.replace("-", "")}
