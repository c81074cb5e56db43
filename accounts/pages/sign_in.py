"""Signing in and out, and the choice of language."""

from typing import Annotated

from fastapi import Form, Query, Request, Response

from accounts import sessions
from accounts import sign_in as signing_in
from accounts import store as account_store
from accounts.guessing.rate_limit import TooOften
from accounts.openid import leaving
from accounts.openid.provider_settings import OpenIdProvider
from accounts.pages import known_browser, sign_in_queue
from accounts.pages.provider_choices import by_issuer, offered, own_address
from accounts.session_store import SessionStage
from foundation.text import SWEDISH, Text, language_of
from web import access, cookies
from web.access import instant_of, person_of
from web.guards.clients import client_of
from web.guards.own_paths import own_path
from web.pages import database_of, pages_router, render, see_other

router = pages_router()


@router.get("/sign-in")
def sign_in_page(
    request: Request, back: Annotated[str, Query(alias="next")] = "/", ended: str = ""
) -> Response:
    """The form; whoever is signed in already goes on."""
    if person_of(request) is not None:
        return see_other(back)
    return _form(request, back, has_ended=ended == "yes")


@router.post("/sign-in")
async def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Check the password and begin a session of a new name, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _sign_in(request, name, password, back))


def _sign_in(request: Request, name: str, password: str, back: str) -> Response:
    try:
        signed_in = signing_in.with_password(
            database_of(request),
            request.app.state.settings,
            name,
            password,
            client=client_of(request),
            device=known_browser.secret_of(request),
            now=instant_of(request),
        )
    except signing_in.WrongSignIn as wrong:
        return _form(request, back, name=name, wrong=wrong.text, status=422)
    except TooOften as wait:
        response = _form(request, back, name=name, wrong=wait.text, status=429)
        response.headers["Retry-After"] = str(wait.seconds)
        return response
    step = sessions.PATHS.get(signed_in.stage)
    response = see_other(f"/sign-in{step}" if step else back)
    _leave_old_session(request)
    cookies.put(request, response, cookies.SESSION, signed_in.secret)
    cookies.drop(request, response, cookies.VISIT)
    if signed_in.stage == SessionStage.FULL:
        known_browser.remember(request, response, signed_in.account_id)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End this session; where a provider's word began it, show the way to end that one too."""
    provider = _begun_by(request)
    _leave_old_session(request)
    way_out = leaving.way_out(provider, back=f"{own_address(request)}/sign-in") if provider else ""
    if provider is not None and way_out:
        response = render(request, None, "account/signed_out.html", way_out=way_out, name=provider.name)
    else:
        response = see_other("/sign-in", said=Text("Du är utloggad."))
    cookies.drop(request, response, cookies.SESSION)
    # What the browser may have kept of the pages goes too (ASVS 14.3.1); the choice of language stays.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.post("/language")
def choose_language(
    request: Request,
    language: Annotated[str, Form()] = SWEDISH,
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Keep the language with the account, or in the browser of somebody without one."""
    chosen = language_of(language)
    response = see_other(back)
    person = person_of(request)
    if person is not None:
        with database_of(request).writing() as session:
            account_store.change(session, person.account_id, language=chosen)
    cookies.put(request, response, cookies.LANGUAGE, chosen)
    return response


def _begun_by(request: Request) -> OpenIdProvider | None:
    """The provider whose word began the session."""
    held = access.of_request(request, database_of(request), now=instant_of(request))
    return by_issuer(request, held.begun_by.issuer) if held is not None and held.begun_by.issuer else None


def _leave_old_session(request: Request) -> None:
    secret = cookies.read(request, cookies.SESSION)
    if secret:
        # Who signs out is out, also while the books are held.
        with database_of(request).for_recovery().writing() as session:
            sessions.end(session, secret)


def _form(
    request: Request,
    back: str,
    *,
    name: str = "",
    wrong: Text | None = None,
    status: int = 200,
    has_ended: bool = False,
) -> Response:
    return render(
        request,
        None,
        "account/sign_in.html",
        status,
        name=name,
        next=own_path(back),
        wrong=wrong,
        has_ended=has_ended,
        providers=offered(request),
        hint=request.app.state.sign_in_hint,
    )
