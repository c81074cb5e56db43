"""What the pages of API clients have in common, a supplier's and the buyer's: the list, one client, and its secrets.

Convention: a secret is shown once, in the answer to the form that made it, to somebody who has proved anew who they
are: it outlives the session. What ends a client or a secret asks for nothing but the button.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from accounts import sealed_secrets, two_factor
from accounts import store as account_store
from accounts.api_clients import audit_period_store, client_store, clients, public_keys, secret_store
from accounts.api_clients.clients import ClientRefused
from accounts.api_clients.model import SECRETS_MOST
from accounts.api_clients.public_keys import KeysRefused
from accounts.guessing.rate_limit import TooOften
from accounts.identity import Permission, Person
from accounts.labels import SCOPES
from accounts.pages import sign_in_queue
from accounts.pages.people import place_options, places_within, units_of_organisation
from accounts.two_factor import WrongProof
from foundation.text import Text
from orders.register import store as register_store
from web import access
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.pages import Page, database_of, render, see_other, today_of


def organisation_of(person: Person) -> str:
    """Whose clients the person's are: the supplier's, or the buyer's own."""
    return "" if person.is_buyer else person.organisation


def add_pages(router: APIRouter, administers: Permission) -> None:
    """The pages of the clients of whoever has the permission, below the router's prefix."""
    base = router.prefix

    @router.get("")
    def clients_page(request: Request, person: Person = signed_in(administers)) -> Response:
        """Every client there has been."""
        with database_of(request).reading() as session:
            every = client_store.of_organisation(session, organisation_of(person))
        page = Page.of(request, len(every))
        return render(
            request,
            person,
            "account/clients.html",
            base=base,
            clients=page.rows(every),
            page=page,
            scopes=SCOPES,
            names=_names(request, person),
        )

    @router.get("/{number}")
    def client_page(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """One client: what it may, its secrets, its public keys, and how it is ended."""
        return _page(request, person, base, number)

    @router.post("/{number}/secret")
    async def give_secret(
        request: Request,
        number: int,
        current: Annotated[str, Form(max_length=1000)] = "",
        person: Person = signed_in(administers),
    ) -> Response:
        """Makes a new secret for whoever proves himself, and shows it, this once, when the turn has come."""
        return await sign_in_queue.in_turn(
            request, lambda: _give_secret(request, person, base, number, current)
        )

    @router.post("/{number}/secret/{prefix}/end")
    def end_secret(
        request: Request, number: int, prefix: str, person: Person = signed_in(administers)
    ) -> Response:
        """Ends one secret at once."""
        with database_of(request).writing() as session:
            clients.end_secret(
                session, organisation_of(person), number, prefix, by=person.id, at=instant_of(request)
            )
        return see_other(f"{base}/{number}", said=Text("Hemligheten gäller inte längre."))

    @router.post("/{number}/keys")
    def register_keys(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """Registers public keys in the place of those before."""
        jwks = str(form_of(request).get("jwks", ""))
        try:
            with database_of(request).writing() as session:
                clients.register_keys(
                    session, organisation_of(person), number, jwks, by=person.id, today=today_of(request)
                )
        except (ClientRefused, KeysRefused) as wrong:
            return _page(request, person, base, number, ("jwks", wrong.text), jwks=jwks)
        return see_other(f"{base}/{number}", said=Text("Nycklarna är registrerade."))

    @router.post("/{number}/take-over")
    def take_over(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """The person answers for the client from now on."""
        with database_of(request).writing() as session:
            clients.take_over(session, organisation_of(person), number, by=person.id, today=today_of(request))
        return see_other(f"{base}/{number}", said=Text("Du svarar för klienten nu."))

    @router.get("/{number}/end")
    def end_page(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """Asks once more."""
        with database_of(request).reading() as session:
            client = clients.of_organisation(session, organisation_of(person), number)
        return render(request, person, "account/client_end.html", base=base, client=client)

    @router.post("/{number}/end")
    def end(request: Request, number: int, person: Person = signed_in(administers)) -> Response:
        """Ends the client at once, with its secrets and tokens."""
        with database_of(request).writing() as session:
            client = clients.end(
                session, organisation_of(person), number, by=person.id, at=instant_of(request)
            )
        return see_other(base, said=Text("Klienten %(name)s är avslutad.", name=client.name))


def prove(request: Request, proof: str) -> None:
    """A secret outlives the session that makes it, so the session alone is not enough. Raises WrongProof, TooOften."""
    database, now = database_of(request), instant_of(request)
    held = access.of_request(request, database, now=now)
    if held is not None and two_factor.needs_proof(held):
        two_factor.prove(database, sealed_secrets.of(access.settings_of(request)), held, proof, now=now)


def _give_secret(request: Request, person: Person, base: str, number: int, proof: str) -> Response:
    try:
        prove(request, proof)
    except (WrongProof, TooOften) as wrong:
        return _page(request, person, base, number, ("current", wrong.text))
    try:
        with database_of(request).writing() as session:
            made = clients.give_secret(
                session,
                organisation_of(person),
                number,
                by=person.id,
                at=instant_of(request),
                today=today_of(request),
            )
    except ClientRefused as wrong:
        return _page(request, person, base, number, ("secrets", wrong.text))
    return render(request, person, "account/client_secret.html", base=base, made=made)


def _page(
    request: Request,
    person: Person,
    base: str,
    number: int,
    wrong: tuple[str, Text] | None = None,
    *,
    jwks: str | None = None,
) -> Response:
    with database_of(request).reading() as session:
        client = clients.of_organisation(session, organisation_of(person), number)
        secrets = secret_store.of_client(session, number)
        seen = audit_period_store.of(session, number) if client.is_buyers else None
        places = dict(place_options(units_of_organisation(register_store.load(session), person)))
    held = [each for each in secrets if each.holds]
    return render(
        request,
        person,
        "account/client.html",
        422 if wrong else 200,
        base=base,
        client=client,
        seen=seen,
        secrets=held,
        may_have_more=len(held) < SECRETS_MOST,
        is_active=client.may_sign_in(today_of(request)),
        thumbprints=public_keys.thumbprints(client.jwks),
        jwks=client.jwks if jwks is None else jwks,
        scopes=SCOPES,
        places=None
        if client.within is None
        else [places.get(each, each) for each in places_within(client.within)],
        names=_names(request, person),
        errors=[wrong] if wrong else [],
    )


def _names(request: Request, person: Person) -> dict[str, str]:
    """What the people are called who made clients and answer for them."""
    with database_of(request).reading() as session:
        people = account_store.of_organisation(session, person.organisation)
    return {each.person.id: each.display_name for each in people}
