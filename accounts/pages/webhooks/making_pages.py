"""How a webhook is made, and given a new secret or deprived of one, on a supplier's pages and the buyer's alike."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from accounts import sealed_secrets
from accounts.guessing.rate_limit import TooOften
from accounts.identity import Permission, Person
from accounts.pages import sign_in_queue
from accounts.pages.client_pages import organisation_of, prove
from accounts.pages.people import place_options, units_of_organisation
from accounts.pages.webhooks.endpoint_pages import inner, page
from accounts.rules import granted
from accounts.two_factor import WrongProof
from accounts.webhook_labels import topics_for
from foundation.errors import Refused
from foundation.text import Text
from operations.event_feed import numbering
from operations.event_feed import store as feed_store
from operations.webhooks import endpoints
from operations.webhooks.endpoints import Wanted, WebhookRefused
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from web.access import instant_of, settings_of, signed_in
from web.csrf import form_of
from web.pages import database_of, render, see_other, whole_database_of


def add_pages(router: APIRouter, administers: Permission) -> None:
    """The forms below the router's prefix; before the pages of one webhook."""
    base = router.prefix

    @router.get("/new")
    def new_page(request: Request, person: Person = signed_in(administers)) -> Response:
        """The form for a new one."""
        return _form(request, person, base, {}, [])

    @router.post("/new")
    async def make(
        request: Request,
        name: Annotated[str, Form(max_length=200)] = "",
        url: Annotated[str, Form(max_length=600)] = "",
        current: Annotated[str, Form(max_length=1000)] = "",
        person: Person = signed_in(administers),
    ) -> Response:
        """Makes it for whoever proves himself, and shows its secret, this once, when the turn has come."""
        return await sign_in_queue.in_turn(request, lambda: _make(request, person, base, name, url, current))

    @router.post("/{number}/secret")
    async def give_secret(
        request: Request,
        number: int,
        current: Annotated[str, Form(max_length=1000)] = "",
        person: Person = signed_in(administers),
    ) -> Response:
        """Makes a new secret for whoever proves himself, and shows it, this once."""
        return await sign_in_queue.in_turn(
            request, lambda: _give_secret(request, person, base, number, current)
        )

    @router.post("/{number}/secret/{secret}/end")
    def end_secret(
        request: Request, number: int, secret: int, person: Person = signed_in(administers)
    ) -> Response:
        """Signs no more with one secret."""
        try:
            with database_of(request).writing() as session:
                found = endpoints.of_organisation(session, organisation_of(person), number)
                endpoints.end_secret(session, found, secret, by=person.id, at=instant_of(request))
        except WebhookRefused as wrong:
            return page(request, person, base, number, ("secrets", wrong.text))
        return see_other(f"{base}/{number}", said=Text("Hemligheten signerar inte längre."))


def _make(request: Request, person: Person, base: str, name: str, url: str, proof: str) -> Response:
    form = form_of(request)
    types = [str(each) for each in form.getlist("types")]
    places, scope = [str(each) for each in form.getlist("place")], str(form.get("scope", ""))
    organisation, at = organisation_of(person), "scope"
    try:
        within = _within(request, person, places, everywhere=scope == "all")
        at = "url"
        wanted = Wanted(name, url, tuple(types)).checked(organisation, inner(request))
        at = "current"
        prove(request, proof)
        at = "name"
        # What has been committed by now is no news to it.
        with numbering.reading_numbered(whole_database_of(request)) as session:
            last = feed_store.ends(session).last
        with database_of(request).writing() as session:
            made = endpoints.make(
                session,
                organisation,
                wanted,
                sealed_secrets.of(settings_of(request)),
                within=within,
                cursor=last,
                by=person.id,
                at=instant_of(request),
            )
    except Refused as wrong:
        at = "name" if isinstance(wrong, WebhookRefused) else at
        given = {"name": name, "url": url, "scope": scope}
        return _form(request, person, base, given, types, places, (wrong.field or at, wrong.text))
    return render(request, person, "account/webhook_secret.html", base=base, made=made)


def _within(request: Request, person: Person, places: list[str], *, everywhere: bool) -> UnitScope | None:
    """The units that were chosen; None for all. Raises AccountRefused."""
    if person.is_buyer:
        return None
    with database_of(request).reading() as session:
        units = units_of_organisation(register_store.load(session), person)
    return granted([Permission.VIEW], places, everywhere=everywhere, units=units)[1]


def _give_secret(request: Request, person: Person, base: str, number: int, proof: str) -> Response:
    try:
        prove(request, proof)
    except (WrongProof, TooOften) as wrong:
        return page(request, person, base, number, ("current", wrong.text))
    try:
        with database_of(request).writing() as session:
            found = endpoints.of_organisation(session, organisation_of(person), number)
            seal = sealed_secrets.of(settings_of(request))
            made = endpoints.give_secret(session, found, seal, by=person.id, at=instant_of(request))
    except WebhookRefused as wrong:
        return page(request, person, base, number, ("secrets", wrong.text))
    return render(request, person, "account/webhook_secret.html", base=base, made=made)


def _form(
    request: Request,
    person: Person,
    base: str,
    given: dict[str, str],
    types: list[str],
    places: list[str] | None = None,
    wrong: tuple[str, Text] | None = None,
) -> Response:
    with database_of(request).reading() as session:
        units = () if person.is_buyer else units_of_organisation(register_store.load(session), person)
    return render(
        request,
        person,
        "account/webhook_new.html",
        422 if wrong else 200,
        base=base,
        given=given,
        errors=[wrong] if wrong else [],
        topics=topics_for(organisation_of(person)),
        chosen=types,
        places=place_options(units),
        scoped=places or [],
        scope=given.get("scope", ""),
    )
