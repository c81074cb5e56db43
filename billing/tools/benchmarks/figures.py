"""`billing bench figures`: how long the service's figures take with many placements, printed, never asserted."""

import json
import statistics
import tempfile
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from billing.migrations.migrate import open_migrated
from billing.tools.benchmarks import database as bench_database
from billing.tools.benchmarks import figure_world_store
from foundation import gc_tuning
from foundation.database import Database
from orders.figures import service_figures
from orders.figures.counts import Dimension
from orders.register import store as register_store

_ALLOWED_MS: Final = 1_000
_TIMES: Final = 5
_LEAST: Final = 5


@dataclass(frozen=True, slots=True)
class Took:
    """Twelve months by a dimension: median and slowest of several times, and the processor's, in milliseconds."""

    engine: str
    dimension: str
    median_ms: float
    slowest_ms: float
    processor_ms: float

    def to_json(self) -> dict[str, object]:
        """By name, for machines."""
        return {
            "engine": self.engine,
            "by": self.dimension,
            "median_ms": round(self.median_ms, 1),
            "slowest_ms": round(self.slowest_ms, 1),
            "processor_ms": round(self.processor_ms, 1),
            "allowed_ms": _ALLOWED_MS,
        }


def bench_figures(
    placements: Annotated[int, typer.Option(min=1000, help="Placeringar / placements")] = 100_000,
    postgresql: Annotated[
        str, typer.Option(help="Även PostgreSQL på denna adress, som töms / also this one")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Tjänstens siffror bland många placeringar / the service's figures among many placements."""
    gc_tuning.settle()
    with tempfile.TemporaryDirectory(prefix="billing-bench-") as folder:
        took = _measure("SQLite", f"sqlite:///{folder}/bench.sqlite", placements)
    if postgresql:
        bench_database.empty(postgresql)
        took += _measure("PostgreSQL", postgresql, placements)
    if as_json:
        typer.echo(
            json.dumps({"placements": placements, "asked": [each.to_json() for each in took]}, indent=2)
        )
        return
    table = Table(title=f"billing bench figures: {placements}")
    table.add_column("Var / where")
    table.add_column("Efter / by")
    for name in ("median ms", "långsammast / slowest ms", "processor ms", "får ta / may take ms"):
        table.add_column(name, justify="right")
    for each in took:
        cells = (each.median_ms, each.slowest_ms, each.processor_ms, _ALLOWED_MS)
        table.add_row(each.engine, each.dimension, *(f"{cell:.0f}" for cell in cells))
    Console(width=100).print(table)


def _measure(engine: str, url: str, placements: int) -> list[Took]:
    database = open_migrated(url)
    try:
        figure_world_store.fill(database, placements=placements)
        return [_took(engine, database, dimension) for dimension in Dimension]
    finally:
        database.close()


def _took(engine: str, database: Database, dimension: Dimension) -> Took:
    today = figure_world_store.TODAY
    times, of_processor = [], []
    for _ in range(_TIMES):
        began, spent = perf_counter(), process_time()
        with database.reading() as session:
            register = register_store.load(session)
            wanted = service_figures.asked(register, today=today, by=dimension)
            service_figures.service_figures(session, register, wanted, today=today, least=_LEAST)
        times.append((perf_counter() - began) * 1000)
        of_processor.append((process_time() - spent) * 1000)
    middle, slowest = statistics.median(times), max(times)
    return Took(engine, dimension.value, middle, slowest, statistics.median(of_processor))
