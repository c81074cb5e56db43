"""What suppliers' systems answer: it closes or opens our message, stands beside the order, and changes no order."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from billing.cli.cli import app
from foundation import journal
from invoicing.documents import store as document_store
from invoicing.intake.intake import IntakeResult
from invoicing.journal_actions import SupplierAction
from invoicing.responses import model as peer_responses
from invoicing.responses import response_documents
from invoicing.responses import store as response_store
from invoicing.responses.model import FOR_STAFF, Meaning, PeerAnswer, PeerLine
from orders.journal_actions import ObjectionAction
from orders.register import store as register_store
from orders.register.response_agreements import OrderProcess
from peppol.documents import ordering, responses, technical_responses
from peppol.envelope import envelope
from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState, OutState
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.journal_actions import MessageAction
from peppol.xml import codec
from tests.support.golden import is_golden
from tests.support.stories.peers import BUYER, a_finding, accepting_mlr, answered_line, order_response
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register

REFERENCE = "100000101"
DAY = date(2026, 2, 3)
MORNING = datetime(2026, 2, 3, 7, 30, tzinfo=UTC)
PROVIDER, OURS = ParticipantId("0242", "000321-FYR"), ParticipantId("0242", "000123-AFM")
US = ParticipantId("0007", BUYER)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    register = example_register()
    answering = tuple(
        replace(each, order_process=OrderProcess.ORDERING) if each.organisation_number == FYRBAKEN else each
        for each in register.suppliers
    )
    with a_system(database_url, register=replace(register, suppliers=answering)) as system:
        system.decide(REFERENCE)
        yield system


def comes(
    system: System,
    document: codec.Document,
    *,
    enveloped_by: str | ParticipantId = "",
    to: ParticipantId = US,
) -> IntakeResult:
    """An answer arrives, bare or in an envelope of this sender, and is read."""
    body = codec.serialise(document)
    if enveloped_by:
        receiver = to
        sender = (
            enveloped_by if isinstance(enveloped_by, ParticipantId) else ParticipantId("0007", enveloped_by)
        )
        instance = f"7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e{system.sent:02}"
        written = envelope.for_payload(
            body, sender=sender, receiver=receiver, instance_id=instance, created_at=MORNING
        )
        body = envelope.wrap(body, written)
    system.post(body, on=DAY)
    (outcome,) = system.read_messages(on=DAY)
    return outcome


def message(system: System, kind: str = "order") -> tuple[str, str, str]:
    """Our message: its instance identifier, its state, and the peer's words about it."""
    with system.database.reading() as session:
        row = session.execute(
            exchange_tables.outbox.select()
            .where(exchange_tables.outbox.c.kind == kind)
            .order_by(exchange_tables.outbox.c.sequence)
        ).first()
    assert row is not None
    return row.instance_id, row.state, row.answer


def kept(system: System) -> list[response_store.KeptAnswer]:
    with system.database.reading() as session:
        return list(response_store.listed(session))


def actions(system: System) -> list[str]:
    with system.database.reading() as session:
        return [str(row.action) for row in journal.rows(session)]


# The order response ---------------------------------------------------------------------------------------


def test_an_order_to_a_supplier_that_answers_is_sent_in_the_process_ordering(system: System) -> None:
    system.decide("100000102", supplier=LARKDRILLEN)
    profiles = {}
    with system.database.reading() as session:
        for each in outbox_store.messages_out(session, kind="order"):
            profiles[each.recipient] = each.body.partition(b"<cbc:ProfileID>")[2].partition(b"<")[0].decode()
            is_golden(f"order-{each.recipient}.xml", each.body)
    assert profiles == {
        FYRBAKEN: "urn:fdc:peppol.eu:poacc:bis:ordering:3",
        LARKDRILLEN: "urn:fdc:peppol.eu:poacc:bis:order_only:3",
    }


@pytest.mark.parametrize(
    ("code", "lines", "meaning"),
    [
        ("AB", (), Meaning.NOTED),
        ("AP", (), Meaning.NOTED),
        ("RE", (), Meaning.ORDER_REFUSED),
        ("CA", (answered_line("001", "5"), answered_line("002", "42")), Meaning.NOTED),
        ("CA", (answered_line("001", "5"), answered_line("002", "3", "10 dagar")), Meaning.ORDER_CHANGED),
        ("CA", (answered_line("001", "7", "Ingen plats"),), Meaning.ORDER_CHANGED),
    ],
)
def test_an_order_response_stands_beside_its_order_and_changes_nothing_on_it(
    system: System, code: str, lines: tuple[ordering.OrderResponseLine, ...], meaning: Meaning
) -> None:
    before = system.order(REFERENCE)
    outcome = comes(system, order_response(before.number, code, on=DAY, lines=lines, note="Hej"))
    assert outcome.message_state is InState.HANDLED
    assert system.order(REFERENCE) == before
    (answer,) = kept(system)
    assert (answer.meaning, answer.order_number, answer.answer.words) == (meaning, before.number, "Hej")
    assert [each.line for each in answer.answer.lines] == [
        each.order_line_reference.line_id for each in lines
    ]
    assert answer.waits_for_staff == (meaning is not Meaning.NOTED)
    # Whoever answers has the message.
    assert message(system)[1] == OutState.DELIVERED


