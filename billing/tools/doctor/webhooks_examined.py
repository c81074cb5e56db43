"""Whether webhooks leave: that what signs them can be read, and that none is disabled; nothing is sent."""

from collections.abc import Iterator
from contextlib import closing

from sqlalchemy.exc import SQLAlchemyError

from accounts import sealed_secrets
from billing.migrations.schema import open_database
from billing.tools.doctor.findings import Finding, fault, unknown, well
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.settings import Settings
from operations.webhooks import endpoint_store, signing_secret_store
from operations.webhooks.model import EndpointState


def webhooks(settings: Settings) -> Iterator[Finding]:
    """What there is to say, where somebody listens."""
    try:
        opened = open_database(settings.database_url, options=settings.database_options)
        with closing(opened), opened.reading() as session:
            found = list(_looked_at(session, settings))
    except (SQLAlchemyError, Refused):
        return  # what is wrong with the database is told where it is examined
    yield from found


def _looked_at(session: Session, settings: Settings) -> Iterator[Finding]:
    every = endpoint_store.every(session)
    if not every:
        return
    try:
        seal = sealed_secrets.of(settings)
        for each in every:
            signing_secret_store.opened(session, each.id, seal)
    except Refused as locked:
        yield fault("webhooks.secrets", locked.text)
    disabled = sum(each.state is EndpointState.DISABLED for each in every)
    if disabled:
        yield unknown(
            "webhooks.enabled",
            Text("%(disabled)s av %(all)s webhooks är avstängda.", disabled=disabled, all=len(every)),
            Text("Se vilka med billing webhooks list. Den som äger mottagaren rättar den och slår på igen."),
        )
    else:
        yield well("webhooks.enabled", Text("%(all)s webhooks, ingen avstängd.", all=len(every)))
