"""`billing bench`: how fast the main job goes on this machine, printed, never asserted.

`billing bench` measures orders and invoices on SQLite; `--postgresql URL` measures the same
on a PostgreSQL database with 1, 2 and 4 worker processes; `billing bench validation` sets our
rules beside the published ones run by Saxon on the same documents; `billing bench touchless` plays a year of
suppliers' post and counts what is settled without a person. Beside intake, in the same run, stands what parsing, the
schema and writing alone would allow on the machine as it is then (`floor`).
"""

import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from time import perf_counter
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.tools.benchmarks import database as bench_database
from billing.tools.benchmarks import events as bench_events
from billing.tools.benchmarks import floor, flow
from billing.tools.benchmarks import post as bench_post
from billing.tools.benchmarks import validation as benchmark
from billing.tools.benchmarks.api import bench_api
from billing.tools.benchmarks.figures import bench_figures
from billing.tools.benchmarks.flow import Arrived, Figures
from billing.tools.benchmarks.month import bench_month
from billing.tools.benchmarks.payments import bench_payments
from billing.tools.benchmarks.reconcile import bench_reconcile
from billing.tools.benchmarks.touchless import bench_touchless
from billing.tools.benchmarks.writers import bench_writers
from billing.tools.benchmarks.years import bench_years
from billing.tools.demo.story_folder import example_register
from foundation import gc_tuning
from orders.register.files import read_register
from orders.register.register import Register

alone = typer.Typer()
benches = typer.Typer(help="Mät hastigheten / measure the speed.", invoke_without_command=True)
alone.add_typer(benches, name="bench")

_WORKERS = (1, 2, 4)
_REGISTER = example_register()
_RegisterOption = Annotated[
    Path, typer.Option(help="Registerfiler / register files", show_default="demons / the demo's")
]


@benches.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    documents: Annotated[int, typer.Option(min=10, help="Antal av varje / how many of each")] = 3000,
    postgresql: Annotated[
        str, typer.Option(help="Även PostgreSQL på denna adress, som töms / also this one")
    ] = "",
    register: _RegisterOption = _REGISTER,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Ordrar och fakturor per sekund / orders and invoices per second."""
    if context.invoked_subcommand is not None:
        return
    known = read_register([register])
    gc_tuning.settle()
    with tempfile.TemporaryDirectory(prefix="billing-bench-") as folder:
        on_sqlite = _one_process(f"sqlite:///{folder}/bench.sqlite", known, documents)
    workers: list[tuple[int, Figures]] = []
    if postgresql:
        on_postgresql = _one_process(postgresql, known, documents, empty=True)
        workers = [_with_workers(postgresql, known, documents, count) for count in _WORKERS]
    if as_json:
        content: dict[str, object] = {
            "orders_per_second": round(on_sqlite.orders.per_second, 1),
            "invoices_per_second": round(on_sqlite.invoices.per_second, 1),
            "sqlite": on_sqlite.to_json(),
        }
        if postgresql:
            content["postgresql"] = on_postgresql.to_json()
            content["postgresql_workers"] = [
                {"workers": count, **on_postgresql.beside(figures)} for count, figures in workers
            ]
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    table = _table()
    for figures in on_sqlite.all:
        _row(table, "SQLite", figures, on_sqlite.peer)
    if postgresql:
        for figures in on_postgresql.all:
            _row(table, "PostgreSQL", figures, on_postgresql.peer)
        for count, figures in workers:
            _row(table, f"PostgreSQL, {count} proc.", figures, on_postgresql.peer)
    Console(width=120).print(table)


@benches.command("validation")
def validation(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Våra regler bredvid de publicerade i Saxon / our rules beside the published ones in Saxon."""
    gc_tuning.settle()
    measured = benchmark.bench_validation()
    typer.echo(json.dumps(benchmark.to_json(measured), indent=2) if as_json else benchmark.to_text(measured))


