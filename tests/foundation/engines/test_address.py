"""An address is read as libpq reads it, or refused with a sentence that does not repeat what may be secret in it."""

from contextlib import closing

import pytest
from sqlalchemy import text

from foundation.database import Database, DatabaseUnusable
from foundation.engines import address
from foundation.engines.options import DatabaseOptions, Pooler

READ = {
    "postgresql://me@db/books": ("me", "db", None, "books", {}),
    "postgres://me@db:5433/books": ("me", "db", 5433, "books", {}),
    "postgresql://me:p%40@a:5432,b:5433/books?target_session_attrs=read-write": (
        "me",
        None,
        None,
        "books",
        {"host": "a,b", "port": "5432,5433", "target_session_attrs": "read-write"},
    ),
    "postgresql://a,[::1]:5433/books": (None, None, None, "books", {"host": "a,::1", "port": "5432,5433"}),
    "postgresql://me@/books?host=/run/a,/run/b": ("me", None, None, "books", {"host": "/run/a,/run/b"}),
    "postgresql://me@db/books?sslmode=verify-full&connect_timeout=9": (
        "me",
        "db",
        None,
        "books",
        {"sslmode": "verify-full", "connect_timeout": "9"},
    ),
}
REFUSED = {
    "postgresql://me:hemligt@db/books?prepare_threshold=0": "BILLING_POOLER=transaction",
    "postgresql://me:hemligt@db/books?hostt=x": "hostt",
    "postgresql://me:hemligt@db/books?dbname=other": "dbname",
    "postgresql://me:hemligt@db/books?connect_timeout=snart": "connect_timeout",
    "postgresql://me:hemligt@db:port/books": "går inte att tolka",
    "postgresql://me:hemligt@a:x,b/books": "går inte att tolka",
    "mysql://me:hemligt@db/books": "stöds inte",
}


@pytest.mark.parametrize("url", READ)
def test_what_libpq_reads_is_read(url: str) -> None:
    read = address.parsed(url)
    assert (read.username, read.host, read.port, read.database, dict(read.query)) == READ[url]


@pytest.mark.parametrize("url", REFUSED)
def test_what_it_does_not_is_refused_by_name_and_nothing_secret_is_said(url: str) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        Database(url)
    assert REFUSED[url] in refused.value.text.sv
    assert "hemligt" not in refused.value.text.sv


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_the_address_says_stands_beside_our_limits_and_goes_before_them(database_url: str) -> None:
    more = "&options=-c%20statement_timeout%3D7s%20-c%20work_mem%3D5MB&connect_timeout=3"
    with closing(Database(f"{database_url}{more}")) as database, database.reading() as session:
        told = [session.scalar(text(f"SHOW {each}")) for each in ("statement_timeout", "lock_timeout")]
        memory = session.scalar(text("SHOW work_mem"))
    assert (told, memory) == (["7s", "30s"], "5MB")


def test_a_pooler_carries_no_options_and_says_so() -> None:
    with pytest.raises(DatabaseUnusable, match="ALTER ROLE"):
        Database("postgresql://db/books?options=-cjit%3Don", options=DatabaseOptions(Pooler.TRANSACTION))


@pytest.mark.parametrize("name", ["", "Billing", "9", "pg_billing", "a-b", "x; DROP TABLE invoice", "ö"])
def test_a_role_has_a_name_that_needs_no_quotes(name: str) -> None:
    with pytest.raises(DatabaseUnusable, match="BILLING_SUPPLIER_ROLE"):
        DatabaseOptions(supplier_role=name)
