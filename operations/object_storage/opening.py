"""From an installation's settings to its object storage, and what holds for the bytes that are moved there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from foundation.errors import Refused
from foundation.network.own_machine import LOOPBACK
from foundation.text import Text
from operations.object_storage.s3 import S3Access, S3Storage
from operations.settings import Settings
from peppol.exchange.bodies.object_storage import ObjectStorage, Retention, facts_for

_MODES: Final = {"governance": "GOVERNANCE", "compliance": "COMPLIANCE"}


@dataclass(frozen=True, slots=True)
class MovingTerms:
    """What holds for the bytes that are moved: under which keys, after how many days, locked how and for how long."""

    prefix: str = ""
    after_days: int = 0
    mode: str = ""
    lock_days: int = 0
    can_hold: bool = False

    def before(self, today: date) -> date:
        """The first day whose bytes stay in the database."""
        return today - timedelta(days=self.after_days)

    def retention(self, now: datetime) -> Retention | None:
        """How an object that is stored now is locked; None where none is."""
        return Retention(self.mode, now + timedelta(days=self.lock_days)) if self.mode else None


def storage_of(settings: Settings) -> S3Storage | None:
    """The object storage that the settings name, opened; None where they name none. Raises Refused."""
    if not settings.body_storage_bucket:
        return None
    _check(settings)
    return S3Storage(
        S3Access(
            bucket=settings.body_storage_bucket,
            endpoint=settings.body_storage_endpoint,
            region=settings.body_storage_region,
            key_id=settings.body_storage_key_id.get_secret_value(),
            secret=settings.body_storage_secret.get_secret_value(),
            ca_file=settings.body_storage_ca_file,
            seconds=settings.body_storage_seconds,
        )
    )


def terms_of(settings: Settings) -> MovingTerms:
    """What the settings say of moving. A buyer of several has its own keys below the common ones."""
    own = f"{settings.buyer}/" if settings.buyer else ""
    return MovingTerms(
        prefix=f"{settings.body_storage_prefix}{own}",
        after_days=settings.body_storage_after_days,
        mode=_MODES.get(settings.body_storage_lock, ""),
        lock_days=settings.body_storage_lock_days,
        can_hold=bool(settings.body_storage_lock),
    )


def facts_of(settings: Settings) -> Mapping[str, object]:
    """What the books are told of the object storage. Raises Refused for settings that do not go together."""
    storage: ObjectStorage | None = storage_of(settings)
    return facts_for(storage)


def _check(settings: Settings) -> None:
    address = urlsplit(settings.body_storage_endpoint)
    if address.scheme == "http" and address.hostname not in LOOPBACK and not settings.body_storage_plain_http:
        raise Refused(
            Text(
                "BILLING_BODY_STORAGE_ENDPOINT är okrypterad (http). Skriv https, eller sätt "
                "BILLING_BODY_STORAGE_PLAIN_HTTP=true om vägen dit är skyddad på annat sätt."
            )
        )
    if settings.body_storage_lock in _MODES and not settings.body_storage_lock_days:
        raise Refused(
            Text(
                "BILLING_BODY_STORAGE_LOCK låser objekt men BILLING_BODY_STORAGE_LOCK_DAYS säger inte hur länge. "
                "Skriv antalet dagar, eller hold för bara bevarandekrav."
            )
        )
