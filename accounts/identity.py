"""Who a person is to the portal: the permissions there are, and somebody who has signed in.

Convention: plain values, known to pages, jobs and the command line alike. How a page asks for
them stands in `access.py`, which needs the web framework; this does not.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from foundation.text import SWEDISH, Language
from orders.register.unit_scope import UnitScope


class Permission(StrEnum):
    """What a person may do. Four on the supplier's side, freely combined (REQ-51), six on the buyer's.

    VIEW (läsbehörighet) sees all that ASSIGN and REPORT see, and changes nothing.
    """

    ADMINISTER = "ADMINISTER"
    ASSIGN = "ASSIGN"
    REPORT = "REPORT"
    VIEW = "VIEW"
    OFFICER = "OFFICER"
    FINANCE = "FINANCE"
    ATTEST = "ATTEST"
    BUYER_ADMIN = "BUYER_ADMIN"
    AUDIT = "AUDIT"
    PROTECTED = "PROTECTED"


SUPPLIER_SIDE: Final = frozenset(
    {Permission.ADMINISTER, Permission.ASSIGN, Permission.REPORT, Permission.VIEW}
)
BUYER_SIDE: Final = frozenset(Permission) - SUPPLIER_SIDE


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in. `id` is opaque and the journal's actor; `within` None means all of the organisation's.

    ADMINISTER always covers the whole organisation; `within` bounds the others, by units and addresses (REQ-52).
    `predecessors` are the suppliers its organisation has taken over by today, `taken_over_on` the day it is itself
    taken over (E-33).
    """

    id: str
    display_name: str
    organisation: str
    permissions: frozenset[Permission]
    within: UnitScope | None = None
    language: Language = SWEDISH
    predecessors: tuple[str, ...] = ()
    taken_over_on: date | None = None

    @property
    def is_buyer(self) -> bool:
        """Whether the person works for the buyer."""
        return bool(self.permissions & BUYER_SIDE)

    @property
    def account_id(self) -> int:
        """The number of the account behind `id`. Raises ValueError for a program, which has none."""
        return int(self.id.removeprefix("user-"))

    def may(self, *any_of: Permission) -> bool:
        """Whether the person has at least one of these; of none named, any permission does."""
        return bool(self.permissions & frozenset(any_of or Permission))
