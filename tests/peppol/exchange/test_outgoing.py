"""The counter: a document is judged and rendered once, its bytes go out unchanged, and what comes is stored first."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import (
    Arrival,
    DeliveryState,
    DeliveryStatus,
    NoDirectory,
    Outbound,
    Submission,
    TooLarge,
    Unreachable,
)
from peppol.documents import billing, shapes
from peppol.exchange import outbox as exchange_outbox
from peppol.exchange import outbox_store, outgoing, owed_answer_store, owed_answers, receiver_queues
from peppol.exchange import tables as exchange_tables
from peppol.exchange.receiving import Collected, Collector
from peppol.exchange.tables import InState, OutState, OwedState
from peppol.identifiers import DocumentKind
from peppol.xml import codec
from tests.support.journal import Something
from tests.support.project import PROJECT
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import TALLKOTTEN, System, a_system

REFERENCE = "100000101"
DAY = date(2026, 2, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@dataclass
class FailingAccessPoint(NoDirectory):
    """Takes some messages and then fails; hands in the same messages until they are acknowledged."""

    takes: int = 0
    submitted: list[bytes] = field(default_factory=list)
    inbox: dict[str, bytes] = field(default_factory=dict)
    stored_at_acknowledgement: list[int] = field(default_factory=list)
    system: System | None = None
    name: str = "failing"

    def submit(self, message: Outbound) -> Submission:
        if len(self.submitted) >= self.takes:
            raise Unreachable("no contact")
        self.submitted.append(message.body)
        return Submission(message.instance_id)

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        return DeliveryStatus(DeliveryState.UNKNOWN)

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        yield from [Arrival(reference) for reference in self.inbox]

    def fetch(self, reference: str) -> bytes:
        return self.inbox[reference]

    def acknowledge(self, reference: str) -> None:
        assert self.system is not None
        with self.system.database.reading() as session:
            self.stored_at_acknowledgement.append(
                len(session.execute(select(exchange_tables.inbox.c.id)).all())
            )
        del self.inbox[reference]


def states(system: System) -> list[str]:
    with system.database.reading() as session:
        return list(
            session.scalars(
                select(exchange_tables.outbox.c.state).order_by(exchange_tables.outbox.c.sequence)
            )
        )


def bodies(system: System) -> list[bytes]:
    with system.database.reading() as session:
        return [message.body for message in outbox_store.messages_out(session)]


# Out ----------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_orders_lie_in_the_folder_as_the_bytes_they_were_laid_out_with(
    system: System, tmp_path: Path
) -> None:
    system.decide(REFERENCE)
    folder = FolderAccessPoint(tmp_path / "post")
    assert outgoing.deliver_waiting(system.database.writing, folder, now=CLOCK) == 1
    (file,) = (tmp_path / "post" / "outbox").rglob("*.xml")
    assert [file.read_bytes()] == bodies(system)
    assert file.parent.name == "0007_5599991014"
    assert file.name.startswith("order-2100000001-")
    assert states(system) == [OutState.SENT]
    assert outgoing.deliver_waiting(system.database.writing, folder, now=CLOCK) == 0


def test_what_cannot_be_delivered_now_waits_and_goes_later_in_the_same_bytes(system: System) -> None:
    for number in range(3):
        system.decide(f"10000010{number}")
    access_point = FailingAccessPoint(takes=1)
    assert outgoing.deliver_waiting(system.database.writing, access_point, now=CLOCK) == 1
    assert states(system) == [OutState.SENT, OutState.WAITING, OutState.WAITING]
    access_point.takes = 3
    assert outgoing.deliver_waiting(system.database.writing, access_point, now=CLOCK) == 2
    assert access_point.submitted == bodies(system)


def test_a_worker_that_died_between_sending_and_noting_is_followed_and_the_receiver_has_one_message(
    system: System, tmp_path: Path
) -> None:
    system.decide(REFERENCE)
    folder = FolderAccessPoint(tmp_path)

    with system.database.writing() as session:
        claim = receiver_queues.claim(
            session, now=CLOCK, lease=timedelta(minutes=5), queues_most=1, messages_most=10
        )
    # The worker hands the message over and dies before it can say so.
    folder.submit(claim.messages[0])
    assert outgoing.deliver_waiting(system.database.writing, folder, now=CLOCK) == 0
    assert states(system) == [OutState.WAITING]
    later = CLOCK + timedelta(minutes=6)
    assert outgoing.deliver_waiting(system.database.writing, folder, now=later) == 1
    # The receiver sees one message: the same name, the same bytes.
    (file,) = (tmp_path / "outbox").rglob("*.xml")
    assert [file.read_bytes()] == bodies(system)


def test_more_messages_than_a_batch_all_go(system: System) -> None:
    with system.database.writing() as session:
        for number in range(120):
            message = exchange_outbox.NewMessage(
                f"<M>{number}</M>".encode(),
                kind="message",
                document_id=str(number),
                sender="a",
                receiver="0007:5599991014",
                recipient="5599991014",
                about="",
                issued_on=DAY,
            )
            exchange_outbox.put_out(session, [message])
    assert outgoing.deliver_waiting(system.database.writing, FailingAccessPoint(takes=1000), now=CLOCK) == 120


@pytest.fixture
def invoice(system: System) -> billing.Invoice:
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    return system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)


def test_a_document_that_breaks_no_layer_is_laid_out(system: System, invoice: billing.Invoice) -> None:
    before = bodies(system)
    send(system, invoice)
    assert len(bodies(system)) == len(before) + 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": "F\u0001"}, "XSD"),
        ({"id": "F\u202e1"}, "GATE-IDENTIFIER"),
        ({"issue_date": None}, "XSD"),
        ({"document_currency_code": "XXX"}, "BR-CO-15"),
        ({"issue_date": date(2026, 2, 3), "invoice_type_code": "389"}, "P0100"),
    ],
    ids=["unwritable", "the gate", "the schema", "a rule", "a code of the day"],
)
def test_a_document_that_breaks_a_layer_is_not_laid_out(
    system: System, invoice: billing.Invoice, change: dict[str, Any], rule: str
) -> None:
    before = bodies(system)
    with pytest.raises(outgoing.InvalidDocument, match=rule):
        send(system, replace(invoice, **change))
    assert bodies(system) == before


@pytest.mark.parametrize("broken", [None, 3, 51], ids=["none", "an early one", "a late one"])
def test_of_many_documents_none_is_laid_out_where_one_breaks_a_rule(
    system: System, invoice: billing.Invoice, broken: int | None
) -> None:
    many = [
        replace(invoice, id=f"M-{number}", document_currency_code="XXX" if number == broken else "SEK")
        for number in range(60)
    ]
    before = bodies(system)
    with system.database.writing() as session:
        laying_out = [
            outgoing.Outgoing(
                each,
                DocumentKind.INVOICE,
                each.id,
                outgoing.MessageAddress("0007:2021002114", "0007:5599991014", "5599991014"),
                "",
                DAY,
            )
            for each in many
        ]
        if broken is not None:
            with pytest.raises(outgoing.InvalidDocument, match=f"M-{broken} breaks BR-CO-15"):
                outgoing.send_all(session, laying_out)
        else:
            outgoing.send_all(session, laying_out)
    laid_out = bodies(system)[len(before) :]
    assert laid_out == ([] if broken is not None else [codec.serialise(each) for each in many])


def test_a_document_of_another_kind_than_said_is_not_laid_out(
    system: System, invoice: billing.Invoice
) -> None:
    before = bodies(system)
    with pytest.raises(outgoing.InvalidDocument, match="GATE-KIND"):
        send(system, invoice, kind=DocumentKind.ORDER)
    assert bodies(system) == before


def test_the_rules_of_the_day_judge_what_leaves(system: System, invoice: billing.Invoice) -> None:
    """A process that came in May 2026 cannot be named by a document of February."""
    renamed = replace(invoice, profile_id="urn:peppol:bis:billing_with_response")
    with pytest.raises(outgoing.InvalidDocument, match="PEPPOL-EN16931-R007"):
        send(system, renamed)
    send(system, renamed, on=date(2026, 8, 24))


def test_nothing_is_laid_out_but_what_was_written_here() -> None:
    """`outgoing.written` renders and judges; who lays out a message without it would send what nobody has checked."""
    laying_out = {
        str(path.relative_to(PROJECT))
        for folder in (
            "peppol",
            "orders",
            "invoicing",
            "audit",
            "bookkeeping",
            "operations",
            "supplier_portal",
            "finance_desk",
            "billing",
        )
        for path in (PROJECT / folder).rglob("*.py")
        if "put_out(" in path.read_text(encoding="utf-8")
    }
    assert laying_out == {
        "peppol/exchange/outbox.py",
        "peppol/exchange/outgoing.py",
        "peppol/exchange/owed_answers.py",
    }


def send(
    system: System, document: codec.Document, *, kind: DocumentKind = DocumentKind.INVOICE, on: date = DAY
) -> None:
    with system.database.writing() as session:
        outgoing.send(
            session,
            document,
            kind=kind,
            document_id="F-1",
            address=outgoing.MessageAddress("0007:2021002114", "0007:5599991014", "5599991014"),
            about="",
            issued_on=on,
        )


def test_what_goes_wrong_with_the_database_is_no_fault_of_the_answer(system: System) -> None:
    """An answer that cannot be written is owed; a database that is away takes the whole step with it."""

    def give(error: Exception) -> DocumentKind | None:
        def way() -> outgoing.Outgoing:
            raise error

        with system.database.writing() as session:
            return owed_answers.give(session, "letter 1", [way], subject=Something.THING.of(1))

    with pytest.raises(OperationalError):
        give(OperationalError("SELECT 1", {}, Exception("gone")))
    with system.database.reading() as session:
        assert owed_answer_store.count(session, OwedState.STUCK) == 0
    assert give(ZeroDivisionError()) is None
    with system.database.reading() as session:
        (owed,) = owed_answer_store.in_state(session, OwedState.STUCK)
    assert (owed.about, owed.error.partition(":")[0]) == ("letter 1", "ZeroDivisionError way")


# In -----------------------------------------------------------------------------------------


def collect(system: System, access_point: FolderAccessPoint | FailingAccessPoint) -> Collected:
    return outgoing.collect(system.database.writing, access_point, today=DAY, now=CLOCK)


@pytest.mark.both_engines
def test_messages_are_stored_before_they_are_acknowledged_and_copies_are_told_apart(system: System) -> None:
    messages = {"a.xml": b"<A/>", "b.xml": b"<B/>", "a-again.xml": b"<A/>"}
    access_point = FailingAccessPoint(inbox=messages, system=system)
    assert collect(system, access_point) == Collected(stored=2, repeats=1, conflicts=0)
    assert access_point.stored_at_acknowledgement == [3, 3, 3]
    assert collect(system, access_point) == Collected(0, 0, 0)


def test_a_message_whose_acknowledgement_was_lost_comes_again_as_a_repeat(
    system: System, tmp_path: Path
) -> None:
    folder = FolderAccessPoint(tmp_path)
    file = tmp_path / "inbox" / "sub" / "faktura 1.xml"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"<A/>")
    assert collect(system, folder) == Collected(1, 0, 0)
    assert not file.exists()
    assert (tmp_path / "collected" / "sub" / "faktura 1.xml").read_bytes() == b"<A/>"
    file.write_bytes(b"<A/>")
    assert collect(system, folder) == Collected(0, 1, 0)
    assert (tmp_path / "collected" / "sub" / "faktura 1~2.xml").exists()


def test_unfinished_hidden_and_linked_files_are_left_alone(system: System, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (inbox / "link.xml").symlink_to(secret)
    for name in (".hidden.xml", "half.xml.part", "half.tmp", "half.downloading"):
        (inbox / name).write_bytes(b"<A/>")
    assert collect(system, FolderAccessPoint(tmp_path)) == Collected(0, 0, 0)
    assert secret.exists()


def test_a_file_larger_than_is_kept_is_never_cut_and_lies_where_it_lay(
    system: System, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "large.xml").write_bytes(b"<A>" + b"x" * 1000)
    (inbox / "right.xml").write_bytes(b"<A/>")
    access_point = FolderAccessPoint(tmp_path, size_largest=100)
    (arrival, _) = access_point.inbound()
    with pytest.raises(TooLarge):
        access_point.fetch(arrival.reference)
    assert collect(system, access_point) == Collected(1, 0, 0)
    # Nor is it fetched where its size is told before.
    in_time = Collector(
        system.database.writing, FolderAccessPoint(tmp_path), lambda: CLOCK, lambda: DAY, size_largest=100
    )
    assert in_time.collect() == Collected(0, 0, 0)
    assert (inbox / "large.xml").stat().st_size == 1003
    assert not (inbox / "right.xml").exists()


def test_an_empty_folder_is_no_fault_and_one_that_is_not_there_is_told(
    system: System, tmp_path: Path
) -> None:
    assert collect(system, FolderAccessPoint(tmp_path)) == Collected(0, 0, 0)
    with pytest.raises(Unreachable) as told:
        collect(system, FolderAccessPoint(tmp_path / "nowhere"))
    assert told.value.code == "FOLDER_MISSING"


def test_what_is_collected_is_read_as_any_message(system: System, tmp_path: Path) -> None:
    system.decide(REFERENCE, supplier=TALLKOTTEN)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "f1.xml").write_bytes(codec.serialise(invoice))
    collect(system, FolderAccessPoint(tmp_path))
    (outcome,) = system.read_messages(on=DAY)
    assert (outcome.message_state, outcome.invoice is not None) == (InState.HANDLED, True)
    assert invoice.legal_monetary_total.payable_amount == shapes.Amount(
        invoice.legal_monetary_total.payable_amount.value, "SEK"
    )
