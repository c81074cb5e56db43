"""The buyer's API clients: decision systems, the ledger, auditors and others; each made by two administrators."""

from typing import Annotated, Final

from fastapi import Form, Request, Response

from accounts.api_clients import audit_periods, clients
from accounts.api_clients.model import ApiScope
from accounts.identity import Permission, Person
from accounts.labels import SCOPES
from accounts.pages.client_pages import add_pages
from accounts.pages.staff_changes import WAITS
from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from foundation.errors import Refused
from foundation.text import Text
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/admin/clients")

_ADMINISTERS: Final = Permission.BUYER_ADMIN
_ORDER: Final = (
    *(ApiScope.EVENTS_WRITE, ApiScope.EVENTS_READ),
    *(ApiScope.LEDGER_ANSWER, ApiScope.FIGURES_READ),
    *(ApiScope.DOCUMENTS_READ, ApiScope.FINANCE_READ),
    *(ApiScope.REGISTER_READ, ApiScope.REGISTER_WRITE),
    ApiScope.AUDIT_READ,
)


@router.get("/new")
def new_page(request: Request, person: Person = signed_in(_ADMINISTERS)) -> Response:
    """The form for a new one."""
    return _form(request, person, {}, [])


@router.post("/new")
def propose(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    expires_on: Annotated[str, Form(max_length=20)] = "",
    seen_from: Annotated[str, Form(max_length=20)] = "",
    seen_to: Annotated[str, Form(max_length=20)] = "",
    person: Person = signed_in(_ADMINISTERS),
) -> Response:
    """Proposes the client; another administrator confirms, and then it is given its secret."""
    chosen = [str(each) for each in form_of(request).getlist("may")]
    scopes = frozenset(each for each in _ORDER if each in chosen)
    try:
        ends, seen = clients.day_of(expires_on), audit_periods.period_of(seen_from, seen_to)
        kept = clients.check("", name, scopes, ends, seen=seen, today=today_of(request))
        content = staff_forms.client(name=kept, scopes=scopes, expires_on=ends, seen=seen)
        with database_of(request).writing() as session:
            changes.propose(
                session, StaffChangeKind.CLIENT, content=content, by=person.id, at=instant_of(request)
            )
    except Refused as wrong:
        at = wrong.field or ("name" if scopes else "may")
        given = {"name": name, "expires_on": expires_on, "seen_from": seen_from, "seen_to": seen_to}
        return _form(request, person, given, chosen, wrong.text, at=at)
    return see_other("/admin/people", said=WAITS)


def _form(
    request: Request,
    person: Person,
    given: dict[str, str],
    chosen: list[str],
    wrong: Text | None = None,
    *,
    at: str = "name",
) -> Response:
    return render(
        request,
        person,
        "account/client_new.html",
        422 if wrong else 200,
        base=router.prefix,
        given=given,
        errors=[(at, wrong)] if wrong else [],
        options=[(str(each), *SCOPES[each]) for each in _ORDER],
        chosen=chosen,
        places=(),
        scoped=(),
        scope="all",
        kinds=(),
    )


add_pages(router, _ADMINISTERS)
