"""Signing in through the OpenID provider: going there, and coming back."""

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from accounts import oidc
from foundation.errors import NotThere
from foundation.text import Text
from operations.settings import Settings
from web import cookies
from web.access import instant_of
from web.pages import database_of, own_path, pages_router, render, see_other

router = pages_router(prefix="/sign-in/openid")

_JOURNEY = "journey"


@router.get("")
def depart(request: Request, back: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Off to the provider."""
    settings = _settings(request)
    try:
        departure = oidc.depart(
            database_of(request),
            settings,
            own_path(back),
            callback=_callback(request),
            now=instant_of(request),
        )
    except oidc.OpenIdRefused as wrong:
        return render(request, None, "account/openid.html", 502, wrong=wrong.text)
    response = RedirectResponse(departure.address, status_code=303)
    cookies.put(request, response, _JOURNEY, departure.state)
    return response


@router.get("/callback")
def arrive(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """Back from the provider, with a code or with its regret."""
    settings = _settings(request)
    try:
        if error:
            raise oidc.OpenIdRefused(Text("Inloggningen avbröts hos legitimationsutgivaren."))
        secret, back = oidc.arrive(
            database_of(request),
            settings,
            state=state,
            cookie=cookies.read(request, _JOURNEY),
            code=code,
            callback=_callback(request),
            now=instant_of(request),
        )
    except oidc.OpenIdRefused as wrong:
        response = render(request, None, "account/openid.html", 403, wrong=wrong.text)
    else:
        response = see_other(back)
        cookies.put(request, response, cookies.SESSION, secret)
        cookies.drop(request, response, cookies.VISIT)
    cookies.drop(request, response, _JOURNEY)
    return response


def _settings(request: Request) -> Settings:
    """The settings, where a provider is configured. Raises NotThere."""
    settings: Settings = request.app.state.settings
    if not settings.openid_issuer:
        raise NotThere
    return settings


def _callback(request: Request) -> str:
    """Our own address as the provider must know it."""
    settings: Settings = request.app.state.settings
    base = settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{base}/sign-in/openid/callback"
