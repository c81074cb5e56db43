"""The role that suppliers' sessions run as: made where that may be done here, or asked of whoever runs the server.

Roles are the whole server's, while rights are each database's. So one role serves all books of an installation, and
two installations that share it share a way into each other's books: whoever may act as it, and may connect to a
database, may act as its suppliers. Each has a name of its own, then (BILLING_SUPPLIER_ROLE).
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from foundation.database import DatabaseUnusable
from foundation.text import Text

_MADE: Final = """DO $role$ BEGIN
IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN BEGIN
CREATE ROLE {role} NOLOGIN;
-- Roles are the whole server's: another buyer's books may just have made it.
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END; END IF;
IF NOT pg_has_role(current_user, '{role}', 'USAGE') THEN
EXECUTE format('GRANT {role} TO %%I', current_user); END IF;
END $role$"""

# Members of a role by themselves or through another, but for whoever may do everything anyway.
_OTHERS: Final = """
SELECT r.rolname FROM pg_roles r
WHERE r.rolcanlogin AND NOT r.rolsuper AND r.rolname <> current_user AND pg_has_role(r.oid, %(role)s, 'USAGE')
ORDER BY r.rolname
"""
_IS_THERE: Final = "SELECT count(*) FROM pg_roles WHERE rolname = %(role)s"
_EARLIER: Final = """
SELECT DISTINCT quote_ident(p.schemaname) AS schema, quote_ident(r.rolname) AS role
FROM pg_policies p, unnest(p.roles) AS named, pg_roles r
WHERE p.schemaname = current_schema() AND p.policyname LIKE 'supplier\\_%%' AND r.rolname = named
AND r.rolname <> %(role)s
"""
_NOT_ALLOWED: Final = "42501"


class SupplierRoleMissing(DatabaseUnusable):
    """The role is not there, or is not ours to act as, and this user may not change that; says what somebody runs."""

    def __init__(self, role: str, user: str) -> None:
        super().__init__(
            Text(
                "Rollen %(role)s, som leverantörernas frågor körs som, saknas eller får inte användas av %(user)s, och "
                "%(user)s får inte göra den. Inget är ändrat. Låt den som förvaltar servern köra dessa två satser, och "
                'kör sedan billing init igen: CREATE ROLE %(role)s NOLOGIN; GRANT %(role)s TO "%(user)s"; Finns rollen '
                "redan åt en annan installation, ge den här en egen i BILLING_SUPPLIER_ROLE.",
                role=role,
                user=user,
            )
        )


def make(connection: Connection, role: str) -> None:
    """Make the role where there is none, and let this user act as it. Raises SupplierRoleMissing."""
    user = str(connection.exec_driver_sql("SELECT current_user").scalar_one())
    try:
        connection.exec_driver_sql(_MADE.format(role=role))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_ALLOWED:
            raise
        raise SupplierRoleMissing(role, user) from error


def earlier(connection: Connection, role: str) -> Sequence[tuple[str, str]]:
    """Schema and name of roles that walls of ours are about and that have another name by now, quoted."""
    return [(row.schema, row.role) for row in connection.exec_driver_sql(_EARLIER, {"role": role})]


def warning(connection: Connection, role: str) -> Text | None:
    """What is to be said of a role that others may act as; None where nobody else may."""
    others = shared_with(connection, role)
    if not others:
        return None
    return Text(
        "Rollen %(role)s delas med %(others)s: den som får ansluta till den här databasen som någon av dem kan läsa "
        "dess leverantörers rader. Hör de till en annan installation, ge den här en egen roll i BILLING_SUPPLIER_ROLE "
        "och kör billing init.",
        role=role,
        others=", ".join(others),
    )


def shared_with(connection: Connection, role: str) -> Sequence[str]:
    """Other users of the server that may act as the role, and so as the suppliers of these books."""
    if connection.dialect.name != "postgresql":
        return ()
    there = connection.exec_driver_sql(_IS_THERE, {"role": role}).scalar_one()
    return connection.exec_driver_sql(_OTHERS, {"role": role}).scalars().all() if there else ()
