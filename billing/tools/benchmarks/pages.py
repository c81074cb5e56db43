"""The pages of `billing bench reconcile`, asked for over HTTP as a browser does: session, database, template and all.

A server of its own runs in this process on a free port, with the database that was measured. Whoever asks is signed
in; what is timed goes from sending the question to having read the whole page.
"""

import socket
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from time import perf_counter, sleep

import httpx
import uvicorn

from accounts import sessions
from accounts import store as account_store
from accounts.identity import Permission
from billing.server.app import create_app
from billing.server.sockets import listening_on
from billing.tools.benchmarks import bulk_world_store
from foundation.database import Database
from foundation.periods import Clock
from foundation.sql import Session
from foundation.text import SWEDISH
from operations.settings import Settings
from web.cookies import SESSION


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One question with its times in milliseconds, and how long it may take; None where nothing is said of it."""

    what: str
    median_ms: float
    slowest_ms: float
    allowed_ms: int | None

    def to_json(self) -> dict[str, object]:
        """By name, for machines."""
        return {
            "what": self.what,
            "median_ms": round(self.median_ms, 1),
            "slowest_ms": round(self.slowest_ms, 1),
            "allowed_ms": self.allowed_ms,
        }


FINANCE_PAGES: tuple[tuple[str, str, int | None], ...] = (
    ("queue", "/finance", 300),
    ("queue, one cause, by amount, third page", "/finance?cause=PRICE&order=amount&page=3", 300),
    ("queue, one supplier and month", "/finance?supplier={supplier}&month=2026-06", 300),
    ("statement of a month, by supplier", "/finance/reconciliation?month=2026-06&by=supplier", 5_000),
    ("statement of one execution reference", "/finance/reconciliation/case/{reference}", None),
    ("attest and pay", "/finance/payments", None),
)
SUPPLIER_PAGES: tuple[tuple[str, str, int | None], ...] = (
    ("supplier's overview", "/", None),
    ("supplier's orders", "/orders", None),
    ("supplier's lines to invoice", "/to-invoice", None),
    ("supplier's invoices", "/invoices", None),
    ("supplier's reports", "/reports", None),
)


def measure(database: Database, *, times: int = 5) -> list[PageRequest]:
    """Ask every page of a database that `bulk_world_store` filled."""
    with database.writing() as session:
        subjects = bulk_world_store.subjects(session)
        secrets = [
            signed_in(session, subjects["buyer"], Permission.FINANCE, now=database.clock()),
            signed_in(session, subjects["supplier"], Permission.REPORT, now=database.clock()),
        ]
    found = []
    with served(database) as address:
        for secret, pages in zip(secrets, (FINANCE_PAGES, SUPPLIER_PAGES), strict=True):
            with httpx.Client(
                base_url=address, cookies={f"billing-{SESSION}": secret}, timeout=600, trust_env=False
            ) as client:
                found += [
                    asked(client, f"page: {what}", path.format_map(subjects), allowed, times)
                    for what, path, allowed in pages
                ]
    return found


def signed_in(session: Session, organisation: str, permission: Permission, *, now: datetime) -> str:
    """A session of somebody at the organisation, whose account is made the first time."""
    name = f"{permission}@{organisation}.example"
    held = account_store.by_name(session, name)
    number = (
        held.id
        if held is not None
        else account_store.add(
            session,
            organisation=organisation,
            sign_in_name=name,
            display_name="Mätning",
            permissions={permission},
            within=None,
            language=SWEDISH,
            at=now,
            by="bench",
            state=account_store.AccountState.ACTIVE,
        )
    )
    return sessions.start(session, number, now=now)


def asked(client: httpx.Client, what: str, path: str, allowed: int | None, times: int) -> PageRequest:
    """A page, asked for so many times and read whole."""
    spent = []
    for _ in range(times):
        began = perf_counter()
        client.get(path).raise_for_status()
        spent.append((perf_counter() - began) * 1000)
    return PageRequest(what, statistics.median(spent), max(spent), allowed)


@contextmanager
def served(database: Database, *, day: Clock = bulk_world_store.clock) -> Iterator[str]:
    """The portal on a free port; the address while it runs. Its day is the world's, its clock the true one."""
    settings = Settings(database_url=database.url.render_as_string(hide_password=False))
    application = create_app(settings, clock=database.clock, business_clock=day)
    listening: socket.socket = listening_on("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", access_log=False, ws="none"))
    serving = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    serving.start()
    try:
        while not server.started:
            if not serving.is_alive():
                raise RuntimeError
            sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        serving.join()
        application.state.database.close()
        listening.close()
