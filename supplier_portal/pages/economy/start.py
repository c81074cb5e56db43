"""Where the economy pages begin: the first of them that the person may have, and who may have which."""

from typing import Final

from fastapi import Request, Response

from accounts.identity import SUPPLIER_SIDE, Permission, Person
from foundation.text import Text
from supplier_portal.pages.forms import SEES
from web.access import signed_in
from web.fronts import NavigationEntry
from web.pages import pages_router, see_other

router = pages_router()

SEES_ORDERS: Final = (Permission.ASSIGN, Permission.REPORT, Permission.VIEW)

TABS: Final = (
    NavigationEntry("/economy/statement", Text("Kontoutdrag"), frozenset(SEES)),
    NavigationEntry("/economy/claims", Text("Fordringar"), frozenset(SEES)),
    NavigationEntry("/economy/results", Text("Kommande resultat"), frozenset(SEES_ORDERS)),
    NavigationEntry("/economy/prices", Text("Priser och artiklar"), SUPPLIER_SIDE),
    NavigationEntry("/economy/documents", Text("Våra dokument"), SUPPLIER_SIDE),
    NavigationEntry("/exports", Text("Hämta listor"), frozenset(SEES_ORDERS)),
)
"""The pages, in the order in which they are shown above each of them."""


def tabs_of(person: Person) -> tuple[NavigationEntry, ...]:
    """Those the person may have."""
    return tuple(each for each in TABS if person.may(*each.permissions))


@router.get("/economy")
def start(request: Request, person: Person = signed_in(*SUPPLIER_SIDE)) -> Response:
    """On to the first page the person may have."""
    return see_other(tabs_of(person)[0].path)
