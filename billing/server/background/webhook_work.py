"""A worker's part in webhooks: the sender of its books, who is told where one is disabled, and what is disposed of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts import mailing, sealed_secrets
from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import AccountState
from foundation.database import Database
from foundation.periods import Clock
from foundation.sql import Session
from operations.settings import Settings
from operations.webhooks import message_store
from operations.webhooks.connecting import SECONDS, HttpsPost, Post
from operations.webhooks.model import DISABLED_WORDS, DisabledFor, Endpoint
from operations.webhooks.receiver_addresses import networks_of
from operations.webhooks.sending import WebhookSender
from orders.register import store as register_store

_DISPOSED_AT_ONCE = 1_000


def post_of(settings: Settings, *, seconds: float = SECONDS) -> Post:
    """The way out of an installation; a receiver has so long."""
    inner = networks_of(settings.webhooks_inner_networks)
    return HttpsPost(inner, settings.webhooks_ca_file, seconds=seconds)


def sender_of(
    database: Database,
    settings: Settings,
    *,
    stopping: Callable[[], bool] = bool,
    post: Post | None = None,
    signs_at: Clock | None = None,
) -> WebhookSender:
    """A worker's sender; `signs_at` is the time of receivers, where the books go by another."""
    return WebhookSender(
        database,
        post or post_of(settings),
        _Keys(settings),
        teller(database.clock),
        stopping,
        signs_at=signs_at,
    )


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of secrets, read where they are needed: without them no webhook is signed, and all else is done."""

    settings: Settings

    def close(self, secret: str, about: str) -> str:
        return sealed_secrets.of(self.settings).close(secret, about)

    def open(self, stored: str, about: str) -> str:
        return sealed_secrets.of(self.settings).open(stored, about)


def teller(clock: Clock) -> Callable[[Session, Endpoint, DisabledFor], None]:
    """What mails everybody who administers an endpoint that it was disabled."""

    def tell(session: Session, endpoint: Endpoint, why: DisabledFor) -> None:
        organisation, permission, page = endpoint.organisation, Permission.ADMINISTER, "clients/webhooks"
        if endpoint.is_buyers:
            organisation = register_store.load(session).buyer.organisation_number
            permission, page = Permission.BUYER_ADMIN, "admin/webhooks"
        for each in account_store.of_organisation(session, organisation):
            if each.state == AccountState.ACTIVE and permission in each.permissions:
                mailing.put(
                    session,
                    each,
                    "webhook-disabled",
                    about=f"webhook {endpoint.id}",
                    at=clock(),
                    name=endpoint.name,
                    why=DISABLED_WORDS[why],
                    page=f"{page}/{endpoint.id}",
                )

    return tell


def disposal(settings: Settings) -> Callable[[Database, date, datetime], str]:
    """The job that removes what came to its end long ago, some at a time."""

    def dispose(database: Database, today: date, now: datetime) -> str:
        before, gone = now - timedelta(days=settings.keep_webhook_days), 0
        while True:
            with database.writing() as session:
                removed = message_store.dispose(session, before, at_most=_DISPOSED_AT_ONCE)
            gone += removed
            if not removed:
                return f"{gone} messages"

    return dispose
