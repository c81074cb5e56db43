"""The use cases of webhook endpoints: made, changed, given secrets, disabled, enabled, tried and ended.

Convention: each gets an open session, loads, decides, saves and writes the journal. `organisation` is whose they are,
the buyer's for an empty one; another's does not exist. A client of the API has those it made, and no others.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError

from foundation import journal, personal_numbers
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from foundation.text import Text
from operations.journal_actions import OperationsSubject, WebhookAction
from operations.webhooks import endpoint_store, message_store, signing, signing_secret_store
from operations.webhooks.model import (
    ENDPOINTS_MOST,
    SECRETS_MOST,
    DisabledFor,
    Endpoint,
    EndpointState,
)
from operations.webhooks.payloads import payload_of_test, topic_of, types_for
from operations.webhooks.receiver_addresses import IpNetwork, checked_url
from operations.webhooks.signing_secret_store import Seal
from orders.register.unit_scope import UnitScope

_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,60}")


class WebhookRefused(Refused):
    """A webhook, or a secret of it, may not be made or changed that way."""


class WebhookChangedMeanwhile(Refused):
    """Somebody else has changed the webhook since it was read."""

    def __init__(self) -> None:
        super().__init__(
            Text("Någon annan har ändrat webhooken sedan du läste den. Läs den på nytt och gör om ändringen.")
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an endpoint is to be: its name, where it lies, and which types it is told; none: all."""

    name: str
    url: str
    types: tuple[str, ...] = ()

    def checked(self, organisation: str, inner: Sequence[IpNetwork] = ()) -> "Wanted":
        """The same as it is kept. Raises WebhookRefused, WebhookAddressRefused, PersonalNumber.

        `inner` are networks of the buyer's own; a supplier's endpoint never lies there.
        """
        name = " ".join(self.name.split())
        if not _NAME.fullmatch(name):
            raise WebhookRefused(Text("Skriv vilket system som tar emot, med högst 60 tecken."))
        personal_numbers.refuse(name)
        url = checked_url(self.url, inner=() if organisation else inner)
        may = types_for(organisation)
        topics = {f"{topic_of(each)}.*" for each in may}
        wrong = [each for each in self.types if each not in may | topics]
        if wrong:
            raise WebhookRefused(
                Text(
                    "Det finns ingen händelse som heter %(type)s. Välj bland dem som står i dokumentationen.",
                    type=wrong[0][:60],
                )
            )
        return Wanted(name, url, tuple(sorted(set(self.types))))


@dataclass(frozen=True, slots=True)
class MadeWebhook:
    """A new endpoint or a new secret of one: its number, the secret's, and the secret as it is shown, this once."""

    endpoint: int
    secret_id: int
    shown: str


def make(
    session: Session,
    organisation: str,
    wanted: Wanted,
    seal: Seal,
    *,
    within: UnitScope | None = None,
    client_id: int | None = None,
    cursor: int,
    by: str,
    at: datetime,
) -> MadeWebhook:
    """Make an endpoint that is told what comes after `cursor`. `wanted` has been checked. Raises WebhookRefused."""
    if len(endpoint_store.of_organisation(session, organisation)) >= ENDPOINTS_MOST:
        raise WebhookRefused(
            Text(
                "Ni har redan %(most)s webhooks. Ta bort en som inte används, och gör sedan den nya.",
                most=ENDPOINTS_MOST,
            )
        )
    number = endpoint_store.add(
        session,
        organisation=organisation,
        name=wanted.name,
        url=wanted.url,
        within=within,
        types=wanted.types,
        client_id=client_id,
        cursor=cursor,
        by=by,
        at=at,
    )
    _record(session, by, WebhookAction.MADE, number, organisation=organisation, types=" ".join(wanted.types))
    return _give_secret(session, number, seal, place=1, by=by, at=at)


def of_organisation(
    session: Session, organisation: str, number: int, *, client_id: int | None = None
) -> Endpoint:
    """An endpoint of theirs, or of one client's. Raises NotThere, also for one that has ended or is another's."""
    found = endpoint_store.by_id(session, number)
    is_theirs = found is not None and found.organisation == organisation
    if found is None or not is_theirs or found.state is EndpointState.ENDED:
        raise NotThere
    if client_id is not None and found.client_id != client_id:
        raise NotThere
    return found


