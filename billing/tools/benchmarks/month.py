"""`billing bench month`: a month of the whole country, from stored bytes to verdict and answer.

135,000 invoices and credit notes, 16,000 of them on the worst day (facts of the service): for every received order line
its invoice, and of each twenty-fifth first a wrong one and its credit note. They are made, stored and then read by the
workers' own way; only that is measured. The peer, in the same run and process, is the least that anybody could do with
the same bytes: parse them, hold them against the schema, and write them in transactions as large. Nothing here is
asserted but that the work was done.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import structlog
import typer
from rich.console import Console
from rich.table import Table

from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.tools.benchmarks import bench_store, floor, flow
from billing.tools.benchmarks import database as bench_database
from billing.tools.demo.story_folder import example_register
from foundation import gc_tuning
from foundation.database import Database
from invoicing.intake import queue as intake_queue
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register.files import read_register
from orders.register.register import Register
from peppol.documents import billing
from peppol.xml import codec

DOCUMENTS: Final = 135_000
WORST_DAY: Final = 16_000
_REGISTER: Final = example_register()
_WRONG_EACH: Final = 25


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """What the month came to; `floor_per_second` is what parsing, schema and writing alone would allow."""

    engine: str
    workers: int
    documents: int
    seconds: float
    floor_per_second: float
    states: dict[str, int]

    @property
    def per_second(self) -> float:
        """Documents from stored bytes to verdict and answer."""
        return self.documents / self.seconds

    def to_json(self) -> dict[str, object]:
        """The figures by name."""
        return {
            **asdict(self),
            "per_second": round(self.per_second, 1),
            "worst_day_seconds": round(WORST_DAY / self.per_second, 1),
            "of_floor": round(self.per_second / self.floor_per_second, 3),
        }


def bench_month(
    documents: Annotated[int, typer.Option(min=100, help="Antal dokument / how many documents")] = DOCUMENTS,
    postgresql: Annotated[
        str,
        typer.Option(help="PostgreSQL på denna adress, som töms; annars SQLite / at this address, emptied"),
    ] = "",
    workers: Annotated[int, typer.Option(min=1, help="Arbetare, på PostgreSQL / workers, on PostgreSQL")] = 2,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Landets månad av fakturor och kreditfakturor / the country's month of invoices and credit notes."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))
    register = read_register([_REGISTER])
    gc_tuning.settle()
    if postgresql:
        bench_database.empty(postgresql)
        measured = measure(postgresql, register, documents=documents, workers=workers)
    else:
        with tempfile.TemporaryDirectory(prefix="billing-bench-month-") as folder:
            url = f"sqlite:///{Path(folder) / 'month.sqlite'}"
            measured = measure(url, register, documents=documents, workers=1)
    if as_json:
        typer.echo(json.dumps(measured.to_json(), ensure_ascii=False, indent=2))
        return
    table = Table(title="billing bench month")
    for name, value in measured.to_json().items():
        table.add_row(name, str(value))
    Console(width=120).print(table)


def measure(url: str, register: Register, *, documents: int, workers: int) -> MonthFigures:
    """Make the month in the empty database at `url`, and let so many workers read it."""
    with closing(open_migrated(url, clock=flow.clock)) as database:
        flow.prepare(database, register)
        lines = -(-documents * _WRONG_EACH // (_WRONG_EACH + 2))
        flow.measure_orders(database, register, count=-(-lines // 2))
        received = flow.receive_months(database, register, months=2)[:lines]
        sent = islice(_sent(database, register, received), documents)
        some = list(islice(sent, min(floor.MOST, documents)))
        count = flow.store_messages(database, some).count
        count += flow.store_messages(database, sent, after=count).count
        least = floor.measure(database, some).per_second
    seconds = _read(url, workers)
    with closing(open_database(url, clock=flow.clock)) as database, database.reading() as session:
        states = bench_store.states(session)
        if (handled := bench_store.count_handled(session)) != count:
            raise AssertionError(f"{handled} of {count} handled")
        return MonthFigures(session.dialect.name, workers, count, seconds, least, states)


def _sent(database: Database, register: Register, lines: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """What suppliers send for the lines: the invoice of each, and of some first a wrong one and its credit note."""
    for number, invoice in enumerate(flow.invoices_of(database, register, lines)):
        if number % _WRONG_EACH == _WRONG_EACH - 1:
            assert invoice.order_reference is not None  # noqa: S101 - every invoice names its order
            # A digit of its own order is wrong: no two of them name the same.
            mistyped = f"9{invoice.order_reference.id[1:]}"
            wrong = replace(
                invoice, id=f"{invoice.id}-X", order_reference=billing.OrderReference(id=mistyped)
            )
            yield codec.serialise(wrong)
            credit = Numbered(f"{invoice.id}-K", invoice.issue_date + timedelta(days=1))
            yield codec.serialise(flipping.credit_note_of(wrong, given=credit))
        yield codec.serialise(invoice)


def _read(url: str, workers: int) -> float:
    """The seconds in which all that has arrived is read by so many processes, each of them warm before."""
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(flow.warm, [url] * workers))
        began = perf_counter()
        list(pool.map(_read_all, [url] * workers))
        return perf_counter() - began


def _read_all(url: str) -> int:
    with closing(open_database(url, clock=flow.clock)) as database:
        return sum(1 for _ in intake_queue.read_arrived(database, today=flow.clock().date()))
