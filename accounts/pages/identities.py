"""E-IDs and the employer's sign-in on one's own account: tied by whoever is signed in, and untied again."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import Form, Request, Response

from accounts import sealed_secrets, tokens, two_factor
from accounts import store as account_store
from accounts.guessing.rate_limit import TooOften
from accounts.identity import Person
from accounts.openid import identities, openid_store
from accounts.openid.departing import TieTo
from accounts.pages import sign_in_queue
from accounts.pages.openid import send_off
from accounts.pages.provider_choices import offered, provider_of, to_tie
from accounts.session_store import PortalSession
from accounts.two_factor import WrongProof
from foundation.errors import NotThere, Refused
from foundation.text import Text
from web import access
from web.access import instant_of, settings_of, signed_in
from web.pages import database_of, pages_router, render, see_other

router = pages_router(prefix="/account/identities")

_FRESH: Final = timedelta(minutes=10)


class SignInAgain(Refused):
    """Who has neither password nor codes proves himself by having just signed in."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Det var mer än tio minuter sedan du loggade in. Logga ut, logga in igen och gör det inom tio minuter, "
                "så vet vi att det är du."
            )
        )


@router.get("")
def identities_page(request: Request, person: Person = signed_in()) -> Response:
    """What opens the account beside the password, and what else may."""
    return _page(request, person)


@router.post("")
async def tie(
    request: Request,
    provider: Annotated[str, Form(max_length=30)] = "",
    current: Annotated[str, Form(max_length=1000)] = "",
    person: Person = signed_in(),
) -> Response:
    """Off to the provider; what comes back is tied to the account, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _tie(request, person, provider, current))


def _tie(request: Request, person: Person, key: str, current: str) -> Response:
    chosen = provider_of(request, key)
    held = _held(request)
    if not identities.opens(chosen, held.account):
        raise NotThere
    try:
        _prove(request, held, current)
    except (WrongProof, TooOften, SignInAgain) as wrong:
        return _page(request, person, wrong)
    return send_off(request, chosen, TieTo(session=held.key), back="/account/identities")


@router.post("/remove")
async def untie(
    request: Request,
    identity: Annotated[str, Form(max_length=64)] = "",
    current: Annotated[str, Form(max_length=1000)] = "",
    person: Person = signed_in(),
) -> Response:
    """Lets it open the account no longer, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _untie(request, person, identity, current))


def _untie(request: Request, person: Person, mark: str, current: str) -> Response:
    held = _held(request)
    try:
        _prove(request, held, current)
    except (WrongProof, TooOften, SignInAgain) as wrong:
        return _page(request, person, wrong)
    with database_of(request).writing() as session:
        known = openid_store.identities_of(session, held.account.id)
        found = next((each for each in known if _mark(each) == mark), None)
        if found is None or not identities.untie(
            session, held.account, found.issuer, found.subject, by=person.id, at=instant_of(request)
        ):
            raise Refused(Text("Den är redan bortkopplad. Läs in sidan på nytt."))
    return see_other("/account/identities", said=Text("Den öppnar inte längre ditt konto."))


def _page(request: Request, person: Person, wrong: Refused | None = None) -> Response:
    held = _held(request)
    with database_of(request).reading() as session:
        account = account_store.by_id(session, person.account_id)
        known = openid_store.identities_of(session, person.account_id)
    names = {each.issuer: each.name for each in offered(request)}
    return render(
        request,
        person,
        "account/identities.html",
        200 if wrong is None else 429 if isinstance(wrong, TooOften) else 422,
        tied=[(_mark(each), names.get(each.issuer, each.issuer), each.made_at) for each in known],
        to_tie=[(each.key, each.name) for each in to_tie(request, held.account)],
        needs_proof=two_factor.needs_proof(held),
        has_codes=bool(account and account.totp_secret),
        has_password=bool(account and account.password_hash),
        errors=[("current", wrong.text)] if wrong is not None else [],
    )


def _prove(request: Request, held: PortalSession, current: str) -> None:
    now = instant_of(request)
    if two_factor.needs_proof(held):
        seal = sealed_secrets.of(settings_of(request))
        two_factor.prove(database_of(request), seal, held, current, now=now)
    elif now - held.made_at > _FRESH:
        raise SignInAgain


def _held(request: Request) -> PortalSession:
    held = access.of_request(request, database_of(request), now=instant_of(request))
    if held is None:
        raise access.SignInFirst("/account/identities")
    return held


def _mark(identity: openid_store.Identity) -> str:
    """What a form calls it, which names nobody."""
    return tokens.fingerprint(f"{identity.issuer}\n{identity.subject}")
