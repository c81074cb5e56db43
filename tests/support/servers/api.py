"""The API of a small installation over a real socket, and programs that ask it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import httpx

from accounts.api_clients import clients
from accounts.api_clients.model import ApiScope
from billing.migrations.revisions import KNOWN
from billing.server.app import create_app
from billing.server.sandbox.books import folder_of
from operations.settings import Settings
from orders.register.unit_scope import UnitScope
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK, whole_file
from tests.support.stories.system import FYRBAKEN, System

TODAY = CLOCK.date()
LEDGER = "Ekonomisystemet"


@contextmanager
def api(system: System, *, now: datetime = CLOCK, **settings: object) -> Iterator[httpx.Client]:
    """The application on a real socket, on the day the books stand at."""
    given = {"database_url": system.database.url.render_as_string(hide_password=False), **settings}
    app = create_app(Settings.model_validate(given), clock=lambda: now)
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS) as client,
    ):
        yield client
    app.state.database.close()


def a_client(
    system: System,
    *scopes: ApiScope,
    supplier: str = FYRBAKEN,
    within: UnitScope | None = None,
    expires_on: date | None = None,
    by: str = "user-1",
    is_test: bool = False,
) -> tuple[int, str]:
    """A client of a supplier's, or of the buyer's for an empty one: its number and its secret.

    For one that `is_test` the tables of a sandbox lie ready, which a process would make once.
    """
    if is_test:
        with_tables(folder_of(Settings(), system.database))
    made_on = min(TODAY, expires_on or TODAY)
    with system.database.writing() as session:
        client = clients.make(
            session,
            supplier,
            LEDGER,
            scopes=frozenset(scopes or (ApiScope.REPORT,)),
            within=within,
            expires_on=expires_on,
            by=by,
            at=CLOCK,
            today=made_on,
            is_test=is_test,
        )
        made = clients.give_secret(session, supplier, client.id, by=by, at=CLOCK, today=made_on)
    return client.id, made.shown


def with_tables(place: Path | None) -> None:
    """Let the tables of a sandbox lie where sandboxes do, where this process has any to copy."""
    if place is not None and (tables := whole_file()):
        place.mkdir(parents=True, exist_ok=True)
        (place / f"empty-{KNOWN[-1]}.sqlite").write_bytes(tables)


def bearing(secret: str, **headers: str) -> dict[str, str]:
    """The headers of a request of a program with this key or token."""
    return {"Authorization": f"Bearer {secret}", **headers}
