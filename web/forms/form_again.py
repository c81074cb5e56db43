"""A form that was refused is shown again on its own page, with what was written, and the error at its field.

The page is asked for anew, as it stands now, and the refused form is found in it by the address it is sent to. So no
page has code of its own for it, and none can forget it. Where the form is not there any more, the page still says why.
"""

from collections.abc import Mapping, MutableMapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from foundation.errors import Refused
from foundation.text import Text
from web.csrf import TOKEN_FIELD, NotOurForm
from web.forms.forms_in_page import PAGE_FIELD, Written, filled
from web.guards.own_paths import own_path, page_at
from web.pages import language_of, today_of

_STATUSES: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    }
)
"""What a person can put right in the form; who may not, or what is not there, is told on a page of its own."""
_TO_MEND: Final = Text("Det finns något att rätta")
_ERROR: Final = Text("Fel:")


async def shown_again(request: Request, refused: Refused, status: int) -> Response | None:
    """The page of the form with the error in it; None where there is no such page to show."""
    if status not in _STATUSES or isinstance(refused, NotOurForm):
        return None
    found = _page_of(request, refused)
    if found is None:
        return None
    path, query = found
    page = await _asked(request, path, query)
    if page is None:
        return None
    language = language_of(request, getattr(request.state, "person", None))
    body = filled(
        page,
        Written(
            action=request.url.path,
            page=f"{path}?{query}" if query else path,
            values=_values(request),
            field=refused.field,
            sentence=refused.in_language(language),
            heading=_TO_MEND.in_language(language),
            mark=_ERROR.in_language(language),
            today=today_of(request),
        ),
    )
    return HTMLResponse(body, status, headers={"Content-Language": language})


def _page_of(request: Request, refused: Refused) -> tuple[str, str] | None:
    """The path and the query of the page that the form stands on: what the browser says it came from."""
    if request.method == "GET":
        # A question that cannot be read, in a form that asks for its own page.
        return (request.url.path, "") if refused.field else None
    if getattr(request.state, "form", None) is None:
        return None
    came_from = request.headers.get("Referer", "")
    if urlsplit(came_from).netloc != request.headers.get("Host", ""):
        return None
    # A form that was refused before stands at the address it was sent to, which is no page.
    shown_on = request.state.form.get(PAGE_FIELD)
    parts = urlsplit(own_path(shown_on) if isinstance(shown_on, str) else came_from)
    return page_at(request, own_path(parts.path)), parts.query


def _values(request: Request) -> Mapping[str, tuple[str, ...]]:
    """What was written, by field; a file is not among it, as no page can put one into a form."""
    sent = request.query_params if request.method == "GET" else request.state.form
    found: dict[str, tuple[str, ...]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str) and name not in (TOKEN_FIELD, PAGE_FIELD):
            found[name] = (*found.get(name, ()), value)
    return found


async def _asked(request: Request, path: str, query: str) -> str | None:
    """The page as it stands now, as the same person sees it; None where it is none."""
    kept = {
        key: value for key, value in request.scope.items() if key not in ("route", "endpoint", "path_params")
    }
    headers = [
        (name, value)
        for name, value in request.scope["headers"]
        if name not in (b"content-length", b"content-type", b"transfer-encoding")
    ]
    scope: MutableMapping[str, Any] = {
        **kept,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "state": dict(request.scope.get("state", {})),
    }
    status, parts = 0, []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    try:
        await request.app.router(scope, receive, send)
    except (Refused, HTTPException):
        return None
    return b"".join(parts).decode() if status == HTTPStatus.OK else None
