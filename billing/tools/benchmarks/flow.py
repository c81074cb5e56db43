"""Measuring how fast the main job goes: orders placed, and invoices received, matched and answered.

The work is done through the real entry points on a database of its own, durably. Figures are
documents per second over the whole run, the median and the 99th percentile of one document,
and the peak memory of the process. Nothing here is asserted anywhere.
"""

import json
import resource
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice
from time import perf_counter

from billing.migrations.schema import open_database
from billing.tools.simulation.events import ordered_choices
from foundation import gc_tuning
from foundation.database import Database
from foundation.periods import Month, six_months_from
from invoicing.documents import order_facts_queries
from invoicing.documents import reading as document_reading
from invoicing.documents.reading import Reading
from invoicing.intake import queue as intake_queue
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders import dispatch
from orders.events import envelope as event_envelope
from orders.events.envelope import Event
from orders.events.store import Arrival
from orders.purchase_orders import order_store
from orders.register import store as register_store
from orders.register.register import Register
from peppol.documents import billing
from peppol.exchange import inbox
from peppol.exchange.inbox_store import InboundMessage
from peppol.xml import codec

_START = date(2026, 1, 12)
_BATCH = 200
_STORE_BATCH = 50


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run came to. Times of one document are in milliseconds, memory in megabytes."""

    what: str
    documents: int
    per_second: float
    median_ms: float
    p99_ms: float
    peak_mb: float

    def to_json(self) -> dict[str, object]:
        """The figures by name."""
        return {
            "what": self.what,
            "documents": self.documents,
            "per_second": round(self.per_second, 1),
            "median_ms": round(self.median_ms, 3),
            "p99_ms": round(self.p99_ms, 3),
            "peak_mb": round(self.peak_mb, 1),
        }


def measure_orders(database: Database, register: Register, *, count: int) -> Figures:
    """Place `count` basic orders: decide, number, render, validate, store with their messages, in batches."""
    decided = decisions(register, count)
    spent: list[float] = []
    began = perf_counter()
    while batch := list(islice(decided, _BATCH)):
        moment = perf_counter()
        with database.writing() as session:
            for applied in dispatch.apply_all(session, register, batch, arrival=Arrival(database.clock())):
                if applied.reason is not None:
                    raise applied.reason
        # In a batch an order has no time of its own: each gets its share.
        spent += [(perf_counter() - moment) / len(batch)] * len(batch)
    return figures("orders generated, validated and stored", spent, perf_counter() - began)


def receive_months(database: Database, register: Register, *, months: int = 1) -> list[tuple[str, str]]:
    """File and approve the reports of every placement's first months; the order lines to invoice."""
    with database.reading() as session:
        references = [
            summary.execution_reference for summary in order_store.summaries(session, limit=10_000_000)
        ]
    # Told as they are needed: the events of all months at once would be the peak that is measured.
    told = (
        _event(number, kind, _report(reference, month))
        for number, (month, reference) in enumerate(
            (month, reference) for month in range(months) for reference in reversed(references)
        )
        for kind in ("report.filed", "report.approved")
    )
    # Filing tells of the lines too, since what waits on them is told that the report has come.
    lines: dict[tuple[str, str], None] = {}
    while batch := list(islice(told, _BATCH)):
        with database.writing() as session:
            for event in batch:
                applied = dispatch.apply(session, register, event, arrival=Arrival(database.clock()))
                lines |= dict.fromkeys(applied.lines)
    return list(lines)


