"""The API of a small installation over a real socket, and programs that ask it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from fastapi import FastAPI

from accounts.api_clients import clients
from accounts.api_clients.model import ApiScope
from billing.migrations.revisions import KNOWN
from billing.server.app import create_app
from billing.server.sandbox.books import folder_of
from foundation.periods import Period
from operations.settings import Settings
from operations.webhooks.connecting import Post
from orders.register.unit_scope import UnitScope
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK, whole_file
from tests.support.servers.webhook_receiver import takes_everything
from tests.support.stories.system import FYRBAKEN, System

TODAY = CLOCK.date()
LEDGER = "Ekonomisystemet"


@contextmanager
def api(
    system: System, *, now: datetime = CLOCK, post: Post = takes_everything, **settings: object
) -> Iterator[httpx.Client]:
    """The application on a real socket, on the day the books stand at; its sandboxes are thrown away with it.

    `post` is the way out of webhooks of sandboxes.
    """
    url = system.database.url.render_as_string(hide_password=False)
    with TemporaryDirectory() as folder:
        given = Settings.model_validate({"database_url": url, "sandbox_folder": folder, **settings})
        with_tables(folder_of(given, system.database))
        app = create_app(given, clock=lambda: now)
        app.state.worker_turn.post = post
        with _served(app) as client:
            yield client


@contextmanager
def _served(app: FastAPI) -> Iterator[httpx.Client]:
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS) as client,
    ):
        yield client
    app.state.sandboxes.close()
    app.state.database.close()


def a_client(
    system: System,
    *scopes: ApiScope,
    supplier: str = FYRBAKEN,
    within: UnitScope | None = None,
    expires_on: date | None = None,
    seen: Period | None = None,
    by: str = "user-1",
    is_test: bool = False,
) -> tuple[int, str]:
    """A client of a supplier's, or of the buyer's for an empty one: its number and its secret."""
    made_on = min(TODAY, expires_on or TODAY)
    with system.database.writing() as session:
        client = clients.make(
            session,
            supplier,
            LEDGER,
            scopes=frozenset(scopes or (ApiScope.REPORT,)),
            within=within,
            expires_on=expires_on,
            seen=seen,
            by=by,
            at=CLOCK,
            today=made_on,
            is_test=is_test,
        )
        made = clients.give_secret(session, supplier, client.id, by=by, at=CLOCK, today=made_on)
    return client.id, made.shown


def with_tables(place: Path | None) -> None:
    """Let the tables of a sandbox lie where sandboxes do, as far as this process has some to copy."""
    if place is not None and not place.parent.is_file() and (tables := whole_file()):
        place.mkdir(parents=True, exist_ok=True)
        (place / f"empty-{KNOWN[-1]}.sqlite").write_bytes(tables)


def an_auditor(system: System, first: date, last: date) -> tuple[int, str]:
    """An auditor's client that may see this period: its number and its secret."""
    until = TODAY + timedelta(days=30)
    return a_client(system, ApiScope.AUDIT_READ, supplier="", expires_on=until, seen=Period(first, last))


def bearing(secret: str, **headers: str) -> dict[str, str]:
    """The headers of a request of a program with this key or token."""
    return {"Authorization": f"Bearer {secret}", **headers}
