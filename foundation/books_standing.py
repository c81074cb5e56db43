"""What every session asks as it begins, in one question: the revision of the tables, and whether the books are held.

It stands before all that a session does, so it is one round to the server and goes past the making of statements. Books
that are too old to have a mark are asked once more, for their revision alone, so that it can be told.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import OperationalError, ProgrammingError

from foundation.sql import Session

_REVISION: Final = "SELECT version_num FROM alembic_version"
_HELD: Final = "SELECT held_since FROM books_mark"
_BOTH: Final = f"SELECT ({_REVISION}), ({_HELD})"


@dataclass(frozen=True, slots=True)
class BooksStanding:
    """The revision of the tables, empty where it was not asked for, and whether the books are held."""

    revision: str
    is_held: bool


def ask(session: Session) -> BooksStanding:
    """Both, at the beginning of a session. Raises what the database says of books without tables."""
    try:
        revision, held = session.exec_driver_sql(_BOTH).one()
    except (OperationalError, ProgrammingError) as error:
        if error.connection_invalidated or "books_mark" not in str(error.orig):
            raise
        if session.dialect.name == "postgresql":
            # A statement that failed ends the server's transaction; nothing was done in this one yet.
            session.connection.rollback()
        return BooksStanding(ask_revision(session), is_held=False)
    return BooksStanding(str(revision), bool(held))


def ask_revision(session: Session) -> str:
    """The revision alone, also from a supplier's session."""
    return str(session.exec_driver_sql(_REVISION).scalar_one_or_none())


def ask_held(session: Session) -> BooksStanding:
    """Whether they are held, of books whose tables nobody asks about."""
    return BooksStanding("", bool(session.exec_driver_sql(_HELD).scalar_one_or_none()))
