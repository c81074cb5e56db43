"""The system for stories: one database with the example register, a clock that stands still, and the real entry points.

Everything goes the way it goes in service: what the decision systems tell comes as lines of
JSON, suppliers' documents come as bytes through the mailbox, and officers press the buttons
of the audit room. `a_system` closes every story with the invariants of the books, checked on
the database. Days are given as dates; the clock only dates what nobody sees.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cache
from hashlib import sha256

from foundation.database import Database
from foundation.periods import STOCKHOLM, six_months_from
from foundation.text import SWEDISH, Language
from invoicing.documents import order_facts_queries
from invoicing.documents import store as document_store
from invoicing.intake.intake import IntakeResult
from invoicing.intake.queue import read_arrived
from invoicing.matching.deviation_texts import sentence
from invoicing.matching.deviations import Match
from invoicing.model import SupplierInvoice
from invoicing.payment import payment
from invoicing.payment.payment_store import Payment
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.verdicts import crediting
from operations.checks import invariants
from operations.event_loading import EventLine, Loaded, load_events
from orders.model import LineAccount, Order, Placement
from orders.placements import store as placement_store
from orders.purchase_orders import line_store, order_store
from orders.register import store as register_store
from orders.register.agreements import EarlyApproval, Policy
from orders.register.files import read_register
from orders.register.register import Register
from orders.terms import ArticleKind
from peppol.documents import billing
from peppol.exchange import inbox, outbox_store
from peppol.exchange.inbox import Stored
from peppol.xml import codec
from tests.support.project import FIXTURES
from tests.support.servers.system_databases import CLOCK, filled, whole

CASEWORKER = "user-17"
"""Who approves reports in stories, and so attests none of their invoices."""

REGISTER = FIXTURES / "demo" / "register"

Json = Mapping[str, object]

# Who delivers what where, as the example register has it: contract, unit and delivery area.
FYRBAKEN, LARKDRILLEN, TALLKOTTEN = "5599991014", "5599992020", "5599993036"
HAVTORNET, STIGFINNAREN, GRYNINGEN = "8029996066", "5599994042", "5599995056"
_DELIVERS: Mapping[str, tuple[str, str, str]] = {
    FYRBAKEN: ("AVT-1001", "UV-101", "LO-NORD"),
    LARKDRILLEN: ("AVT-2001", "UV-201", "LO-MITT"),
    TALLKOTTEN: ("AVT-3001", "UV-301", "LO-SYD"),
    HAVTORNET: ("AVT-4001", "UV-401", "LO-SYD"),
    STIGFINNAREN: ("AVT-5001", "UV-501", "LO-SYD"),
    GRYNINGEN: ("AVT-6001", "UV-601", "LO-ESF"),
}


def example_register(**policy: object) -> Register:
    """The register of the examples, with other settings where they are named."""
    register = _read_once()
    settings = {each: getattr(register.policy, each) for each in Policy.__slots__}
    return replace(register, policy=Policy(**{**settings, **policy}))


@cache
def _read_once() -> Register:
    register = read_register([REGISTER])
    # Many stories approve a month before it is over, to have a receipt that an interruption then cuts.
    return replace(register, policy=replace(register.policy, early_approval=EarlyApproval.WHOLE_MONTH))


def decision(
    reference: str = "100000101",
    *,
    start: date = date(2026, 1, 1),
    end: date | None = None,
    supplier: str = FYRBAKEN,
    level: str = "C",
    decided_on: date | None = None,
    decision_id: str = "",
    **changes: object,
) -> dict[str, object]:
    """What placement.decided says, with the supplier's first contract and unit; six months unless `end` is given."""
    contract, unit, area = _DELIVERS[supplier]
    period = six_months_from(start)
    return {
        "decision_id": decision_id or f"B-{reference}",
        "execution_reference": reference,
        "supplier": supplier,
        "contract": contract,
        "unit": {
            "id": unit,
            "name": "Enheten",
            "address": {"street": "Gatan 1", "postal_code": "111 11", "city": "Orten"},
        },
        "delivery_area": area,
        "level": level,
        "period": {"start": str(start), "end": str(end or period.end)},
        "decided_on": str(decided_on or start),
        **changes,
    }