def test_a_refused_order_is_an_objection_that_waits_until_a_person_answers(
    system: System, database_url: str
) -> None:
    number = system.order(REFERENCE).number
    comes(system, order_response(number, "RE", on=DAY, note="Vi har ingen plats"))
    run = CliRunner(env={"BILLING_DATABASE_URL": database_url, "COLUMNS": "200"})
    shown = run.invoke(app, ["orders", "show", number])
    assert "order-response RE ORDER_REFUSED: Vi har ingen plats" in " ".join(shown.output.split())
    assert "ORDER_REFUSED" not in run.invoke(app, ["answers", "list", "--open"]).output
    seen = run.invoke(app, ["answers", "seen", "1", "--by", "user-17"])
    assert (seen.exit_code, "billing objections answer" in seen.output) == (1, True)
    waiting = run.invoke(app, ["objections", "list"])
    assert f"{number} {DAY} PEPPOL OPEN" in " ".join(waiting.output.split())
    given = ["objections", "answer", "1", "STANDS", "--reason", "AS_DECIDED", "--by", "user-17"]
    assert run.invoke(app, given).exit_code == 0
    assert number not in run.invoke(app, ["objections", "list"]).output
    assert (
        '"answer_reason": "AS_DECIDED"' in run.invoke(app, ["objections", "list", "--ended", "--json"]).output
    )
    assert "user-17" in run.invoke(app, ["answers", "show", "1"]).output
    assert ObjectionAction.ANSWERED in actions(system)
    missing = [*given[:2], "9", *given[3:]]
    assert run.invoke(app, missing).exit_code == 4


def test_another_supplier_cannot_answer_an_order(system: System) -> None:
    number = system.order(REFERENCE).number
    comes(system, order_response(number, "RE", on=DAY, seller=LARKDRILLEN))
    comes(system, order_response(number, "RE", on=DAY, number="OR-2"), enveloped_by=LARKDRILLEN)
    assert {each.meaning for each in kept(system)} == {Meaning.STRANGER}
    assert message(system)[1] == OutState.WAITING


def test_an_answer_to_no_order_of_ours_is_kept_and_shown(system: System) -> None:
    outcome = comes(system, order_response("999", "AP", on=DAY))
    assert (outcome.message_state, outcome.reason) == (InState.HANDLED, "UNKNOWN")


# MLR and MLS about our messages ----------------------------------------------------------------------------


def test_an_mlr_that_accepts_closes_the_message_and_one_that_rejects_opens_it(system: System) -> None:
    number = system.order(REFERENCE).number
    comes(system, accepting_mlr(number, on=DAY, code="AB", number="M-0"))
    assert message(system)[1] == OutState.WAITING
    comes(system, accepting_mlr(number, on=DAY, number="M-1"))
    assert message(system)[1] == OutState.DELIVERED
    comes(system, rejecting_mlr(number, number="M-2"))
    _, state, words = message(system)
    assert state == OutState.REJECTED
    assert "PEPPOL-T01-R005" in words
    # What was refused for good stays so, whatever comes late.
    comes(system, accepting_mlr(number, on=DAY, number="M-3"))
    assert message(system)[1] == OutState.REJECTED
    assert [each.meaning for each in reversed(kept(system))] == [
        Meaning.NOTED,
        Meaning.CONFIRMED,
        Meaning.REJECTED,
        Meaning.CONFIRMED,
    ]
    assert actions(system)[-6:] == [
        SupplierAction.ANSWER_RECEIVED,
        MessageAction.DELIVERED,
        SupplierAction.ANSWER_RECEIVED,
        MessageAction.REJECTED,
        SupplierAction.ANSWER_RECEIVED,
        SupplierAction.ANSWER_RECEIVED,
    ]


def rejecting_mlr(answered: str, *, number: str) -> responses.MessageLevelResponse:
    return technical_responses.refusal_mlr(
        [a_finding()],
        document_id=number,
        answered=answered,
        type_code="",
        sender=ParticipantId("0007", FYRBAKEN),
        receiver=ParticipantId("0007", BUYER),
        on=DAY,
    )