@benches.command("events")
def events(
    count: Annotated[int, typer.Option("--events", min=10, help="Antal händelser / how many")] = 10_000,
    register: _RegisterOption = _REGISTER,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Händelser ur en fil bredvid samma över HTTP / events of a file beside the same over HTTP."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))
    known = read_register([register])
    gc_tuning.settle()
    with tempfile.TemporaryDirectory(prefix="billing-bench-") as folder:
        measured = [each.to_json() for each in bench_events.measure(Path(folder), known, count=count)]
    if as_json:
        typer.echo(json.dumps(measured, ensure_ascii=False, indent=2))
        return
    for each in measured:
        typer.echo("  ".join(f"{name} {value}" for name, value in each.items()))


@benches.command("post")
def post(
    postgresql: Annotated[
        str, typer.Option(help="PostgreSQL på denna adress, som töms / at this address, which is emptied")
    ],
    messages: Annotated[
        int, typer.Option(min=10, help="Antal meddelanden åt varje håll / messages each way")
    ] = 1000,
    register: _RegisterOption = _REGISTER,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Meddelanden skickade och mottagna per sekund / messages sent and received per second."""
    # The console shows figures; a line per message is for an operator.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))
    known = read_register([register])
    gc_tuning.settle()
    measured = []
    for count in _WORKERS:
        bench_database.empty(postgresql)
        measured.append(bench_post.measure(postgresql, known, messages=messages, workers=count))
    durability = bench_post.durability(postgresql)
    if as_json:
        content = {"durability": durability, "workers": [each.to_json() for each in measured]}
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    table = Table(title=f"billing bench post: {messages} + {messages}, {durability}")
    for name in ("arbetare / workers", "skickade/s / sent/s", "mottagna/s / received and sorted/s"):
        table.add_column(name, justify="right")
    for each in measured:
        table.add_row(str(each.workers), f"{each.sent:.0f}", f"{each.received:.0f}")
    Console(width=120).print(table)


benches.command("api")(bench_api)
benches.command("reconcile")(bench_reconcile)
benches.command("month")(bench_month)
benches.command("touchless")(bench_touchless)
benches.command("payments")(bench_payments)
benches.command("figures")(bench_figures)
benches.command("writers")(bench_writers)
benches.command("years")(bench_years)


@dataclass(frozen=True, slots=True)
class OneProcess:
    """What one process came to on one database, and the peer of its intake there."""

    orders: Figures
    invoices: Figures
    peer: Figures

    @property
    def all(self) -> tuple[Figures, ...]:
        """In the order they are told."""
        return self.orders, self.invoices, self.peer

    def beside(self, figures: Figures) -> dict[str, object]:
        """The figures by name, with what part of the peer's they are."""
        return {**figures.to_json(), "of_peer": round(figures.per_second / self.peer.per_second, 3)}

    def to_json(self) -> list[dict[str, object]]:
        """The figures of each."""
        return [self.beside(each) for each in self.all]


def _one_process(url: str, register: Register, documents: int, *, empty: bool = False) -> OneProcess:
    prepared = _prepared(url, register, documents, empty=empty)
    database = open_database(url, clock=flow.clock)
    try:
        invoices = flow.measure_invoices(database, prepared.arrived, reader=True)
        return OneProcess(prepared.orders, invoices, floor.measure(database, prepared.some))
    finally:
        database.close()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What has arrived, how orders were placed, and some of the bytes that arrived."""

    arrived: Arrived
    orders: Figures
    some: list[bytes]


def _prepared(url: str, register: Register, documents: int, *, empty: bool) -> Prepared:
    """A database with its orders placed, a month received, and the suppliers' invoices for it in the mailbox."""
    if empty:
        bench_database.empty(url)
    database = open_migrated(url, clock=flow.clock)
    flow.prepare(database, register)
    orders = flow.measure_orders(database, register, count=documents)
    lines = flow.receive_months(database, register)
    sent = flow.invoices_for(database, register, lines)
    some = list(islice(sent, floor.MOST))
    arrived = flow.store_messages(database, chain(some, sent))
    database.close()
    return Prepared(arrived, orders, some)


def _with_workers(url: str, register: Register, documents: int, count: int) -> tuple[int, Figures]:
    """The same messages, stored beforehand, read by several processes that share them through the database."""
    arrived = _prepared(url, register, documents, empty=True).arrived
    with ProcessPoolExecutor(count) as pool:
        # Every process is warm before the clock starts.
        list(pool.map(flow.warm, [url] * count))
        began = perf_counter()
        spent = [each for part in pool.map(_read_all, [url] * count) for each in part]
        seconds = perf_counter() - began + arrived.seconds
    what = f"invoices, {count} worker process{'es' if count > 1 else ''}"
    return count, flow.figures(what, spent, seconds, each=arrived.seconds / max(1, arrived.count))


def _read_all(url: str) -> list[float]:
    database = open_database(url, clock=flow.clock)
    try:
        return flow.read_all(database)
    finally:
        database.close()


def _table() -> Table:
    table = Table(title="billing bench")
    table.add_column("Var / where")
    table.add_column("Vad / what")
    for name in (
        "antal / count",
        "per sekund / per second",
        "mot / to peer",
        "median ms",
        "p99 ms",
        "minne MB / memory MB",
    ):
        table.add_column(name, justify="right")
    return table


def _row(table: Table, where: str, figures: Figures, peer: Figures) -> None:
    table.add_row(
        where,
        figures.what,
        str(figures.documents),
        f"{figures.per_second:.0f}",
        f"{figures.per_second / peer.per_second:.2f}",
        f"{figures.median_ms:.2f}",
        f"{figures.p99_ms:.2f}",
        f"{figures.peak_mb:.0f}",
    )
