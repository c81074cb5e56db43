"""`billing bench reconcile`: how fast the statement is with millions of lines, printed, never asserted.

The world is made in the PostgreSQL database given, which is emptied first. Each question is asked several times;
the median and the slowest are printed, with what it may take. First the questions alone, then whole pages.
"""

import json
import statistics
from collections.abc import Callable, Sequence
from datetime import date
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.tools.benchmarks import bench_store, bulk_world_store, pages
from billing.tools.benchmarks import database as bench_database
from billing.tools.benchmarks.pages import PageRequest
from bookkeeping.accrual import accrual_queries
from bookkeeping.budget import drawing_up
from bookkeeping.budget.budget_keys import BudgetKey
from bookkeeping.budget.forecast_rules import ForecastRules
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.voucher_making import Coders
from foundation.database import Database
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.exceptions import queue_queries, trend_queries
from invoicing.exceptions import trends as money_trends
from invoicing.exceptions.queue import QueueFilter
from invoicing.reconciliation import entry_queries, unbilled_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.open_items import open_items
from invoicing.reconciliation.statement import StatementKey, reconcile
from orders import tables as order_tables
from orders.register import store as register_store

_MONTH = Month(2026, 6)

# What is asked, the milliseconds it may take, how often it is asked, and the question.
TimedQuestion = tuple[str, int, int, Callable[[Session], object]]


def bench_reconcile(
    postgresql: Annotated[str, typer.Option(help="PostgreSQL på denna adress, som töms / emptied first")],
    lines: Annotated[int, typer.Option(min=600, max=20_000_000, help="Orderrader / order lines")] = 20_000,
    keep: Annotated[
        bool, typer.Option("--keep", help="Mät på det som finns / measure what is there already")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Avstämning och arbetskö med miljoner rader / the statement and the queue with millions of lines."""
    began = perf_counter()
    if not keep:
        bench_database.empty(postgresql)
    database = open_database(postgresql) if keep else open_migrated(postgresql)
    if not keep:
        bulk_world_store.fill(database, lines=lines)
    seconds = perf_counter() - began
    try:
        with database.reading() as session:
            made = {
                "order_lines": bench_store.count(session, order_tables.order_line),
                "invoices": bench_store.count(session, document_tables.invoice),
                "seconds": round(seconds, 1),
            }
        asked = [*measure(database), *pages.measure(database)]
    finally:
        database.close()
    if as_json:
        typer.echo(json.dumps({"made": made, "asked": [each.to_json() for each in asked]}, indent=2))
        return
    table = Table(
        title=f"{made['order_lines']} order lines, {made['invoices']} documents, made in {made['seconds']} s"
    )
    table.add_column("Vad / what")
    for name in ("median ms", "långsammast / slowest ms", "får ta / may take ms"):
        table.add_column(name, justify="right")
    for each in asked:
        table.add_row(
            each.what, f"{each.median_ms:.1f}", f"{each.slowest_ms:.1f}", str(each.allowed_ms or "-")
        )
    Console(width=120).print(table)


def measure(database: Database, *, times: int = 5) -> list[PageRequest]:
    """Ask every question of a database that `bulk_world_store` filled."""
    placements = _placements(database)
    references = [str(bulk_world_store.FIRST_REFERENCE + 1 + step * placements // 50) for step in range(50)]
    today = bulk_world_store.TODAY
    questions = [*_statements(references, times), *_month_ends(today, times), *_budget(today, times)]
    return [_asked(database, what, allowed, count, ask) for what, allowed, count, ask in questions]


def _statements(references: Sequence[str], times: int) -> Sequence[TimedQuestion]:
    """The statement: of a month, as of a past day, and of one execution reference after the other."""
    turn = iter(range(10_000))
    by_supplier = (StatementKey.SUPPLIER,)

    def case(session: Session) -> None:
        entries = list(
            entry_queries.entries(
                session, wanted=EntryFilter(execution_reference=references[next(turn) % 50])
            )
        )
        open_items(entries)
        reconcile(entries)

    return (
        (
            "statement, one month, all suppliers",
            5_000,
            times,
            lambda session: entry_queries.statement(session, EntryFilter(month=_MONTH), by=by_supplier),
        ),
        (
            "the same as of a past day",
            5_000,
            times,
            lambda session: entry_queries.statement(
                session, EntryFilter(month=_MONTH, as_of=date(2026, 7, 31)), by=by_supplier
            ),
        ),
        ("one execution reference, every document", 50, 50, case),
    )


def _month_ends(today: date, times: int) -> Sequence[TimedQuestion]:
    """The queue, and what is asked at the end of a month."""
    return (
        (
            "queue: counts, causes and the first page",
            300,
            times,
            lambda session: _queue(session, today),
        ),
        (
            "not billed by suppliers, total and first page",
            5_000,
            times,
            lambda session: (
                unbilled_queries.not_billed_total(session),
                unbilled_queries.not_billed(session, limit=50),
            ),
        ),
        (
            "accrual of a month end",
            5_000,
            1,
            lambda session: accrual_queries.lines(session, _MONTH, closing=today),
        ),
        (
            "the same added up, for the checklist",
            5_000,
            times,
            lambda session: accrual_queries.sums(session, _MONTH, closing=today),
        ),
        (
            "match rate of twelve months, and ages",
            5_000,
            1,
            lambda session: (
                trend_queries.match_rates(session, since=date(2025, 11, 1)),
                money_trends.by_age(trend_queries.open_days(session), today=today),
            ),
        ),
    )


def _budget(today: date, times: int) -> Sequence[TimedQuestion]:
    """What the buyer is committed to, and what the months will cost."""
    by = (BudgetKey.DELIVERY_AREA,)

    def committed(session: Session, as_of: date) -> None:
        coders = Coders.of(session, LedgerAccounts())
        drawing_up.commitments(session, coders, "SEK", by=by, as_of=as_of, today=today)

    def foreseen(session: Session) -> None:
        coders, register = Coders.of(session, LedgerAccounts()), register_store.load(session)
        drawing_up.forecast(session, coders, register, by=by, rules=ForecastRules(), today=today)

    return (
        ("commitments today", 5_000, times, lambda session: committed(session, today)),
        ("commitments of a past day", 0, 1, lambda session: committed(session, date(2026, 9, 30))),
        ("forecast, six months back and twelve ahead", 5_000, times, foreseen),
    )


def _queue(session: Session, today: date) -> None:
    wanted = QueueFilter()
    queue_queries.counts(session, today=today)
    queue_queries.causes(session, wanted, today=today)
    queue_queries.items(session, wanted, today=today, limit=50, offset=0)


def _asked(
    database: Database, what: str, allowed: int, times: int, ask: Callable[[Session], object]
) -> PageRequest:
    spent = []
    for _ in range(times):
        with database.reading() as session:
            began = perf_counter()
            ask(session)
            spent.append((perf_counter() - began) * 1000)
    return PageRequest(what, statistics.median(spent), max(spent), allowed)


def _placements(database: Database) -> int:
    with database.reading() as session:
        return bench_store.count(session, order_tables.placement)
