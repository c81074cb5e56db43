"""Several workers at once: who was first is decided by the database, and nobody does anything twice."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from foundation.transitions import StepRefused
from invoicing.documents import reading as document_reading
from invoicing.documents import store as document_store
from invoicing.intake import handlers
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import payment, payment_store
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from operations.event_loading import EventLine, load_events, place_due_orders
from orders.events.data import PlacementDecided
from orders.events.envelope import read_event
from orders.model import Order
from orders.placements import decisions
from orders.register import store as register_store
from orders.terms import ArticleKind
from peppol.access_points.protocol import (
    Arrival,
    DeliveryState,
    DeliveryStatus,
    Gone,
    NoDirectory,
    Outbound,
    Submission,
)
from peppol.documents import billing, shapes
from peppol.exchange import inbox, inbox_store, outbox_store, outgoing
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.tables import InState
from peppol.xml import codec
from tests.support.at_once import at_once
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.system import (
    FYRBAKEN,
    LARKDRILLEN,
    System,
    a_system,
    decision,
    event_line,
    interruption,
)

pytestmark = pytest.mark.both_engines

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def january(system: System, number: str = "F-1", days: str = "20") -> billing.Invoice:
    return billed(system.flip(system.order(REFERENCE).number, number=number, on=FEBRUARY), days=days)


def credit_of(invoice: billing.Invoice, number: str) -> billing.CreditNote:
    return flipping.credit_note_of(invoice, given=Numbered(number, FEBRUARY))


def worker(system: System, document: billing.Invoice | billing.CreditNote) -> Callable[[], SupplierInvoice]:
    """Post a document now, and give back the work of reading it as one of several workers would."""
    system.post(codec.serialise(document), on=FEBRUARY)
    with system.database.writing() as session:
        (message,) = inbox_store.claim(session, limit=1, now=CLOCK, lease=timedelta(minutes=10))
    return reading(system, message)


def reading(system: System, message: InboundMessage) -> Callable[[], SupplierInvoice]:
    read = document_reading.read(message.body, on=message.received_on)

    def work() -> SupplierInvoice:
        with system.database.writing() as session:
            register = register_store.load(session)
            outcome = handlers.handle(session, register, message, read, today=FEBRUARY)
        assert outcome is not None
        assert outcome.invoice is not None
        return outcome.invoice

    return work


class Noting(NoDirectory):
    """An access point that takes everything and notes the order it came in."""

    name = "noting"

    def __init__(self, taken: list[str]) -> None:
        self.taken = taken

    def submit(self, message: Outbound) -> Submission:
        self.taken.append(message.instance_id)
        return Submission(message.instance_id)

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        return DeliveryStatus(DeliveryState.UNKNOWN)

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        return iter(())

    def fetch(self, reference: str) -> bytes:
        raise Gone(reference)

    def acknowledge(self, reference: str) -> None:
        return None


def loading(system: System, lines: list[EventLine]) -> Callable[[], object]:
    """The work of loading events as one of several loaders would."""
    return lambda: load_events(system.database, lines, as_history_by="loader-1")


# Invoices -----------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [2, 16])
def test_of_several_invoices_for_one_line_exactly_one_is_accepted(system: System, workers: int) -> None:
    works = [worker(system, january(system, f"F-{number}")) for number in range(workers)]
    invoices = [system.invoice(each.id) for each in at_once(works)]
    accepted = [each for each in invoices if each.state is _S.ACCEPTED]
    assert len(accepted) == 1
    assert {each.codes for each in invoices if each not in accepted} == {("ALREADY_INVOICED",)}
    assert system.line(accepted[0].order_number).invoice_id == accepted[0].id


def test_two_documents_under_one_number_become_one_invoice_and_a_conflict(system: System) -> None:
    messages: list[InboundMessage] = []
    for days in ("20", "19"):
        system.post(codec.serialise(january(system, "F-1", days)), on=FEBRUARY)
        with system.database.writing() as session:
            messages += inbox_store.claim(session, limit=1, now=CLOCK, lease=timedelta(minutes=10))
    readings = [document_reading.read(message.body, on=FEBRUARY) for message in messages]

    def work(place: int) -> Callable[[], InState]:
        def receive() -> InState:
            with system.database.writing() as session:
                register = register_store.load(session)
                outcome = handlers.handle(session, register, messages[place], readings[place], today=FEBRUARY)
            assert outcome is not None
            return outcome.message_state

        return receive

    assert sorted(at_once([work(0), work(1)])) == [InState.CONFLICT, InState.HANDLED]


def test_workers_share_the_messages_and_each_is_read_once(system: System) -> None:
    for number in range(12):
        system.decide(f"20000010{number:02}", start=date(2026, 1, 1))
        system.report(f"20000010{number:02}", "2026-01", on=date(2026, 2, 2))
        invoice = system.flip(system.order(f"20000010{number:02}").number, number=f"F-{number}", on=FEBRUARY)
        system.post(codec.serialise(invoice), on=FEBRUARY)
    outcomes = [each for part in at_once([lambda: system.read_messages(on=FEBRUARY)] * 4) for each in part]
    assert sorted(each.letter_id for each in outcomes) == list(range(1, 13))
    assert {each.invoice.state for each in outcomes if each.invoice} == {_S.ACCEPTED}


def test_a_report_approved_while_its_invoice_is_read_is_not_missed(system: System) -> None:
    """Whichever comes first, the invoice ends accepted: it is not left waiting for what has come."""
    for line_id, month in (("002", "2026-02"), ("003", "2026-03"), ("004", "2026-04"), ("005", "2026-05")):
        on = date.fromisoformat(f"{month}-28")
        system.file_report(REFERENCE, month, on=on)
        line = system.order(REFERENCE).lines[int(line_id) - 1]
        invoice = billed(
            january(system, f"F-{line_id}"),
            days=f"{line.quantity.value:.0f}",
            order_line_reference=shapes.LineReference(line_id=line_id),
            invoice_period=None,
        )
        read = worker(system, invoice)
        approved = {
            "execution_reference": REFERENCE,
            "month": month,
            "version": 1,
            "at": f"{on}T09:00:00+02:00",
            "by": "user-17",
        }
        told = [event_line("report.approved", approved, on=on, event_id=f"approved-{month}")]
        works: list[Callable[[], object]] = [read, loading(system, told)]
        at_once(works)
        with system.database.reading() as session:
            document = document_store.named(session, f"F-{line_id}")
        assert document.state is _S.ACCEPTED


def test_two_invoices_of_one_order_and_a_correction_of_it_do_not_wait_in_a_circle(system: System) -> None:
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    order = system.order(REFERENCE)
    works: list[Callable[[], object]] = [
        worker(system, system.flip(order.number, line_id, number=f"F-{line_id}", on=FEBRUARY))
        for line_id in ("001", "002", "003")
    ]
    told = interruption(REFERENCE, date(2026, 3, 10), date(2026, 3, 13))
    line = event_line("interruption.registered", told, on=date(2026, 3, 10), event_id="cut")
    works.append(loading(system, [line]))
    at_once(works)
    with system.database.reading() as session:
        states = {invoice.number: invoice.state for invoice in document_store.listed(session)}
    assert states == {"F-001": _S.ACCEPTED, "F-002": _S.ACCEPTED, "F-003": _S.IN_QUESTION}


# Credit notes -------------------------------------------------------------------------------


def test_of_two_credit_notes_for_one_invoice_one_settles_it(system: System) -> None:
    invoice = january(system)
    document = system.send(invoice)
    works = [worker(system, credit_of(invoice, number)) for number in ("K-1", "K-2")]
    credits = [system.invoice(each.id) for each in at_once(works)]
    assert sorted((each.state, each.codes) for each in credits) == [
        (_S.IN_QUESTION, ("ALREADY_CREDITED",)),
        (_S.SETTLED, ()),
    ]
    assert system.invoice(document.id).state is _S.CREDITED


def test_a_credit_note_and_its_invoice_that_arrive_at_once_find_each_other(system: System) -> None:
    for number in range(4):
        invoice = january(system, f"F-{number}")
        works = [worker(system, invoice), worker(system, credit_of(invoice, f"K-{number}"))]
        document, credit = (system.invoice(each.id) for each in at_once(works))
        assert (document.state, credit.state) == (_S.CREDITED, _S.SETTLED)


def test_a_credit_note_and_a_corrected_report_of_the_same_line_do_not_wait_in_a_circle(
    system: System,
) -> None:
    for version in range(2, 6):
        invoice = january(system, f"F-{version}")
        assert system.send(invoice).state is _S.ACCEPTED
        system.file_report(REFERENCE, "2026-01", version=version, on=date(2026, 2, 4))
        read = worker(system, credit_of(invoice, f"K-{version}"))
        approved = {
            "execution_reference": REFERENCE,
            "month": "2026-01",
            "version": version,
            "at": "2026-02-05T09:00:00+01:00",
            "by": "user-17",
        }
        told = [event_line("report.approved", approved, on=date(2026, 2, 5), event_id=f"v{version}")]
        works: list[Callable[[], object]] = [read, loading(system, told)]
        at_once(works)
        assert system.line(system.order(REFERENCE).number).invoice_id is None


# Payment ------------------------------------------------------------------------------------


def test_two_people_who_pay_the_same_list_pay_it_once(system: System) -> None:
    invoice = system.send(january(system))

    def pay() -> int:
        try:
            return len(_paid(system, invoice))
        except StepRefused:
            return 0

    assert sorted(at_once([pay, pay])) == [0, 1]
    assert system.answers(invoice) == ["AP", "PD"]


def _paid(system: System, invoice: SupplierInvoice) -> list[payment_store.Payment]:
    with system.database.writing() as session:
        return payment.pay(
            session,
            register_store.load(session),
            [invoice],
            prepared_by="officer-1",
            attested_by="attester-1",
            today=invoice.pays_on,
        )


# Orders and events --------------------------------------------------------------------------


class Interrupted(Exception):
    """Something fails after the order is placed and before the commit."""


@pytest.mark.parametrize("failing", [0, 30], ids=["all succeed", "thirty in a hundred roll back"])
def test_orders_placed_at_once_have_each_a_number_of_their_own(system: System, failing: int) -> None:
    def work(place: int) -> Callable[[], str]:
        reference = f"30000010{place:02}"
        line = event_line("placement.decided", decision(reference), on=date(2026, 1, 1), event_id=reference)
        decided = read_event(line.text).data
        assert isinstance(decided, PlacementDecided)

        def place_it() -> str:
            try:
                with system.database.writing() as session:
                    register = register_store.load(session)
                    placement = decisions.place(session, register, decided, today=date(2026, 1, 1))
                    if place * 100 < failing * 20:
                        raise Interrupted
            except Interrupted:
                return ""
            return placement.periods[0].order_number

        return place_it

    numbers = [number for number in at_once([work(place) for place in range(20)]) if number]
    assert len(numbers) == 20 - failing * 20 // 100
    # 2100000001 is the system's first order; whoever failed took a number along on PostgreSQL.
    given = {int(number) for number in numbers}
    assert len(given) == len(numbers)
    most = len(numbers) if system.database.is_sqlite else 20
    assert given <= set(range(2100000002, 2100000002 + most))


def test_two_loaders_of_one_file_apply_every_event_once(system: System) -> None:
    lines = [
        event_line(
            "placement.decided",
            decision(f"40000010{number:02}"),
            on=date(2026, 1, 1),
            event_id=f"file-{number}",
        )
        for number in range(5)
    ]
    loaded = at_once([lambda: load_events(system.database, lines)] * 3)
    assert sum(each.applied for each in loaded) == 5
    assert sum(each.repeated for each in loaded) == 10
    assert sum(each.unappliable + each.conflicts for each in loaded) == 0


def test_a_result_that_falls_due_is_ordered_once_by_many_timetables(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 3, 13))
    approved = {
        "execution_reference": REFERENCE,
        "kind": "WORK",
        "started_on": "2026-03-16",
        "stage": "R1",
        "approved_on": "2026-03-20",
    }
    system.must("outcome.approved", approved, on=date(2026, 3, 20))
    at_once([lambda: _ordered(system)] * 4)
    orders: list[Order] = [
        *system.orders(REFERENCE, ArticleKind.RESULT),
        *system.orders(REFERENCE, ArticleKind.SPEED_BONUS),
    ]
    assert len(orders) == 2


def _ordered(system: System) -> int:
    return place_due_orders(system.database, today=date(2026, 6, 16))


# Messages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("instance_id", ["", "i-1"])
def test_two_collectors_of_the_same_bytes_keep_one_message_and_one_repeat(
    system: System, instance_id: str
) -> None:
    def store() -> InState:
        with system.database.writing() as session:
            return inbox.store(
                session,
                b"<A/>",
                transport_id="a.xml",
                received_on=FEBRUARY,
                received_at=CLOCK,
                instance_id=instance_id,
            ).state

    states = at_once([store] * 4)
    assert sorted(states) == [InState.ARRIVED, *[InState.REPEAT] * 3]


def test_two_deliverers_hand_every_message_over_once(system: System) -> None:
    for number in range(6):
        system.decide(f"50000010{number:02}", supplier=(LARKDRILLEN, FYRBAKEN)[number % 2])
    taken: list[str] = []

    def deliver() -> None:
        outgoing.deliver_waiting(system.database.writing, Noting(taken), now=CLOCK)

    at_once([deliver, deliver])
    deliver()
    with system.database.reading() as session:
        laid_out = [message.instance_id for message in outbox_store.messages_out(session)]
    assert sorted(taken) == sorted(laid_out)
    assert len(laid_out) == 7
