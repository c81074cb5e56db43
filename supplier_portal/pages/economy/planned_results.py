"""Results to come: every order that waits for its day, with what can still change it."""

from fastapi import Request, Response

from accounts.identity import Person
from supplier_portal.pages import query_params
from supplier_portal.pages.economy.start import SEES_ORDERS, tabs_of
from supplier_portal.queries import planned_results
from web.access import signed_in
from web.pages import Page, database_of, pages_router, render, today_of

router = pages_router()

_SIZE = 25


@router.get("/economy/results")
def results(request: Request, person: Person = signed_in(*SEES_ORDERS)) -> Response:
    """The list, the next day first."""
    unit = query_params.text_of(request, "unit")
    scope = query_params.scope_of(person).limited_to(unit)
    with database_of(request).reading() as session:
        register = query_params.register_of(session)
        page = Page.of(request, planned_results.count(session, scope), size=_SIZE)
        rows = planned_results.listed(session, register, scope, limit=page.size, offset=page.offset)
    return render(
        request,
        person,
        "economy/results.html",
        tabs=tabs_of(person),
        rows=rows,
        page=page,
        unit=unit,
        units=query_params.units_of(register, person),
        today=today_of(request),
    )