def invoices_for(database: Database, register: Register, lines: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """The invoice a supplier's system would send for each received line, as it is sent."""
    return map(codec.serialise, invoices_of(database, register, lines))


def invoices_of(
    database: Database, register: Register, lines: Iterable[tuple[str, str]]
) -> Iterator[billing.Invoice]:
    """The invoice a supplier's system would write for each received line."""
    for number, (order_number, line_id) in enumerate(lines, 1):
        with database.reading() as session:
            order = order_facts_queries.order_facts(session, register, order_number)
        if order is None:
            continue
        yield flipping.flip(
            order,
            order.lines[line_id],
            supplier=register.supplier(order.order.supplier),
            buyer=register.buyer,
            policy=register.policy,
            given=Numbered(f"F{number:07}", _START + timedelta(days=40)),
        )


@dataclass(frozen=True, slots=True)
class Arrived:
    """Messages stored in the mailbox, and the seconds that took, in small committed batches."""

    count: int
    seconds: float


def warm(url: str) -> None:
    """Have this process ready to read messages, and the one that reads documents for it started and prepared."""
    gc_tuning.settle()
    with closing(open_database(url, clock=clock)) as database, database.reading() as session:
        register_store.load(session)
    document_reading.read_apart(b"<Invoice/>", on=_START)


def store_messages(database: Database, bodies: Iterable[bytes], *, after: int = 0) -> Arrived:
    """Keep arrived bytes as the mailbox does, in small batches, `after` so many before them.

    Making the bytes does not count, and they are not held in memory.
    """
    rest = iter(enumerate(bodies, after))
    moment = database.clock()
    count, seconds = 0, 0.0
    while batch := list(islice(rest, _STORE_BATCH)):
        began = perf_counter()
        with database.writing() as session:
            for number, body in batch:
                inbox.store(
                    session, body, transport_id=f"{number}.xml", received_on=moment.date(), received_at=moment
                )
        seconds += perf_counter() - began
        count += len(batch)
    return Arrived(count, seconds)


def measure_invoices(database: Database, arrived: Arrived, *, reader: bool) -> Figures:
    """Validate, match, answer and store each arrived invoice, durably, as many to a transaction as in service.

    The time its bytes took to be stored counts. With `reader` a second process reads ahead.
    """
    warm = intake_queue.readings(database, reader=reader)
    first = next(warm)
    began = perf_counter()
    spent = list(_received(database, chain([first], warm)))
    seconds = perf_counter() - began
    return figures(
        "invoices received, matched, answered and stored",
        spent,
        seconds + arrived.seconds,
        each=arrived.seconds / max(1, arrived.count),
    )


def read_all(database: Database) -> list[float]:
    """Read every arrived message in this process; the seconds each took."""
    return list(_received(database, intake_queue.readings(database, reader=False)))


def _received(
    database: Database, readings: Iterable[tuple[InboundMessage, Reading, Register]]
) -> Iterator[float]:
    """Receive what is read; the seconds from one document to the next, those of one transaction sharing its time."""
    rest = iter(readings)
    began = perf_counter()
    while together := list(islice(rest, intake_queue.TOGETHER)):
        messages = [(message, reading) for message, reading, _ in together]
        first, _, register = together[0]
        intake_queue.receive_together(database, register, messages, today=first.received_on)
        now = perf_counter()
        yield from [(now - began) / len(together)] * len(together)
        began = now


def figures(what: str, spent: Sequence[float], seconds: float, *, each: float = 0.0) -> Figures:
    """The figures of a run from the time of every document."""
    ordered = sorted(spent)
    return Figures(
        what,
        len(ordered),
        len(ordered) / seconds,
        1000 * (statistics.median(ordered) + each),
        1000 * (ordered[int(len(ordered) * 0.99)] + each),
        peak_memory_mb(),
    )


def peak_memory_mb() -> float:
    """The most memory this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def clock() -> datetime:
    """A fixed instant, so that a run does not depend on the day it is made."""
    return datetime.combine(_START + timedelta(days=60), time(12), UTC)


def prepare(database: Database, register: Register) -> None:
    """Keep the register in a fresh database."""
    with database.writing() as session:
        register_store.save(session, register, at=database.clock(), actor="bench")


def decisions(register: Register, count: int) -> Iterator[Event]:
    """One placement after the other, spread over the contracts outside ESF areas."""
    choices = ordered_choices(register)
    for number in range(count):
        contract, area, unit = choices[number % len(choices)]
        start = _START + timedelta(days=number % 5)
        period = six_months_from(start)
        yield _event(
            number,
            "placement.decided",
            {
                "decision_id": f"D{number:07}",
                "execution_reference": str(400_000_000 + number),
                "supplier": contract.supplier,
                "contract": contract.id,
                "unit": {
                    "id": unit.id,
                    "name": unit.name,
                    "address": {
                        "street": unit.address.street,
                        "city": unit.address.city,
                        "postal_code": unit.address.postal_code,
                    },
                },
                "delivery_area": area,
                "level": "ABC"[number % 3],
                "period": {"start": str(period.start), "end": str(period.end)},
                "decided_on": str(start - timedelta(days=7)),
            },
        )


def _report(reference: str, later: int) -> dict[str, object]:
    month = Month.of(_START)
    for _ in range(later):
        month = month.next
    return {
        "execution_reference": reference,
        "month": str(month),
        "version": 1,
        "at": f"{month.period.end + timedelta(days=6)}T09:00:00Z",
        "by": "bench",
    }


def _event(number: int, kind: str, data: dict[str, object]) -> Event:
    return event_envelope.read_event(
        json.dumps(
            {
                "specversion": "1.0",
                "id": f"{kind}-{number}",
                "source": "urn:bench",
                "type": kind,
                "time": f"{_START + timedelta(days=30)}T09:00:00Z",
                "data": data,
            }
        )
    )
