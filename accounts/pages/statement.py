"""The accessibility statement, as the law on accessible public services asks for one (2018:1937)."""

from fastapi import Request, Response

from web.access import person_of
from web.pages import pages_router, render

router = pages_router()


@router.get("/accessibility")
def statement(request: Request) -> Response:
    """How accessible the portal is, what is known to fall short, and where to complain."""
    return render(request, person_of(request), "account/accessibility.html")
