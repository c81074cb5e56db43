"""What a database suffers that is nobody's mistake and passes: it is away, busy, full, or cannot write.

Convention: nothing was kept of what was asked, and asking again is right; so whoever answers says "later" and for how
long, and whoever works by himself tries again. Everything else that a database says is a fault of ours.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from foundation.errors import Refused
from foundation.text import Text

RETRY_AFTER_SECONDS: Final = 10
"""After so long a person or a program may ask again."""


class DatabaseFault(StrEnum):
    """Why a database does not do what it is asked now."""

    AWAY = "AWAY"
    BUSY = "BUSY"
    FULL = "FULL"
    READ_ONLY = "READ_ONLY"
    DISK = "DISK"


# PostgreSQL's codes, or how they begin (Appendix A of its manual).
_CODES: Final = {
    "08": DatabaseFault.AWAY,
    "57P": DatabaseFault.AWAY,
    "53100": DatabaseFault.FULL,
    "53": DatabaseFault.BUSY,
    "55P03": DatabaseFault.BUSY,
    "57014": DatabaseFault.BUSY,
    "40001": DatabaseFault.BUSY,
    "40P01": DatabaseFault.BUSY,
    "25006": DatabaseFault.READ_ONLY,
    # We did nothing in a transaction for too long: the server has ended the session.
    "25P03": DatabaseFault.AWAY,
    "58030": DatabaseFault.DISK,
}
# PgBouncer gives these the code of a broken protocol.
_POOLER_FULL: Final = ("query_wait_timeout", "no more connections allowed")
_SQLITE: Final = {
    "locked": DatabaseFault.BUSY,
    "is full": DatabaseFault.FULL,
    "readonly": DatabaseFault.READ_ONLY,
    "disk I/O error": DatabaseFault.DISK,
    "unable to open": DatabaseFault.AWAY,
}

LATER: Final = Text(
    "Det går inte att svara just nu, för databasen är inte tillgänglig. Ingenting har ändrats. Vänta en liten stund "
    "och försök igen."
)
"""What people and programs are told, whatever the fault is; which one it is stands in the log."""


class DatabaseAway(Refused):
    """The database cannot do it now; asked again in a while it can. `fault` says why, for the log."""

    def __init__(self, fault: DatabaseFault) -> None:
        super().__init__(LATER)
        self.fault = fault


def fault_of(error: SQLAlchemyError) -> DatabaseFault | None:
    """What passes by itself or when the operator makes room; None for a fault of ours.

    >>> fault_of(NoConnectionFree())
    <DatabaseFault.BUSY: 'BUSY'>
    """
    if isinstance(error, NoConnectionFree):
        return DatabaseFault.BUSY
    if not isinstance(error, DBAPIError):
        return None
    if any(words in str(error.orig) for words in _POOLER_FULL):
        return DatabaseFault.BUSY
    code = getattr(error.orig, "sqlstate", None)
    if isinstance(code, str):
        found = (_CODES[code[:length]] for length in (5, 3, 2) if code[:length] in _CODES)
        return next(found, None)
    if error.connection_invalidated:
        return DatabaseFault.AWAY
    said = str(error.orig)
    for words, fault in _SQLITE.items():
        if words in said:
            return fault
    # Psycopg gives no code where there was no server to give one.
    away = type(error.orig).__module__.startswith("psycopg") and type(error.orig).__name__ in _WITHOUT_SERVER
    return DatabaseFault.AWAY if away else None


_WITHOUT_SERVER: Final = ("OperationalError", "ConnectionTimeout", "InterfaceError")
