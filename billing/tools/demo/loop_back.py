"""The loop: the system and its suppliers' systems play a story, and every message really travels.

The system sends and collects over HTTP as in service, and so does each supplier on the network with its
simulated system (`loop_network`); suppliers of the portal read and upload there. Decisions and reports come
as the story tells them, invoices from the suppliers' systems alone. It goes on until everything received is
invoiced, approved and paid.

A day: the morning's events and messages; what suppliers fetch and send; what the system collects, reads and
answers; the officer's requests for credit, by message where that may still be said and otherwise in person;
payments. What is written during the day leaves on the next working day.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from billing.migrations.migrate import open_migrated
from billing.tools.demo import demo_queries
from billing.tools.demo.loop_network import FAULTS, Network, NotDelivered, SuppliersOffice, network
from billing.tools.demo.playing import NotEmpty, StoryClock
from billing.tools.demo.story import Story
from billing.tools.simulation.documents import SimulatedDelivery
from billing.tools.simulation.erp import SimulatedErp
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.payment import payment
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.statement import Statement, StatementKey, reconcile
from invoicing.verdicts import crediting, parking
from operations.checks import invariants
from operations.event_loading import load_events, place_due_orders
from orders.purchase_orders import order_store, receipt_store
from orders.register import store as register_store
from orders.register.files import read_register
from orders.register.register import Register
from orders.register.response_agreements import OrderProcess, TechnicalAnswer
from peppol.access_points.protocol import AccessPointError
from peppol.exchange import inbox as exchange_inbox
from peppol.exchange import outgoing
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import OutState

_OFFICER = "ekonom-1"
_REGISTRATIONS: Mapping[str, dict[str, Any]] = {
    "5599991014": {
        "order_process": OrderProcess.ORDERING,
        "technical_answers": TechnicalAnswer.MLR,
    },
    "5599992020": {"technical_answers": TechnicalAnswer.MLR},
    "5599994042": {"order_process": OrderProcess.ORDERING},
}
# So long after the story's last event everything must be settled.
_DAYS_MOST = 200
_TRIES = 40
_SATURDAY = 5


class NotSettled(Refused):
    """The story came to no end: something received is still not paid."""

    def __init__(self, day: date) -> None:
        super().__init__(
            Text("Allt var inte betalt %(day)s. Se vad som står kvar med: billing reconcile", day=day)
        )


@dataclass(frozen=True, slots=True)
class Looped:
    """What came of it: messages by kind and state, faults met, the statement, and a digest of the books.

    `books` is the same for two plays whose documents, states, payments and statement are the same.
    """

    last_day: date
    messages_out: Mapping[str, int]
    messages_in: Mapping[str, int]
    faults: Mapping[str, int]
    documents: Mapping[str, int]
    asked_in_person: int
    statement: Statement
    broken: tuple[str, ...]
    books: str


def play(
    story: Story,
    *,
    url: str,
    folder: Path,
    seed: int = 1,
    faults: bool = False,
    passed: Callable[[date], None] = lambda day: None,
) -> Looped:
    """Play the story's decisions on the empty database at `url`; the access point's memory lies in `folder`.

    Raises NotEmpty, NotSettled, NotDelivered, and DatabaseUnusable.
    """
    register = read_register(story.register)
    clock = StoryClock(story.days[0])
    database = open_migrated(url, clock=clock)
    participants = [each.participant_id for each in register.suppliers if each.participant_id]
    try:
        with (
            network(
                folder / "access-point",
                buyer=register.buyer.participant_id,
                suppliers=participants,
                seed=seed,
            ) as carrier,
        ):
            carrier.set_faults(FAULTS if faults else ())
            loop = _Loop(story, database, clock, carrier, seed=seed)
            loop.run(passed)
            return loop.looped()
    finally:
        database.close()


class _Loop:
    """The system, its suppliers, and the days."""

    def __init__(
        self, story: Story, database: Database, clock: StoryClock, carrier: Network, *, seed: int
    ) -> None:
        self.story = story
        self.database = database
        self.clock = clock
        self.carrier = carrier
        self.register = _answering(read_register(story.register))
        self.access_point = carrier.of(self.register.buyer.participant_id)
        self.erps = {
            each.organisation_number: SimulatedErp(each, seed=seed) for each in self.register.suppliers
        }
        self.offices = {
            number: SuppliersOffice(
                erp,
                carrier.of(erp.supplier.participant_id),
                self.register.buyer.participant_id,
                self.register.buyer.organisation_number,
            )
            for number, erp in self.erps.items()
            if erp.supplier.participant_id
        }
        self.met: Counter[str] = Counter()
        self.last_receipt = 0
        self.last_portal_message = 0
        self.in_person = 0
        with database.writing() as session:
            if not register_store.save(session, self.register, at=clock(), actor="demo"):
                raise NotEmpty

    def run(self, passed: Callable[[date], None]) -> None:
        """Day after day, until the story has ended and everything is settled. Raises NotSettled."""
        day = self.story.days[0]
        last_event = max(self.story.events)
        while day <= last_event or not self._settled():
            if day > last_event + timedelta(days=_DAYS_MOST):
                raise NotSettled(day)
            self._live(day)
            passed(day)
            day += timedelta(days=1)

    def _live(self, day: date) -> None:
        self.clock.day = day
        place_due_orders(self.database, today=day)
        if day in self.story.events:
            load_events(self.database, self.story.events[day])
        with self.database.writing() as session:
            parking.stop_waiting(session, self.register, today=day)
        if day.weekday() < _SATURDAY:
            self._travel(day)
            self._approvals(day)
            self._suppliers_send(day)
            self._house_reads(day)
            self._officer(day)
        self._pay(day)

    # What travels ---------------------------------------------------------------------------------

    def _travel(self, day: date) -> None:
        """Every message of the system out, and into the suppliers' systems, which look when there is something."""
        delivered = 0
        for _ in range(_TRIES):
            delivered += outgoing.deliver_waiting(self.database.writing, self.access_point, now=self.clock())
            with self.database.reading() as session:
                if not demo_queries.count_out(session, OutState.WAITING):
                    break
        else:
            raise NotDelivered(Text("Våra meddelanden"))
        for office in self.offices.values() if delivered else ():
            office.fetch(on=day)
        self._read_portal(day)

    def _read_portal(self, day: date) -> None:
        """Suppliers read in the portal what is not sent to them."""
        with self.database.reading() as session:
            messages = demo_queries.portal_messages(session, after=self.last_portal_message)
        for message in messages:
            self.last_portal_message = message.sequence
            self.erps[message.recipient].receive(message.body, on=day)

    def _suppliers_send(self, day: date) -> None:
        for number, erp in self.erps.items():
            for message in erp.live(day):
                if number in self.offices:
                    self.offices[number].send(message)
                    continue
                with self.database.writing() as session:
                    for _ in range(message.copies):
                        exchange_inbox.store(
                            session,
                            message.body,
                            transport_id=f"portal/{number}/{message.number}.xml",
                            received_on=day,
                            received_at=self.clock(),
                        )

    def _house_reads(self, day: date) -> None:
        """Collect until the mailbox is empty, then let every message become what it is."""
        for _ in range(_TRIES):
            try:
                came = outgoing.collect(self.database.writing, self.access_point, today=day, now=self.clock())
            except AccessPointError as fault:
                self.met[f"collect {fault.code}"] += 1
                continue
            if not came.stored + came.repeats + came.conflicts:
                break
        else:
            raise NotDelivered(Text("Leverantörernas meddelanden"))
        for _ in read_arrived(self.database, today=day):
            pass

    # What people do -------------------------------------------------------------------------------

    def _approvals(self, day: date) -> None:
        """Suppliers see in the buyer's report system what was approved."""
        with self.database.reading() as session:
            new = receipt_store.receipts_after(session, self.last_receipt)
            for receipt_id, order_number, line_id in new:
                self.last_receipt = receipt_id
                order = order_store.get(session, order_number)
                line = next(each for each in order.lines if each.line_id == line_id)
                receipt = receipt_store.receipt(
                    session, receipt_id, unit=line.quantity.unit, currency=order.amount.currency
                )
                delivered = SimulatedDelivery(
                    order_number, line_id, receipt.quantity, receipt.period, receipt.report_version
                )
                self.erps[order.supplier].approved(delivered, on=day)

    def _officer(self, day: date) -> None:
        """Ask for credit of everything in question; where no message may say it any more, call the supplier."""
        with self.database.reading() as session:
            found = list(document_store.listed(session, state=InvoiceState.IN_QUESTION, limit=10_000))
        for invoice in found:
            if invoice.document_type is not DocumentType.INVOICE:
                continue
            with self.database.writing() as session:
                asked = crediting.ask_for_credit(session, self.register, invoice, by=_OFFICER, today=day)
            if asked.answered != "RE":
                self.in_person += 1
                self.erps[invoice.supplier].asked_in_person(invoice.number, on=day)

    def _pay(self, day: date) -> None:
        payers = self.story.payments
        with self.database.writing() as session:
            payment.pay(
                session,
                self.register,
                payment.due(session, on=day),
                prepared_by=payers.prepared_by,
                attested_by=payers.attested_by,
                today=day,
            )

    # What came of it ------------------------------------------------------------------------------

    def _settled(self) -> bool:
        if any(erp.busy for erp in self.erps.values()):
            return False
        with self.database.reading() as session:
            return reconcile(entry_queries.entries(session)).total.settled

    def looped(self) -> Looped:
        """The account of it all."""
        doubled = self.carrier.received()
        for office in self.offices.values():
            self.met.update({f"supplier: {what}": count for what, count in office.met.items()})
        self.met["handed in again"] = sum(int(str(each["times"])) > 1 for each in doubled)
        self.met["delivered twice"] = sum(int(str(each["laid"])) > 1 for each in doubled)
        with self.database.reading() as session:
            outcomes = demo_queries.tally(session, exchange_tables.attempt.c.outcome)
            self.met.update(
                {f"system: {name}": n for name, n in outcomes.items() if name in ("UNCLEAR", "UNREACHABLE")}
            )
            statement = reconcile(entry_queries.entries(session), by=(StatementKey.SUPPLIER,))
            documents = [each for each in document_store.listed(session, limit=1_000_000)]
            return Looped(
                last_day=self.clock.day,
                messages_out=demo_queries.tally(
                    session, exchange_tables.outbox.c.kind, exchange_tables.outbox.c.state
                ),
                messages_in=demo_queries.tally(
                    session, exchange_tables.inbox.c.kind, exchange_tables.inbox.c.state
                ),
                faults={name: count for name, count in sorted(self.met.items()) if count},
                documents={
                    state.value: count for state, count in sorted(document_store.counts(session).items())
                },
                asked_in_person=self.in_person,
                statement=statement,
                broken=tuple(
                    f"{each.invariant}: {each.subject}: {each.sentence}" for each in invariants.check(session)
                ),
                books=_books(documents, statement),
            )


def _answering(register: Register) -> Register:
    """The story's register with suppliers registered for every way of answering there is."""
    return replace(
        register,
        suppliers=tuple(
            replace(each, **_REGISTRATIONS.get(each.organisation_number, {})) for each in register.suppliers
        ),
    )


def _books(documents: Sequence[SupplierInvoice], statement: Statement) -> str:
    """A digest of what the books say in the end, without numbers that depend on the order of arrival."""
    lines = sorted(
        f"{each.supplier} {each.document_type} {each.number} {each.state} {each.amount_payable} {each.paid_on}"
        for each in documents
    )
    rows = [str(row) for row in (*statement.rows, statement.total)]
    return hashlib.sha256("\n".join((*lines, *rows)).encode()).hexdigest()
