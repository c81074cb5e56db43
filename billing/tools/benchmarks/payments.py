"""`billing bench payments`: a proposal of 150,000 payables made, looked at, attested in one press and sent; printed.

The world is made in a database of its own. Every step is the work that a press starts (operations/background), done
through to its end in this process; pages are asked for over HTTP by somebody signed in. Nothing is asserted anywhere.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from time import perf_counter, process_time
from typing import Annotated, Final

import httpx
import structlog
import typer
from rich.console import Console
from rich.table import Table

from accounts.identity import Permission
from billing.migrations.migrate import open_migrated
from billing.server.background import background_work
from billing.tools.benchmarks import database as bench_database
from billing.tools.benchmarks import flow, pages, payable_world_store
from billing.tools.demo.story_folder import example_register
from foundation import gc_tuning
from foundation.database import Database
from invoicing.payment import attest_right_store, proposal_store
from invoicing.payment.runs import portion_store
from operations.background import asking, task_store
from operations.background.tasks import TaskState
from operations.settings import Settings
from orders.register import store as register_store
from orders.register.files import read_register
from web.cookies import SESSION

PAY_ON: Final = date(2026, 6, 1)
_WHOLE: Final = 1e9
_PAGES: Final = (
    ("first page", "", 300),
    ("a page in the middle", "?page={middle}", 300),
    ("last page", "?page={last}", 300),
    ("one supplier", "?supplier={supplier}", 300),
    ("what waits, a page in the middle", "?show=waiting&page={middle}", 300),
    ("what lies outside the reader's right", "?show=outside", 300),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One line: what was done, the seconds or milliseconds it took, and what it may take; of processor time too."""

    what: str
    unit: str
    took: float
    slowest: float
    of_processor: float | None
    allowed: float | None

    def to_json(self) -> dict[str, object]:
        """By name, for machines."""
        return {
            "what": self.what,
            "unit": self.unit,
            "took": round(self.took, 3),
            "slowest": round(self.slowest, 3),
            "of_processor": None if self.of_processor is None else round(self.of_processor, 3),
            "allowed": self.allowed,
        }


def bench_payments(
    payables: Annotated[int, typer.Option(min=1000, help="Att betala / payables")] = 150_000,
    postgresql: Annotated[
        str, typer.Option(help="Även PostgreSQL på denna adress, som töms / also this one")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Ett betalningsförslag med hundratusentals rader / a payment proposal of hundreds of thousands of rows."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))
    gc_tuning.settle()
    with tempfile.TemporaryDirectory(prefix="billing-bench-") as folder:
        on = {"SQLite": list(measure(f"sqlite:///{folder}/payments.sqlite", payables=payables))}
    if postgresql:
        bench_database.empty(postgresql)
        on["PostgreSQL"] = list(measure(postgresql, payables=payables))
    if as_json:
        told = {where: [each.to_json() for each in lines] for where, lines in on.items()}
        typer.echo(json.dumps({"payables": payables, **told}, indent=2))
        return
    table = Table(title=f"billing bench payments: {payables}")
    table.add_column("Var / where")
    table.add_column("Vad / what")
    for name in ("tog / took", "långsammast / slowest", "processor", "får ta / may take"):
        table.add_column(name, justify="right")
    for where, lines in on.items():
        for each in lines:
            processor = "-" if each.of_processor is None else f"{each.of_processor:.1f} {each.unit}"
            allowed = "-" if each.allowed is None else f"{each.allowed:.0f} {each.unit}"
            took, slowest = f"{each.took:.1f} {each.unit}", f"{each.slowest:.1f} {each.unit}"
            table.add_row(where, each.what, took, slowest, processor, allowed)
    Console(width=120).print(table)


def measure(url: str, *, payables: int) -> Iterator[Measured]:
    """Make the world and a proposal of all of it; look at it, attest it in one press, and make the bank's file."""
    with closing(open_migrated(url, clock=flow.clock)) as database:
        payable_world_store.fill(database, read_register([example_register()]), payables=payables)
        with database.writing() as session:
            buyer = register_store.load(session).buyer.organisation_number
            now = database.clock()
            secret = pages.signed_in(session, buyer, Permission.ATTEST, now=now)
            attest_right_store.give(
                session,
                person="user-1",
                limit=Decimal("100000.00"),
                valid_from=date(2026, 1, 1),
                by="user-14",
                confirmed_by="user-15",
            )
            made = asking.to_propose(session, pay_on=PAY_ON, by="user-11", at=now)
        yield _worked(database, "proposal made", made, allowed=60)
        number, count = _newest(database)
        yield from _pages(database, secret, number, count)
        with database.writing() as session:
            proposal = proposal_store.get(session, number)
            attested = asking.to_attest(
                session,
                number,
                shown=portion_store.fingerprint(session, proposal),
                day=PAY_ON,
                by="user-1",
                at=database.clock(),
            )
        yield _worked(database, "attested in one press", attested)
        with database.writing() as session:
            exported = asking.to_export(session, number, by="user-11", at=database.clock())
        yield _worked(database, "the bank's file made", exported)


def _worked(database: Database, what: str, task: int, *, allowed: float | None = None) -> Measured:
    """A piece of work done to its end. Raises RuntimeError where it did not come to it."""
    settings = Settings(debtor_iban="SE4550000000058398257466", debtor_bic="ESSESESS")
    began, cpu = perf_counter(), process_time()
    background_work.run_one(database, settings, only=task, seconds=_WHOLE)
    took, of_processor = perf_counter() - began, process_time() - cpu
    with database.reading() as session:
        done = task_store.get(session, task)
    if done.state is not TaskState.DONE or done.is_short:
        raise RuntimeError(f"{what}: {done.state} {done.outcome.en} {done.fault}")
    return Measured(what, "s", took, took, of_processor, allowed)


def _newest(database: Database) -> tuple[str, int]:
    with database.reading() as session:
        overview = proposal_store.overviews(session, limit=1)[0]
    return overview.proposal.number, overview.items


def _pages(database: Database, secret: str, number: str, count: int) -> Iterator[Measured]:
    with database.reading() as session:
        supplier = register_store.load(session).suppliers[-1].organisation_number
    last = -(-count // 100)
    named = {"middle": last // 2, "last": last, "supplier": supplier}
    with (
        pages.served(database, day=lambda: datetime(2026, 6, 1, 10, tzinfo=UTC)) as address,
        httpx.Client(
            base_url=address, cookies={f"billing-{SESSION}": secret}, timeout=600, trust_env=False
        ) as client,
    ):
        for what, query, allowed in _PAGES:
            path = f"/finance/payments/proposals/{number}{query.format_map(named)}"
            cpu = process_time()
            found = pages.asked(client, f"page: {what}", path, allowed, 5)
            of_processor = (process_time() - cpu) * 1000 / 5
            yield Measured(found.what, "ms", found.median_ms, found.slowest_ms, of_processor, allowed)
