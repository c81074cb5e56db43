"""Webhooks by the API: made, read, changed, given secrets and taken away, each client its own.

Convention: what a client has made is told of what the client itself may read, and ends with it. Each secret is shown in
the answer that makes it, and is not among what is kept of the answer. What is done is what the portal's page does.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError

from accounts import sealed_secrets
from billing.server.api import conditional, writing
from billing.server.api.base import BEARER, REFUSALS, later, problem
from billing.server.api.idempotency import reply_of
from billing.server.api.webhooks.own_endpoints import (
    LISTENS,
    AskedSecret,
    AskedWebhook,
    of_client,
    reader,
    told_of,
    with_secret,
    writer,
)
from billing.server.api.webhooks.told_webhooks import (
    ChangedWebhook,
    MadeSecret,
    MadeWebhook,
    ToldWebhook,
    WantedWebhook,
    WebhookList,
)
from billing.server.api.writing import Nothing, written
from foundation.sql import Session
from operations.event_feed import store as feed_store
from operations.idempotency.reply_store import Reply
from operations.webhooks import endpoint_store, endpoints
from operations.webhooks.endpoints import Wanted
from operations.webhooks.model import DisabledFor, Endpoint, EndpointState
from operations.webhooks.receiver_addresses import IpNetwork, networks_of
from web.access import instant_of, settings_of
from web.pages import database_of, whole_database_of

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], dependencies=BEARER)

_WRONG: Final[Mapping[int | str, dict[str, object]]] = {
    422: problem("A parameter has a value that is not allowed.")
}


@router.get(
    "",
    summary="List webhooks",
    response_model=WebhookList,
    responses={**REFUSALS, 200: {"description": "The client's webhooks."}},
)
def list_webhooks(request: Request) -> Response:
    """The client's own webhooks, the newest first."""
    client = reader(request)
    try:
        with database_of(request).reading() as session:
            found = endpoint_store.of_organisation(session, client.organisation, client_id=client.id)
            listed = WebhookList(webhooks=[told_of(session, each) for each in found])
    except OperationalError:
        raise later() from None
    return JSONResponse(listed.model_dump(mode="json"))


@router.post(
    "",
    summary="Make a webhook",
    status_code=201,
    response_model=MadeWebhook,
    responses={
        **writing.ANSWERS,
        201: {"description": "The webhook, with its secret.", "headers": writing.LOCATION},
    },
    openapi_extra=writing.described(WantedWebhook),
)
async def make_webhook(request: Request) -> Response:
    """Let a system be told of what the client may read, from now on; needs an Idempotency-Key."""

    def work(session: Session, asked: WantedWebhook) -> Reply:
        client = writer(request, session)
        wanted = Wanted(asked.name, asked.url, tuple(asked.types))
        with whole_database_of(request).reading() as whole:
            last = feed_store.ends(whole).last
        made = endpoints.make(
            session,
            client.organisation,
            wanted.checked(client.organisation, _inner(request)),
            sealed_secrets.of(settings_of(request)),
            within=client.within,
            client_id=client.id,
            cursor=last,
            by=client.actor,
            at=instant_of(request),
        )
        said = told_of(session, of_client(session, client, made.endpoint))
        # The secret is put in as it leaves.
        answer = MadeWebhook(**said.model_dump(), secret=None)
        return reply_of(answer, 201, Location=f"{request.url.path}/{made.endpoint}")

    return with_secret(request, await written(request, WantedWebhook, *LISTENS, work=work), "secrets")


@router.get(
    "/{number}",
    summary="Read a webhook",
    response_model=ToldWebhook,
    responses={
        **REFUSALS,
        **_WRONG,
        200: {"description": "The webhook, and its `ETag`."},
        304: {"description": "It is what `If-None-Match` says."},
    },
)
def read_webhook(request: Request, number: AskedWebhook) -> Response:
    """One webhook, without its secrets."""
    client = reader(request)
    try:
        with database_of(request).reading() as session:
            found = told_of(session, of_client(session, client, number))
    except OperationalError:
        raise later() from None
    return conditional.answered(request, found)