def event_line(kind: str, data: Json, *, on: date, event_id: str) -> EventLine:
    """One event as a line of JSON, told at eight in the morning of `on`."""
    moment = datetime.combine(on, time(8), STOCKHOLM)
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/beslutssystem",
        "type": kind,
        "time": moment.isoformat(),
        "data": data,
    }
    return EventLine(f"events.jsonl:{event_id}", json.dumps(envelope, ensure_ascii=False))


@dataclass(slots=True)
class System:
    """An opened system, with what people and systems do to it in the words of the trade."""

    database: Database
    told: int = field(default=0)
    sent: int = field(default=0)

    @property
    def register(self) -> Register:
        """The register in force."""
        with self.database.reading() as session:
            return register_store.load(session)

    # What the decision systems tell -------------------------------------------------------------

    def tell(
        self, kind: str, data: Json, *, on: date, event_id: str = "", received_on: date | None = None
    ) -> Loaded:
        """Load one event, which comes on its own day unless `received_on` is another; say what came of it."""
        self.told += 1
        line = event_line(kind, data, on=on, event_id=event_id or f"evt-{self.told:05}")
        with self.at(received_on or on):
            return load_events(self.database, [line])

    @contextmanager
    def at(self, day: date) -> Iterator[None]:
        """Let the clock stand at eight in the morning of `day` meanwhile."""
        kept, moment = self.database.clock, datetime.combine(day, time(8), STOCKHOLM).astimezone(UTC)
        self.database.clock = lambda: moment
        try:
            yield
        finally:
            self.database.clock = kept

    def must(self, kind: str, data: Json, *, on: date, received_on: date | None = None) -> None:
        """Load one event that is applied."""
        loaded = self.tell(kind, data, on=on, received_on=received_on)
        assert loaded.applied == 1, [refusal.text.en for _, refusal in loaded.problems]

    def refuses(self, kind: str, data: Json, *, on: date, received_on: date | None = None) -> str:
        """Load one event that cannot be applied; its reason in English."""
        loaded = self.tell(kind, data, on=on, received_on=received_on)
        assert (loaded.applied, loaded.unappliable) == (0, 1)
        ((_, refusal),) = loaded.problems
        assert refusal.text.sv
        assert refusal.text.sv != refusal.text.en
        return refusal.text.en

    def decide(self, reference: str = "100000101", *, on: date | None = None, **changes: object) -> Placement:
        """A placement is decided and ordered on its first day, unless `on` is another."""
        data = decision(reference, **changes)  # type: ignore[arg-type]
        self.must("placement.decided", data, on=on or date.fromisoformat(str(data["decided_on"])))
        return self.placement(reference)

    def file_report(self, reference: str, month: str, *, version: int = 1, on: date) -> None:
        """The supplier files a report."""
        self.must("report.filed", report(reference, month, version, on), on=on)

    def approve(self, reference: str, month: str, *, version: int = 1, on: date) -> None:
        """The buyer approves a report: the month is received."""
        self.must("report.approved", report(reference, month, version, on), on=on)

    def report(self, reference: str, month: str, *, version: int = 1, on: date) -> None:
        """The supplier files and the buyer approves, the same day."""
        self.file_report(reference, month, version=version, on=on)
        self.approve(reference, month, version=version, on=on)

    def interrupt(
        self, reference: str, *, on: date, last_day: date | None = None, reason: str = "WORK"
    ) -> None:
        """The placement is interrupted on the day `on`, with `last_day` as its last billable day."""
        self.must("interruption.registered", interruption(reference, on, last_day or on, reason), on=on)

    # What suppliers send ------------------------------------------------------------------------

    def flip(
        self, order_number: str, line_id: str = "001", *, number: str, on: date, supplier: str = ""
    ) -> billing.Invoice:
        """The supplier turns a received order line into its invoice; it is not sent yet."""
        with self.database.reading() as session:
            register = register_store.load(session)
            order = order_facts_queries.order_facts(session, register, order_number)
            assert order is not None
            return flipping.flip(
                order,
                order.lines[line_id],
                supplier=register.supplier(supplier or order.order.supplier),
                buyer=register.buyer,
                policy=register.policy,
                given=Numbered(number, on),
            )

    def post(self, body: bytes, *, on: date) -> Stored:
        """Bytes arrive in the mailbox."""
        self.sent += 1
        with self.database.writing() as session:
            return inbox.store(
                session, body, transport_id=f"post/{self.sent}.xml", received_on=on, received_at=CLOCK
            )

    def read_messages(self, *, on: date) -> list[IntakeResult]:
        """Everything that has arrived is read."""
        return list(read_arrived(self.database, today=on))

    def send(
        self, document: billing.Invoice | billing.CreditNote, *, on: date | None = None
    ) -> SupplierInvoice:
        """A supplier's document arrives on its own day and is read; what stands in our books then."""
        return self.send_bytes(codec.serialise(document), on=on or document.issue_date)

    def send_bytes(self, body: bytes, *, on: date) -> SupplierInvoice:
        """The same with the document's bytes."""
        self.post(body, on=on)
        (outcome,) = self.read_messages(on=on)
        assert outcome.invoice is not None, outcome
        return self.invoice(outcome.invoice.id)

    def send_invoice(
        self, order_number: str, line_id: str = "001", *, number: str, on: date
    ) -> SupplierInvoice:
        """The supplier flips a received line and sends the invoice."""
        return self.send(self.flip(order_number, line_id, number=number, on=on))

    def send_credit(self, invoice: billing.Invoice, *, number: str, on: date) -> SupplierInvoice:
        """The supplier credits the whole invoice."""
        return self.send(flipping.credit_note_of(invoice, given=Numbered(number, on)))

    # What officers do ---------------------------------------------------------------------------

    def ask_credit(self, invoice: SupplierInvoice, *, on: date, by: str = "officer-1") -> SupplierInvoice:
        """An officer asks for a credit note and a new invoice."""
        with self.database.writing() as session:
            register = register_store.load(session)
            crediting.ask_for_credit(
                session, register, document_store.by_id(session, invoice.id), by=by, today=on
            )
        return self.invoice(invoice.id)

    def pay(
        self, *, on: date, prepared_by: str = "officer-1", attested_by: str = "attester-1"
    ) -> list[Payment]:
        """Everything due is paid, by two people."""
        with self.database.writing() as session:
            due = payment.due(session, on=on)
            return payment.pay(
                session,
                register_store.load(session),
                due,
                prepared_by=prepared_by,
                attested_by=attested_by,
                today=on,
            )

    def change_register(self, register: Register) -> None:
        """A new version of the register is loaded."""
        with self.database.writing() as session:
            register_store.save(session, register, at=CLOCK, actor="admin-1")

    # What stands in the books -------------------------------------------------------------------

    def placement(self, reference: str) -> Placement:
        """The placement of an execution reference."""
        with self.database.reading() as session:
            return placement_store.get(session, reference)

    def orders(self, reference: str, article: ArticleKind | None = None) -> list[Order]:
        """The orders of an execution reference, oldest first."""
        with self.database.reading() as session:
            return order_store.of_placement(session, reference, article)

    def order(self, reference: str) -> Order:
        """The one basic order of an execution reference."""
        (order,) = self.orders(reference, ArticleKind.BASIC)
        return order

    def line(self, order_number: str, line_id: str = "001") -> LineAccount:
        """How far an order line has come."""
        with self.database.reading() as session:
            account = line_store.account(session, order_number, line_id)
        assert account is not None
        return account

    def days_received(self, reference: str) -> list[str]:
        """What is received line by line over all basic orders, in days; a dash where nothing is."""
        return [
            "-" if account.receipt_id is None else f"{account.quantity_received:f}".rstrip("0").rstrip(".")
            for order in self.orders(reference, ArticleKind.BASIC)
            for account in self._accounts(order.number)
        ]

    def invoice(self, invoice_id: int) -> SupplierInvoice:
        """A document in the books."""
        with self.database.reading() as session:
            return document_store.by_id(session, invoice_id)

    def match(self, invoice: SupplierInvoice) -> Match:
        """How a document was judged last."""
        with self.database.reading() as session:
            return document_store.matches(session, invoice.id)[-1][1]

    def sentences(self, invoice: SupplierInvoice, language: Language = SWEDISH) -> list[str]:
        """The last judgement in words."""
        return [sentence(each).in_language(language) for each in self.match(invoice).deviations]

    def answers(self, invoice: SupplierInvoice) -> list[str]:
        """The codes of the Invoice Responses sent about a document, in order."""
        with self.database.reading() as session:
            messages = outbox_store.messages_out(session, about=f"invoice {invoice.id}")
            return [message.document_id.partition("-")[2] for message in messages]

    def broken(self) -> list[str]:
        """The invariants that do not hold, in words."""
        with self.database.reading() as session:
            return [
                f"{each.invariant}: {each.subject}: {each.sentence}" for each in invariants.check(session)
            ]

    def _accounts(self, order_number: str) -> list[LineAccount]:
        with self.database.reading() as session:
            return line_store.accounts(session, order_number)


