"""What a provider tells us of somebody who signed out there: no page, and no form of ours (Back-Channel Logout 1.0)."""

from typing import Final

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from accounts.openid import faults, leaving
from accounts.openid.faults import OpenIdRefused
from accounts.openid.provider_settings import DEFAULT, OpenIdProvider
from accounts.pages.provider_choices import provider_of
from web.access import instant_of
from web.pages import whole_database_of

_BYTES_MOST: Final = 50_000

router = APIRouter(
    prefix="/sign-in/openid",
    include_in_schema=False,
    max_body_size=_BYTES_MOST,
    form_limits={"max_fields": 10, "max_files": 0},
)


@router.post("/logout")
async def told(request: Request) -> Response:
    """The provider of the settings without a file tells of a logout."""
    return await _told(request, DEFAULT)


@router.post("/{key}/logout")
async def told_by(request: Request, key: str) -> Response:
    """One of several tells of a logout."""
    return await _told(request, key)


async def _told(request: Request, key: str) -> Response:
    provider = provider_of(request, key)
    form = await request.form(max_fields=10, max_files=0)
    token = form.get("logout_token")
    return await to_thread.run_sync(_end, request, provider, token if isinstance(token, str) else "")


def _end(request: Request, provider: OpenIdProvider, token: str) -> Response:
    try:
        leaving.told(whole_database_of(request), provider, token, now=instant_of(request))
    except OpenIdRefused as wrong:
        refused = faults.told(provider.key, wrong)
        # 2.8: a fault of ours or of the way between us is told from one of the token.
        return JSONResponse(
            {"error": "invalid_request", "error_description": refused.fault.value.lower()}, status_code=400
        )
    return Response(status_code=200)
