"""Signing in through a provider: going there, and coming back."""

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from accounts.openid import arriving, departing, faults
from accounts.openid.arriving import Answer
from accounts.openid.departing import TieTo
from accounts.openid.faults import OpenIdRefused
from accounts.openid.provider_settings import DEFAULT, OpenIdProvider
from accounts.pages.provider_choices import callback, provider_of
from web import cookies
from web.access import instant_of, settings_of
from web.guards.own_paths import own_path
from web.pages import language_of, pages_router, render, see_other, whole_database_of

router = pages_router(prefix="/sign-in/openid")

_JOURNEY = "journey"

Back = Annotated[str, Query(alias="next")]


@router.get("")
def depart(request: Request, back: Back = "/") -> Response:
    """Off to the provider of the settings without a file."""
    return _depart(request, provider_of(request), back)


@router.get("/callback")
def arrive(request: Request, state: str = "", code: str = "", error: str = "", iss: str = "") -> Response:
    """Back from it, with a code or with its regret."""
    return _arrive(request, DEFAULT, Answer(state, code, error, iss))


@router.get("/{key}")
def depart_to(request: Request, key: str, back: Back = "/") -> Response:
    """Off to one of several providers."""
    return _depart(request, provider_of(request, key), back)


@router.get("/{key}/callback")
def arrive_from(
    request: Request, key: str, state: str = "", code: str = "", error: str = "", iss: str = ""
) -> Response:
    """Back from one of several."""
    return _arrive(request, key, Answer(state, code, error, iss))


def send_off(request: Request, provider: OpenIdProvider, tie_to: TieTo, *, back: str) -> Response:
    """What answers a form that leads to a provider: a page that goes on by itself.

    A redirect would count as the form's own, which may lead nowhere but here (CSP form-action).
    """
    try:
        departure = _departure(request, provider, back, tie_to)
    except OpenIdRefused as wrong:
        return _refused(request, provider, wrong)
    response = render(request, None, "account/onward.html", address=departure.address, name=provider.name)
    cookies.put(request, response, _JOURNEY, departure.state)
    return response


def _depart(request: Request, provider: OpenIdProvider, back: str) -> Response:
    try:
        departure = _departure(request, provider, own_path(back), None)
    except OpenIdRefused as wrong:
        return _refused(request, provider, wrong)
    response = RedirectResponse(departure.address, status_code=303)
    cookies.put(request, response, _JOURNEY, departure.state)
    return response


def _departure(
    request: Request, provider: OpenIdProvider, back: str, tie_to: TieTo | None
) -> departing.Departure:
    return departing.depart(
        whole_database_of(request),
        settings_of(request),
        provider,
        back,
        callback=callback(request, provider),
        now=instant_of(request),
        language=language_of(request),
        tie_to=tie_to,
    )


def _arrive(request: Request, key: str, answer: Answer) -> Response:
    provider = provider_of(request, key)
    try:
        arrived = arriving.arrive(
            whole_database_of(request),
            settings_of(request),
            provider,
            answer,
            cookie=cookies.read(request, _JOURNEY),
            callback=callback(request, provider),
            now=instant_of(request),
        )
    except OpenIdRefused as wrong:
        response = _refused(request, provider, wrong)
    else:
        response = see_other(arrived.next, said=arrived.said or None, is_short=bool(arrived.said))
        cookies.put(request, response, cookies.SESSION, arrived.secret)
        cookies.drop(request, response, cookies.VISIT)
    cookies.drop(request, response, _JOURNEY)
    return response


def _refused(request: Request, provider: OpenIdProvider, wrong: OpenIdRefused) -> Response:
    refused = faults.told(provider.key, wrong)
    return render(
        request,
        None,
        "account/openid.html",
        refused.status,
        wrong=refused.text,
        name=provider.name,
        code=refused.code or refused.fault.value.lower(),
    )