def change(session: Session, endpoint: Endpoint, wanted: Wanted, *, by: str) -> None:
    """Let it have another name, lie elsewhere or be told otherwise. `wanted` has been checked.

    Raises WebhookChangedMeanwhile.
    """
    columns = {"name": wanted.name, "url": wanted.url, "types": " ".join(wanted.types)}
    if not endpoint_store.change(session, endpoint, **columns):
        raise WebhookChangedMeanwhile
    if wanted.url != endpoint.url:
        # What failed was the other address.
        endpoint_store.end_rest(session, endpoint)
        message_store.hurry(session, endpoint.id)
    _record(session, by, WebhookAction.CHANGED, endpoint.id, types=" ".join(wanted.types))


def give_secret(session: Session, endpoint: Endpoint, seal: Seal, *, by: str, at: datetime) -> MadeWebhook:
    """A new secret; the one before goes on signing beside it until it is ended. Raises WebhookRefused."""
    held = {each.place for each in signing_secret_store.held(session, endpoint.id)}
    free = [place for place in range(1, SECRETS_MOST + 1) if place not in held]
    if not free:
        raise WebhookRefused(_TWO_HOLD)
    try:
        with journal.attempt(session):
            return _give_secret(session, endpoint.id, seal, place=free[0], by=by, at=at)
    except IntegrityError:
        raise WebhookRefused(_TWO_HOLD) from None  # somebody else made one at the same moment


def end_secret(session: Session, endpoint: Endpoint, number: int, *, by: str, at: datetime) -> None:
    """Let one secret sign no more. Raises NotThere; WebhookRefused for the last one."""
    held = [each.id for each in signing_secret_store.held(session, endpoint.id)]
    if number not in held:
        raise NotThere
    if len(held) == 1:
        raise WebhookRefused(
            Text(
                "Det är den enda hemligheten, och utan den kan inget signeras. Gör en ny innan du avslutar den."
            )
        )
    if signing_secret_store.end(session, endpoint.id, number, by=by, at=at):
        _record(session, by, WebhookAction.SECRET_ENDED, endpoint.id)


def lay_out_test(session: Session, endpoint: Endpoint, *, by: str, at: datetime) -> int:
    """Lay out a test, which the next worker sends once, also to one that is disabled; the message's number."""
    number = message_store.add_test(
        session, endpoint.id, f"test_{uuid.uuid4().hex}", payload_of_test(endpoint.id, at=at), at=at
    )
    _record(session, by, WebhookAction.TESTED, endpoint.id)
    return number


def disable(session: Session, endpoint: Endpoint, why: DisabledFor, *, by: str, at: datetime) -> None:
    """Send nothing to it until somebody enables it; nothing is lost meanwhile. Raises StepRefused."""
    endpoint_store.disable(session, endpoint, why, at=at)
    _record(session, by, WebhookAction.DISABLED, endpoint.id, why=why)


def enable(session: Session, endpoint: Endpoint, *, by: str) -> None:
    """Send to it again: everything since, in order, also what was given up while it failed. Raises StepRefused."""
    since = endpoint.failing_since
    endpoint_store.enable(session, endpoint)
    message_store.begin_anew(session, endpoint.id)
    if since is not None:
        message_store.redeliver(session, endpoint.id, failed_since=since)
    _record(session, by, WebhookAction.ENABLED, endpoint.id)


def end(session: Session, endpoint: Endpoint, *, by: str, at: datetime) -> None:
    """Take it away, with its secrets. Raises StepRefused."""
    endpoint_store.end(session, endpoint, by=by, at=at)
    signing_secret_store.end_all(session, endpoint.id, by=by, at=at)
    _record(session, by, WebhookAction.ENDED, endpoint.id)


def end_each(session: Session, endpoints: Iterable[Endpoint], *, by: str, at: datetime) -> int:
    """Take these away; how many."""
    ended = 0
    for each in endpoints:
        end(session, each, by=by, at=at)
        ended += 1
    return ended


def _give_secret(
    session: Session, number: int, seal: Seal, *, place: int, by: str, at: datetime
) -> MadeWebhook:
    shown = signing.new_secret()
    secret = signing_secret_store.add(session, number, shown, seal, place=place, by=by, at=at)
    _record(session, by, WebhookAction.SECRET_MADE, number)
    return MadeWebhook(number, secret, shown)


def _record(session: Session, by: str, action: WebhookAction, number: int, **detail: str) -> None:
    journal.record(session, by, action, OperationsSubject.WEBHOOK.of(number), **detail)


_TWO_HOLD: Final = Text(
    "Två hemligheter gäller redan. Avsluta den som mottagaren inte längre använder, och gör sedan en ny."
)
