"""Where the database is: an address read as SQLAlchemy writes it and, for PostgreSQL, with the options that libpq has.

Several servers may be named, as libpq has it: `postgresql://a:5432,b:5432/billing?target_session_attrs=read-write`
finds the one of them that can be written to (PostgreSQL's manual, 34.1.1.3, Specifying Multiple Hosts).
"""

import re
from typing import Final

from psycopg import pq
from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from foundation.errors import Refused
from foundation.text import Text

_DRIVER: Final = "postgresql+psycopg"
_POSTGRESQL: Final = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://(?:(?P<who>[^@/?]*)@)?(?P<hosts>[^@/?]*)(?P<path>/[^?]*)?(?:\?(?P<query>.*))?"
)
_HOST: Final = re.compile(r"(?P<name>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>\d*))?")
_OPTIONS: Final = frozenset(each.keyword.decode() for each in pq.Conninfo.get_defaults())
# What the address says before its question mark; said twice, one of them would be passed over.
_BEFORE: Final = frozenset({"dbname", "user", "password"})
_NUMBERS: Final = frozenset(
    {"connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"}
    | {"tcp_user_timeout"}
)


class DatabaseUnusable(Refused):
    """The address is wrong, or the database there cannot be used."""


def parsed(url: str) -> URL:
    """The address of a SQLite file or a PostgreSQL database. Raises DatabaseUnusable.

    >>> parsed("postgresql://me@a:5432,b/books").query["host"]
    'a,b'
    """
    try:
        read = make_url(_with_hosts_as_options(url))
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnusable(
            # The address may hold a password and is not repeated.
            Text("Databasadressen går inte att tolka. Skriv till exempel sqlite:///billing.sqlite."),
        ) from error
    if read.get_backend_name() == "sqlite":
        return read
    if read.get_backend_name() != "postgresql":
        raise DatabaseUnusable(
            Text(
                "Databasen %(backend)s stöds inte. Använd sqlite eller postgresql.",
                backend=read.get_backend_name(),
            ),
        )
    for option, value in read.query.items():
        _check_option(option, value)
    return read.set(drivername=_DRIVER)


def _with_hosts_as_options(url: str) -> str:
    """The same address in the one form that SQLAlchemy has for several servers; any other as it is."""
    if url.startswith("postgres://"):
        url = f"postgresql{url.removeprefix('postgres')}"
    found = _POSTGRESQL.fullmatch(url)
    if found is None or "," not in found["hosts"]:
        return url
    each = [_HOST.fullmatch(host) for host in found["hosts"].split(",")]
    if not all(each):
        return url
    hosts = ",".join(one["name"].strip("[]") for one in each if one)
    ports = ",".join(one["port"] or "5432" for one in each if one)
    who = f"{found['who']}@" if found["who"] is not None else ""
    rest = f"&{found['query']}" if found["query"] else ""
    return f"{_DRIVER}://{who}{found['path'] or '/'}?host={hosts}&port={ports}{rest}"


def _check_option(option: str, value: object) -> None:
    if option == "prepare_threshold":
        raise DatabaseUnusable(
            Text(
                "prepare_threshold är inget som databasadressen kan säga. Förberedda satser stängs av med "
                "inställningen BILLING_POOLER=transaction; ta bort det ur adressen."
            )
        )
    if option in _BEFORE or option not in _OPTIONS:
        raise DatabaseUnusable(
            Text(
                "Databasadressens tillägg %(option)s känns inte igen. Efter frågetecknet kan det stå det som "
                "PostgreSQL:s libpq har, till exempel sslmode, connect_timeout eller target_session_attrs. Rätta eller "
                "ta bort det.",
                option=option,
            )
        )
    if option in _NUMBERS and not re.fullmatch(r"\s*-?\d{1,9}\s*", str(value)):
        raise DatabaseUnusable(
            Text("Databasadressens tillägg %(option)s ska vara ett heltal. Rätta det.", option=option)
        )
