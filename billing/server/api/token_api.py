"""The token endpoint (RFC 6749): a client proves itself and is given a token for a few minutes.

Convention: an error is told as RFC 6749, 5.2, has it, with what every problem of ours says beside it.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients import signing_in, token_endpoint
from accounts.api_clients.model import ApiScope
from accounts.api_clients.token_endpoint import TokenRequest
from billing.server.api.base import later, problem
from billing.server.bodies.reading_bodies import body_of
from foundation.observability import request_ids
from foundation.text import Text
from web.access import instant_of, settings_of
from web.guards.clients import client_of
from web.pages import today_of, whole_database_of
from web.problems import ProblemResponse, language_of
from web.refusals.problem_codes import ProblemCode

router = APIRouter(prefix="/api/v1", tags=["token"])

_FORM: Final = "application/x-www-form-urlencoded"
_BYTES_MAX: Final = 20_000
_TOO_LARGE: Final = Text("Begäran om en token är högst %(bytes_max)s byte.", bytes_max=_BYTES_MAX)
_PRIVATE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_SENTENCES: Final[Mapping[str, Text]] = {
    "invalid_client": Text(
        "Klienten är okänd, har avslutats, eller har inte bevisat vem den är: hemligheten eller den signerade "
        "försäkran är fel, har gått ut eller har använts förut."
    ),
    "invalid_request": Text("Något saknas i begäran eller står där två gånger. Se RFC 6749, 4.4."),
    "invalid_scope": Text("Klienten får inte allt som står i scope. Be om mindre, eller lämna scope tomt."),
    "unsupported_grant_type": Text("Bara grant_type=client_credentials går att använda."),
}


class TokenGiven(BaseModel):
    """A token, for `Authorization: Bearer`."""

    access_token: str = Field(description="The token, which begins with rmt_.")
    token_type: str = Field(description="Bearer.")
    expires_in: int = Field(description="Seconds until it has run out.")
    scope: str = Field(description="What it may be used for, with spaces between.")


class TokenRefused(BaseModel):
    """Why there is no token (RFC 6749, 5.2), and what every problem of ours says."""

    error: str = Field(description="The error as RFC 6749 has it.")
    error_description: str = Field(description="What is wrong, in English.")
    code: str = Field(
        description="What kind of problem it is, for programs; a code never changes its meaning."
    )
    detail_sv: str
    detail_en: str
    retryable: bool = Field(description="Whether the very same request may come through later.")
    request_id: str = Field(description="The request in our log: name it when you ask us.")


_NAMES: Final = frozenset(
    {"grant_type", "scope", "client_id", "client_secret", "client_assertion_type", "client_assertion"}
)
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {
                            "const": "client_credentials",
                            "description": "The only one that there is.",
                        },
                        "scope": {
                            "type": "string",
                            "description": "What the token is for; all that the client has where it is left out.",
                            "pattern": f"^(({'|'.join(ApiScope)})( |$))*$",
                        },
                        "client_id": {
                            "type": "string",
                            "description": "The client's id; left out with HTTP Basic.",
                        },
                        "client_secret": {"type": "string", "description": "Or as HTTP Basic."},
                        "client_assertion_type": {
                            "type": "string",
                            "description": "`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.",
                        },
                        "client_assertion": {"type": "string", "description": "A signed JWT (RFC 7523)."},
                    },
                }
            }
        },
    }
}
_REFUSED: Final = {
    "description": "Why there is no token.",
    "content": {"application/json": {"schema": TokenRefused.model_json_schema()}},
}


@router.post(
    "/token",
    summary="Have a token",
    response_model=TokenGiven,
    responses={
        400: _REFUSED,
        401: _REFUSED,
        404: problem("The address holds what none of ours does, such as a character that no text has."),
        408: problem("The body did not come in time."),
        413: problem("The body is too large."),
        415: problem("The form is another than that of a form."),
        429: problem("Too many wrong secrets came from the same address."),
        503: problem("The books cannot be used just now; try again after `Retry-After` seconds."),
    },
    openapi_extra=_BODY,
)
async def request_token(request: Request) -> Response:
    """A token for the client that proves itself: client_secret_basic, client_secret_post or private_key_jwt."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _FORM:
        raise ProblemResponse(
            ProblemCode.MEDIA_TYPE_NOT_TAKEN, Text("Skicka begäran om en token som %(form)s.", form=_FORM)
        )
    body = await body_of(request, _BYTES_MAX, _TOO_LARGE)
    return await to_thread.run_sync(_answered, request, body)


def _answered(request: Request, body: bytes) -> Response:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=False, errors="strict")
    except (UnicodeDecodeError, ValueError):
        return _refused(request, 400, "invalid_request", {})
    # What we do not know is passed over (RFC 6749, 3.2), however often it stands there.
    known = [(name, value) for name, value in pairs if name in _NAMES]
    form = dict(known)
    if len(form) != len(known):
        return _refused(request, 400, "invalid_request", {})
    database, now = whole_database_of(request), instant_of(request)
    asked = TokenRequest(
        form=form,
        headers={"Authorization": request.headers.get("Authorization", "")},
        audiences=_audiences(request),
    )
    try:
        told = token_endpoint.answer(database, asked, now=now, today=today_of(request))
        if told.error == "invalid_client":
            signing_in.count_wrong(database, client_of(request), now=now)
    except OperationalError:
        raise later() from None
    if told.error == "invalid_client":
        return _refused(request, 401, told.error, {"WWW-Authenticate": 'Basic realm="billing"'})
    if told.error:
        return _refused(request, 400, told.error, {})
    return JSONResponse(dict(told.body), headers=_PRIVATE)


def _refused(request: Request, status: int, error: str, headers: Mapping[str, str]) -> Response:
    sentence = _SENTENCES.get(error, _SENTENCES["invalid_request"])
    told = TokenRefused(
        error=error,
        error_description=sentence.in_language(language_of(request)),
        code=error.upper(),
        detail_sv=sentence.sv,
        detail_en=sentence.en,
        retryable=False,
        request_id=request_ids.current(),
    )
    return JSONResponse(told.model_dump(), status_code=status, headers={**_PRIVATE, **headers})


def _audiences(request: Request) -> tuple[str, ...]:
    """What an assertion may be meant for: this endpoint or the whole of us, as we are called from outside and here."""
    outside = settings_of(request).public_url.rstrip("/")
    here = str(request.base_url).rstrip("/")
    endpoint = f"{router.prefix}/token"
    return tuple(f"{each}{path}" for each in (outside, here) if each for path in (endpoint, ""))
