"""Whose endpoints a client has in hand: those it has made, within the organisation and the units it sees."""

import json
from typing import Annotated, Final

from fastapi import Path, Request
from fastapi.responses import Response

from accounts import sealed_secrets
from accounts.api_clients import client_store
from accounts.api_clients.model import ApiClient, ApiScope
from billing.server.api import writing
from billing.server.api.base import signed_in
from billing.server.api.webhooks import told_webhooks
from billing.server.api.webhooks.told_webhooks import ToldWebhook
from foundation.errors import NotThere
from foundation.sql import Session
from operations.webhooks import endpoints, signing_secret_store
from operations.webhooks.model import Endpoint
from web.access import settings_of
from web.pages import database_of

LISTENS: Final = (ApiScope.EVENTS_READ, ApiScope.ASSIGN, ApiScope.REPORT, ApiScope.VIEW)
"""Whoever may read what happens may have it told."""

AskedWebhook = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of the webhook.")]
AskedSecret = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of the secret.")]


def reader(request: Request) -> ApiClient:
    """The client that asks. Raises what signing in does."""
    return signed_in(request, *LISTENS).client


def writer(request: Request, session: Session) -> ApiClient:
    """The client whose write this is. Raises NotThere for one that is no more."""
    client = client_store.by_id(session, writing.key_of(request).client)
    if client is None:
        raise NotThere
    return client


def of_client(session: Session, client: ApiClient, number: int) -> Endpoint:
    """One of the client's endpoints. Raises NotThere, also for another's."""
    return endpoints.of_organisation(session, client.organisation, number, client_id=client.id)


def told_of(session: Session, endpoint: Endpoint) -> ToldWebhook:
    """An endpoint as the API tells it."""
    return told_webhooks.told(endpoint, signing_secret_store.held(session, endpoint.id))


def with_secret(request: Request, answer: Response, name: str) -> Response:
    """The answer with the secret whose number stands under `name`: what is kept of a reply holds none.

    So it is the same when the request is sent again, and no secret lies open in the database.
    """
    if answer.status_code != 201:
        return answer
    said = json.loads(bytes(answer.body))
    number = said[name] if name == "id" else said["secrets"][0]["id"]
    with database_of(request).reading() as session:
        said["secret"] = signing_secret_store.one_opened(
            session, number, sealed_secrets.of(settings_of(request))
        )
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {key: value for key, value in answer.headers.items() if key != "content-length"}
    return Response(body, status_code=answer.status_code, headers={**headers, "Cache-Control": "no-store"})