@router.patch(
    "/{number}",
    summary="Change a webhook",
    response_model=ToldWebhook,
    responses={**writing.ANSWERS, **conditional.REFUSALS, 200: {"description": "The webhook as it is now."}},
    openapi_extra=writing.described(ChangedWebhook, is_matched=True),
)
async def change_webhook(request: Request, number: AskedWebhook) -> Response:
    """Change what is sent to it and where, or disable or enable it; needs an Idempotency-Key and If-Match."""

    def work(session: Session, asked: ChangedWebhook) -> Reply:
        client = writer(request, session)
        found = of_client(session, client, number)
        conditional.check(request, told_of(session, found))
        _change(request, session, found, asked, by=client.actor)
        now = told_of(session, of_client(session, client, number))
        return reply_of(now, ETag=conditional.etag_of(now))

    return await written(request, ChangedWebhook, *LISTENS, work=work, is_matched=True)


@router.delete(
    "/{number}",
    summary="Take a webhook away",
    status_code=204,
    response_class=Response,
    responses={**writing.ANSWERS, 204: {"description": "It is gone, with its secrets."}},
    openapi_extra=writing.described(Nothing),
)
async def end_webhook(request: Request, number: AskedWebhook) -> Response:
    """Send nothing more to it; needs an Idempotency-Key."""

    def work(session: Session, asked: Nothing) -> Reply:
        client = writer(request, session)
        found = of_client(session, client, number)
        endpoints.end(session, found, by=client.actor, at=instant_of(request))
        return Reply(204, {}, "")

    return await written(request, Nothing, *LISTENS, work=work)


@router.post(
    "/{number}/secrets",
    summary="Make a new secret",
    status_code=201,
    response_model=MadeSecret,
    responses={**writing.ANSWERS, 201: {"description": "The secret; the one before goes on signing."}},
    openapi_extra=writing.described(Nothing),
)
async def make_webhook_secret(request: Request, number: AskedWebhook) -> Response:
    """Sign with a new secret beside the one before, until that is ended; needs an Idempotency-Key."""

    def work(session: Session, asked: Nothing) -> Reply:
        client = writer(request, session)
        found = of_client(session, client, number)
        seal = sealed_secrets.of(settings_of(request))
        made = endpoints.give_secret(session, found, seal, by=client.actor, at=instant_of(request))
        return reply_of(MadeSecret(webhook=number, id=made.secret_id, secret=None), 201)

    return with_secret(request, await written(request, Nothing, *LISTENS, work=work), "id")


@router.delete(
    "/{number}/secrets/{secret}",
    summary="End a secret",
    status_code=204,
    response_class=Response,
    responses={**writing.ANSWERS, 204: {"description": "It signs no more."}},
    openapi_extra=writing.described(Nothing),
)
async def end_webhook_secret(request: Request, number: AskedWebhook, secret: AskedSecret) -> Response:
    """Sign no more with a secret; needs an Idempotency-Key."""

    def work(session: Session, asked: Nothing) -> Reply:
        client = writer(request, session)
        found = of_client(session, client, number)
        endpoints.end_secret(session, found, secret, by=client.actor, at=instant_of(request))
        return Reply(204, {}, "")

    return await written(request, Nothing, *LISTENS, work=work)


def _change(request: Request, session: Session, found: Endpoint, asked: ChangedWebhook, *, by: str) -> None:
    """Do what is asked for. Raises what the use cases raise."""
    now = instant_of(request)
    if asked.state == EndpointState.DISABLED and found.state is EndpointState.ACTIVE:
        endpoints.disable(session, found, DisabledFor.BY_HAND, by=by, at=now)
        found = replace(found, state=EndpointState.DISABLED, version=found.version + 1)
    if any(each is not None for each in (asked.name, asked.url, asked.types)):
        wanted = Wanted(
            found.name if asked.name is None else asked.name,
            found.url if asked.url is None else asked.url,
            found.types if asked.types is None else tuple(asked.types),
        )
        endpoints.change(session, found, wanted.checked(found.organisation, _inner(request)), by=by)
        found = replace(found, version=found.version + 1)
    if asked.state == EndpointState.ACTIVE and found.state is EndpointState.DISABLED:
        endpoints.enable(session, found, by=by)


def _inner(request: Request) -> tuple[IpNetwork, ...]:
    return networks_of(settings_of(request).webhooks_inner_networks)
