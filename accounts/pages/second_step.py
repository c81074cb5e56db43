"""The second step's pages: giving the code, and setting it up."""

from typing import Annotated

from fastapi import Form, Query, Request, Response

from accounts import sealed_secrets, sessions, two_factor
from accounts.guessing.rate_limit import TooOften
from accounts.pages import known_browser, sign_in_queue
from accounts.sealed_secrets import Seal
from accounts.session_store import PortalSession, SessionStage
from accounts.two_factor import WrongCode, WrongProof
from web import access, cookies
from web.access import SignInFirst, instant_of
from web.pages import database_of, own_path, pages_router, render, see_other

router = pages_router(prefix="/sign-in")


@router.get("/code")
def code_page(request: Request, back: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Asks for the six digits."""
    held = _held(request, SessionStage.CODE)
    return render(request, None, "account/code.html", next=own_path(back), wrong=None, name=held.account.id)


@router.post("/code")
def give_code(
    request: Request,
    code: Annotated[str, Form(max_length=40)] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Goes on with a session of a new name when the code is right."""
    held = _held(request, SessionStage.CODE)
    try:
        secret = two_factor.pass_with(
            database_of(request), _seal(request), held, code, now=instant_of(request)
        )
    except (WrongCode, TooOften) as wrong:
        status = 429 if isinstance(wrong, TooOften) else 422
        return render(
            request,
            None,
            "account/code.html",
            status,
            next=own_path(back),
            wrong=wrong.text,
            name=held.account.id,
        )
    response = see_other(back)
    cookies.put(request, response, cookies.SESSION, secret)
    known_browser.remember(request, response, held.account.id)
    return response


@router.get("/second-step")
def set_up_page(request: Request) -> Response:
    """Shows the picture and the secret, and asks for the first code."""
    return _set_up_page(request, _held(request, SessionStage.ENROL, SessionStage.FULL))


@router.get("/second-step/picture.svg")
def set_up_picture(request: Request) -> Response:
    """The QR code of the secret that this session is offered; nobody else is shown it."""
    held = _held(request, SessionStage.ENROL, SessionStage.FULL)
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
    held = _held(request, SessionStage.ENROL, SessionStage.FULL)
    database, now = database_of(request), instant_of(request)
    try:
        secret, codes = two_factor.set_up(database, _seal(request), held, code, proof=proof, now=now)
    except (WrongCode, WrongProof, TooOften) as wrong:
        return _set_up_page(request, held, wrong)
    response = render(request, held.person, "account/recovery_codes.html", codes=codes)
    cookies.put(request, response, cookies.SESSION, secret)
    known_browser.remember(request, response, held.account.id)
    return response


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


def _seal(request: Request) -> Seal:
    return sealed_secrets.of(access.settings_of(request))


def _held(request: Request, *stages: SessionStage) -> PortalSession:
    """The session at one of these stages. Raises SignInFirst."""
    held = access.of_request(request, database_of(request), now=instant_of(request))
    if held is None or held.stage not in stages:
        raise SignInFirst("/", step=sessions.PATHS.get(held.stage, "") if held is not None else "")
    return held