@contextmanager
def a_system(
    url: str, *, register: Register | None = None, begun: Callable[[System], None] | None = None
) -> Iterator[System]:
    """A system with its register; when the story ends well, every invariant must hold.

    It is empty, or has come as far as `begun` tells, which is told once a process for all who go on from there.
    """
    if begun:
        database = filled(url, _name_of(begun), lambda database: _tell_the_beginning(database, begun))
    elif register:
        database = whole(url)
    else:
        database = filled(url, "example register", _with_example_register)
    try:
        system = System(database, *_counted.get(begun, (0, 0)))
        if register:
            system.change_register(register)
        yield system
        broken = system.broken()
        assert broken == [], broken
    finally:
        database.close()


def _with_example_register(database: Database) -> None:
    System(database).change_register(example_register())


_counted: dict[Callable[[System], None] | None, tuple[int, int]] = {}
"""How many events and messages each beginning has told and sent: those that follow have other names."""


def _tell_the_beginning(database: Database, begun: Callable[[System], None]) -> None:
    _with_example_register(database)
    system = System(database)
    begun(system)
    _counted[begun] = system.told, system.sent


def _name_of(begun: Callable[[System], None]) -> str:
    """Short enough for the name of a database of PostgreSQL, and no other's."""
    whole_name = f"{begun.__module__}.{begun.__qualname__}"
    return f"begun {sha256(whole_name.encode()).hexdigest()[:16]}"


def interruption(
    reference: str, registered_on: date, last_day: date, reason: str = "WORK"
) -> dict[str, object]:
    """What interruption.registered says."""
    return {
        "execution_reference": reference,
        "registered_on": str(registered_on),
        "effective_on": str(last_day),
        "reason": reason,
    }


def outcome(
    reference: str, stage: str = "R1", *, started_on: date, kind: str = "WORK", **changes: object
) -> dict[str, object]:
    """What outcome.approved says."""
    return {
        "execution_reference": reference,
        "kind": kind,
        "started_on": str(started_on),
        "stage": stage,
        "approved_on": str(started_on),
        **changes,
    }


def report(reference: str, month: str, version: int, on: date) -> dict[str, object]:
    moment = datetime.combine(on, time(8), STOCKHOLM)
    return {
        "execution_reference": reference,
        "month": month,
        "version": version,
        "at": moment.isoformat(),
        "by": CASEWORKER,
    }
