"""Connections to PostgreSQL: what each is told of time limits, straight to the server or through a pooler.

Convention: no session of ours keeps anything from one transaction to the next but its limits. Everything that is set,
locked or made lasts until the transaction ends, so behind a pooler the next one may be anybody's.
"""

import time
from collections.abc import Generator, Mapping
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from foundation.engines.address import DatabaseUnusable
from foundation.engines.options import IDLE_SECONDS, DatabaseOptions, Pooler
from foundation.sql import Session
from foundation.text import Text

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 300
"""No statement of ours takes longer; one that does is ended. Migrations alone may."""

LIMITS: Final[Mapping[str, str]] = {
    "lock_timeout": "30s",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    # Our questions are many and short: compiling one costs more than it saves.
    "jit": "off",
}
"""What every session is told, or behind a pooler every transaction, unless `DatabaseOptions` say otherwise."""

_PATIENCE: Final[Mapping[str, object]] = {
    # A server whose machine is gone says nothing: the net is asked.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


_WITHOUT_END: Final = "billing without end"


def take_time(session: Session) -> None:
    """Let the statements of this transaction take as long as they take: a large table is changed. Nothing on SQLite.

    Neither side ends one; a server that is gone is still noticed by the net.
    """
    if session.dialect.name == "postgresql":
        session.info[_WITHOUT_END] = True
        session.exec_driver_sql("SET LOCAL statement_timeout = 0")


def limits_of(options: DatabaseOptions) -> Mapping[str, str]:
    """What every session to a database that is reached so is told."""
    return {**LIMITS, "idle_in_transaction_session_timeout": f"{options.idle_seconds}s"}


def engine_of(url: URL, options: DatabaseOptions) -> Engine:
    """The engine for the database at `url`. What the address itself says goes before what we say to every server.

    Raises DatabaseUnusable for `options` in the address of a pooler: a session there is not ours to set up.
    """
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=CONNECT_SECONDS,
        # The connection that was used last has its statements prepared: the fewest are kept busy, the rest rest.
        pool_use_lifo=True,
        query_cache_size=1200,
        connect_args=_connect_args(url, options),
    )

    @event.listens_for(engine, "connect")
    def watch(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        # A server that hangs ends no statement: then this side does.
        waits = connection.wait

        def wait(steps: Generator[Any, Any, Any], **how: Any) -> object:  # noqa: ANN401 - as psycopg has it
            return waits(steps if record.info.get(_WITHOUT_END) else _until_silent(connection, steps), **how)

        connection.wait = wait

    @event.listens_for(engine, "checkin")
    def forget(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info.pop(_WITHOUT_END, None)
        # Who has read leaves it writable by name, and a server that was told to take nothing would be overruled.
        if connection is not None and connection.info.transaction_status is TransactionStatus.IDLE:
            connection.read_only = None

    if options.pooler is not Pooler.NONE:
        as_statements = "; ".join(
            f"SET LOCAL {name} = '{value}'" for name, value in limits_of(options).items()
        )

        @event.listens_for(engine, "begin")
        def limit(session: Session) -> None:
            session.exec_driver_sql(as_statements)

    return engine


def _connect_args(url: URL, options: DatabaseOptions) -> dict[str, object]:
    given: dict[str, object] = {"connect_timeout": CONNECT_SECONDS, **_PATIENCE}
    if options.pooler is Pooler.NONE:
        as_options = " ".join(f"-c {name}={value}" for name, value in limits_of(options).items())
        # Later words hold: what the address says of the same is the operator's.
        given["options"] = f"{as_options} {url.query.get('options', '')}".strip()
    elif "options" in url.query:
        raise DatabaseUnusable(
            Text(
                "Databasadressen har options, som en pooler inte för vidare till servern. Ta bort det; det som ska "
                "gälla för varje anslutning sätts på servern med ALTER ROLE eller ALTER DATABASE."
            )
        )
    if options.pooler is Pooler.TRANSACTION:
        # A statement that was prepared lies in a session that is another's by now.
        given["prepare_threshold"] = None
    return {name: value for name, value in given.items() if name == "options" or name not in url.query}


def _until_silent(connection: Any, steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:  # noqa: ANN401
    """Psycopg's steps of one exchange with the server, until it has been silent for longer than it may work."""
    ends = time.monotonic() + STATEMENT_SECONDS + 10
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > ends:
                connection.pgconn.finish()
                raise psycopg.OperationalError("the server is silent")
            wanted = steps.send(ready)
    except StopIteration as done:
        return done.value
