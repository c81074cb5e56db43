"""What every address of the API stands on: who asks and what it may, how often, and how refusals are described.

A program signs in with its key or a token, `Authorization: Bearer ...`, and never in an address: those are logged by
others. A supplier's client counts as the person its scopes make it, so that whatever judges and limits a person on a
page, queries and the wall in PostgreSQL alike, does so here.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from time import thread_time
from typing import Final

from anyio import to_thread
from fastapi import Request, Response, Security
from fastapi.security import HTTPBearer
from sqlalchemy.exc import OperationalError

from accounts.api_clients import signing_in
from accounts.api_clients.model import ApiCaller, ApiClient, ApiScope
from billing.server.sandbox.books import Sandboxes
from foundation.formatting import seconds_text
from foundation.text import Text
from peppol.validation import apart
from web import access
from web.access import instant_of
from web.budgets import Caller, OverBudget
from web.guards.clients import client_of
from web.guards.request_limits import RequestLimits, Standing, TooManyRequests
from web.pages import budgets_of, today_of, whole_database_of
from web.problems import MEDIA_TYPE, ProblemDocument, ProblemResponse
from web.refusals.problem_codes import ProblemCode

BEARER: Final = [
    Security(
        HTTPBearer(
            scheme_name="bearer",
            description="A client's key (rmk_…), or a token (rmt_…) from `/api/v1/token`.",
            auto_error=False,
        )
    )
]
"""How the description of the interface says that an address takes a key; `signed_in` judges it, and tells."""

LATER: Final = {"Retry-After": "60"}


def problem(description: str) -> dict[str, object]:
    """How the description of the interface says that a refusal is a problem document."""
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}},
    }


REFUSALS: Final[Mapping[int | str, dict[str, object]]] = {
    400: problem("A secret stands in the address, or the request cannot be read."),
    401: problem("The key or the token is missing, wrong, or has ended."),
    403: problem("The client may not do this."),
    404: problem("There is no such thing, or it is another's; the two look the same."),
    429: problem("Too many wrong keys came from the same address, or the client has asked too often."),
    503: problem("The books cannot be used just now; try again after `Retry-After` seconds."),
}
"""What any address that takes a key may answer."""


def signed_in(request: Request, *any_of: ApiScope) -> ApiCaller:
    """The program that asks, which has one of these scopes; counted against its limit for the route.

    A test client's request is answered from its sandbox from here on. Raises WrongKey, SecretMiswritten, ScopeMissing,
    TooOften (TooManyRequests), SandboxAway, and ProblemResponse (503).
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        caller = signing_in.sign_in(
            whole_database_of(request),
            given.strip() if scheme.lower() == "bearer" else "",
            frozenset(any_of),
            address=client_of(request),
            now=instant_of(request),
            today=today_of(request),
        )
        if caller.client.is_test:
            # From here on nothing of this request knows the real books.
            request.state.sandbox = sandboxes_of(request).of(caller.client, whole_database_of(request))
        if not caller.client.is_buyers:
            person = caller.person
            request.state.person = (
                access.taking_over(whole_database_of(request), person) if caller.client.is_test else person
            )
    except OperationalError:
        raise later() from None
    standing = count(request, caller.client.actor)
    if standing.left < 0:
        raise TooManyRequests(standing.limit, standing.seconds)
    return caller


def sandboxes_of(request: Request) -> Sandboxes:
    """The sandboxes of the buyer's test clients."""
    sandboxes: Sandboxes = request.app.state.sandboxes
    return sandboxes


@asynccontextmanager
async def turn_of(
    request: Request, client: ApiClient, over: Text | None = None
) -> AsyncIterator[Callable[[float], object]]:
    """A turn within the client's part of this process, as everybody has who sends something that costs; to it is told
    how many seconds of a processor were spent.

    Raises OverBudget; or ProblemResponse (429) with the sentence `over`, which names the wait, `seconds`.
    """
    budgets, caller = budgets_of(request), Caller(client.actor, is_stranger=False)
    try:
        async with budgets.turn(caller):
            yield partial(budgets.spend, caller)
    except OverBudget as refused:
        if over is None:
            raise
        raise ProblemResponse(
            ProblemCode.LIMIT_REACHED,
            over.with_values(seconds=seconds_text(refused.seconds)),
            headers={"Retry-After": str(refused.seconds)},
        ) from None


async def in_turn(request: Request, client: ApiClient, work: Callable[[], Response]) -> Response:
    """What `work` answers, in such a turn. Raises OverBudget."""
    async with turn_of(request, client) as spent:
        apart.SPENT.set(spent)

        def timed() -> Response:
            begun = thread_time()
            try:
                return work()
            finally:
                spent(thread_time() - begun)

        return await to_thread.run_sync(timed)


def count(request: Request, who: str) -> Standing:
    """Count a request to its route, and have the answer say how whoever asks stands."""
    limits: RequestLimits = request.app.state.request_limits
    standing = limits.take(who, route_of(request))
    shown = standing if standing.left >= 0 else Standing(standing.limit, 0, standing.seconds)
    request.state.answer_headers = {**getattr(request.state, "answer_headers", {}), **shown.fields}
    return standing


def route_of(request: Request) -> str:
    """What limits and keys go by: the method, and the address as it is described."""
    return f"{request.method} {getattr(request.scope.get('route'), 'path', '')}"


def later() -> ProblemResponse:
    """The books cannot be used just now."""
    return ProblemResponse(
        ProblemCode.BOOKS_AWAY,
        Text(
            "Böckerna svarar inte just nu. Skicka samma begäran igen om en stund: det som redan är infört "
            "införs inte en gång till."
        ),
        headers=LATER,
    )
