"""A place for the books of one more buyer: another database of the same server, or another file; then its tables."""

import re
from contextlib import closing
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from billing.migrations.migrate import open_migrated
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from orders.register import store as register_store

# What PostgreSQL takes unquoted, and a file name that leads nowhere else.
_DATABASE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_FILE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,150}", re.ASCII)


class BooksRefused(Refused):
    """The books cannot be made there, or are somebody else's."""


def make(first: Database, name: str, url: str, *, organisation_number: str) -> None:
    """Make the books `name` at `url`, or bring up to date what is there. Raises BooksRefused, DatabaseUnusable.

    What another buyer has begun is refused: a buyer's books hold nobody else's.
    """
    if not (_FILE if first.is_sqlite else _DATABASE).fullmatch(name):
        raise BooksRefused(
            Text(
                "%(books)s kan inte vara namnet på en databas. Skriv små bokstäver, siffror och understreck; för "
                "SQLite ett filnamn utan mapp.",
                books=name,
            )
        )
    if name == (first.url.database or "").rpartition("/")[2]:
        raise BooksRefused(Text("%(books)s är en annan köpares böcker. Välj ett annat namn.", books=name))
    if not first.is_sqlite:
        _database(first, name)
    with closing(open_migrated(url, options=first.options)) as database, database.reading() as session:
        register = register_store.newest(session)
    if register is not None and register.buyer.organisation_number != organisation_number:
        raise BooksRefused(Text("%(books)s är en annan köpares böcker. Välj ett annat namn.", books=name))


def _database(first: Database, name: str) -> None:
    """The database, made where the server has none of that name."""
    with first.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        asked = text("SELECT count(*) FROM pg_database WHERE datname = :name")
        if connection.execute(asked, {"name": name}).scalar_one():
            return
        try:
            # The name is made of small letters, digits and underscores, or never comes here.
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        except (ProgrammingError, IntegrityError) as error:
            if connection.execute(asked, {"name": name}).scalar_one():
                return  # somebody else has made it meanwhile
            raise BooksRefused(
                Text(
                    "Databasen %(books)s finns inte, och den här användaren får inte skapa den. Låt databasens "
                    "förvaltare köra: createdb --owner=%(user)s %(books)s, och försök sedan igen.",
                    books=name,
                    user=first.url.username or "billing",
                )
            ) from error
