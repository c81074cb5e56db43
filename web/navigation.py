"""The navigation as a table: which pages lead where, and who sees them.

Convention: an entry is shown to whoever has one of its permissions; `here` is the longest path that begins the
page's own. Labels are Swedish and translated by the catalogue `base`.
"""

from dataclasses import dataclass
from typing import Final

from supplier_portal.persons import BUYER_SIDE, SUPPLIER_SIDE, Permission, Person

_P = Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go: its path, its Swedish label, and the permissions of which one is enough."""

    path: str
    label: str
    permissions: frozenset[Permission]


NAVIGATION: Final = (
    Entry("/", "Översikt", SUPPLIER_SIDE),
    Entry("/placements", "Placeringar", frozenset({_P.ASSIGN, _P.REPORT})),
    Entry("/orders", "Ordrar", frozenset({_P.ASSIGN, _P.REPORT})),
    Entry("/reports", "Redovisning", frozenset({_P.REPORT})),
    Entry("/to-invoice", "Att fakturera", SUPPLIER_SIDE),
    Entry("/invoices", "Fakturor", SUPPLIER_SIDE),
    Entry("/test-bench", "Testbänk", SUPPLIER_SIDE),
    Entry("/settings", "Inställningar", SUPPLIER_SIDE),
    Entry("/people", "Personer", frozenset({_P.ADMINISTER})),
    Entry("/finance", "Ekonomi", frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT, _P.PROTECTED})),
    Entry("/finance/payments", "Attest och betalning", frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT})),
    Entry("/finance/payments/rights", "Attesträtter", frozenset({_P.BUYER_ADMIN})),
    Entry("/finance/reconciliation", "Avstämning", frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT})),
    Entry("/finance/policies", "Regler", frozenset({_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT})),
    Entry("/finance/audit", "Granskning", frozenset({_P.AUDIT, _P.FINANCE})),
    Entry("/finance/post", "Post", frozenset({_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT})),
    Entry("/admin/changes", "Ändringar", frozenset({_P.BUYER_ADMIN, _P.FINANCE})),
    Entry("/admin", "Administration", frozenset({_P.BUYER_ADMIN})),
)


def entries(person: Person | None) -> tuple[Entry, ...]:
    """What the person may go to; nothing for nobody."""
    if person is None:
        return ()
    side = BUYER_SIDE if person.is_buyer else SUPPLIER_SIDE
    return tuple(each for each in NAVIGATION if each.permissions <= side and person.may(*each.permissions))


def current(person: Person | None, path: str) -> str:
    """The path of the entry a page belongs to; empty where it belongs to none."""
    fitting = [
        each.path
        for each in entries(person)
        if path == each.path or (each.path != "/" and path.startswith(f"{each.path}/"))
    ]
    return max(fitting, key=len, default="")


def start_of(person: Person) -> str:
    """Where the person begins: the first page they may have."""
    return next((each.path for each in entries(person)), "/account")
