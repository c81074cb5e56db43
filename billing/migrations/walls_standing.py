"""Which tables' walls stand on PostgreSQL as they were built, so that only a wall that is missing or another is built.

Building one locks its table against everybody. So a table whose wall was built bears a comment: the fingerprint of the
statements it was built by, and that of what the catalogue then said of it (rights, policies, whether in force).
While both are the same nothing is done to it. What somebody changed by hand, and what a restore left out, is seen.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

# Named by itself: what a policy says is written as the server has it, with names as they are seen from this schema.
_CATALOGUE: Final = """
SELECT c.relname AS name,
 EXISTS (SELECT 1 FROM aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
  WHERE r.rolname = %(role)s) AS is_open,
 coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
 md5(concat_ws(';', c.relrowsecurity,
  (SELECT string_agg(g.privilege_type, ',' ORDER BY g.privilege_type) FROM aclexplode(c.relacl) g
   JOIN pg_roles r ON r.oid = g.grantee WHERE r.rolname = %(role)s),
  (SELECT string_agg(concat_ws(',', p.policyname, p.permissive, p.roles, p.cmd, p.qual, p.with_check), ';'
    ORDER BY p.policyname) FROM pg_policies p
   WHERE p.schemaname = current_schema() AND p.tablename = c.relname))) AS state
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
"""


@dataclass(frozen=True, slots=True)
class Wall:
    """What the catalogue says of one table: whether the role may do anything, its comment, and its fingerprint."""

    is_open: bool
    comment: str
    state: str

    def was_built_by(self, script: str) -> bool:
        """Whether these statements built it, and it is as they left it."""
        return self.comment == _comment(script, self.state)


def standing(connection: Connection, role: str) -> Mapping[str, Wall]:
    """The walls of all tables against this role, by the table's name."""
    rows = connection.exec_driver_sql(_CATALOGUE, {"role": role})
    return {row.name: Wall(row.is_open, row.comment, row.state) for row in rows}


def note(connection: Connection, built: Mapping[str, str], role: str) -> None:
    """Say of these tables by which statements their walls were built just now."""
    found = standing(connection, role)
    for name, script in built.items():
        comment = _comment(script, found[name].state)
        connection.exec_driver_sql(f"COMMENT ON TABLE {name} IS '{comment}'")


def opened_by_others(found: Mapping[str, Wall], ours: Iterable[str]) -> list[str]:
    """Tables that the role may touch and nobody describes: what an earlier version opened."""
    return sorted(name for name, wall in found.items() if wall.is_open and name not in set(ours))


def _comment(script: str, state: str) -> str:
    return f"wall {hashlib.sha256(script.encode()).hexdigest()[:16]} {state}"
