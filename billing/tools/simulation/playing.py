"""Playing a simulated world through the real entry points, and writing down what went through them.

The world is played day by day on a database of its own: events are loaded, suppliers turn
received lines into invoices (some with mistakes), the officer asks for credit, suppliers
credit and correct. What came in is written as `events.jsonl` and `inbox/`, so that the same
world can be played again elsewhere. The same seed gives the same bytes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from billing.migrations.migrate import open_migrated
from billing.tools.simulation import events as simulated_events
from billing.tools.simulation import invoices
from foundation.database import Database
from invoicing.documents import order_facts_queries
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.verdicts import crediting
from operations.checks import invariants
from operations.event_loading import EventLine, load_events
from orders.model import LineKey
from orders.purchase_orders import receipt_store
from orders.register import store as register_store
from orders.register.register import Register
from peppol.documents import billing
from peppol.exchange import inbox
from peppol.xml import codec


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the world came to: documents sent, events, states of the invoices, and what broke (nothing)."""

    events: int
    documents: int
    states: Mapping[str, int]
    broken: tuple[str, ...]


def simulate(register: Register, *, participants: int, months: int, seed: int, folder: Path) -> Simulated:
    """Play the world into `folder` (events.jsonl, inbox/, world.sqlite) and check it."""
    # Not for secrets: the point is that it can be repeated.
    rng = Random(seed)  # noqa: S311
    told = simulated_events.events(register, participants=participants, months=months, rng=rng)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inbox").mkdir(exist_ok=True)
    for old in (*folder.glob("world.sqlite*"), *(folder / "inbox").glob("*.xml")):
        old.unlink()
    (folder / "events.jsonl").write_text("".join(f"{each.line}\n" for each in told), encoding="utf-8")
    world = _World(register, rng, folder)
    by_day = defaultdict(list)
    for each in told:
        by_day[each.day].append(each.line)
    for day in simulated_events.days_of(told):
        world.live(day, by_day.get(day, ()))
    return world.result(len(told))


class _World:
    """The suppliers, the officer and their calendar."""

    def __init__(self, register: Register, rng: Random, folder: Path) -> None:
        self.register = register
        self.rng = rng
        self.folder = folder
        self.today = date.min
        self.database: Database = open_migrated(f"sqlite:///{folder}/world.sqlite", clock=self._clock)
        with self.database.writing() as session:
            register_store.save(session, register, at=self._clock(), actor="simulation")
        self.calendar: dict[date, list[LineKey]] = defaultdict(list)
        self.to_correct: dict[date, list[tuple[billing.Invoice, LineKey]]] = defaultdict(list)
        self.seen_receipts = 0
        self.documents = 0
        self.numbers: Counter[str] = Counter()

    def live(self, day: date, lines: Iterable[str]) -> None:
        """One day: events, then the suppliers' post, then the officer."""
        self.today = day
        load_events(self.database, (EventLine(f"{day}", line) for line in lines))
        self._plan_invoices()
        messages = [*self._new_invoices(day), *self._corrections(day)]
        for body in messages:
            self._send(body)
        if messages:
            self._officer(day)

    def result(self, events: int) -> Simulated:
        """What stands in the books at the end."""
        with self.database.reading() as session:
            states = {state.value: count for state, count in sorted(document_store.counts(session).items())}
            broken = tuple(
                f"{each.invariant}: {each.subject}: {each.sentence}" for each in invariants.check(session)
            )
        self.database.close()
        return Simulated(events, self.documents, states, broken)

    def _clock(self) -> datetime:
        return datetime.combine(max(self.today, date(2026, 1, 1)), time(12, 0), UTC)

    def _plan_invoices(self) -> None:
        """Each new receipt is invoiced within a few days."""
        with self.database.reading() as session:
            new = receipt_store.receipts_after(session, self.seen_receipts)
        for receipt_id, order_number, line_id in new:
            self.seen_receipts = receipt_id
            self.calendar[self.today + timedelta(days=self.rng.randint(0, 6))].append((order_number, line_id))

    def _new_invoices(self, day: date) -> list[bytes]:
        bodies: list[bytes] = []
        for key in self.calendar.pop(day, ()):
            made = self._flip(key, day)
            if made is None:
                continue
            mistake = invoices.drawn_mistake(self.rng)
            sent = invoices.with_mistake(made, mistake)
            bodies.append(codec.serialise(sent))
            if mistake == "twice":
                bodies.append(bodies[-1])
            if mistake == "same number":
                bodies.append(codec.serialise(invoices.with_mistake(made, "price")))
            if sent != made and mistake in invoices.TO_CORRECT:
                self.to_correct[day + timedelta(days=self.rng.randint(2, 6))].append((sent, key))
        return bodies

    def _corrections(self, day: date) -> list[bytes]:
        """A credit note of the whole invoice, and a new one for the line."""
        bodies = []
        for wrong, key in self.to_correct.pop(day, ()):
            credit = flipping.credit_note_of(wrong, given=Numbered(self._number("K"), day))
            body = codec.serialise(credit)
            self._send(body)
            corrected = self._flip(key, day)
            if corrected is not None:
                bodies.append(codec.serialise(corrected))
        return bodies

    def _flip(self, key: LineKey, day: date) -> billing.Invoice | None:
        with self.database.reading() as session:
            order = order_facts_queries.order_facts(session, self.register, key[0])
        if order is None:
            return None
        supplier = self.register.supplier(order.order.supplier)
        try:
            return flipping.flip(
                order,
                order.lines[key[1]],
                supplier=supplier,
                buyer=self.register.buyer,
                policy=self.register.policy,
                given=Numbered(self._number("F"), day),
            )
        except flipping.NotToInvoice:
            return None

    def _number(self, series: str) -> str:
        self.numbers[series] += 1
        return f"{series}{self.numbers[series]:07}"

    def _send(self, body: bytes) -> None:
        self.documents += 1
        name = f"{self.today}-{self.documents:07}.xml"
        (self.folder / "inbox" / name).write_bytes(body)
        with self.database.writing() as session:
            inbox.store(session, body, transport_id=name, received_on=self.today, received_at=self._clock())
        for _ in read_arrived(self.database, today=self.today):
            pass

    def _officer(self, day: date) -> None:
        """Asks for credit of everything in question that day."""
        with self.database.reading() as session:
            waiting = list(document_store.listed(session, state=InvoiceState.IN_QUESTION, limit=10_000))
        for invoice in waiting:
            if invoice.document_type == "INVOICE":
                with self.database.writing() as session:
                    crediting.ask_for_credit(session, self.register, invoice, by="officer", today=day)
