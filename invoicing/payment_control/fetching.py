"""Fetching control data over HTTP from the source that an installation has set, and reading it in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from invoicing.payment_control import loading
from invoicing.payment_control.control_data_store import DataLoad
from orders.register import store as register_store
from peppol.access_points.protocol import Unreachable
from peppol.access_points.web import Web

_SECONDS: Final = 60


class ControlDataNotFetched(Refused):
    """The source did not give its control data; what we had stands."""


@dataclass(frozen=True, slots=True)
class ControlDataSource:
    """Where control data is fetched, as https://host/path, and the bearer token it is asked with; empty for none."""

    url: str
    token: str = ""

    @property
    def name(self) -> str:
        """The host: the rest of an address may hold what is secret."""
        return urlsplit(self.url).hostname or ""


def fetch_in(
    database: Database, source: ControlDataSource, *, by: str, now: datetime
) -> tuple[DataLoad, bool]:
    """Fetch what the source has now and read it in; the load, and whether it was read in before.

    Raises ControlDataNotFetched, or ControlDataUnreadable for what is no control data.
    """
    body = _fetched(source)
    with database.writing() as session:
        register = register_store.load(session)
        return loading.take_in(session, register, body, source=source.name, by=by, now=now)


def _fetched(source: ControlDataSource) -> bytes:
    if not source.url:
        raise ControlDataNotFetched(Text("Ingen källa är satt (BILLING_CONTROL_DATA_URL)."))
    headers = {"Authorization": f"Bearer {source.token}"} if source.token else {}
    try:
        web = Web(source.url, headers=headers, seconds=_SECONDS)
    except ValueError:
        raise ControlDataNotFetched(
            Text("BILLING_CONTROL_DATA_URL ska vara https://värd/väg utan användarnamn.")
        ) from None
    try:
        answer = web.get(largest=loading.BYTES_MAX, accept="application/json, text/csv")
    except Unreachable as fault:
        raise ControlDataNotFetched(
            Text("Källan till kontrollunderlag svarar inte (%(why)s). Det vi hade gäller.", why=str(fault))
        ) from fault
    finally:
        web.close()
    if not answer.fine:
        raise ControlDataNotFetched(
            Text("Källan till kontrollunderlag svarade %(words)s. Det vi hade gäller.", words=answer.words)
        )
    return answer.body
