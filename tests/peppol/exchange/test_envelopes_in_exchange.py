"""Messages in envelopes through the system: taken out, checked, known again, and nothing lost on the way."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from invoicing.model import InvoiceState
from peppol.access_points.folder import FolderAccessPoint
from peppol.envelope.checks import check
from peppol.envelope.envelope import for_payload, wrap
from peppol.envelope.opening import unwrap
from peppol.exchange import inbox_store, outbox_store, outgoing
from peppol.exchange import tables as exchange_tables
from peppol.exchange.receiving import Collected
from peppol.identifiers import ParticipantId
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)
OURS = ParticipantId("0007", "2021002114")
SUPPLIER = ParticipantId("0007", FYRBAKEN)
INSTANCE = "7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e11"
OTHER_INSTANCE = "0e3bb9d4-92a7-4f10-8d53-6a1f0a7c2b90"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A system with January 2026 ordered and received."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def january(system: System, number: str = "F-1") -> bytes:
    order = system.order(REFERENCE).number
    return codec.serialise(system.flip(order, "001", number=number, on=FEBRUARY))


def message(
    payload: bytes,
    *,
    sender: ParticipantId = SUPPLIER,
    receiver: ParticipantId = OURS,
    instance_id: str = INSTANCE,
) -> bytes:
    made = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
    return wrap(
        payload,
        for_payload(payload, sender=sender, receiver=receiver, instance_id=instance_id, created_at=made),
    )


def collect(system: System, folder: Path, *bodies: bytes) -> Collected:
    """Messages lie in the folder, are collected and read."""
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(bodies):
        (folder / "inbox" / f"{number}.xml").write_bytes(body)
    came = outgoing.collect(system.database.writing, FolderAccessPoint(folder), today=FEBRUARY, now=CLOCK)
    system.read_messages(on=FEBRUARY)
    return came


def inbox(system: System) -> list[tuple[str, str, str]]:
    """State, reason and instance identifier of every message, in the order they came."""
    columns = exchange_tables.inbox.c
    with system.database.reading() as session:
        rows = session.execute(
            select(columns.state, columns.reason, columns.instance_id).order_by(columns.id)
        )
        return [(row.state, row.reason, row.instance_id) for row in rows]


def test_an_invoice_in_its_envelope_is_judged_as_if_it_had_come_bare(system: System, tmp_path: Path) -> None:
    body = message(january(system))
    collect(system, tmp_path, body)
    assert inbox(system) == [("HANDLED", "", INSTANCE)]
    assert system.invoice(1).state is InvoiceState.ACCEPTED
    with system.database.reading() as session:
        assert inbox_store.body_of(session, 1) == body


def test_the_same_message_once_more_is_a_repeat(system: System, tmp_path: Path) -> None:
    body = message(january(system))
    collect(system, tmp_path, body)
    assert collect(system, tmp_path, body) == Collected(stored=0, repeats=1, conflicts=0)
    assert [state for state, _, _ in inbox(system)] == ["HANDLED", "REPEAT"]


@pytest.mark.both_engines
def test_the_same_instance_with_another_document_is_a_conflict(system: System, tmp_path: Path) -> None:
    first, second = message(january(system)), message(january(system, number="F-2"))
    assert collect(system, tmp_path, first, second) == Collected(stored=1, repeats=0, conflicts=1)
    assert [(state, reason) for state, reason, _ in inbox(system)] == [
        ("HANDLED", ""),
        ("CONFLICT", "INSTANCE_CONFLICT"),
    ]


def test_an_instance_in_capitals_is_the_same_instance(system: System, tmp_path: Path) -> None:
    first = message(january(system))
    second = message(january(system, number="F-2"), instance_id=INSTANCE.upper())
    assert collect(system, tmp_path, first, second).conflicts == 1


def test_the_same_invoice_in_a_new_envelope_is_the_first_one_once_more(
    system: System, tmp_path: Path
) -> None:
    payload = january(system)
    collect(system, tmp_path, message(payload))
    collect(system, tmp_path, message(payload, instance_id=OTHER_INSTANCE))
    collect(system, tmp_path, payload)
    assert [(state, reason) for state, reason, _ in inbox(system)] == [
        ("HANDLED", ""),
        ("REPEAT", "REPEAT"),
        ("REPEAT", "REPEAT"),
    ]


def test_the_same_number_with_other_content_is_a_conflict_in_any_envelope(
    system: System, tmp_path: Path
) -> None:
    changed = january(system).replace(b"<cbc:DueDate>2026-03-05<", b"<cbc:DueDate>2026-03-06<")
    assert changed != january(system)
    collect(system, tmp_path, january(system), message(changed))
    assert [(state, reason) for state, reason, _ in inbox(system)] == [
        ("HANDLED", ""),
        ("CONFLICT", "CONFLICT"),
    ]


@pytest.mark.both_engines
def test_a_message_for_somebody_else_lies_in_quarantine_with_its_reason(
    system: System, tmp_path: Path
) -> None:
    collect(system, tmp_path, message(january(system), receiver=ParticipantId("0007", LARKDRILLEN)))
    assert inbox(system) == [("QUARANTINED", "ENV-NOT-OURS", INSTANCE)]
    columns = exchange_tables.inbox.c
    with system.database.reading() as session:
        row = session.execute(select(columns.reason_sv, columns.reason_en, columns.kind)).one()
    assert "Meddelandet är till någon annan: 0007:5599992020. Vår adress är 0007:2021002114." in row.reason_sv
    assert "The message is for somebody else" in row.reason_en
    assert row.kind == "invoice"


@pytest.mark.both_engines
def test_a_message_from_a_service_provider_is_taken_and_a_person_is_told(
    system: System, tmp_path: Path
) -> None:
    collect(system, tmp_path, message(january(system), sender=ParticipantId("0007", LARKDRILLEN)))
    assert inbox(system) == [("HANDLED", "ENV-SENDER", INSTANCE)]
    assert system.invoice(1).state is InvoiceState.ACCEPTED
    with system.database.reading() as session:
        told = session.scalar(select(exchange_tables.inbox.c.reason_sv))
    assert told is not None
    assert "På kuvertet står 0007:5599992020, i dokumentet 0007:5599991014." in told


def test_an_envelope_without_a_document_lies_in_quarantine(system: System, tmp_path: Path) -> None:
    body = message(january(system))
    start, end = body.index(b"<Invoice"), body.index(b"</sh:StandardBusinessDocument>")
    collect(system, tmp_path, body[:start] + body[end:])
    assert inbox(system) == [("QUARANTINED", "ENV-NO-PAYLOAD", INSTANCE)]


def test_an_invalid_invoice_in_an_envelope_is_told_its_own_fault(system: System, tmp_path: Path) -> None:
    payload = january(system).replace(b"<cbc:ID>F-1</cbc:ID>", b"")
    collect(system, tmp_path, message(payload, sender=ParticipantId("0007", LARKDRILLEN)))
    ((state, reason, _),) = inbox(system)
    assert state == "QUARANTINED"
    assert not reason.startswith("ENV-")


def test_our_orders_go_in_envelopes_where_the_operator_wants_them(system: System, tmp_path: Path) -> None:
    folder = FolderAccessPoint(tmp_path, enveloped=True)
    with system.database.reading() as session:
        (order,) = outbox_store.messages_out(session)
    folder.submit(order)
    (file,) = (tmp_path / "outbox").rglob("*.xml")
    first = file.read_bytes()
    assert outgoing.deliver_waiting(system.database.writing, folder, now=CLOCK) == 1
    assert file.read_bytes() == first
    opened = unwrap(first)
    assert opened.payload == order.body
    assert opened.envelope is not None
    assert opened.envelope.instance_id == order.instance_id
    assert (opened.envelope.sender, opened.envelope.receiver) == (OURS, SUPPLIER)
    assert opened.envelope.created_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert opened.findings == check(opened, ours=SUPPLIER, on=date(2026, 1, 2)) == ()
