"""What was delivered to a webhook, by the API: the log of attempts, sending again, and a test."""

from operator import attrgetter
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.exc import OperationalError

from billing.server.api import paging, writing
from billing.server.api.base import BEARER, REFUSALS, later, problem
from billing.server.api.idempotency import reply_of
from billing.server.api.webhooks import told_webhooks
from billing.server.api.webhooks.own_endpoints import LISTENS, AskedWebhook, of_client, reader, writer
from billing.server.api.webhooks.told_webhooks import (
    DeliveriesOfPeriod,
    DeliveryPage,
    OneDelivery,
    Redelivered,
    Redelivery,
    TestLaidOut,
)
from billing.server.api.writing import Nothing, written
from foundation.sql import Session
from foundation.text import Text
from operations.idempotency.reply_store import Reply
from operations.webhooks import endpoints, message_store, redelivering
from operations.webhooks.model import MessageState
from web.access import instant_of
from web.pages import database_of
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], dependencies=BEARER)

_LIMIT_MOST: Final = 200


@router.get(
    "/{number}/deliveries",
    summary="Read what was delivered",
    response_model=DeliveryPage,
    responses={
        **REFUSALS,
        200: {"description": "A page of deliveries. `Link` with `rel=next` is where to go on."},
        422: problem("A parameter has a value that is not allowed."),
    },
)
def list_webhook_deliveries(
    request: Request,
    number: AskedWebhook,
    state: Annotated[MessageState | None, Query(description="How far it has come.")] = None,
    reference: Annotated[str | None, Query(max_length=60, description="One execution reference.")] = None,
    cursor: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="From `next`; not to be made up.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_LIMIT_MOST, description="How many a page has at most.")] = 100,
) -> Response:
    """The messages to a webhook with every attempt, the newest first; some weeks of them are kept."""
    client = reader(request)
    try:
        with database_of(request).reading() as session:
            endpoint = of_client(session, client, number)
            rows = message_store.of_endpoint(
                session, endpoint.id, state=state, reference=reference or "", before=cursor, limit=limit + 1
            )
            shown, following = paging.page_of(request, rows, limit, attrgetter("id"))
            attempts = message_store.attempts_of(session, [each.id for each in shown])
    except OperationalError:
        raise later() from None
    page = DeliveryPage(
        deliveries=[told_webhooks.told_delivery(each, attempts[each.id]) for each in shown], next=following
    )
    return paging.answered(page, following)


@router.post(
    "/{number}/redeliver",
    summary="Send again",
    status_code=202,
    response_model=Redelivered,
    responses={**writing.ANSWERS, 202: {"description": "So many are sent again, in their order."}},
    openapi_extra=writing.described(OneDelivery, DeliveriesOfPeriod),
)
async def redeliver_webhook(request: Request, number: AskedWebhook) -> Response:
    """Send one delivery again, or those of a period, under the same ids; needs an Idempotency-Key."""

    def work(session: Session, asked: Redelivery) -> Reply:
        client = writer(request, session)
        endpoint = of_client(session, client, number)
        if asked.delivery is not None and asked.since is None and asked.until is None:
            redelivering.redeliver_one(session, endpoint, asked.delivery, by=client.actor)
            return reply_of(Redelivered(count=1), 202)
        if asked.delivery is not None or asked.since is None or asked.until is None:
            raise _wrong(_ONE_OR_A_PERIOD, "#")
        if asked.since.tzinfo is None or asked.until.tzinfo is None:
            raise _wrong(_WITHOUT_OFFSET, "#/since")
        if not all(each.year in _YEARS for each in (asked.since, asked.until)):
            raise _wrong(_NO_SUCH_YEAR, "#/since")
        count = redelivering.redeliver_period(
            session, endpoint, since=asked.since, until=asked.until, by=client.actor
        )
        return reply_of(Redelivered(count=count), 202)

    return await written(request, Redelivery, *LISTENS, work=work)


@router.post(
    "/{number}/test",
    summary="Send a test",
    status_code=202,
    response_model=TestLaidOut,
    responses={**writing.ANSWERS, 202: {"description": "It is sent within seconds, once."}},
    openapi_extra=writing.described(Nothing),
)
async def send_webhook_test(request: Request, number: AskedWebhook) -> Response:
    """Send a message of the type `webhook.test`, also to a webhook that is disabled; needs an Idempotency-Key."""

    def work(session: Session, asked: Nothing) -> Reply:
        client = writer(request, session)
        endpoint = of_client(session, client, number)
        laid = endpoints.lay_out_test(session, endpoint, by=client.actor, at=instant_of(request))
        return reply_of(TestLaidOut(delivery=laid), 202)

    return await written(request, Nothing, *LISTENS, work=work)


_ONE_OR_A_PERIOD: Final = Text("Skriv antingen delivery, eller både since och until. Inget är gjort.")
_WITHOUT_OFFSET: Final = Text("Skriv tiderna med tidszon, som 2026-12-01T08:00:00Z. Inget är gjort.")
_NO_SUCH_YEAR: Final = Text("Skriv tider mellan åren 2000 och 2199. Inget är gjort.")
_YEARS: Final = range(2000, 2200)


def _wrong(why: Text, pointer: str) -> ProblemResponse:
    return ProblemResponse(ProblemCode.FIELD_NOT_ALLOWED, why, pointer=pointer)
