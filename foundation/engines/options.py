"""What the address does not say of a database: what stands between us and the server, and whose name walls bear."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from foundation.engines.address import DatabaseUnusable
from foundation.text import Text

SUPPLIER_ROLE: Final = "billing_supplier"
"""The role of PostgreSQL that sees one supplier's rows only, unless the installation has given it another name."""

IDLE_SECONDS: Final = 120
"""So long a transaction of ours may do nothing, unless the installation says otherwise."""

# What PostgreSQL takes unquoted.
_ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)


class Pooler(StrEnum):
    """What shares out the server's sessions between us and the server; PgBouncer has both kinds."""

    NONE = ""
    SESSION = "session"
    """A session of the server's is ours for as long as we are connected."""
    TRANSACTION = "transaction"
    """A session of the server's is ours for one transaction, and somebody else's in the next."""


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """How a database is reached, the role that suppliers' sessions run as there, and how long one may hold it idle.

    Roles are the whole server's: installations that share one, each with a user of its own, each name their own role.
    Raises DatabaseUnusable for a name that PostgreSQL would not take as it is written.
    """

    pooler: Pooler = Pooler.NONE
    supplier_role: str = SUPPLIER_ROLE
    idle_seconds: int = IDLE_SECONDS
    """Then PostgreSQL ends a transaction that nobody has asked anything in: its locks would hold all others."""

    def __post_init__(self) -> None:
        if not _ROLE.fullmatch(self.supplier_role) or self.supplier_role.startswith("pg_"):
            raise DatabaseUnusable(
                Text(
                    "BILLING_SUPPLIER_ROLE är inte ett namn som en roll i PostgreSQL kan ha. Skriv små bokstäver, "
                    "siffror och understreck, till exempel billing_supplier."
                )
            )