def test_an_mls_finds_our_message_by_its_instance_identifier(system: System) -> None:
    instance = message(system)[0]
    status = technical_responses.mls(
        [a_finding()], document_id="S-1", instance_id=instance, sender=PROVIDER, receiver=OURS, at=MORNING
    )
    comes(system, status)
    assert message(system)[1] == OutState.REJECTED
    (answer,) = kept(system)
    assert (answer.instance_id, answer.order_number) == (instance, system.order(REFERENCE).number)


def test_an_mls_comes_from_service_provider_to_service_provider(system: System) -> None:
    status = technical_responses.mls(
        [a_finding()],
        document_id="S-1",
        instance_id=message(system)[0],
        sender=PROVIDER,
        receiver=OURS,
        at=MORNING,
    )
    comes(system, status, enveloped_by=PROVIDER, to=OURS)
    assert message(system)[1] == OutState.REJECTED


def test_nothing_but_an_mls_is_for_us_at_a_service_providers_address(system: System) -> None:
    number = system.order(REFERENCE).number
    told = comes(system, accepting_mlr(number, on=DAY), enveloped_by=FYRBAKEN, to=OURS)
    assert (told.message_state, told.reason) == (InState.QUARANTINED, "ENV-NOT-OURS")
    assert message(system)[1] == OutState.WAITING


def test_an_mlr_about_our_invoice_response_finds_that(system: System) -> None:
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=DAY)
    comes(system, rejecting_mlr(f"{invoice.id}-AP", number="M-1"))
    assert message(system, "invoice-response")[1] == OutState.REJECTED
    assert message(system)[1] == OutState.WAITING


def test_an_mlr_from_another_than_the_receiver_moves_nothing(system: System) -> None:
    number = system.order(REFERENCE).number
    comes(system, accepting_mlr(number, on=DAY, sender=LARKDRILLEN))
    comes(system, accepting_mlr(number, on=DAY, number="M-2"), enveloped_by=LARKDRILLEN)
    assert {each.meaning for each in kept(system)} == {Meaning.STRANGER}
    assert message(system)[1] == OutState.WAITING


def test_an_mlr_about_nothing_of_ours_is_kept_and_shown(system: System) -> None:
    assert comes(system, accepting_mlr("X-1", on=DAY)).reason == "UNKNOWN"


def test_the_same_answer_again_is_a_repeat_and_another_of_its_number_a_conflict(system: System) -> None:
    number = system.order(REFERENCE).number
    comes(system, accepting_mlr(number, on=DAY))
    again = comes(system, accepting_mlr(number, on=DAY), enveloped_by=FYRBAKEN)
    other = comes(system, accepting_mlr(number, on=DAY, code="AB"))
    assert (again.message_state, other.message_state) == (InState.REPEAT, InState.CONFLICT)
    assert len(kept(system)) == 1


# An Invoice Response to us --------------------------------------------------------------------------------


def test_an_invoice_response_to_us_is_kept_since_we_send_no_invoices(system: System) -> None:
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=DAY)
    with system.database.reading() as session:
        register = register_store.load(session)
        document = response_documents.response(
            register,
            document_store.by_id(session, invoice.id),
            "RE",
            document_store.matches(session, invoice.id)[-1][1].deviations,
            supplier=register.supplier(FYRBAKEN),
            today=DAY,
            said=response_documents.Question("OTH", "Varför?"),
        )
    turned = replace(document, sender_party=document.receiver_party, receiver_party=document.sender_party)
    assert comes(system, turned).reason == "NOT_EXPECTED"
    (answer,) = kept(system)
    assert (answer.answer.kind, answer.answer.reference) == (DocumentKind.INVOICE_RESPONSE, "F-1")


# Laws -----------------------------------------------------------------------------------------------------


@given(
    st.sampled_from(["AB", "AP", "RE", "CA"]),
    st.lists(st.sampled_from(["1", "3", "5", "7", "42"]), max_size=5),
)
def test_an_order_response_is_silent_only_where_everything_stands_as_ordered(
    code: str, statuses: list[str]
) -> None:
    lines = tuple(PeerLine(str(at), status, "") for at, status in enumerate(statuses))
    answer = PeerAnswer(DocumentKind.ORDER_RESPONSE, "1", DAY, code, "", "", "", lines)
    meaning = peer_responses.meaning_of_order_answer(answer)
    stands = code != "RE" and set(statuses) <= {"5", "42"}
    assert (meaning not in FOR_STAFF) == stands


@pytest.mark.parametrize("meaning", list(Meaning))
def test_every_meaning_for_staff_has_a_sentence_that_says_what_to_do(meaning: Meaning) -> None:
    told = peer_responses.sentences(meaning, "2100000001")
    assert bool(told) == (meaning in FOR_STAFF)
