"""A supplier's API clients: programs that act for it, made and ended by those who administer permissions there."""

from typing import Annotated, Final

from fastapi import Form, Request, Response

from accounts.api_clients import clients
from accounts.api_clients.model import PERMISSION_OF, ApiScope
from accounts.identity import Permission, Person
from accounts.labels import SCOPES
from accounts.pages import sign_in_queue
from accounts.pages.client_pages import add_pages, prove
from accounts.pages.people import place_options, units_of_organisation
from accounts.rules import granted
from foundation.errors import Refused
from foundation.text import Text
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, render, today_of

router = pages_router(prefix="/clients")

_ADMINISTERS: Final = Permission.ADMINISTER
# What a client works with: the supplier's own orders and invoices, or a sandbox of its own.
LIVE: Final = "live"
TEST: Final = "test"

_ORDER: Final = (ApiScope.ASSIGN, ApiScope.REPORT, ApiScope.VIEW)
_KINDS: Final = (
    (LIVE, Text("Våra ordrar och fakturor")),
    (TEST, Text("Prov i en egen sandlåda"), Text("Allt är påhittat, och ingenting når köparen.")),
)


@router.get("/new")
def new_page(request: Request, person: Person = signed_in(_ADMINISTERS)) -> Response:
    """The form for a new one."""
    return _form(request, person, {}, [], [], "")


@router.post("/new")
async def make(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    expires_on: Annotated[str, Form(max_length=20)] = "",
    current: Annotated[str, Form(max_length=1000)] = "",
    person: Person = signed_in(_ADMINISTERS),
) -> Response:
    """Makes the client for whoever proves himself, and shows its first secret, this once, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _make(request, person, name, expires_on, current))


def _make(request: Request, person: Person, name: str, expires_on: str, proof: str) -> Response:
    form = form_of(request)
    chosen = [str(each) for each in form.getlist("may")]
    places, scope = [str(each) for each in form.getlist("place")], str(form.get("scope", ""))
    given, at = {"name": name, "expires_on": expires_on}, "name"
    is_test = str(form.get("kind", "")) == TEST
    given["kind"] = TEST if is_test else LIVE
    try:
        with database_of(request).reading() as session:
            units = units_of_organisation(register_store.load(session), person)
        scopes = frozenset(each for each in _ORDER if each in chosen)
        at = "may"
        _permissions, within = granted(
            [str(PERMISSION_OF[each]) for each in scopes], places, everywhere=scope == "all", units=units
        )
        at = "name"
        ends = clients.day_of(expires_on)
        clients.check(person.organisation, name, scopes, ends, today=today_of(request))
        at = "current"
        prove(request, proof)
        at = "name"
        with database_of(request).writing() as session:
            client = clients.make(
                session,
                person.organisation,
                name,
                scopes=scopes,
                within=within,
                expires_on=ends,
                by=person.id,
                at=instant_of(request),
                today=today_of(request),
                is_test=is_test,
            )
            made = clients.give_secret(
                session,
                person.organisation,
                client.id,
                by=person.id,
                at=instant_of(request),
                today=today_of(request),
            )
    except Refused as wrong:
        return _form(request, person, given, chosen, places, scope, wrong.text, at=wrong.field or at)
    return render(request, person, "account/client_secret.html", base=router.prefix, made=made)


def _form(
    request: Request,
    person: Person,
    given: dict[str, str],
    chosen: list[str],
    places: list[str],
    scope: str,
    wrong: Text | None = None,
    *,
    at: str = "name",
) -> Response:
    with database_of(request).reading() as session:
        units = units_of_organisation(register_store.load(session), person)
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
        places=place_options(units),
        scoped=places,
        scope=scope,
        kinds=_KINDS,
    )


add_pages(router, _ADMINISTERS)
