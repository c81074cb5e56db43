"""Webhooks as the API tells them: models, and the making of them from what the stores give. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field, JsonValue

from billing.server.bodies.json_bodies import WHOLE, JsonBody
from operations.webhooks.faults import told as told_fault
from operations.webhooks.model import (
    Attempt,
    DisabledFor,
    Endpoint,
    EndpointState,
    MessageState,
    WebhookMessage,
    WebhookSecret,
)

Types = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.([a-z_]{1,40}|\*)$")]],
    Field(max_length=50, description="Types of events, or topics as `invoice.*`; empty for all."),
]
Name = Annotated[str, Field(min_length=1, max_length=60, description="Which system listens.")]
Url = Annotated[str, Field(min_length=1, max_length=500, description="Where it listens: https, and public.")]


class WantedWebhook(JsonBody):
    """A webhook to be made."""

    name: Name
    url: Url
    types: Types = Field(default_factory=list)


class ChangedWebhook(JsonBody):
    """What is to be otherwise; what is left out stays as it is."""

    name: Name | None = Field(None, description="Which system listens.")
    url: Url | None = Field(None, description="Where it listens: https, and public.")
    types: Types | None = Field(None, description="Types of events, or topics as `invoice.*`; empty for all.")
    state: Annotated[
        str | None,
        Field(
            pattern="^(ACTIVE|DISABLED)$",
            description="DISABLED: nothing is sent and nothing lost. ACTIVE: everything since is sent, in order.",
        ),
    ] = None


_MOMENT: Final[JsonValue] = {"pattern": "^2[01][0-9]{2}-"}


class OneDelivery(JsonBody):
    """One delivery, by its `id`, to be sent again."""

    delivery: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(description="The `id` of the delivery.")


class DeliveriesOfPeriod(JsonBody):
    """Those of the events in a period, to be sent again."""

    since: Annotated[datetime, Field(description="With its offset, as …Z.", json_schema_extra=_MOMENT)]
    until: Annotated[datetime, Field(description="Not itself included.", json_schema_extra=_MOMENT)]


class Redelivery(JsonBody):
    """What is to be sent again, in either form: OneDelivery, or DeliveriesOfPeriod."""

    delivery: Annotated[int | None, Field(ge=1, le=2**31 - 1), WHOLE] = None
    since: Annotated[datetime | None, Field(strict=False, description="With its offset, as …Z.")] = None
    until: Annotated[datetime | None, Field(strict=False, description="Not itself included.")] = None


class ToldSecret(BaseModel):
    """A secret that signs, without the secret."""

    id: int
    made_at: datetime


class ToldWebhook(BaseModel):
    """An endpoint."""

    id: int
    name: str = Field(description="Which system listens.")
    url: str = Field(description="Where it listens.")
    types: list[str] = Field(description="The types of events it is told of; empty for all.")
    units: list[str] | None = Field(description="The units and addresses it is told of; null for all.")
    state: EndpointState = Field(description="Whether it is sent to.")
    disabled_for: DisabledFor | None = Field(description="Why it is disabled; null while it is not.")
    disabled_at: datetime | None = Field(description="When it was disabled; null while it is not.")
    failing_since: datetime | None = Field(description="Since when every attempt has failed.")
    missed: list[int] | None = Field(
        description="First and last number of events that were no longer kept when it was enabled; read all anew."
    )
    secrets: list[ToldSecret] = Field(description="The secrets that hold.")
    made_at: datetime


class MadeSecret(BaseModel):
    """A new secret; it is shown in this answer alone, and when the same request is sent again."""

    webhook: int = Field(description="The `id` of the endpoint.")
    id: int
    secret: str | None = Field(description="`whsec_…`; null when it has been ended.")


class MadeWebhook(ToldWebhook):
    """A new endpoint with its first secret, which is shown in this answer alone."""

    secret: str | None = Field(description="`whsec_…`; null when it has been ended.")


class WebhookList(BaseModel):
    """The client's endpoints, the newest first."""

    webhooks: list[ToldWebhook] = Field(description="The endpoints, the newest first.")


class ToldAttempt(BaseModel):
    """One try."""

    number: int = Field(description="Which attempt it was, from 1.")
    at: datetime = Field(description="When it was made.")
    status: int | None = Field(description="Of the answer; null where none came.")
    fault: str | None = Field(description="Why none came.")
    sentence_sv: str
    sentence_en: str
    milliseconds: int = Field(description="How long it took.")
    answer: str = Field(description="The first of what was answered.")


class ToldDelivery(BaseModel):
    """A message to the endpoint, and every attempt to hand it over that is kept."""

    id: int
    webhook_id: str = Field(description="The header `webhook-id`: the same at every attempt.")
    type: str = Field(description="The type of the event.")
    execution_reference: str | None
    sequence: int | None = Field(description="The event's number in the feed; null of a test.")
    at: datetime = Field(description="When it was laid out to be sent.")
    state: MessageState = Field(description="How far it has come.")
    due_at: datetime | None = Field(description="When it is tried next; null: at once, or no more.")
    attempts: list[ToldAttempt] = Field(description="The attempts that are kept.")


class DeliveryPage(BaseModel):
    """A page of deliveries, the newest first."""

    deliveries: list[ToldDelivery] = Field(description="The deliveries of this page, the newest first.")
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")


class Redelivered(BaseModel):
    """How many messages wait to be sent again."""

    count: int = Field(description="How many.")


class TestLaidOut(BaseModel):
    """A test that is about to be sent."""

    delivery: int = Field(description="The `id` of its delivery.")


def told(endpoint: Endpoint, secrets: Sequence[WebhookSecret]) -> ToldWebhook:
    """An endpoint as it stands."""
    within = endpoint.within
    missed = (endpoint.missed_from, endpoint.missed_to)
    return ToldWebhook(
        id=endpoint.id,
        name=endpoint.name,
        url=endpoint.url,
        types=list(endpoint.types),
        units=None if within is None else sorted(within.units | within.addresses),
        state=endpoint.state,
        disabled_for=DisabledFor(endpoint.disabled_for) if endpoint.disabled_for else None,
        disabled_at=endpoint.disabled_at,
        failing_since=endpoint.failing_since,
        missed=[each for each in missed if each is not None] or None,
        secrets=[ToldSecret(id=each.id, made_at=each.made_at) for each in secrets],
        made_at=endpoint.made_at,
    )


def told_delivery(message: WebhookMessage, attempts: Sequence[Attempt]) -> ToldDelivery:
    """A message with its attempts."""
    return ToldDelivery(
        id=message.id,
        webhook_id=message.event_id,
        type=message.type,
        execution_reference=message.execution_reference or None,
        sequence=message.sequence,
        at=message.at,
        state=message.state,
        due_at=message.due_at,
        attempts=[_attempt(each) for each in attempts],
    )


def _attempt(attempt: Attempt) -> ToldAttempt:
    said = told_fault(attempt.status, attempt.fault)
    return ToldAttempt(
        number=attempt.number,
        at=attempt.at,
        status=attempt.status,
        fault=attempt.fault or None,
        sentence_sv=said.sv,
        sentence_en=said.en,
        milliseconds=attempt.milliseconds,
        answer=attempt.answer,
    )
