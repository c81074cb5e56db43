"""The front page: a supplier's overview of what waits; staff go on to their first page."""

from fastapi import Request, Response

from supplier_portal.navigation import start_of
from supplier_portal.pages import Person, pages_router, render, see_other, signed_in

router = pages_router()


@router.get("/")
def overview(request: Request, person: Person = signed_in()) -> Response:
    """What waits for me."""
    if person.is_buyer:
        return see_other(start_of(person))
    return render(request, person, "supplier/overview.html")
