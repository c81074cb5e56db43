"""`billing bench years`: how long the daily questions take in books of seven years, printed, never asserted.

The books are made in the PostgreSQL database given, which is emptied first, with every message, report and row of the
journal, so that `billing check` holds on them. Each question is asked several times in a transaction of its own; the
median and the slowest are printed, with what it may take.
"""

import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from audit import cases, journal_queries, retention
from audit.journal_queries import Sought
from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.tools.benchmarks import bench_store, bulk_history_store, bulk_world_store, pages
from billing.tools.benchmarks import database as bench_database
from billing.tools.benchmarks.pages import PageRequest
from foundation import gc_tuning
from foundation.database import Database
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.exceptions import queue_queries
from invoicing.exceptions.queue import QueueFilter
from invoicing.reconciliation import entry_queries, sum_keeping
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.open_items import open_items
from invoicing.reconciliation.statement import StatementKey, reconcile
from operations.checks import invariants
from peppol.exchange import tables as exchange_tables

SINCE: Final = date(2019, 12, 1)
"""The month in which the first placements begin: seven years before the day the world stands at."""

_CASES: Final = 50
_EACH: Final = 5
# Of all lines, so many come to a document of the supplier's (`bulk_world_store`).
_LINES_PER_DOCUMENT: Final = 1.037
# What is checked as often as people wait for it; all of it takes as long as reading everything.
_CHECKED: Final = (
    "partitions",
    "append-only tables",
    "number series",
    "order sums",
    "payments",
    "credit pairs",
)


@dataclass(frozen=True, slots=True)
class Subjects:
    """What is asked about: cases all over the years, an invoice of each, and its number."""

    references: list[str]
    invoices: list[int]
    numbers: list[str]


def bench_years(
    postgresql: Annotated[str, typer.Option(help="PostgreSQL på denna adress, som töms / emptied first")],
    documents: Annotated[
        int, typer.Option(min=500, max=20_000_000, help="Leverantörernas dokument / suppliers' documents")
    ] = 20_000,
    keep: Annotated[
        bool, typer.Option("--keep", help="Mät på det som finns / measure what is there already")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Dagens frågor i sju års böcker / the day's questions in books of seven years."""
    gc_tuning.settle()
    began = perf_counter()
    if not keep:
        bench_database.empty(postgresql)
    database = open_database(postgresql) if keep else open_migrated(postgresql)
    try:
        if not keep:
            make(database, documents=documents)
        made = {**sizes(database), "seconds": round(perf_counter() - began, 1)}
        asked = list(measure(database))
    finally:
        database.close()
    if as_json:
        typer.echo(json.dumps({"made": made, "asked": [each.to_json() for each in asked]}, indent=2))
        return
    table = Table(title=", ".join(f"{what} {count}" for what, count in made.items()))
    table.add_column("Vad / what")
    for name in ("median ms", "långsammast / slowest ms", "får ta / may take ms"):
        table.add_column(name, justify="right")
    for each in asked:
        cells = (f"{each.median_ms:.1f}", f"{each.slowest_ms:.1f}", str(each.allowed_ms or "-"))
        table.add_row(each.what, *cells)
    Console(width=120).print(table)


def make(database: Database, *, documents: int) -> None:
    """Fill an empty PostgreSQL database with at least so many documents of suppliers, and all that belongs to them."""
    lines = round(documents * _LINES_PER_DOCUMENT)
    bulk_world_store.fill(database, lines=lines, since=SINCE, history=bulk_history_store.STEPS)
    sum_keeping.add_up_changed(database.writing)


def sizes(database: Database) -> dict[str, object]:
    """How much there is."""
    with database.reading() as session:
        return {
            "documents": bench_store.count(session, document_tables.invoice),
            "messages_out": bench_store.count(session, exchange_tables.outbox),
            "journal_rows": journal_queries.count(session),
            "gigabytes": round(bench_store.database_bytes(session) / 1e9, 1),
        }


def measure(database: Database, *, times: int = _EACH) -> Iterator[PageRequest]:
    """Ask every question of books that `make` made, the pages over HTTP last."""
    subjects = _subjects(database)
    for what, allowed, count, ask in (*_statements(times), *_cases(subjects), *_retention(times)):
        spent = []
        for turn in range(count):
            with database.reading() as session:
                began = perf_counter()
                ask(session, turn)
                spent.append((perf_counter() - began) * 1000)
        yield PageRequest(what, statistics.median(spent), max(spent), allowed)
    yield from pages.measure(database, times=times)


_Asked = tuple[str, int | None, int, Callable[[Session, int], object]]


def _statements(times: int) -> Iterator[_Asked]:
    month = Month.of(date(2023, 6, 1))
    for what, allowed, wanted in (
        ("statement, one month, all suppliers", 1_000, EntryFilter(month=month)),
        ("statement, one month as of a past day", 1_000, EntryFilter(month=month, as_of=date(2023, 9, 30))),
        ("statement, all years, all suppliers", 1_000, EntryFilter()),
        ("statement, all years until a month", 1_000, EntryFilter(until=month)),
    ):
        yield what, allowed, times, _statement(wanted)


def _statement(wanted: EntryFilter) -> Callable[[Session, int], object]:
    return lambda session, _: entry_queries.statement(session, wanted, by=(StatementKey.SUPPLIER,))


def _cases(subjects: Subjects) -> Iterator[_Asked]:
    """One case after the other, from all over the years."""

    def of_case(session: Session, turn: int) -> None:
        wanted = EntryFilter(execution_reference=subjects.references[turn])
        entries = list(entry_queries.entries(session, wanted=wanted))
        open_items(entries)
        reconcile(entries)

    def of_invoice(session: Session, turn: int) -> None:
        document_store.by_id(session, subjects.invoices[turn])
        document_store.matches(session, subjects.invoices[turn])

    many = len(subjects.references)
    yield "one case, every document of it", 20, many, of_case
    yield "one invoice with its matches", 20, many, of_invoice
    yield (
        "search: an invoice by its number",
        20,
        many,
        lambda session, turn: document_store.named(session, subjects.numbers[turn]),
    )
    yield (
        "search: the journal by a reference",
        100,
        many,
        lambda session, turn: journal_queries.search(session, Sought(text=subjects.references[turn])),
    )
    yield (
        "export of one case",
        None,
        min(many, 10),
        lambda session, turn: cases.export(session, subjects.references[turn], by="bench"),
    )


def _retention(times: int) -> Iterator[_Asked]:
    today = bulk_world_store.TODAY
    yield (
        "queue: counts and the first page",
        300,
        times,
        lambda session, _: (
            queue_queries.counts(session, today=today),
            queue_queries.items(session, QueueFilter(), today=today, limit=50, offset=0),
        ),
    )
    # The first books are seven years old at the end of 2027.
    later = date(2028, 1, 2)
    yield "retention: what is due", None, times, lambda session, _: retention.due(session, today=later)
    for name in _CHECKED:
        yield f"check: {name}", None, 1, _checked(name)


def _checked(name: str) -> Callable[[Session, int], None]:
    def hold(session: Session, _: int) -> None:
        broken = list(invariants.INVARIANTS[name](session))
        if broken:
            raise RuntimeError(f"{name}: {broken[0]}")

    return hold


def _subjects(database: Database) -> Subjects:
    with database.reading() as session:
        found = bench_store.spread_invoices(session, _CASES)
    return Subjects(
        [row.execution_reference for row in found], [row.id for row in found], [row.number for row in found]
    )
