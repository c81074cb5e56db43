"""`billing bench writers`: transactions a second by many writers at once, beside the same where all hold one row.

Each transaction takes an order number and writes two rows of the journal: one about a case of its writer's, which is
told in the feed, and one about no case. So do placing, intake and sending, besides their own rows. A commit takes so
many milliseconds more by a deferred trigger, which sleeps as the commit begins, when all locks are held: so waiting for
another's lock shows as it does on a server whose disk or copy is slow. The peer, in the same run, is the same work with
one row that each transaction changes last and holds until it is committed. Nothing here is asserted anywhere.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import monotonic, perf_counter, sleep
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.tools.benchmarks import bench_store
from billing.tools.benchmarks import database as bench_database
from foundation import journal, number_series
from foundation.database import Database
from orders.journal_actions import OrdersSubject, PlacementAction

WRITERS: Final = (1, 2, 4, 8, 16)
_CASES_EACH: Final = 50


@dataclass(frozen=True, slots=True)
class Written:
    """Transactions a second by so many writers, each committed."""

    writers: int
    per_second: float

    def to_json(self) -> dict[str, object]:
        """By name, for machines."""
        return {"writers": self.writers, "transactions_per_second": round(self.per_second, 1)}


def bench_writers(
    postgresql: Annotated[
        str, typer.Option(help="PostgreSQL på denna adress, som töms / at this address, which is emptied")
    ],
    seconds: Annotated[float, typer.Option(min=0.5, help="Så länge varje gång / so long each time")] = 4.0,
    commit_ms: Annotated[
        float, typer.Option(min=0, help="Så mycket längre tar en commit / so much longer a commit takes")
    ] = 5.0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Transaktioner i sekunden av många som skriver samtidigt / transactions a second by many who write at once."""
    bench_database.empty(postgresql)
    database = open_migrated(postgresql)
    try:
        with database.engine.begin() as session:
            bench_store.slow_commits(session, seconds=commit_ms / 1000)
    finally:
        database.close()
    held = [_measured(postgresql, writers, seconds, hold_one_row=True) for writers in WRITERS]
    free = [_measured(postgresql, writers, seconds, hold_one_row=False) for writers in WRITERS]
    if as_json:
        told = {
            "commit_ms_more": commit_ms,
            "as_it_is": [each.to_json() for each in free],
            "one_row_held": [each.to_json() for each in held],
        }
        typer.echo(json.dumps(told, indent=2))
        return
    table = Table(title=f"billing bench writers: commit + {commit_ms:g} ms")
    for name in (
        "skrivare / writers",
        "per sekund / per second",
        "mot en / to one",
        "med en rad låst / one row held",
        "mot en / to one",
        "gånger / times",
    ):
        table.add_column(name, justify="right")
    for one, other in zip(free, held, strict=True):
        table.add_row(
            str(one.writers),
            f"{one.per_second:.0f}",
            f"{one.per_second / free[0].per_second:.1f}",
            f"{other.per_second:.0f}",
            f"{other.per_second / held[0].per_second:.1f}",
            f"{one.per_second / other.per_second:.1f}",
        )
    Console(width=120).print(table)


def _measured(url: str, writers: int, seconds: float, *, hold_one_row: bool) -> Written:
    """All begin together, and those count that were committed within the time."""
    with ProcessPoolExecutor(writers) as pool:
        starts_at = monotonic() + 0.5 + 0.15 * writers
        work = partial(_write, url, starts_at=starts_at, seconds=seconds, hold_one_row=hold_one_row)
        counts = list(pool.map(work, range(writers)))
    return Written(writers, sum(counts) / seconds)


def _write(url: str, writer: int, *, starts_at: float, seconds: float, hold_one_row: bool) -> int:
    """Write until the time is over; how many transactions were committed in it."""
    database = open_database(url)
    try:
        # The connection and its statements are made before the time begins.
        for _ in range(3):
            _one(database, writer, 0, hold_one_row=hold_one_row)
        sleep(max(0.0, starts_at - monotonic()))
        count, ends = 0, perf_counter() + seconds
        while True:
            _one(database, writer, count, hold_one_row=hold_one_row)
            if perf_counter() > ends:
                return count
            count += 1
    finally:
        database.close()


def _one(database: Database, writer: int, number: int, *, hold_one_row: bool) -> None:
    reference = str(400_000_000 + 1_000 * writer + number % _CASES_EACH)
    with database.writing() as session:
        order = OrdersSubject.ORDER.of(number_series.next_number(session, number_series.ORDERS))
        placement = OrdersSubject.PLACEMENT.of(reference)
        cancelled = PlacementAction.CANCELLED
        journal.record(session, "bench", cancelled, placement, execution_reference=reference, reason="bench")
        journal.record(session, "bench", PlacementAction.DECIDED, order)
        journal.write(session, at=database.clock())
        if hold_one_row:
            bench_store.hold_one_row(session)
