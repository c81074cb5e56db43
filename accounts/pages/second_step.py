"""The second step's pages: giving the code, and setting it up."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, Query, Request, Response

from accounts import sealed_secrets, sessions, two_factor
from accounts.guessing.rate_limit import TooOften
from accounts.pages import known_browser, sign_in_queue
from accounts.pages.provider_choices import own_address
from accounts.passkeys import ceremonies
from accounts.passkeys.proving import PasskeyRefused, RelyingParty
from accounts.sealed_secrets import Seal
from accounts.session_store import PortalSession, SessionStage
from accounts.two_factor import WrongCode, WrongProof
from web import access, cookies
from web.access import SignInFirst, instant_of
from web.guards.own_paths import own_path
from web.pages import database_of, pages_router, render, see_other

router = pages_router(prefix="/sign-in")


@router.get("/code")
def code_page(request: Request, back: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Asks for the six digits, or for a passkey where the account has one."""
    return code_form(request, held_at(request, SessionStage.CODE), back)


@router.post("/code")
def give_code(
    request: Request,
    code: Annotated[str, Form(max_length=40)] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Goes on with a session of a new name when the code is right."""
    held = held_at(request, SessionStage.CODE)
    try:
        secret = two_factor.pass_with(
            database_of(request), _seal(request), held, code, now=instant_of(request)
        )
    except (WrongCode, TooOften) as wrong:
        return code_form(request, held, back, wrong)
    response = see_other(back)
    cookies.put(request, response, cookies.SESSION, secret)
    known_browser.remember(request, response, held.account.id)
    return response


@router.get("/second-step")
def set_up_page(request: Request) -> Response:
    """Shows the picture and the secret, and asks for the first code."""
    return _set_up_page(request, held_at(request, SessionStage.ENROL, SessionStage.FULL))


@router.get("/second-step/picture.svg")
def set_up_picture(request: Request) -> Response:
    """The QR code of the secret that this session is offered; nobody else is shown it."""
    held = held_at(request, SessionStage.ENROL, SessionStage.FULL)
    secret = two_factor.offered(database_of(request), _seal(request), held)
    return Response(
        two_factor.picture(secret, held.account.sign_in_name),
        media_type="image/svg+xml",
    )


@router.post("/second-step")
async def set_up(
    request: Request,
    code: Annotated[str, Form(max_length=40)] = "",
    current: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Takes the second step into use and shows the recovery codes, this once, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _set_up(request, code, current))


def _set_up(request: Request, code: str, proof: str) -> Response:
    held = held_at(request, SessionStage.ENROL, SessionStage.FULL)
    database, now = database_of(request), instant_of(request)
    try:
        secret, codes = two_factor.set_up(database, _seal(request), held, code, proof=proof, now=now)
    except (WrongCode, WrongProof, TooOften) as wrong:
        return _set_up_page(request, held, wrong)
    response = render(request, held.person, "account/recovery_codes.html", codes=codes, for_passkey=False)
    cookies.put(request, response, cookies.SESSION, secret)
    known_browser.remember(request, response, held.account.id)
    return response


def code_form(
    request: Request,
    held: PortalSession,
    back: str,
    wrong: WrongCode | PasskeyRefused | TooOften | None = None,
) -> Response:
    """The form for the second step, with a fresh challenge for the account's passkeys."""
    database, now = database_of(request), instant_of(request)
    return render(
        request,
        None,
        "account/code.html",
        200 if wrong is None else 429 if isinstance(wrong, TooOften) else 422,
        next=own_path(back),
        wrong=wrong.text if wrong is not None else None,
        options=ceremonies.ask_to_use(database, held, party_of(request), now=now),
        has_codes=bool(held.account.totp_secret),
    )


def _set_up_page(
    request: Request, held: PortalSession, wrong: WrongCode | WrongProof | TooOften | None = None
) -> Response:
    secret = two_factor.offered(database_of(request), _seal(request), held)
    person = held.person if held.stage == SessionStage.FULL else None
    field = "current" if isinstance(wrong, WrongProof) else "code"
    return render(
        request,
        person,
        "account/second_step.html",
        200 if wrong is None else 429 if isinstance(wrong, TooOften) else 422,
        groups=[secret[start : start + 4] for start in range(0, len(secret), 4)],
        errors=[(field, wrong.text)] if wrong is not None else [],
        needs_proof=two_factor.needs_proof(held),
        has_codes=bool(held.account.totp_secret),
    )


def party_of(request: Request) -> RelyingParty:
    """Who we are to a browser, by the address people reach us at."""
    address = urlsplit(own_address(request))
    return RelyingParty(host=address.hostname or "", origin=f"{address.scheme}://{address.netloc}")


def _seal(request: Request) -> Seal:
    return sealed_secrets.of(access.settings_of(request))


def held_at(request: Request, *stages: SessionStage) -> PortalSession:
    """The session at one of these stages. Raises SignInFirst."""
    held = access.of_request(request, database_of(request), now=instant_of(request))
    if held is None or held.stage not in stages:
        raise SignInFirst("/", step=sessions.PATHS.get(held.stage, "") if held is not None else "")
    return held
